"""Proactor event loops and their transports."""

from __future__ import annotations

import asyncio
from asyncio import proactor_events
from contextlib import suppress
from typing import Any

from asyncio_testselector._cpython.loops import rebound


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
