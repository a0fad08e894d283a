"""
A connection in memory whose other side is no socket but code that reacts.

Theory of operation. The client has an ordinary memory socket; on the other side there is no socket
but a `PeerSide`, whose ``arrive`` hands everything to the `Conversation`, which hands what it
says, decrypted if it is TLS, to a `Reactor`. So the reaction happens within the client's own
``send()``: no task, no callback of the loop, and no order of events but one.
"""

from __future__ import annotations

import asyncio
import errno
import ssl
from typing import TYPE_CHECKING, Protocol, final

from asyncio_testselector._cpython.transports import lose_connection
from asyncio_testselector._files.errors import os_error
from asyncio_testselector._memory.stream import CAPACITY, Buffer, join
from asyncio_testselector._memory.tcp import TcpEnd
from asyncio_testselector._script.tls import Tls, is_client
from asyncio_testselector._selector.readiness import Readiness

if TYPE_CHECKING:
    from asyncio_testselector._script.report import ScriptError

__unittest = __tracebackhide__ = True


class Reactor(Protocol):
    """What reacts to a client."""

    def arrived(self, chunk: bytes) -> None:
        """Take bytes of the client."""

    def client_ended(self) -> None:
        """Take note that the client sends nothing more."""

    def play(self) -> None:
        """Go on: the connection is made, or TLS is ready."""

    def tls_failed(self, error: ssl.SSLError) -> None:
        """Take note that the two sides do not agree on TLS."""


@final
class ClientSide(TcpEnd):
    """The end inside of the client's socket: a TCP connection that can fail with a report."""

    __slots__ = ("blocked", "failure")

    def __init__(self, level: Readiness, capacity: int = CAPACITY) -> None:
        super().__init__(level, capacity)
        self.keep_chunks = True
        self.blocked: int = 0  # calls of send() still to refuse
        self.failure: ScriptError | None = None

    def send(self, data: Buffer) -> int:
        """Send, unless the script has writes blocked."""
        if self.blocked and not self.failure:
            self.blocked -= 1
            raise os_error(errno.EAGAIN)
        if self.failure is not None and self._told():
            return memoryview(data).nbytes  # to a transport that is about to be closed
        return super().send(data)

    def broken(self) -> OSError:
        """Raise the script's failure if there is one."""
        if self.failure is not None:
            raise self.failure
        return super().broken()

    def recv_nothing(self) -> bytes:
        """Raise the script's failure if there is one."""
        if self.failure is not None:
            raise os_error(errno.EAGAIN) if self._told() else self.failure
        return super().recv_nothing()

    def _told(self) -> bool:
        """Tell a transport of the failure, if there is one: it would tell others as well."""
        assert self.failure is not None
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return False
        return lose_connection(loop, self.level.fd, self.failure)

    def fail(self, failure: ScriptError) -> None:
        """Fail every further call; what was received before can be read first."""
        self.failure = failure
        self.read_shut = self.write_shut = True
        self.settle()


@final
class PeerSide(TcpEnd):
    """The other end: what arrives is reacted to, not kept."""

    __slots__ = ("conversation",)

    conversation: Conversation

    def arrive(self, chunk: bytes) -> None:
        """Hand the bytes on, and make room for more."""
        self.peer.unread -= len(chunk)
        self.peer.drained()
        self.conversation.heard(chunk)

    def arrive_eof(self) -> None:
        """Hand the end of the stream on."""
        super().arrive_eof()
        self.conversation.reactor.client_ended()

    def arrive_reset(self) -> None:
        """Hand the client's reset on, which here is the end of its stream."""
        super().arrive_reset()
        self.conversation.reactor.client_ended()


@final
class Conversation:
    """
    Both ends of the connection, and TLS between them if there is any.

    Args:
        level: The readiness of the client's socket.
        reactor: What reacts to the client.

    Attributes:
        client: The end inside of the client's socket.
        side: The other end.
    """

    def __init__(self, level: Readiness, reactor: Reactor) -> None:
        self.reactor = reactor
        self.client: ClientSide = ClientSide(level)
        self.side: PeerSide = PeerSide(Readiness())
        self.side.conversation = self
        join(self.client, self.side)
        self._tls: Tls | None = None

    def heard(self, chunk: bytes) -> None:
        """Take bytes of the wire."""
        tls = self._tls
        if tls is None:
            self.reactor.arrived(chunk)
            return
        was_ready, had_ended = tls.ready, tls.ended
        try:
            plain = tls.receive(chunk)
        except ssl.SSLError as exc:
            self._transmit(tls.take())
            self.reactor.tls_failed(exc)
            return
        self._transmit(tls.take())
        if tls.ready and not was_ready:
            self.reactor.play()
        if plain:
            self.reactor.arrived(plain)
        if tls.ended and not had_ended:
            self.reactor.client_ended()

    def send(self, chunk: bytes) -> None:
        """Have the client receive a chunk, whatever room there is."""
        if self._tls is not None:
            self._tls.write(chunk)
            chunk = self._tls.take()
        self._transmit(chunk)

    def _transmit(self, chunk: bytes) -> None:
        if not chunk or self.client.closed:
            return
        self.side.unread += len(chunk)
        if self.side.wire is None:
            self.client.arrive(chunk)
        else:
            self.side.wire.data(chunk)

    def secured(self, context: ssl.SSLContext, hostname: str | None, begun: bytearray) -> bool:
        """Begin TLS with what has come of it already, or tell whether its handshake is done."""
        if self._tls is None:
            self._tls = Tls(context, hostname)
            if is_client(context):
                self._tls.shake_hands()  # a client speaks first
                self._transmit(self._tls.take())
            hello = bytes(begun)
            begun.clear()
            if hello:
                self.heard(hello)
        return self._tls.ready

    def hang_up(self) -> None:
        """End the stream that the client reads."""
        if self.side.connected and not self.side.write_shut:
            if self._tls is not None:
                self._tls.say_goodbye()
                self._transmit(self._tls.take())
            self.side.shutdown(1)

    def reset(self) -> None:
        """Reset the connection."""
        self.side.abort()
