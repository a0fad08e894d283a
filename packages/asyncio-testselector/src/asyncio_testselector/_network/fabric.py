"""What the sockets of one network share: the addresses in use, and the settings."""

from __future__ import annotations

import errno
import itertools
import operator
import socket
import weakref
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, final

from asyncio_testselector._files.errors import os_error
from asyncio_testselector._names import resolution
from asyncio_testselector._names.addresses import (
    ANY,
    family_in,
    is_abstract,
    unix_address,
    unmapped,
)
from asyncio_testselector._names.hosts import LOCALHOST, Hosts
from asyncio_testselector._names.numeric import is_multicast, is_wildcard
from asyncio_testselector._network.backing import BackedReadiness
from asyncio_testselector._network.groups import (
    EVERYBODY,
    is_for_many,
    stays_at_home,
)
from asyncio_testselector._selector.readiness import Readiness

if TYPE_CHECKING:
    from asyncio_testselector._network.log import WireLog
    from asyncio_testselector._network.topology import Topology

FIRST_PORT = 49152
BROADCAST = dict.fromkeys(("<broadcast>", EVERYBODY), EVERYBODY)
UNIX: int = getattr(socket, "AF_UNIX", -1)


class OpenSocket(Protocol):
    """A socket of the network, as far as the network itself has to know it."""

    _end: Any

    def fileno(self) -> int:
        """Return the descriptor."""
        ...

    def close(self) -> None:
        """Close the socket."""


@final
@dataclass(eq=False)
class Binding:
    """An address in use: by a listener, or by a datagram socket."""

    kind: int
    family: int
    address: Any
    host: str
    shared: bool
    dual: bool = False
    """Whether it is ``::`` and takes what comes by IPv4 as well."""
    end: Any = None
    """What answers there: a listener or a datagram end; None if nothing does yet."""

    @property
    def place(self) -> Any:
        """The key it is found by: the port, or the path."""
        return self.kind, self.address if self.family == UNIX else self.address[1]

    def overlaps(self, other: Binding) -> bool:
        """Tell whether both mean one address."""
        if self.family != other.family:
            return UNIX not in (self.family, other.family) and self._overlaps_dual(other)
        if self.family == UNIX:
            return bool(self.address == other.address)
        mine, theirs = self.address[0], other.address[0]
        wild = is_wildcard(mine) or is_wildcard(theirs)
        return bool(mine == theirs or (wild and self.host == other.host))

    def _overlaps_dual(self, other: Binding) -> bool:
        return (self.dual or other.dual) and self.host == other.host

    def answers(self, family: int) -> bool:
        """Tell whether it takes what comes by a family."""
        return self.family == family or (self.dual and family == socket.AF_INET)


