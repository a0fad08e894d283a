"""
One end of a byte stream in memory: what a Unix stream socket does, as bytes and flags.

Theory of operation. Two ends know each other as ``peer``. `StreamEnd.send` hands immutable chunks
to ``peer.arrive``; `StreamEnd.recv` takes them off again, without a copy where it can. Room is
counted at the sender: ``unread`` bytes are sent and not yet read, and no more than ``capacity`` of
them fit. Both ends keep their `Readiness` true at every step; lowering a level is a plain store,
because nobody waits for "not ready", raising it goes through `Readiness.set`.

Between ``send`` and ``arrive`` there may be a `Wire`, which brings things over later, in order, or
not at all; without one they are there at once.

Which error comes when is Linux' ``net/unix/af_unix.c``, and the tests compare it, step by step,
with the kernel's socket pairs. There is no loop, no socket and no descriptor in this module but
the level's.
"""

from __future__ import annotations

import errno
import socket
from collections import deque
from selectors import EVENT_READ, EVENT_WRITE
from typing import TYPE_CHECKING, Any, Protocol

from asyncio_testselector._files.errors import os_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncio_testselector._selector.readiness import Readiness

Buffer = Any  # bytes, bytearray, memoryview: collections.abc.Buffer came with 3.12

CAPACITY = 212992
"""Bytes that may wait unread in one direction unless told otherwise: Linux' default."""

BOTH = EVENT_READ | EVENT_WRITE


class Wire(Protocol):
    """What lies between one end and its peer: the things sent, on their way."""

    def data(self, chunk: bytes, /) -> None:
        """Bring bytes to the peer's ``arrive``."""

    def eof(self) -> None:
        """Bring the end of the stream to the peer's ``arrive_eof``."""

    def reset(self) -> None:
        """Bring a reset to the peer's ``arrive_reset``."""


