"""Numeric addresses, in every form that the C library takes."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress

MAX_IPV4 = 2**32


def family_of(address: str) -> int | None:
    """Return the family of a numeric address in its usual form, None for anything else."""
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        return None
    return socket.AF_INET if version == 4 else socket.AF_INET6


def is_loopback(address: str) -> bool:
    """Tell whether a numeric address is the own machine's."""
    return ipaddress.ip_address(address).is_loopback


def is_wildcard(address: str) -> bool:
    """Tell whether a numeric address means all of them."""
    return ipaddress.ip_address(address).is_unspecified


def is_multicast(address: str) -> bool:
    """Tell whether a numeric address is that of a group."""
    return ipaddress.ip_address(address).is_multicast


def numeric(name: str) -> tuple[str, int] | None:
    """
    Return a numeric address in its usual form, and its scope; None for a name.

    ``127.1``, ``0x7f000001`` and ``0177.0.0.1`` are all 127.0.0.1, and ``fe80::1%2`` is in scope 2.
    """
    if ":" not in name:
        address = _ipv4(name)
        return None if address is None else (address, 0)
    text, mark, zone = name.partition("%")
    scope = _scope(text, zone) if mark else 0
    if scope is None or family_of(text) is None:
        return None
    return str(ipaddress.IPv6Address(text)) if "." not in text else text, scope


def _ipv4(name: str) -> str | None:
    """Return what ``inet_aton`` reads: one to four numbers, the last of which fills the rest."""
    parts = name.split(".")
    numbers = [_number(part) for part in parts]
    if len(parts) > 4 or None in numbers:
        return None
    *first, last = (number for number in numbers if number is not None)
    if any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        return None
    value = sum(number << (24 - 8 * place) for place, number in enumerate(first)) + last
    return str(ipaddress.IPv4Address(value))


def _number(text: str) -> int | None:
    """Return a number as C writes it: decimal, octal after a 0, hexadecimal after 0x."""
    if not (text.isascii() and text.isalnum()):
        return None
    base = 16 if text[:2].lower() == "0x" else 8 if text[0] == "0" else 10
    with suppress(ValueError):
        value = int(text, base)
        return value if value < MAX_IPV4 else None
    return None


def _scope(address: str, zone: str) -> int | None:
    """Return the number of a zone; an interface is named in link-local addresses only."""
    if zone.isascii() and zone.isdecimal():
        return int(zone)
    with suppress(ValueError, OSError):
        known = ipaddress.IPv6Address(address)
        if known.is_link_local or (known.packed[0] == 0xFF and known.packed[1] & 15 <= 2):
            return socket.if_nametoindex(zone)
    return None
