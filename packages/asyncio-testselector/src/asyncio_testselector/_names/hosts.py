"""Who is who in a memory network: the names and the addresses of its hosts."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, final

from asyncio_testselector._names.numeric import family_of, is_loopback, is_wildcard

LOCALHOST = "localhost"


def canonical(name: str) -> str:
    """Return a name as all its spellings have it: without case, a last dot, and other scripts."""
    with suppress(UnicodeError):  # no name of the internet's, but somebody may have been called so
        name = name.encode("idna").decode("ascii")
    return name.lower().removesuffix(".")


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
        self._spellings: dict[str, str] = {LOCALHOST: LOCALHOST}
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
        if not name or self.addresses(name) is not None:
            msg = f"cannot add host {name!r}: " + ("there is one" if name else "it has no name")
            raise ValueError(msg)
        for address in addresses:
            if family_of(address) is None:
                msg = f"cannot add host {name!r}: {address!r} is no IP address"
                raise ValueError(msg)
        addresses = tuple(str(ipaddress.ip_address(address)) for address in addresses)
        for address in addresses:
            if address in self._owners:
                msg = f"cannot add host {name!r}: {address} belongs to {self._owners[address]!r}"
                raise ValueError(msg)
        self._addresses[name] = list(addresses) or [self._free(socket.AF_INET)]
        self._spellings[canonical(name)] = name
        for address in self._addresses[name]:
            self._owners[address] = name

    def add_alias(self, name: str, *hosts: str) -> None:
        """
        Add a name that means several hosts, in this order.

        Raises:
            ValueError: The name is taken, or there is no such host, or none at all.
        """
        if not name or self.addresses(name) is not None:
            msg = f"cannot add alias {name!r}: " + ("there is one" if name else "it has no name")
            raise ValueError(msg)
        missing = [host for host in hosts if host not in self._addresses]
        if missing or not hosts:
            what = f"there is no host {missing[0]!r}" if missing else "it stands for no host"
            msg = f"cannot add alias {name!r}: {what}; there are {self.known()}"
            raise ValueError(msg)
        self._spellings[canonical(name)] = name
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

    def near(self, address: str) -> bool:
        """Tell whether somebody has an address that differs in the last number only."""
        front = address.rpartition(".")[0] + "."
        return any(each.startswith(front) for each in self._owners)

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

    def addresses(self, name: str) -> list[str] | None:
        """Return the numeric addresses of a name, in any spelling; None if nobody has it."""
        known = self._spellings.get(canonical(name), "")
        return self._addresses.get(known) or self._aliases.get(known)
