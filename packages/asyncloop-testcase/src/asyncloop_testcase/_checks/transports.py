"""The check for transports and servers that are left open."""

from __future__ import annotations

import asyncio
from asyncio import base_events
from asyncio.sslproto import SSLProtocol
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._checks.base import Check
from asyncloop_testcase._checks.garbage import FOREIGN_MODULES, of_kind
from asyncloop_testcase._cpython.transports import (
    TLS_TRANSPORT,
    is_transport_of,
    tls_below,
    tls_protocol,
)
from asyncloop_testcase._recording.spies import Creations
from asyncloop_testcase._reports.report import Finding, Site
from asyncloop_testcase._reports.words import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncloop_testcase._reports.owners import Owner

__unittest = __tracebackhide__ = True


class UnclosedTransports(Check):
    """
    A transport or a server is left open.

    One that is closing is closed. Only the transports of the loop count, not those that a test or
    a library derives from asyncio's; those of processes belong to the check `leaked_processes`.
    """

    name = "unclosed_transports"
    summary = "transports or servers were not closed"
    needs_garbage = True

    def start(self) -> None:
        self._creations = Creations()
        self._creations.watch(asyncio.BaseTransport, "__init__")
        self._creations.watch(base_events.Server, "__init__")

    def finish(self) -> Sequence[Finding]:
        survivors = self.watch.survivors()
        return [*filter(None, map(self._judge, survivors))] if survivors else ()

    def _judge(self, made: Any) -> Finding | None:
        if _is_process(made):
            return None
        if _is_transport(made):
            return self._transport(made) if self._is_open(made) else None
        if _is_server(made) and made.sockets and made.get_loop() is self.loop:
            return self._server(made)
        return None

    def _is_open(self, transport: Any) -> bool:
        if not is_transport_of(transport, self.loop) or transport.is_closing():
            return False
        protocol = _protocol_of(transport)
        if isinstance(protocol, SSLProtocol):
            # What counts is the TLS transport over this one; it is open as long as the other.
            tls = of_kind(self.watch.survivors(), TLS_TRANSPORT)
            return not any(tls_protocol(each) is protocol for each in tls)
        return type(protocol).__module__ != "asyncio.base_subprocess"  # the pipes of a process

    def _transport(self, transport: Any) -> Finding:
        protocol = _protocol_of(transport)
        what = f"{type(transport).__name__}{_addresses(transport)} of {type(protocol).__qualname__}"
        return Finding(
            what,
            self._site(transport),
            owner=self._owner(transport),
            remains=lambda: not transport.is_closing(),
        )

    def _server(self, server: Any) -> Finding:
        addresses = ", ".join(short(sock.getsockname()) for sock in server.sockets)
        return Finding(
            f"{type(server).__name__} that listens at {addresses}",
            self._site(server),
            owner=self._owner(server),
            remains=lambda: bool(server.sockets),
        )

    def _site(self, made: Any) -> Site | None:
        creations = self._creations
        return creations.site_of(made) or creations.site_of(tls_below(made))

    def _owner(self, made: Any) -> Owner | None:
        creations = self._creations
        return creations.owner_of(made) or creations.owner_of(tls_below(made))

    def restore(self) -> None:
        self._creations.restore()


def _is_process(made: object) -> bool:
    return issubclass(type(made), asyncio.SubprocessTransport) or (
        type(made).__module__ in FOREIGN_MODULES and hasattr(made, "get_returncode")
    )


def _is_transport(made: object) -> bool:
    return issubclass(type(made), asyncio.BaseTransport) or (
        type(made).__module__ in FOREIGN_MODULES and hasattr(made, "is_closing")
    )


def _is_server(made: object) -> bool:
    return issubclass(type(made), base_events.Server) or (
        type(made).__module__ in FOREIGN_MODULES and hasattr(made, "is_serving")
    )


def _protocol_of(transport: Any) -> object:
    return transport.get_protocol() if hasattr(transport, "get_protocol") else None


def _addresses(transport: Any) -> str:
    """Return the addresses of both ends, or the pipe, as far as the transport tells."""
    names = [("from", "sockname"), ("to", "peername"), ("on", "pipe")]
    told = [(word, transport.get_extra_info(name)) for word, name in names]
    return "".join(f" {word} {short(value)}" for word, value in told if value)
