"""
IPv4 addresses in sockets of IPv6.

Inside of a network an address is what it is: ``::ffff:10.0.0.1`` is the IPv4 address 10.0.0.1. Only
the sockets of IPv6 write it as ``::ffff:``, towards the code that uses them.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from typing import Any

LONGEST_PATH = 107
"""Bytes of the path of a Unix socket, as Linux has it."""

ANY = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}

V6ONLY: int = getattr(socket, "IPV6_V6ONLY", -1)
IPV6: int = getattr(socket, "IPPROTO_IPV6", -1)


def unmapped(address: Any) -> Any:
    """Return an address as it is within the network."""
    if (len(address) == 4 and "." in address[0]) or address[0][:7].lower() == "::ffff:":
        inside = ipaddress.IPv6Address(address[0].partition("%")[0]).ipv4_mapped
        if inside is not None:
            return str(inside), address[1]
    return address


def presented(family: int, address: Any) -> Any:
    """Return an address of the network as a socket of *family* tells it."""
    if family == socket.AF_INET6 and address and len(address) == 2:
        return (f"::ffff:{address[0]}", address[1], 0, 0)
    return address


def family_in(address: Any) -> int:
    """Return the family of an address of the network."""
    return socket.AF_INET if len(address) == 2 else socket.AF_INET6


def unix_address(path: Any) -> Any:
    """
    Return the address of a Unix socket as the network keeps it: a path, or bytes if it is abstract.

    Raises:
        OSError: It is too long.
        TypeError: It is none.
    """
    if isinstance(path, (bytes, bytearray, memoryview)):
        raw = bytes(path)
    elif isinstance(path, str):
        raw = os.fsencode(path)
    else:
        msg = f"a bytes-like object is required, not {type(path).__name__!r}"
        raise TypeError(msg)
    if len(raw) > LONGEST_PATH + raw.startswith(b"\0"):
        msg = "AF_UNIX path too long"
        raise OSError(msg)
    return raw if raw.startswith(b"\0") else os.fsdecode(raw)


def is_abstract(path: Any) -> bool:
    """Tell whether the address of a Unix socket is none of the file system."""
    return isinstance(path, bytes)


def unbound(family: int) -> Any:
    """Return what ``getsockname()`` says before ``bind()``."""
    if family not in ANY:
        return ""
    wild = ANY[socket.AddressFamily(family)]
    return (wild, 0) if family == socket.AF_INET else (wild, 0, 0, 0)
