"""
Everything this package touches that CPython does not document.

Each use says why, and on which versions it was read: 3.10.13, 3.11.7, 3.12.1, 3.13.0, 3.14.10 and
3.15.2. ``tests/test_cpython.py`` fails with a clear text when one of them changes.
"""

from __future__ import annotations

import _socket
import asyncio
import socket
import sys
import types
from asyncio import proactor_events
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import selectors


def selector_of(owner: object) -> Any:
    """
    Return the selector inside a loop or inside a wrapping selector, or None.

    ``BaseSelectorEventLoop._selector`` is the loop's selector, and on a proactor loop an alias of
    its proactor. asyncio has no public way to ask for it. Read on 3.10-3.15.
    """
    return getattr(owner, "_selector", None)


def replace_selector(loop: asyncio.AbstractEventLoop, selector: object) -> None:
    """
    Give a loop another selector.

    The loop looks ``_selector`` up at every use and keeps no bound method of it, so that assigning
    it is enough. Read on 3.10-3.15.
    """
    loop._selector = selector  # type: ignore[attr-defined]


def loop_of(key: selectors.SelectorKey) -> asyncio.AbstractEventLoop | None:
    """
    Return the event loop that registered *key*, or None if it was no loop.

    Selector loops register ``(reader, writer)`` as data: two ``Handle`` objects, one of them
    possibly None, each with its ``_loop``. The first file of every loop is its own wake-up socket,
    so that a selector learns of its loop at once, however the two were put together. Read on
    3.10-3.15.
    """
    data = key.data
    if isinstance(data, tuple) and len(data) == 2:
        for handle in data:
            if isinstance(handle, asyncio.Handle):
                return getattr(handle, "_loop", None)
    return None


def process_events(loop: asyncio.AbstractEventLoop, events: list[Any]) -> None:
    """
    Have a selector loop act on events as if its selector had reported them.

    ``BaseSelectorEventLoop._process_events`` takes what ``select()`` returns. Read on 3.10-3.15.
    """
    loop._process_events(events)  # type: ignore[attr-defined]


def pipe_factories(kind: type[asyncio.AbstractEventLoop]) -> list[tuple[type, str]]:
    """
    Return the methods of a class of loops that make pipe transports: the class, and the name.

    ``loop.connect_read_pipe`` and ``connect_write_pipe`` call ``_make_read_pipe_transport`` and
    ``_make_write_pipe_transport`` with (pipe, protocol, waiter, extra); Unix loops define them,
    where pipes are not supported there are none. Read on 3.10-3.15.
    """
    if sys.platform == "win32" or not issubclass(kind, asyncio.SelectorEventLoop):
        return []
    return [
        (next(owner for owner in kind.__mro__ if name in vars(owner)), name)
        for name in PIPE_TRANSPORTS
    ]


PIPE_TRANSPORTS = {
    "_make_read_pipe_transport": "_UnixReadPipeTransport",
    "_make_write_pipe_transport": "_UnixWritePipeTransport",
}


def pipe_transport(factory: str, os_namespace: object) -> type:
    """
    Return asyncio's own class of pipe transports, calling another ``os`` than the real one.

    ``_UnixReadPipeTransport`` and ``_UnixWritePipeTransport`` hand the descriptor of their pipe to
    ``os.fstat``, ``set_blocking``, ``read`` and ``write``, which refuse every virtual one. A
    subclass has the same functions, except that ``os`` in their globals is *os_namespace*. Read on
    3.10-3.15.
    """
    base: type = getattr(asyncio.unix_events, PIPE_TRANSPORTS[factory])
    members = {"__module__": __name__, "__doc__": f"{base.__name__} of a virtual descriptor."}
    for name, function in vars(base).items():
        if isinstance(function, types.FunctionType):
            members[name] = rebound(function, os=os_namespace)
    return type(base.__name__, (base,), members)


