"""Datagram sockets of a memory network: messages that arrive whole, late, or not at all."""

from __future__ import annotations

import errno
import socket
from collections import deque
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING, Any, final

from asyncio_testselector._files.errors import WINSOCK, os_error
from asyncio_testselector._memory.stream import BOTH, Buffer
from asyncio_testselector._names.numeric import is_multicast
from asyncio_testselector._network.fabric import UNIX, Binding, Fabric
from asyncio_testselector._network.groups import is_broadcast, is_for_many
from asyncio_testselector._network.wire import Wire

if TYPE_CHECKING:
    from asyncio_testselector._selector.readiness import Readiness

KIND = socket.SOCK_DGRAM

LONGEST = 65507
"""Bytes of the longest UDP message."""


@final
class NetworkDatagramEnd:
    """
    The inside of a datagram socket: UDP, or a Unix datagram socket.

    Args:
        fabric: The network.
        level: The readiness of the socket.
        family: The address family.
        local: The own address, before it is bound.
        host: The host it is on.
    """

    def __init__(
        self, fabric: Fabric, level: Readiness, family: int, local: Any, host: str
    ) -> None:
        self.fabric = fabric
        self.level = level
        self.family = family
        self.local = local
        self.host = host
        self.capacity = fabric.capacity
        self.error = 0
        self.binding: Binding | None = None
        self.remote: Any = None
        self.read_shut = self.write_shut = self.closed = False
        self.groups: set[str] = set()
        self.broadcasts: bool = False  # SO_BROADCAST
        self.loops: bool = True  # IP_MULTICAST_LOOP
        self._messages: deque[tuple[bytes, Any]] = deque()
        self._size = 0
        self._wires: dict[str, Wire] = {}
        level.set(EVENT_WRITE)

    def send(self, data: Buffer) -> int:
        """Send a message to the connected address."""
        if self.error:
            raise self.take_error()
        if self.write_shut:
            raise os_error(errno.EPIPE)
        if self.remote is None:
            raise os_error(errno.ENOTCONN if self.family == UNIX else errno.EDESTADDRREQ)
        return self.send_to(data, self.remote)

    def send_buffers(self, buffers: Any) -> int:
        """Send the buffers as one message."""
        return self.send(b"".join(buffers))

    def send_to(self, data: Buffer, address: Any) -> int:
        """Send a message; that nobody gets it is no error, save on a connected socket."""
        if self.error:
            raise self.take_error()
        if self.write_shut:
            raise os_error(errno.EPIPE)
        message = bytes(data)
        if len(message) > LONGEST:
            raise os_error(errno.EMSGSIZE)
        if self.family != UNIX and is_for_many(address[0], self.fabric.hosts):
            self._send_to_many(message, address)
            return len(message)
        target = None if self.family == UNIX else self.fabric.hosts.owner(address[0])
        if self.family == UNIX:
            self._require_path(address)
        elif target is None:
            raise os_error(errno.EHOSTUNREACH)
        topology, cut = self.fabric.topology, False
        if target is not None:
            cut = topology.is_cut(self.host, target)
        wire = self._wire(target)
        kind = "drop" if cut else wire.fate()
        self.fabric.log.add(topology.now(), kind, self.local, address, message)
        if kind != "drop":
            copies = 2 if kind == "duplicate" else 1
            wire.put_datagram(copies, self._deliver, message, self.local, address)
        return len(message)

    def _wire(self, target: str | None) -> Wire:
        wire = self._wires.get(target or "")
        if wire is None:
            wire = Wire(self.fabric.topology, self.host, target)
            self._wires[target or ""] = wire
        return wire

    def may_reach(self, address: Any) -> None:
        """
        Check that this socket may send to an address.

        Raises:
            OSError: It is a broadcast address, and ``SO_BROADCAST`` is off.
        """
        if not self.broadcasts and is_broadcast(address[0], self.fabric.hosts):
            raise os_error(errno.EACCES)

    def _send_to_many(self, message: bytes, address: Any) -> None:
        """Send one message to all that have joined a group, or to everybody."""
        self.may_reach(address)
        fabric = self.fabric
        fabric.log.add(fabric.topology.now(), "datagram", self.local, address, message)
        for end in fabric.find_all(KIND, address):
            echo = end.host == self.host and is_multicast(address[0]) and not self.loops
            if echo or not fabric.reaches(self.host, end.host, address):
                continue
            wire = self._wire(end.host)
            fate = wire.fate()
            if fate != "datagram":
                fabric.log.add(fabric.topology.now(), fate, self.local, address, message)
            if fate != "drop":
                copies = 2 if fate == "duplicate" else 1
                wire.put_datagram(copies, end.arrive, message, self.local, address)

    def _require_path(self, path: Any) -> None:
        if self.fabric.find(KIND, UNIX, path) is None:
            code = errno.ECONNREFUSED if self.fabric.has_path(KIND, path) else errno.ENOENT
            raise os_error(code)

    def _deliver(self, message: bytes, source: Any, address: Any) -> None:
        receiver = self.fabric.find(KIND, self.family, address)
        if receiver is not None:
            receiver.arrive(message, source, address)
        elif self.remote == address:
            # An ICMP message comes back: nobody is at that port.
            self.error = errno.ECONNREFUSED
            self.level.set(BOTH)

    def arrive(self, message: bytes, source: Any, address: Any) -> None:
        """Take a message, unless the queue is full or it is from somebody else than the peer."""
        if self.closed or (self.remote is not None and source != self.remote):
            return
        if self._size + len(message) > self.capacity:
            self.fabric.log.add(self.fabric.topology.now(), "drop", source, address, message)
            return
        self._messages.append((message, source or None))
        self._size += len(message)
        self.level.set(BOTH)

    def recv_from(self, size: int) -> tuple[bytes, Any]:
        """Return one message, cut to *size* bytes, and who sent it."""
        if self.error:
            raise self.take_error()
        if not self._messages:
            raise os_error(errno.EAGAIN)
        message, source = self._messages.popleft()
        self._size -= len(message)
        if not (self._messages or self.read_shut):
            self.level.events &= ~EVENT_READ
        return message[:size], source

    def next_source(self) -> Any:
        """Return who sent the message that is to be received next."""
        return self._messages[0][1] if self._messages else None

    def next_size(self) -> int:
        """Return how long the message is that is to be received next, 0 if there is none."""
        return len(self._messages[0][0]) if self._messages else 0

    def recv(self, size: int) -> bytes:
        """Return one message, cut to *size* bytes; Python does not ask for none at all."""
        return self.recv_from(size)[0] if size else b""

    def peek(self, size: int) -> bytes:
        """Return what `recv` would, and leave it there."""
        if not self._messages:
            raise os_error(errno.EAGAIN)
        return self._messages[0][0][:size]

    def connect(self, address: Any) -> None:
        """Send to, and receive from, this address only."""
        if self.family == UNIX:
            self._require_path(address)
        else:
            self.may_reach(address)
        self.remote = address if self.family == UNIX or address[1] else None

    def peername(self) -> Any:
        """Return the connected address."""
        if self.remote is None:
            raise os_error(errno.ENOTCONN)
        return self.remote

    def shutdown(self, how: int) -> None:
        """
        Send, or wait for messages, no more; nobody hears of it.

        Raises:
            OSError: There is no connected address; Windows does not mind.
        """
        if not WINSOCK:  # pragma: no branch - Windows, whose transports rely on it
            self.peername()
        if how in (socket.SHUT_WR, socket.SHUT_RDWR):
            self.write_shut = True
        if how in (socket.SHUT_RD, socket.SHUT_RDWR):
            self.read_shut = True
            self.level.set(BOTH)

    def take_error(self) -> OSError:
        """Return the pending error and forget it."""
        code, self.error = self.error, 0
        self.level.set(BOTH if self._messages or self.read_shut else EVENT_WRITE)
        return os_error(code)

    def close(self) -> None:
        """Give the address back."""
        self.closed = True
        if self.binding is not None:
            self.fabric.unbind(self.binding)
        self._messages.clear()
        self.level.close()
