"""
The functions of the module ``socket`` that resolve names, answered by the memory network.

Libraries call them without a loop, from code that runs on it. They are put in front of the
originals while any network is there, and answer for the thread of a loop that has one only.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

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
    return fabric.hosts.getaddrinfo(host, port, family, type, proto, flags)


def getnameinfo(sockaddr: Any, flags: int, /) -> Any:
    """Name an address of the running loop's network, or as the operating system does."""
    fabric = current_fabric()
    if fabric is None:
        return original("getnameinfo")(sockaddr, flags)
    return fabric.hosts.getnameinfo(sockaddr, flags)


def gethostbyname(hostname: Any, /) -> Any:
    """Return the first IPv4 address of a host."""
    fabric = current_fabric()
    if fabric is None:
        return original("gethostbyname")(hostname)
    return fabric.hosts.getaddrinfo(hostname, 0, socket.AF_INET, socket.SOCK_STREAM)[0][4][0]


ANSWERS: dict[str, Callable[..., Any]] = {
    "getaddrinfo": getaddrinfo,
    "gethostbyname": gethostbyname,
    "getnameinfo": getnameinfo,
}
