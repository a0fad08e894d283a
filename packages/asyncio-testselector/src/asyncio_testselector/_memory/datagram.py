"""One end of a datagram pair in memory: messages arrive whole, or not at all."""

from __future__ import annotations

import errno
import socket
from collections import deque
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING, Any, final

from asyncio_testselector._files.errors import os_error

if TYPE_CHECKING:
    from asyncio_testselector._memory.stream import Buffer
    from asyncio_testselector._selector.readiness import Readiness

QUEUE = 10
"""Messages that may wait unread: Linux' ``net.unix.max_dgram_qlen``."""


@final
class DatagramEnd:
    """
    One end of a pair of Unix datagram sockets.

    Args:
        level: The readiness of the socket this is the inside of.
        capacity: The bytes of a message at most.
    """

    __slots__ = (
        "alone",
        "capacity",
        "closed",
        "error",
        "level",
        "local",
        "messages",
        "peer",
        "read_shut",
        "remote",
        "write_shut",
    )

    def __init__(self, level: Readiness, capacity: int) -> None:
        self.level = level
        self.capacity = capacity
        self.peer: DatagramEnd
        self.local: Any = ""
        self.remote: Any = ""
        self.messages: deque[bytes] = deque()
        self.error = 0
        self.read_shut = self.write_shut = self.closed = False
        self.alone = False  # the peer is known to be gone
        level.set(EVENT_WRITE)

    def send(self, data: Buffer) -> int:
        """Send one message."""
        message = bytes(data)
        if self.write_shut:
            raise os_error(errno.EPIPE)
        if self.alone:
            raise os_error(errno.ENOTCONN)
        if self.peer.closed:
            self.alone = True
            self.messages.clear()  # Linux drops with the connection what came over it
            self.settle()
            raise os_error(errno.ECONNREFUSED)
        if self.peer.read_shut:
            raise os_error(errno.EPIPE)
        if len(message) > self.capacity:
            raise os_error(errno.EMSGSIZE)
        if len(self.peer.messages) > QUEUE:
            raise os_error(errno.EAGAIN)
        self.peer.messages.append(message)
        self.peer.settle()
        self.settle()
        return len(message)

    def send_buffers(self, buffers: Any) -> int:
        """Send the buffers as one message."""
        return self.send(b"".join(buffers))

    def recv(self, size: int) -> bytes:
        """Return one message, cut to *size* bytes."""
        data = self.peek(size)
        if size and self.messages:
            self.messages.popleft()
            self.settle()
            self.peer.settle()
        return data

    def peek(self, size: int) -> bytes:
        """Return what `recv` would, and leave it there."""
        if not size:  # Python does not ask the kernel then
            return b""
        if not self.messages:
            raise os_error(errno.EAGAIN)
        return self.messages[0][:size]

    def next_size(self) -> int:
        """Return how long the message is that is to be received next, 0 if there is none."""
        return len(self.messages[0]) if self.messages else 0

    def settle(self) -> None:
        """Bring the level up to date."""
        if self.closed:
            return
        events = EVENT_READ if self.messages or self.read_shut else 0
        if self.peer.closed or self.write_shut or len(self.peer.messages) <= QUEUE:
            events |= EVENT_WRITE
        self.level.set(events)

    def peername(self) -> Any:
        """Return the peer's address, until a message was refused."""
        if self.alone:
            raise os_error(errno.ENOTCONN)
        return self.remote

    def shutdown(self, how: int) -> None:
        """Close one direction or both; the peer notices when it sends."""
        if how in (socket.SHUT_RD, socket.SHUT_RDWR):
            self.read_shut = True
        if how in (socket.SHUT_WR, socket.SHUT_RDWR):
            self.write_shut = True
        self.peer.settle()
        self.settle()

    def close(self) -> None:
        """Close this end."""
        self.closed = True
        self.messages.clear()
        self.level.close()
        self.peer.settle()
