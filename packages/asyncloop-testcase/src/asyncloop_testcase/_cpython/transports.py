"""Transports and the protocols below them."""

from __future__ import annotations

import asyncio
from typing import Any

__unittest = __tracebackhide__ = True


def closed_future(protocol: object) -> object:
    """
    Return the future behind ``StreamWriter.wait_closed()`` (``_closed``, 3.10 to 3.15).

    The protocol retrieves its exception by itself when it is deleted: nobody has to ask.
    """
    return getattr(protocol, "_closed", None)


# The transport that users of TLS see. It has no public name, 3.10 to 3.15.
TLS_TRANSPORT: type = asyncio.sslproto._SSLProtocolTransport  # type: ignore[attr-defined]


def tls_protocol(transport: object) -> Any:
    """Return the protocol between a TLS transport and the one below (3.10 to 3.15)."""
    return getattr(transport, "_ssl_protocol", None)


def tls_below(transport: object) -> object:
    """Return the transport below a TLS transport (``SSLProtocol._transport``, 3.10 to 3.15)."""
    return getattr(tls_protocol(transport), "_transport", None)


def is_transport_of(transport: object, loop: asyncio.AbstractEventLoop) -> bool:
    """
    Tell whether a transport is one of the loop's own (``_loop``, 3.10 to 3.15).

    A class of somebody's own that derives from ``asyncio.Transport`` alone is not. Those of uvloop
    do not tell which loop they are of.
    """
    bases = {base.__module__ for base in type(transport).__mro__}
    if not any(name.startswith("asyncio.") and name != "asyncio.transports" for name in bases):
        return not issubclass(type(transport), asyncio.BaseTransport)
    return getattr(transport, "_loop", None) is loop
