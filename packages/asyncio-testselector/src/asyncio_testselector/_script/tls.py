"""TLS on the script's side of a connection in memory: no socket, the standard library's objects."""

from __future__ import annotations

import contextlib
import ssl
from typing import final


@final
class Tls:
    """
    One side of a TLS connection: bytes of the wire in, bytes of the wire out.

    Args:
        context: A client's context makes it the client, everything else the server.
        hostname: The name a client asks for.
    """

    def __init__(self, context: ssl.SSLContext, hostname: str | None) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(
            self._incoming,
            self._outgoing,
            server_side=not is_client(context),
            server_hostname=hostname,
        )
        self.ready: bool = False
        """Whether the handshake is done."""
        self.ended: bool = False
        """Whether the other side has said that it sends nothing more."""

    def shake_hands(self) -> None:
        """
        Go on with the handshake as far as the bytes that came allow.

        Raises:
            ssl.SSLError: It has failed.
        """
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return
        self.ready = True

    def receive(self, data: bytes) -> bytes:
        """
        Take bytes of the wire, and return what they say.

        Raises:
            ssl.SSLError: They make no sense.
        """
        self._incoming.write(data)
        if not self.ready:
            self.shake_hands()
        plain = bytearray()
        while self.ready and not self.ended:
            try:
                part = self._object.read(65536)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLZeroReturnError:
                part = b""
            self.ended = not part
            plain += part
        return bytes(plain)

    def write(self, data: bytes) -> None:
        """Say something."""
        self._object.write(data)

    def say_goodbye(self) -> None:
        """Say that nothing more will come."""
        if self.ready:
            # It is said in any case; the other side just has not answered.
            with contextlib.suppress(ssl.SSLError):
                self._object.unwrap()

    def take(self) -> bytes:
        """Return the bytes that are to go over the wire."""
        return self._outgoing.read()


def is_client(context: ssl.SSLContext) -> bool:
    """Tell whether a context is made for a client."""
    return context.protocol == ssl.PROTOCOL_TLS_CLIENT
