"""Who is who in a memory network: names, addresses, and what ``getaddrinfo`` says of them."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Mapping
from typing import Any, final

LOCALHOST = "localhost"

AddrInfo = tuple[Any, Any, int, str, Any]

KINDS = (
    (socket.SOCK_STREAM, socket.IPPROTO_TCP),
    (socket.SOCK_DGRAM, socket.IPPROTO_UDP),
    (socket.SOCK_RAW, 0),
)


def unknown_name() -> socket.gaierror:
    """Return the error of a name that nobody has."""
    return socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def family_of(address: str) -> int | None:
    """Return the family of a numeric address, None for a name."""
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


@final
class Hosts:
    """
    The hosts of one network.

    There is always ``localhost``, which has the loopback addresses and, to talk to others, an
    address of the network.

    Args:
        hosts: Names, or names with their addresses; see `add`.
    """

    def __init__(self, hosts: Iterable[str] | Mapping[str, Any] = ()) -> None:
        self._addresses: dict[str, list[str]] = {LOCALHOST: ["127.0.0.1"]}
        self._aliases: dict[str, list[str]] = {}
        self._owners: dict[str, str] = {"127.0.0.1": LOCALHOST, "::1": LOCALHOST}
        self._sources: dict[tuple[str, int], str] = {}
        self._count = 0
        for name in hosts:
            given = hosts[name] if isinstance(hosts, Mapping) else ()
            self.add(name, *((given,) if isinstance(given, str) else given))

    def add(self, name: str, *addresses: str) -> None:
        """
        Add a host; without addresses it gets the next one of 10.0.0.0/8.

        Raises:
            ValueError: The name is empty or taken, an address is invalid or taken.
        """
        if not name or name in self._addresses or name in self._aliases:
            msg = f"cannot add host {name!r}: " + ("there is one" if name else "it has no name")
            raise ValueError(msg)
        for address in addresses:
            if family_of(address) is None:
                msg = f"cannot add host {name!r}: {address!r} is no IP address"
                raise ValueError(msg)
            if address in self._owners:
                msg = f"cannot add host {name!r}: {address} belongs to {self._owners[address]!r}"
                raise ValueError(msg)
        self._addresses[name] = list(addresses) or [self._free(socket.AF_INET)]
        for address in self._addresses[name]:
            self._owners[address] = name

    def add_alias(self, name: str, *hosts: str) -> None:
        """
        Add a name that means several hosts, in this order.

        Raises:
            ValueError: The name is taken, or there is no such host, or none at all.
        """
        if not name or name in self._addresses or name in self._aliases:
            msg = f"cannot add alias {name!r}: " + ("there is one" if name else "it has no name")
            raise ValueError(msg)
        missing = [host for host in hosts if host not in self._addresses]
        if missing or not hosts:
            what = f"there is no host {missing[0]!r}" if missing else "it stands for no host"
            msg = f"cannot add alias {name!r}: {what}; there are {self.known()}"
            raise ValueError(msg)
        self._aliases[name] = [each for host in hosts for each in self._addresses[host]]

    def _free(self, family: int) -> str:
        """Return an address nobody has."""
        while True:
            self._count += 1
            if family == socket.AF_INET:
                address = str(ipaddress.IPv4Address("10.0.0.0") + self._count)
            else:
                address = str(ipaddress.IPv6Address("fd00::") + self._count)
            if address not in self._owners:
                return address

    def __contains__(self, name: object) -> bool:
        return name in self._addresses

    def known(self) -> str:
        """Return the names, for a message."""
        return ", ".join(map(repr, self._addresses))

    def owner(self, address: str) -> str | None:
        """Return the host that has a numeric address, None if nobody has it."""
        if address not in self._owners and (is_loopback(address) or is_wildcard(address)):
            return LOCALHOST
        return self._owners.get(address)

    def claim(self, address: str) -> str:
        """Return the host that has an address; an unknown one becomes a host of that name."""
        owner = self.owner(address)
        if owner is None:
            self.add(address, address)
            owner = address
        return owner

    def source(self, name: str, family: int, target: str) -> str:
        """Return the address that host *name* has towards *target*."""
        if name == LOCALHOST and is_loopback(target):
            return "127.0.0.1" if family == socket.AF_INET else "::1"
        for address in self._addresses[name]:
            if family_of(address) == family and not is_loopback(address):
                return address
        key = name, family
        if key not in self._sources:
            self._sources[key] = address = self._free(family)
            self._owners[address] = name
        return self._sources[key]

    def addresses(self, name: str) -> list[str]:
        """
        Return the numeric addresses of a name or of a numeric address itself.

        Raises:
            socket.gaierror: Nobody has the name.
        """
        if family_of(name) is not None:
            return [name]
        found = self._addresses.get(name) or self._aliases.get(name)
        if found is None:
            raise unknown_name()
        return found

    def getaddrinfo(
        self,
        host: str | bytes | None,
        port: str | bytes | int | None,
        family: int = 0,
        type: int = 0,  # noqa: A002
        proto: int = 0,
        flags: int = 0,
    ) -> list[AddrInfo]:
        """
        Resolve as `socket.getaddrinfo` does, among the hosts of this network.

        A name asked for with ``AI_PASSIVE``, that is by a server, becomes a host.
        """
        if host is None and port is None:
            raise unknown_name()
        name = host.decode("idna") if isinstance(host, bytes) else host
        if name is not None and flags & socket.AI_NUMERICHOST and family_of(name) is None:
            raise unknown_name()
        number = port_number(port, type)
        found = [
            info
            for address in self._candidates(name, family, flags)
            for info in infos(address, number, type, proto)
        ]
        if not found:
            raise unknown_name()
        if name and flags & socket.AI_CANONNAME:
            found[0] = (*found[0][:3], name, found[0][4])
        return found

    def _candidates(self, name: str | None, family: int, flags: int) -> list[str]:
        passive = flags & socket.AI_PASSIVE
        if not name:
            # In this order; glibc has its own reasons.
            own = ["0.0.0.0", "::"] if passive else ["::1", "127.0.0.1"]
            return [each for each in own if family in (0, family_of(each))]
        known = name in self._addresses or name in self._aliases
        if passive and not known and family_of(name) is None:
            self.add(name)
        return [each for each in self.addresses(name) if family in (0, family_of(each))]

    def getnameinfo(self, sockaddr: Any, flags: int = 0) -> tuple[str, str]:
        """Return the host name and the port of an address, as `socket.getnameinfo` does."""
        address, port = sockaddr[:2]
        owner = None if flags & socket.NI_NUMERICHOST else self.owner(address)
        if owner is None and flags & socket.NI_NAMEREQD:
            raise unknown_name()
        return owner or address, str(port)


def port_number(port: str | bytes | int | None, kind: int) -> int:
    """Return a port as a number; the services are those of the operating system."""
    if isinstance(port, bytes):
        port = port.decode("ascii")
    if not port:
        return 0
    if isinstance(port, int) or port.isdecimal():
        return int(port)
    try:
        return socket.getservbyname(port, "udp" if kind == socket.SOCK_DGRAM else "tcp")
    except OSError:
        msg = "Servname not supported for ai_socktype"
        raise socket.gaierror(socket.EAI_SERVICE, msg) from None


def infos(address: str, port: int, kind: int, proto: int) -> list[AddrInfo]:
    """Return the entries for one address, one for each type that fits."""
    family = socket.AF_INET if family_of(address) == socket.AF_INET else socket.AF_INET6
    sockaddr: Any = (address, port) if family == socket.AF_INET else (address, port, 0, 0)
    return [
        (family, each, number, "", sockaddr)
        for each, number in KINDS
        if kind in (0, each) and proto in (0, number)
    ]
