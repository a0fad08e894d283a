"""The check for transports and servers that are left open."""

from __future__ import annotations

import asyncio
import weakref
from asyncio import base_events
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable, Iterable
from typing import Any

from asyncloop_testcase import _cpython
from asyncloop_testcase._check_loop import short
from asyncloop_testcase._checks import Check
from asyncloop_testcase._garbage import FOREIGN_MODULES, of_kind
from asyncloop_testcase._report import Finding, Site
from asyncloop_testcase._sites import Spies, site_of_caller

__unittest = True


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
        self._sites: weakref.WeakKeyDictionary[object, Site] | None = None
        self._spies = [Spies(asyncio.BaseTransport), Spies(base_events.Server)]
        for spies in self._spies:
            spies.replace("__init__", self._recorder)

    def _recorder(self, original: Callable[..., None]) -> Callable[..., None]:
        def __init__(new: Any, /, *args: Any, **kwargs: Any) -> None:  # noqa: N807
            original(new, *args, **kwargs)
            site = site_of_caller(1)
            if site is not None:
                if self._sites is None:
                    self._sites = weakref.WeakKeyDictionary()
                self._sites[new] = site

        return __init__

    def finish(self) -> Iterable[Finding]:
        for each in self.watch.survivors():
            if _is_process(each):
                continue
            if _is_transport(each):
                if self._is_open(each):
                    yield self._transport(each)
            elif _is_server(each) and each.sockets and each.get_loop() is self.loop:
                yield self._server(each)

    def _is_open(self, transport: Any) -> bool:
        if transport.is_closing() or not _cpython.is_transport_of(transport, self.loop):
            return False
        protocol = _protocol_of(transport)
        if isinstance(protocol, SSLProtocol):
            # What counts is the TLS transport over this one; it is open as long as the other.
            tls = of_kind(self.watch.survivors(), _cpython.TLS_TRANSPORT)
            return not any(_cpython.tls_protocol(each) is protocol for each in tls)
        return type(protocol).__module__ != "asyncio.base_subprocess"  # the pipes of a process

    def _transport(self, transport: Any) -> Finding:
        protocol = _protocol_of(transport)
        what = f"{type(transport).__name__}{_addresses(transport)} of {type(protocol).__qualname__}"
        return Finding(what, self._site(transport))

    def _server(self, server: Any) -> Finding:
        addresses = ", ".join(short(sock.getsockname()) for sock in server.sockets)
        return Finding(f"{type(server).__name__} that listens at {addresses}", self._site(server))

    def _site(self, made: Any) -> Site | None:
        sites = self._sites
        if sites is None:
            return None
        try:
            return sites.get(made) or sites.get(_cpython.tls_below(made))
        except TypeError:  # uvloop's objects cannot be referenced weakly
            return None

    def restore(self) -> None:
        for spies in self._spies:
            spies.restore()
        self._sites = None


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
