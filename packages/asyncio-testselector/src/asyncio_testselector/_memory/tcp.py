"""
One end of a TCP connection in memory.

Where TCP differs from a Unix stream: the two sides learn of each other by what crosses the wire
only. A closed end still takes what arrives, and answers with a reset; so the first ``send`` after
the peer has closed works, and the next one fails. After a reset or after both sides have ended the
stream there is no peer any more: ``getpeername`` and ``shutdown`` say so. Read from Linux'
``tcp_recvmsg``, ``tcp_sendmsg`` and ``tcp_reset``, and compared with the kernel by the tests.
"""

from __future__ import annotations

import errno
import socket
from selectors import EVENT_READ
from typing import TYPE_CHECKING, Any

from asyncio_testselector._files.errors import WINSOCK, os_error
from asyncio_testselector._memory.stream import CAPACITY, StreamEnd

if TYPE_CHECKING:
    from asyncio_testselector._selector.readiness import Readiness


class TcpEnd(StreamEnd):
    """One end of a stream, with the semantics of a TCP connection."""

    __slots__ = ("connected", "fin", "linger_reset")

    error: int
    read_shut: bool
    size: int
    write_shut: bool

    def __init__(self, level: Readiness, capacity: int = CAPACITY) -> None:
        super().__init__(level, capacity)
        self.connected: bool = True
        self.fin: bool = False  # the peer has ended its stream
        self.linger_reset: bool = False  # SO_LINGER with a time of 0: close() resets

    def broken(self) -> OSError:
        """Return the pending error if there is one, else a broken pipe."""
        return self.take_error() if self.error else os_error(errno.EPIPE)

    def recv_nothing(self) -> bytes:
        """Return the end of the stream, which TCP prefers to a pending error, or raise."""
        if self.fin:
            return b""
        return super().recv_nothing()

    def peername(self) -> Any:
        """Return the peer's address, as long as there is a connection."""
        if not self.connected:
            raise os_error(errno.ENOTCONN)
        return self.remote

    def shutdown(self, how: int) -> None:
        """Close one direction or both; the peer hears of ``SHUT_WR`` only."""
        if not self.connected:
            if WINSOCK:  # pragma: no cover - Windows, whose transports rely on it
                return
            raise os_error(errno.ENOTCONN)
        if how in (socket.SHUT_RD, socket.SHUT_RDWR):
            self.read_shut = True
        if how in (socket.SHUT_WR, socket.SHUT_RDWR) and not self.write_shut:
            self.write_shut = True
            self.transmit_eof()
        self._both_ended()
        self.settle()

    def _both_ended(self) -> None:
        if self.fin and self.write_shut:
            self.connected = False

    def arrive(self, chunk: bytes) -> None:
        """Take what the peer sent."""
        if self.read_shut or self.closed or not self.connected:
            self._arrive_late(chunk)
            return
        # As the parent's; a call of super() would be a tenth of an echo.
        self.chunks.append(chunk)
        level = self.level
        if not level.events & EVENT_READ:
            level.add(EVENT_READ)

    def _arrive_late(self, chunk: bytes) -> None:
        """Answer with a reset where nobody reads any more."""
        if self.closed:
            self.transmit_reset()
        elif self.write_shut and self.connected and not self.fin:
            # Both directions are shut: Linux takes more data for a reset, on both sides.
            self.transmit_reset()
            self.arrive_reset()
        elif self.connected:
            super().arrive(chunk)

    def arrive_eof(self) -> None:
        """Take note that the peer sends no more."""
        if self.connected:
            self.fin = self.read_shut = True
            self._both_ended()
            self.settle()

    def arrive_reset(self) -> None:
        """Take note that the connection is gone."""
        if not self.connected:
            return
        self.connected = False
        # After its FIN a peer has nothing to reset but what we still send: a broken pipe.
        self.error = errno.EPIPE if self.fin and not self.write_shut else errno.ECONNRESET
        self.read_shut = self.write_shut = True
        self.settle()

    def close(self) -> None:
        """Close this end: with a FIN, or with a reset if something was left unread."""
        self.closed = True
        if self.connected:
            if self.chunks or self.linger_reset:
                self.connected = False
                self.transmit_reset()
            elif not self.write_shut:
                self.write_shut = True
                self.transmit_eof()
        self.forget()

    def abort(self) -> None:
        """Close with a reset, whatever was read."""
        self.linger_reset = True
        self.close()