@final
@dataclass(eq=False)
class Fabric:
    """
    The inside of a `MemoryNetwork`.

    Attributes:
        open: The sockets that are open.
    """

    hosts: Hosts
    log: WireLog
    topology: Topology
    capacity: int
    recv_limit: int
    connect_timeout: float
    backed: bool

    def __post_init__(self) -> None:
        self.open: weakref.WeakSet[OpenSocket] = weakref.WeakSet()
        self.host: ContextVar[str] = ContextVar("host", default=LOCALHOST)
        self.descriptors: dict[int, Any] = {}  # the sockets of those that were detached
        self._ports = itertools.count(FIRST_PORT)
        self._names = itertools.count()
        self._bindings: dict[Any, list[Binding]] = {}

    def new_level(self) -> Readiness:
        """Return the readiness of a new socket."""
        return BackedReadiness() if self.backed else Readiness()

    def socket_of(self, number: int) -> Any:
        """Return a socket by its descriptor, None if there is no such."""
        found = self.descriptors.get(number)
        if found is None:
            found = next((sock for sock in self.open if sock.fileno() == number), None)
        return found

    # -- addresses in use --------------------------------------------------------------------

    def bind(
        self, kind: int, family: int, address: Any, host: str, *, shared: bool, dual: bool = False
    ) -> Binding:
        """
        Put an address into use.

        Raises:
            OSError: It is in use.
        """
        if family != UNIX:
            family = family_in(address)  # which is another one if an IPv4 address was mapped
            dual = dual and family == socket.AF_INET6 and is_wildcard(address[0])
            if not (is_wildcard(address[0]) or is_for_many(address[0], self.hosts)):
                host = self.hosts.claim(address[0])
            if not address[1]:
                address = (address[0], self.free_port(), *address[2:])
        elif not address:
            address = self._free_name()
        binding = Binding(kind, family, address, host, shared, dual)
        there = self._bindings.setdefault(binding.place, [])
        for other in there:
            if binding.overlaps(other) and not (shared and other.shared):
                raise os_error(errno.EADDRINUSE)
        there.append(binding)
        return binding

    def unbind(self, binding: Binding) -> None:
        """Take an address out of use."""
        there = self._bindings[binding.place]
        there.remove(binding)
        if not there:
            del self._bindings[binding.place]

    def _free_name(self) -> bytes:
        """Return an abstract address that nobody uses, as Linux gives to who binds to nothing."""
        return b"\0%05x" % next(self._names)

    def free_port(self) -> int:
        """Return a port that nobody uses; after the last one it starts again."""
        while True:
            port = FIRST_PORT + (next(self._ports) - FIRST_PORT) % (65536 - FIRST_PORT)
            kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
            if not any((kind, port) in self._bindings for kind in kinds):
                return port

    def find(self, kind: int, family: int, address: Any) -> Any:
        """Return what answers at an address: a listener or datagram end; None if nothing does."""
        place = kind, address if family == UNIX else address[1]
        if family != UNIX:
            family = family_in(address)
        there = [each for each in self._bindings.get(place, ()) if each.answers(family)]
        there.sort(key=lambda each: each.family != family)  # what is meant for it goes first
        if family == UNIX:
            return there[0].end if there else None
        if kind == socket.SOCK_DGRAM:
            there.reverse()  # who came last, of those that share a port
            there.sort(key=lambda each: each.family != family)
        owner = self.hosts.owner(address[0])
        exact = [each for each in there if each.address[0] == address[0]]
        wild = [each for each in there if is_wildcard(each.address[0])]
        # The machine that the test itself is answers for every host, unless that host listens.
        own = [each for each in wild if each.host == owner]
        for each in (*exact, *own, *(each for each in wild if each.host == LOCALHOST)):
            if each.end is not None:
                return each.end
        return None

    def find_all(self, kind: int, address: Any) -> list[Any]:
        """Return the datagram ends of all hosts that a message to a group, or to all, is for."""
        target, port = address[:2]
        family = family_in(address)
        there = [
            each
            for each in self._bindings.get((kind, port), ())
            if each.end is not None
            and each.answers(family)
            and (is_wildcard(each.address[0]) or each.address[0] == target)
        ]
        if is_multicast(target):
            # A host takes what is for a group if any of its sockets has joined that.
            ends = [each.end for group in self._bindings.values() for each in group]
            joined = {end.host for end in ends if target in getattr(end, "groups", ())}
            there = [each for each in there if each.host in joined]
        return [each.end for each in there]

    def reaches(self, host: str, other: str, address: Any) -> bool:
        """Tell whether what *host* sends to a group, or to all, comes to another at all."""
        return host == other or not (stays_at_home(address[0]) or self.topology.is_cut(host, other))

    def has_path(self, kind: int, path: Any) -> bool:
        """Tell whether there is a Unix socket at a path."""
        return is_abstract(path) or (kind, path) in self._bindings

    def resolved(self, family: int, address: Any, kind: int) -> Any:
        """
        Return an address with a numeric host, as the kernel's own calls resolve it.

        Raises:
            OSError: It is no address of this family.
        """
        if family == UNIX:
            return unix_address(address)
        most, form = (2, "AF_INET") if family == socket.AF_INET else (4, "AF_INET6")
        if not isinstance(address, tuple) or not 2 <= len(address) <= most:
            more = "" if most == 2 else ", possibly flow information and scope"
            msg = f"{form} address must be a tuple of host and port{more}, not {address!r}"
            raise TypeError(msg)
        port = operator.index(address[1])
        if not 0 <= port <= 65535:
            msg = f"port must be 0-65535, not {port!r}"
            raise OverflowError(msg)
        name = address[0] or ANY[socket.AddressFamily(family)]
        if name in BROADCAST:
            return (BROADCAST[name], port)
        info = resolution.getaddrinfo(self.hosts, name, port, family, kind)
        return unmapped(info[0][4])