def rebound(function: types.FunctionType, **replaced: object) -> Any:
    """Return the function with some of its globals replaced."""
    copy = types.FunctionType(
        function.__code__,
        {**function.__globals__, **replaced},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


class PatientSocket:
    """A socket that is closed even if it cannot be shut down."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self.fileno = sock.fileno
        self.close = sock.close

    def shutdown(self, how: int) -> None:
        """Shut down if there is a connection."""
        with suppress(OSError):
            self._sock.shutdown(how)


def patient(transport: Any) -> type:
    """
    Return a class of proactor transports that close their socket even without a connection.

    At the end ``_ProactorBasePipeTransport._call_connection_lost`` calls the socket's ``shutdown``,
    and does not close the socket if that fails. In Windows it does not fail after a reset, or
    without a connection; elsewhere it is ENOTCONN. Read on 3.10-3.15.
    """

    def _call_connection_lost(self: Any, exc: BaseException | None) -> None:
        if self._sock is not None and hasattr(self._sock, "shutdown"):
            self._sock = PatientSocket(self._sock)
        transport._call_connection_lost(self, exc)

    members = {"_call_connection_lost": _call_connection_lost, "__module__": __name__}
    return type(transport.__name__, (transport,), members)


def loop_members() -> dict[str, Any]:
    """
    Return what a proactor loop has to have different from ``BaseProactorEventLoop``.

    The methods that make transports of sockets find the class among their globals, where it is
    replaced by a patient one; in 3.15 they have one more argument, ``context``. ``_closed`` is what
    ``BaseEventLoop.__del__`` asks for, also of a loop whose ``__init__`` refused its arguments.
    Read on 3.10-3.15.
    """
    names = ("_ProactorSocketTransport", "_ProactorDatagramTransport")
    classes = {name: patient(getattr(proactor_events, name)) for name in names}
    members: dict[str, Any] = {
        name: rebound(vars(proactor_events.BaseProactorEventLoop)[name], **classes)
        for name in ("_make_socket_transport", "_make_ssl_transport", "_make_datagram_transport")
    }
    return {"_closed": True, **members}


def proactor_of(loop: object) -> Any:
    """
    Return the proactor of a proactor loop, or None.

    It is ``BaseProactorEventLoop._proactor``. Read on 3.10-3.15.
    """
    return getattr(loop, "_proactor", None)


def replace_proactor(loop: asyncio.AbstractEventLoop, proactor: Any) -> None:
    """
    Give a proactor loop another proactor.

    The loop looks ``_proactor`` up at every use, and calls it ``_selector``, too. Read on
    3.10-3.15.
    """
    loop._proactor = loop._selector = proactor  # type: ignore[attr-defined]
    proactor.set_loop(loop)


def start_reading_self(loop: Any) -> None:
    """
    Have a proactor loop that is about to run read its wake-up socket.

    Windows' ``ProactorEventLoop`` starts ``_loop_self_reading`` when it begins to run and cancels
    ``_self_reading_future`` when it stops. ``BaseProactorEventLoop`` leaves both to its
    subclasses. Read on 3.10-3.15.
    """
    loop.call_soon(loop._loop_self_reading)


def stop_reading_self(loop: Any) -> None:
    """Take back what `start_reading_self` started, after the loop ran."""
    future, loop._self_reading_future = loop._self_reading_future, None
    if future is not None:
        future.cancel()


class WaitedFor(asyncio.SubprocessTransport):
    """
    A transport of a subprocess that ``asyncio.subprocess.Process.wait()`` can wait for.

    It awaits the transport's ``_wait()``, which no documented class has. Read on 3.10-3.15.
    """

    async def _wait(self) -> int:
        return await self.wait()

    async def wait(self) -> int:
        """Return the exit code, as soon as there is one."""
        raise NotImplementedError


def socket_class() -> type:
    """
    Return the standard library's class ``socket.socket``, whoever has put another in its place.

    It is the subclass of the C class ``_socket.socket`` that the module ``socket`` defines. Read on
    3.10-3.15.
    """
    derived: list[type] = vars(_socket)["socket"].__subclasses__()
    return next(cls for cls in derived if (cls.__module__, cls.__qualname__) == ("socket",) * 2)


if TYPE_CHECKING:
    Socket = socket.socket
else:
    Socket = socket_class()


SOCKETPAIRS = {
    function.__code__
    for name in ("socketpair", "_fallback_socketpair")
    if isinstance(function := getattr(socket, name, None), types.FunctionType)
}
"""
The code of ``socket.socketpair``, which makes sockets and connects them where the kernel has none.

It is a function of that name up to 3.11, and ``_fallback_socketpair`` since. Read on 3.10-3.15.
"""


def asking() -> tuple[list[str], types.FrameType | None]:
    """Return which of our functions are at work, innermost first, and the frame that asked them."""
    names = []
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(OUR_MODULES):
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return names, frame


OUR_MODULES = ("asyncio_testselector", "asyncmock_plus", "unittest.mock")


def loop_that_asks() -> asyncio.AbstractEventLoop | None:
    """
    Return the event loop one of whose methods asks for a descriptor, or None if none does.

    That is ``_ensure_fd_no_transport``, of a loop that does not run: its ``self`` is the loop. Read
    on 3.10-3.15.
    """
    frame = asking()[1]
    if frame is None or frame.f_globals.get("__name__") != "asyncio.selector_events":
        return None
    loop = frame.f_locals.get("self")
    return loop if isinstance(loop, asyncio.AbstractEventLoop) else None


def refuses_ssl_sockets() -> bool:
    """
    Tell whether asyncio asks if something is an SSL socket, in order to refuse it.

    It does in ``base_events._check_ssl_socket``, whose error has no way out. Read on 3.10-3.15.
    """
    frame = asking()[1]
    return frame is not None and frame.f_code.co_name == "_check_ssl_socket"


class FileSocket(Socket):
    """
    What ``socket.socket`` keeps of the file objects that `makefile` makes.

    It counts them in ``_io_refs``. ``close()`` sets ``_closed``, and calls ``_real_close()`` when
    there are none left. ``__init__`` sets the two, which also opens a socket of the operating
    system. Read on 3.10-3.15.
    """

    __slots__ = ()

    def start_files(self) -> None:
        """Do what ``__init__`` does, but for the socket of the operating system."""
        self._io_refs = 0
        self._closed = False

    def _real_close(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Close for good: no file object needs the socket any more."""

    def abandon(self) -> None:
        """Be closed without closing."""
        self._closed = True


def lose_connection(loop: asyncio.AbstractEventLoop, number: int, exc: BaseException) -> bool:
    """
    Have the transport that a selector loop has for a descriptor lose its connection, if any.

    ``loop._transports`` has them by descriptor, and ``_force_close`` is what ``_fatal_error`` calls
    after it told the loop's exception handler. Read on 3.10-3.15.
    """
    transport = getattr(loop, "_transports", {}).get(number)
    if transport is None:
        return False
    transport._force_close(exc)
    return True


def fail_transport(future: Any, exc: BaseException, message: str | None) -> bool:
    """
    Have the transport of a proactor loop that waits for a future fail, if there is one.

    Its method is among the callbacks of the future. ``_fatal_error`` tells the loop's exception
    handler, and calls ``_force_close``, which takes the future back. Read on 3.10-3.15.

    Args:
        future: What the transport waits for.
        exc: The reason.
        message: For the exception handler; without one it is not told.
    """
    for callback, _ in future._callbacks or ():
        transport: Any = getattr(callback, "__self__", None)
        if hasattr(transport, "_force_close"):
            if message is None:
                transport._force_close(exc)
            else:
                transport._fatal_error(exc, message)
            return True
    return False


def is_awaited(future: Any) -> bool:
    """Tell whether a coroutine waits for a future, and not a function of a loop."""
    callbacks = [callback for callback, _ in future._callbacks or ()]
    return not any(
        isinstance(getattr(each, "func", each), (types.FunctionType, types.MethodType))
        for each in callbacks
    )


def wraps_in_tls(frame: types.FrameType | None) -> bool:
    """
    Tell whether it is ``ssl`` that asks for a descriptor, to make a socket of its own of it.

    It is ``SSLSocket._create``, which ``wrap_socket`` calls. Read on 3.10-3.15.
    """
    return frame is not None and frame.f_globals.get("__name__") == "ssl"
