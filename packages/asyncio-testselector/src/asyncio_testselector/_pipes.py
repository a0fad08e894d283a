"""
Mocks as pipes of ``loop.connect_read_pipe`` and ``loop.connect_write_pipe``.

asyncio's pipe transports do not use the methods of the pipe, they hand its descriptor to functions
of ``os``. `PipeSystem` stands in for these functions and calls the pipe's methods instead; the
loop's two factories are wrapped so that a pipe with a virtual descriptor gets a transport that
uses it. Pipes of the operating system are left to the loop.
"""

from __future__ import annotations

import functools
import stat
import weakref
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from asyncio_testselector._cpython import pipe_factories, pipe_transport
from asyncio_testselector._descriptor import FileDescriptor
from asyncio_testselector._endpoints import is_socket
from asyncio_testselector._filemock import would_block

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


def make_transport(
    loop: asyncio.AbstractEventLoop,
    factory: str,
    original: Callable[..., Any],
    pipe: Any,
    /,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Make the transport of a pipe, virtual or real."""
    number = pipe.fileno()
    if not isinstance(number, FileDescriptor):
        return original(pipe, *args, **kwargs)
    SYSTEM.pipes[number] = pipe
    return transport_class(factory)(loop, pipe, *args, **kwargs)


class ServingFactory(functools.partial[Any]):
    """One of the loop's two factories of pipe transports, wrapped by `serve_pipes`."""


def serve_pipes(loop: asyncio.AbstractEventLoop) -> None:
    """Have the loop accept virtual pipes; asked twice, it stays as it is."""
    # Not by vars(loop): since 3.13 a loop whose dictionary was asked for is slower ever after.
    for name, factory in pipe_factories(loop).items():
        if not isinstance(factory, ServingFactory):
            setattr(loop, name, ServingFactory(make_transport, loop, name, factory))


def refuse_pipes(loop: asyncio.AbstractEventLoop) -> None:
    """Take back what `serve_pipes` did."""
    for name, factory in pipe_factories(loop).items():
        if isinstance(factory, ServingFactory):
            delattr(loop, name)
