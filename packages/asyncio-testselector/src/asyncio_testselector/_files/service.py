"""
How mocks and memory sockets come to be served by the loop they are used on.

Theory of operation. asyncio asks whatever it is going to watch for its ``fileno()``. While a loop
runs in this thread, it can be nobody else's: so that is when the loop is given what serves mocks,
before it learns the number. Without a running loop it may still be a method of a loop that asks,
``loop.add_reader(mock)`` in the set-up of a test, say; then it is that loop.

Two things are too late by then. The methods of Unix loops that make transports of pipes are chosen
before, so they are made ready for mocks when the first mock is made. And a proactor of Windows
passes the number straight on to the system: its loop is served when a mock is made on it, or set to
not block; else all that is left is to say what to do.

What serves a loop is above this room, and is handed in by `provide`.
"""

from __future__ import annotations

import asyncio
import weakref
from threading import get_ident
from typing import TYPE_CHECKING, Any, Protocol

from asyncio_testselector._cpython.frames import asking, loop_that_asks

if TYPE_CHECKING:
    from types import FrameType

LOOKING = {"fd", "isfilemock", "descriptor_of"}
"""Functions of this package that ask for a descriptor and do not hand it to a loop."""


def cannot_be_wrapped(fileobj: Any) -> ValueError:
    """Return the error of ``SSLContext.wrap_socket``."""
    return ValueError(
        f"{fileobj!r} cannot be wrapped by ssl, as the kernel does not know it: "
        "have asyncio do TLS, by ssl=, or use SSLContext.wrap_bio()"
    )


class Service(Protocol):
    """What serves loops."""

    def prepare(self) -> None:
        """Take note that there are mocks."""

    def serves(self, loop: asyncio.AbstractEventLoop, /) -> bool:
        """Tell whether a loop is served."""
        raise NotImplementedError

    def serve(self, loop: asyncio.AbstractEventLoop, /) -> object:
        """Serve a loop; fail if it cannot be."""


_service: Service | None = None

# Loops that do not run yet, to be served with the first mock of their thread: by thread.
_waiting: dict[int, list[weakref.ref[asyncio.AbstractEventLoop]]] = {}


def provide(service: Service) -> None:
    """Have mocks use *service* from now on."""
    global _service
    _service = service


def install_when_needed(loop: asyncio.AbstractEventLoop) -> None:
    """
    Install a `TestSelector` on a loop as soon as its thread makes a mock or memory socket.

    That is for whoever opens loops for code of others, as test cases do: most tests make no mock,
    and their loop stays what it is.

    Args:
        loop: A selector or proactor loop, which need not run. It is not kept alive.

    Raises:
        TypeError: It is no event loop.

    Example:
        >>> from asyncio_testselector import FileMock, TestSelector
        >>> loop = asyncio.SelectorEventLoop()
        >>> install_when_needed(loop)
        >>> mock = FileMock()
        >>> loop.add_reader(mock.fileno(), print)
        >>> loop.remove_reader(mock), loop.close()
        (True, None)

    .. versionadded:: 1.0.0
    """
    if not isinstance(loop, asyncio.AbstractEventLoop):
        msg = f"cannot install a TestSelector on {loop!r}: it is no event loop"
        raise TypeError(msg)
    known = _waiting.setdefault(get_ident(), [])
    if known:
        known[:] = [ref for ref in known if (other := ref()) and not other.is_closed()]
    known.append(weakref.ref(loop))


def made() -> None:
    """Take note that there is a new mock or memory socket."""
    if _service is None:
        return
    _service.prepare()
    if _waiting:
        for ref in _waiting.pop(get_ident(), ()):
            loop = ref()
            if loop is not None and not _service.serves(loop):
                _service.serve(loop)


def used() -> None:
    """
    Serve the running loop, if there is one: something is set to not block, to be used on it.

    Raises:
        TypeError: The loop cannot be served, as uvloop.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    if _service is not None and not _service.serves(loop):
        _service.serve(loop)


def asked(fileobj: Any) -> None:
    """
    Serve the loop that asks for the descriptor of *fileobj*.

    Raises:
        RuntimeError: The loop cannot be served, as uvloop, or has not been before it was too late.
            No TypeError, which selectors take for a file that has no descriptor.
    """
    frame: FrameType | None
    try:
        loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
    except RuntimeError:
        loop = loop_that_asks()
    if loop is None or _service is None or _service.serves(loop):
        return
    names, frame = asking()
    if LOOKING.intersection(names):
        return
    try:
        _service.serve(loop)
    except TypeError as exc:
        raise RuntimeError(*exc.args) from None
    module = "" if frame is None else frame.f_globals.get("__name__")
    if module in {"asyncio.windows_events", "asyncio.unix_events"}:
        msg = (
            f"{loop!r} began to use {fileobj!r} before it was ready to serve mocks: "
            "call install(loop) first"
        )
        raise RuntimeError(msg)
