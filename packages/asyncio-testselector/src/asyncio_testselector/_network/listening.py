"""
Stream sockets of a memory network before they are connected, and how they get connected.

Theory of operation. An `Attempt` crosses the wire as TCP's handshake does: out to the `Listener`
(refused there, or admitted to its queue), back (the client is connected), and out again (the
server can accept). The bytes that the client then sends travel behind, on the same wire.
"""

from __future__ import annotations

import errno
import socket
from collections import deque
from selectors import EVENT_READ
from typing import TYPE_CHECKING, Any, Protocol

from asyncio_testselector._files.errors import os_error
from asyncio_testselector._memory.stream import StreamEnd, join
from asyncio_testselector._memory.tcp import TcpEnd
from asyncio_testselector._network.fabric import UNIX, Binding, Fabric
from asyncio_testselector._network.idle import IdleEnd
from asyncio_testselector._network.wire import ResettingWire, Wire

if TYPE_CHECKING:
    import asyncio


class ConnectingSocket(Protocol):
    """A socket that connects, as far as its attempt has to know it."""

    @property
    def type(self) -> int:
        """The socket type."""
        ...

    def connected(self, end: StreamEnd) -> None:
        """Become connected."""


BACKLOG = 128
"""Connections that may wait for a peer that serves all of them, as asyncio's servers have it."""


class Listener(IdleEnd):
    """
    The inside of a socket that listens.

    Args:
        idle: What it was before; the address is taken over.
        backlog: Connections that may wait to be accepted; as in Linux, one more can.
    """

    def __init__(self, idle: IdleEnd, backlog: int) -> None:
        super().__init__(idle.fabric, idle.level, idle.family, idle.local)
        self.capacity: int = idle.capacity
        self.binding: Binding | None = idle.binding
        self.backlog = backlog
        self.closed: bool = False
        self._admitted = 0
        self._ready: deque[StreamEnd] = deque()
        self._waiting: deque[Attempt] = deque()

    def knock(self, attempt: Attempt) -> None:
        """Admit an attempt, or have it wait until somebody was accepted."""
        self._waiting.append(attempt)
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._admitted <= self.backlog:
            attempt = self._waiting.popleft()
            if not attempt.over:
                self._admitted += 1
                attempt.admitted(self)

    def left(self) -> None:
        """Take note that an admitted attempt was given up."""
        self._admitted -= 1
        self._admit()

    def connected(self, attempt: Attempt) -> StreamEnd:
        """Make both ends of the connection, and return the client's."""
        make = StreamEnd if self.family == UNIX else TcpEnd
        client = make(attempt.idle.level, attempt.idle.capacity)
        server = make(attempt.fabric.new_level(), self.capacity)
        join(client, server)
        attempt.wire(client, server)
        attempt.out.put(self.arrived, server)
        return client

    def arrived(self, server: StreamEnd) -> None:
        """Have a connection wait to be accepted."""
        if self.closed:
            server.abort()
            return
        self._ready.append(server)
        self.level.set(EVENT_READ)

    def accept(self) -> StreamEnd:  # type: ignore[override]
        """Return the server's end of the oldest connection."""
        if self.closed:
            raise os_error(errno.EINVAL)
        if not self._ready:
            raise os_error(errno.EAGAIN)
        server = self._ready.popleft()
        if not self._ready:
            self.level.events = 0
        self.left()
        return server

    def shutdown(self, how: int) -> None:
        """Listen no more, as far as reading is concerned."""
        if how in (socket.SHUT_RD, socket.SHUT_RDWR) and not self.closed:
            self._turn_away()
            assert self.binding is not None
            self.binding.end = None
            self.level.set(EVENT_READ)

    def close(self) -> None:
        """Reset who waits to be accepted, refuse who waits to be admitted."""
        super().close()
        self._turn_away()

    def _turn_away(self) -> None:
        self.closed = True
        while self._ready:
            self._ready.popleft().abort()
        while self._waiting:
            self._waiting.popleft().refuse()


class Attempt:
    """
    One ``connect()`` under way.

    Args:
        sock: The socket that connects.
        idle: What is inside of it until then.
        host: The host it is on.
        remote: Where it connects to.
    """

    def __init__(self, sock: ConnectingSocket, idle: IdleEnd, host: str, remote: Any) -> None:
        self.sock = sock
        self.idle = idle
        self.remote = remote
        fabric = idle.fabric
        self.fabric: Fabric = fabric
        self.over: bool = False
        self.unix: bool = idle.family == UNIX
        target = None if self.unix else fabric.hosts.owner(remote[0])
        self.reachable: bool = self.unix or target is not None
        self.failure: str | None = fabric.topology.failure(target, host) if target else None
        kind = ResettingWire if self.failure == "reset" else Wire
        self.out: Wire = kind(fabric.topology, host, target if self.reachable else host)
        self.back: Wire = Wire(fabric.topology, target or host, None if self.unix else host)
        self.listener: Listener | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Send it on its way; without latency it is over when this returns."""
        self.out.record("connect", self.idle.local, self.remote)
        self.out.put(self._knock)
        loop = self.fabric.topology.loop
        if not self.over and loop is not None:
            self._timer = loop.call_later(self.fabric.connect_timeout, self._fail, errno.ETIMEDOUT)

    def _knock(self) -> None:
        if not self.reachable:
            self.back.put(self._fail, errno.EHOSTUNREACH)
            return
        if self.failure in ("refuse", "drop"):
            if self.failure == "refuse":
                self.refuse()
            return  # nobody answers: the time to connect runs out
        listener = self.fabric.find(self.sock.type, self.idle.family, self.remote)
        if listener is not None:
            listener.knock(self)
        elif self.unix and not self.fabric.has_path(self.sock.type, self.remote):
            self._fail(errno.ENOENT)
        else:
            self.refuse()

    def refuse(self) -> None:
        """Send the refusal back."""
        self.back.record("refused", self.remote, self.idle.local)
        self.back.put(self._fail, errno.ECONNREFUSED)

    def admitted(self, listener: Listener) -> None:
        """Send the consent back."""
        self.listener = listener
        self.back.record("accept", self.remote, self.idle.local)
        self.back.put(self._connected, listener)

    def _connected(self, listener: Listener) -> None:
        if self.over:
            listener.left()
            return
        self._end()
        self.sock.connected(listener.connected(self))

    def wire(self, client: StreamEnd, server: StreamEnd) -> None:
        """Lay the wires between two ends, and give them their addresses."""
        client.local = server.remote = self.idle.local
        client.remote = server.local = self.remote
        client.wire, self.out.end = self.out, server
        server.wire, self.back.end = self.back, client
        client.recv_limit = server.recv_limit = self.fabric.recv_limit

    def _fail(self, code: int) -> None:
        if not self.over:
            self._end()
            self.idle.fail(code)

    def cancel(self) -> None:
        """Give up: the socket was closed."""
        self._end()

    def _end(self) -> None:
        self.over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
