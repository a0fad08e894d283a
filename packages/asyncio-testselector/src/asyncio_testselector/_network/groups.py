"""
Datagrams to many: groups that sockets join (multicast), and everybody (broadcast).

A network in memory has no masks: the broadcast addresses are 255.255.255.255, those of the networks
127 and 10, and ``x.y.z.255`` where a host has an address that begins with x.y.z.
"""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, Any

from asyncio_testselector._files.errors import os_error
from asyncio_testselector._names.addresses import IPV6
from asyncio_testselector._names.numeric import is_loopback, is_multicast

if TYPE_CHECKING:
    from asyncio_testselector._names.hosts import Hosts

IP = int(getattr(socket, "IPPROTO_IP", 0))

EVERYBODY = "255.255.255.255"
WHOLE_NETWORKS = {EVERYBODY, "127.255.255.255", "10.255.255.255"}


def options(level: int, *names: str) -> set[tuple[int, int]]:
    """Return those options of a level that the running system has."""
    return {(level, number) for name in names if (number := getattr(socket, name, None))}


JOINING = options(IP, "IP_ADD_MEMBERSHIP") | options(IPV6, "IPV6_JOIN_GROUP")
LEAVING = options(IP, "IP_DROP_MEMBERSHIP") | options(IPV6, "IPV6_LEAVE_GROUP")

INTERFACE = int(getattr(socket, "IP_MULTICAST_IF", -1))


def is_broadcast(address: str, hosts: Hosts) -> bool:
    """Tell whether a numeric address is that of everybody, or of everybody in some network."""
    if address in WHOLE_NETWORKS:
        return True
    return address.endswith(".255") and hosts.owner(address) is None and hosts.near(address)


def is_for_many(address: str, hosts: Hosts) -> bool:
    """Tell whether more than one host may be meant by a numeric address."""
    return is_multicast(address) or is_broadcast(address, hosts)


def stays_at_home(address: str) -> bool:
    """Tell whether what is sent there reaches the own host only."""
    return is_loopback(address)


def group_of(level: int, value: Any) -> str:
    """
    Return the group that a membership option names; the interface makes no difference in memory.

    Raises:
        OSError: It is none.
    """
    raw = b"" if isinstance(value, int) else bytes(value)
    wanted, family = (16, socket.AF_INET6) if level == IPV6 else (4, socket.AF_INET)
    if len(raw) < wanted + 4:
        raise os_error(errno.EINVAL)
    address = socket.inet_ntop(family, raw[:wanted])
    if not is_multicast(address):
        raise os_error(errno.EINVAL)
    return address


def change(groups: set[str], option: tuple[int, int], value: Any) -> None:
    """
    Join or leave a group.

    Raises:
        OSError: It was joined before, or not at all.
    """
    group = group_of(option[0], value)
    if option in JOINING:
        if group in groups:
            raise os_error(errno.EADDRINUSE)
        groups.add(group)
    elif group in groups:
        groups.discard(group)
    else:
        raise os_error(errno.EADDRNOTAVAIL)


def interface(value: Any) -> str | None:
    """Return the address that ``IP_MULTICAST_IF`` names, None for any."""
    if isinstance(value, int) or len(value) < 4:
        return None
    own = value[4:8] if len(value) >= 8 else value[:4]
    return socket.inet_ntoa(own) if any(own) else None