class StreamEnd:
    """
    One end of a stream, with the semantics of a Unix stream socket.

    Args:
        level: The readiness of the socket this is the inside of.
        capacity: The bytes that may be sent and not yet read by the peer.
    """

    __slots__ = (
        "capacity",
        "chunks",
        "closed",
        "error",
        "keep_chunks",
        "level",
        "local",
        "peer",
        "read_shut",
        "recv_limit",
        "remote",
        "skipped",
        "unread",
        "wire",
        "write_shut",
    )

    def __init__(self, level: Readiness, capacity: int = CAPACITY) -> None:
        self.level: Readiness = level
        self.capacity: int = capacity
        self.peer: StreamEnd
        self.wire: Wire | None = None
        self.local: Any = ""
        self.remote: Any = ""
        self.chunks: deque[bytes] = deque()
        self.skipped: int = 0  # bytes of the first chunk that are already read
        self.unread: int = 0
        self.error: int = 0  # what SO_ERROR says
        self.read_shut: bool = False
        self.write_shut: bool = False
        self.closed: bool = False
        self.recv_limit: int = 0  # the bytes of one recv() at most; 0 is no limit
        self.keep_chunks: bool = False  # one recv() never reads across two sends
        level.set(EVENT_WRITE)

    # -- sending -----------------------------------------------------------------------------

    def send(self, data: Buffer) -> int:
        """Send what there is room for and return how much that was."""
        if self.write_shut:
            raise self.broken()
        plain = type(data) is bytes
        size = len(data) if plain else memoryview(data).nbytes
        room = self.capacity - self.unread
        if size >= room:
            if room <= 0 and size:
                raise os_error(errno.EAGAIN)
            if size > room:
                data = memoryview(data).cast("B")[:room]
                size, plain = room, False
            self.level.events &= ~EVENT_WRITE
        if size:
            self.unread += size
            wire = self.wire
            if wire is None:
                self.peer.arrive(data if plain else bytes(data))
            else:
                wire.data(data if plain else bytes(data))
        return size

    def send_buffers(self, buffers: Iterable[Buffer]) -> int:
        """Send several buffers as one, reading no more of them than there is room for."""
        room = max(self.capacity - self.unread, 1)
        parts: list[Buffer] = []
        for buffer in buffers:
            size = len(buffer) if type(buffer) is bytes else memoryview(buffer).nbytes
            if size > room:
                parts.append(memoryview(buffer).cast("B")[:room])
                break
            parts.append(buffer)
            room -= size
            if not room:
                break
        return self.send(parts[0] if len(parts) == 1 else b"".join(parts))

    def broken(self) -> OSError:
        """Return the error of sending where nothing can be sent any more."""
        return os_error(errno.EPIPE)

    def drained(self) -> None:
        """Take note that the peer has read something: there is room again."""
        if self.unread < self.capacity:
            self.level.set(self.level.events | EVENT_WRITE)

    # -- receiving ---------------------------------------------------------------------------

    def arrive(self, chunk: bytes) -> None:
        """Take what the peer sent."""
        self.chunks.append(chunk)
        level = self.level
        if not level.events & EVENT_READ:
            level.add(EVENT_READ)

    def recv(self, size: int) -> bytes:
        """Return up to *size* bytes, ``b""`` at the end of the stream."""
        chunks = self.chunks
        if not chunks:
            return self.recv_nothing() if size else b""
        if self.recv_limit and size > self.recv_limit:
            size = self.recv_limit
        chunk = chunks[0]
        if self.skipped or len(chunk) > size or (len(chunks) > 1 and not self.keep_chunks):
            chunk = self._gather(size)
        else:
            chunks.popleft()
        if not (chunks or self.read_shut or self.error):
            self.level.remove(EVENT_READ)
        peer = self.peer
        peer.unread -= len(chunk)
        if not peer.level.events & EVENT_WRITE:
            peer.drained()
        return chunk

    def _gather(self, size: int) -> bytes:
        """Take up to *size* bytes off the front, where they are not just one chunk."""
        chunks = self.chunks
        parts: list[bytes] = []
        while chunks and size:
            start = self.skipped
            part = chunks[0][start : start + size] if start or len(chunks[0]) > size else chunks[0]
            parts.append(part)
            size -= len(part)
            if start + len(part) == len(chunks[0]):
                chunks.popleft()
                self.skipped = 0
            else:
                self.skipped = start + len(part)
            if self.keep_chunks:
                break
        return b"".join(parts)

    def peek(self, size: int) -> bytes:
        """Return what `recv` would, and leave it there."""
        if not self.chunks:
            return self.recv_nothing() if size else b""
        return b"".join(self.chunks)[self.skipped : self.skipped + size]

    def recv_nothing(self) -> bytes:
        """Return the end of the stream or raise what there is instead of bytes."""
        if self.error:
            raise self.take_error()
        if self.read_shut:
            return b""
        raise os_error(errno.EAGAIN)

    # -- the end -----------------------------------------------------------------------------

    def take_error(self) -> OSError:
        """Return the pending error and forget it, as reading SO_ERROR does."""
        code, self.error = self.error, 0
        self.settle()
        return os_error(code)

    def settle(self) -> None:
        """Bring the level up to date after something other than data changed."""
        events = 0
        if self.chunks or self.read_shut or self.error:
            events |= EVENT_READ
        if self.unread < self.capacity or self.write_shut or self.error:
            events |= EVENT_WRITE
        self.level.set(events)

    def peername(self) -> Any:
        """Return the peer's address."""
        return self.remote

    def shutdown(self, how: int) -> None:
        """Close one direction or both: ``SHUT_RD``, ``SHUT_WR``, ``SHUT_RDWR``."""
        if how in (socket.SHUT_RD, socket.SHUT_RDWR):
            self.read_shut = self.peer.write_shut = True
            self.peer.settle()
        if how in (socket.SHUT_WR, socket.SHUT_RDWR) and not self.write_shut:
            self.write_shut = True
            self.transmit_eof()
        self.settle()

    def transmit_eof(self) -> None:
        """Tell the peer that nothing more will come."""
        if self.wire is None:
            self.peer.arrive_eof()
        else:
            self.wire.eof()

    def arrive_eof(self) -> None:
        """Take note that the peer sends no more."""
        self.read_shut = True
        self.settle()

    def arrive_reset(self) -> None:
        """Take note that the connection is gone: what arrived can be read, then comes the error."""
        if not self.closed:
            self.error = errno.ECONNRESET
            self.read_shut = self.write_shut = True
            self.settle()

    def close(self) -> None:
        """Close this end; what it did not read is a reset to its peer."""
        self.closed = True
        peer = self.peer
        if not peer.closed:
            peer.write_shut = True
            if self.chunks:
                self.transmit_reset()
            else:
                self.transmit_eof()
            peer.settle()
        self.forget()

    def transmit_reset(self) -> None:
        """Tell the peer that the connection is gone."""
        if self.wire is None:
            self.peer.arrive_reset()
        else:
            self.wire.reset()

    def abort(self) -> None:
        """Close with a reset, whatever was read."""
        self.closed = True
        self.transmit_reset()
        self.forget()

    def forget(self) -> None:
        """Let go of what a closed end does not need."""
        self.chunks.clear()
        self.skipped = 0
        self.level.close()


def join(one: StreamEnd, other: StreamEnd) -> None:
    """Make two ends each other's peer."""
    one.peer, other.peer = other, one
