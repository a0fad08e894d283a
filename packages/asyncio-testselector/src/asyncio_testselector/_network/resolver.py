"""
The functions of the module ``socket`` that the memory network answers: names, and descriptors.

Libraries call them without a loop, from code that runs on it. They are put in front of the
originals while any network is there, and answer for the thread of a loop that has one only.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from asyncio_testselector._files.descriptor import is_virtual
from asyncio_testselector._names import resolution
from asyncio_testselector._network import doors
from asyncio_testselector._network.seam import current_fabric

if TYPE_CHECKING:
    from collections.abc import Callable

_originals: dict[str, Callable[..., Any]] = {}
_users = 0


def take_over() -> None:
    """Answer from now on; to be called once for each network."""
    global _users
    _users += 1
    if _users == 1:
        for name, function in ANSWERS.items():
            if getattr(socket, name) is not function:
                _originals[name] = getattr(socket, name)
                setattr(socket, name, function)


def give_back() -> None:
    """Answer no more when this was called for each network; what somebody put in front stays."""
    global _users
    _users -= 1
    if not _users:
        doors.reopen()
        for name, function in ANSWERS.items():
            if getattr(socket, name) is function:
                setattr(socket, name, _originals[name])


def original(name: str) -> Callable[..., Any]:
    """Return the function that is called where there is no network, also by who still has ours."""
    return _originals[name]


def getaddrinfo(
    host: Any,
    port: Any,
    family: int = 0,
    type: int = 0,  # noqa: A002
    proto: int = 0,
    flags: int = 0,
) -> Any:
    """Resolve among the hosts of the running loop's network, or as the operating system does."""
    fabric = current_fabric()
    if fabric is None:
        return original("getaddrinfo")(host, port, family, type, proto, flags)
    return resolution.getaddrinfo(fabric.hosts, host, port, family, type, proto, flags)


def getnameinfo(sockaddr: Any, flags: int, /) -> Any:
    """Name an address of the running loop's network, or as the operating system does."""
    fabric = current_fabric()
    if fabric is None:
        return original("getnameinfo")(sockaddr, flags)
    return resolution.getnameinfo(fabric.hosts, sockaddr, flags)


def gethostbyname(hostname: Any, /) -> Any:
    """Return the first IPv4 address of a host."""
    fabric = current_fabric()
    if fabric is None:
        return original("gethostbyname")(hostname)
    return resolution.gethostbyname(fabric.hosts, hostname)


def gethostbyname_ex(hostname: Any, /) -> Any:
    """Return name and IPv4 addresses of a host."""
    fabric = current_fabric()
    if fabric is None:
        return original("gethostbyname_ex")(hostname)
    return resolution.gethostbyname_ex(fabric.hosts, hostname)


def gethostbyaddr(ip_address: Any, /) -> Any:
    """Return the name of the host that has an address."""
    fabric = current_fabric()
    if fabric is None:
        return original("gethostbyaddr")(ip_address)
    return resolution.gethostbyaddr(fabric.hosts, ip_address)


def dup(integer: Any, /) -> Any:
    """Duplicate a descriptor, also one of the running loop's network."""
    fabric = current_fabric() if isinstance(integer, int) and is_virtual(integer) else None
    sock = None if fabric is None else fabric.socket_of(integer)
    return original("dup")(integer) if sock is None else sock.dup().detach()


def close(integer: Any, /) -> None:
    """Close a descriptor, also one of the running loop's network."""
    fabric = current_fabric() if isinstance(integer, int) and is_virtual(integer) else None
    sock = None if fabric is None else fabric.socket_of(integer)
    if fabric is None or sock is None:
        original("close")(integer)
    else:
        fabric.descriptors.pop(integer, None)
        sock.close()


ANSWERS: dict[str, Callable[..., Any]] = {
    "close": close,
    "dup": dup,
    "getaddrinfo": getaddrinfo,
    "gethostbyaddr": gethostbyaddr,
    "gethostbyname": gethostbyname,
    "gethostbyname_ex": gethostbyname_ex,
    "getnameinfo": getnameinfo,
}
