"""
Mocks as pipes of ``loop.connect_read_pipe`` and ``loop.connect_write_pipe``.

asyncio's pipe transports do not use the methods of the pipe, they hand its descriptor to functions
of ``os``. `PipeSystem` stands in for these functions and calls the pipe's methods instead; the two
factories in the class of the loop are wrapped so that a pipe with a virtual descriptor gets a
transport that uses it. Pipes of the operating system, and all pipes of loops that are not served,
are left to the loop.

The class and not the loop, although it is for all loops then: the attributes of an object are fast
as long as there are few more than its class has always had, and a loop has many already. Two more
cost a tenth of an echo, since 3.11.
"""

from __future__ import annotations

import functools
import stat
import weakref
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from asyncio_testselector._cpython.loops import PIPE_TRANSPORTS, pipe_factories, pipe_transport
from asyncio_testselector._files.descriptor import FileDescriptor
from asyncio_testselector._files.filemock import is_socket, would_block

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class PipeSystem:
    """The four functions of ``os`` that pipe transports call, for virtual descriptors."""

    def __init__(self) -> None:
        self.pipes: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()

    def fstat(self, fd: int) -> SimpleNamespace:
        """Describe a socket or an unnamed pipe."""
        kind = stat.S_IFSOCK if is_socket(self.pipes[fd]) else stat.S_IFIFO
        return SimpleNamespace(st_mode=kind, st_nlink=0)

    def set_blocking(self, fd: int, blocking: bool) -> None:
        """Do nothing: neither mocks nor memory ever block."""

    def read(self, fd: int, size: int) -> bytes:
        """Call the pipe's ``read``, or the socket's ``recv``."""
        pipe = self.pipes[fd]
        data: bytes | None = pipe.recv(size) if is_socket(pipe) else pipe.read(size)
        if data is None:  # what unbuffered files return
            raise would_block()
        return data

    def write(self, fd: int, data: bytes) -> int:
        """Call the pipe's ``write``, or the socket's ``send``."""
        pipe = self.pipes[fd]
        size: int | None = pipe.send(data) if is_socket(pipe) else pipe.write(data)
        if size is None:
            raise would_block()
        return size


SYSTEM = PipeSystem()


@functools.cache
def transport_class(factory: str) -> type:
    """Return the transport class that replaces the one of the loop's factory."""
    return pipe_transport(factory, SYSTEM)


def serving(factory: str, original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that makes the transports of pipes, virtual or real."""

    @functools.wraps(original)
    def make_transport(
        loop: asyncio.AbstractEventLoop, pipe: Any, /, *args: Any, **kwargs: Any
    ) -> Any:
        number = pipe.fileno()  # which has the loop serve it, if it is a mock
        if loop not in _served or not isinstance(number, FileDescriptor):
            return original(loop, pipe, *args, **kwargs)
        SYSTEM.pipes[number] = pipe
        return transport_class(factory)(loop, pipe, *args, **kwargs)

    _wrappers.add(make_transport)
    return make_transport


_wrappers: set[Callable[..., Any]] = set()
_served: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()


def serve_pipes(loop: asyncio.AbstractEventLoop) -> None:
    """Have the loop accept virtual pipes; asked twice, it stays as it is."""
    prepare_pipes(type(loop))
    _served.add(loop)


def prepare_pipes(kind: type[asyncio.AbstractEventLoop]) -> None:
    """Put our factories of transports in front of those of a class of loops, if it has any."""
    if not _wrappers.issuperset([getattr(kind, name, None) for name in PIPE_TRANSPORTS]):
        for owner, name in pipe_factories(kind):
            original = vars(owner)[name]
            if original not in _wrappers:
                setattr(owner, name, serving(name, original))


def refuse_pipes(loop: asyncio.AbstractEventLoop) -> None:
    """Take back what `serve_pipes` did; the class stays wrapped, for the next loop."""
    _served.discard(loop)
