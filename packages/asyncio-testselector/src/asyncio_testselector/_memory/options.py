"""The options of a memory socket: kept as they were set, with the kernel's answers for the rest."""

from __future__ import annotations

import errno
import socket
import struct
from typing import Any, final

from asyncio_testselector._memory.stream import os_error

NAMES = """
    ACCEPTCONN BINDTODEVICE BROADCAST DEBUG DOMAIN DONTROUTE ERROR EXCLUSIVEADDRUSE INCOMING_CPU
    KEEPALIVE LINGER MARK OOBINLINE PASSCRED PRIORITY PROTOCOL RCVBUF RCVLOWAT RCVTIMEO REUSEADDR
    REUSEPORT SNDBUF SNDLOWAT SNDTIMEO TYPE USELOOPBACK
"""
KNOWN = frozenset(getattr(socket, f"SO_{name}", -1) for name in NAMES.split()) - {-1}
"""The options of SOL_SOCKET that exist; others are refused as the kernel refuses them."""

FIXED = tuple(
    getattr(socket, f"SO_{name}", -1) for name in ("DOMAIN", "TYPE", "PROTOCOL", "ACCEPTCONN")
)
"""The options of SOL_SOCKET that can be asked for but not set; -1 where there is none."""

INTERNET = frozenset(
    getattr(socket, name)
    for name in ("IPPROTO_IP", "IPPROTO_IPV6", "IPPROTO_TCP", "IPPROTO_UDP")
    if hasattr(socket, name)
)
"""The levels whose options internet sockets take, and Unix sockets do not."""


@final
class SocketOptions:
    """
    What ``setsockopt`` set, and what ``getsockopt`` says.

    Args:
        family: The address family, for ``SO_DOMAIN`` and for the levels it has.
        type: The socket type, for ``SO_TYPE``.
        proto: The protocol, for ``SO_PROTOCOL``.
    """

    __slots__ = ("_fixed", "_internet", "_values")

    def __init__(self, family: int, type: int, proto: int) -> None:  # noqa: A002
        self._values: dict[tuple[int, int], Any] = {}
        self._internet = family in (socket.AF_INET, socket.AF_INET6)
        self._fixed: dict[int, int] = dict(zip(FIXED, (family, type, proto, 0), strict=True))

    def _check(self, level: int, name: int) -> None:
        if level == socket.SOL_SOCKET:
            if name not in KNOWN:
                raise os_error(errno.ENOPROTOOPT)
        elif not (self._internet and level in INTERNET):
            raise os_error(errno.EOPNOTSUPP)

    def set(self, level: int, name: int, value: Any, length: int | None = None) -> None:
        """
        Keep a value, an int or a buffer; ``None`` with a *length* is that many zero bytes.

        Raises:
            OSError: The option does not exist, or cannot be set.
            TypeError: *value* is none of these.
        """
        self._check(level, name)
        if level == socket.SOL_SOCKET and name in self._fixed:
            raise os_error(errno.ENOPROTOOPT)
        kept: Any = bytes(length) if value is None and length is not None else value
        self._values[level, name] = int(kept) if isinstance(kept, int) else bytes(kept)

    def get(self, level: int, name: int, default: int = 0) -> Any:
        """
        Return the value that was set, what the kernel knows itself, or *default*.

        Raises:
            OSError: The option does not exist.
        """
        self._check(level, name)
        if level == socket.SOL_SOCKET and name in self._fixed:
            return self._fixed[name]
        return self._values.get((level, name), default)

    def listening(self) -> None:
        """Have ``SO_ACCEPTCONN`` say that this socket listens."""
        if hasattr(socket, "SO_ACCEPTCONN"):  # pragma: no branch - Windows, macOS and Linux have
            self._fixed[socket.SO_ACCEPTCONN] = 1

    def resets_on_close(self) -> bool:
        """Tell whether ``SO_LINGER`` is on with a time of 0, which makes ``close()`` a reset."""
        linger = self._values.get((socket.SOL_SOCKET, socket.SO_LINGER))
        if not isinstance(linger, bytes) or len(linger) < struct.calcsize("ii"):
            return False
        on, seconds = struct.unpack_from("ii", linger)
        return bool(on) and not seconds


def as_asked(value: Any, buflen: int) -> Any:
    """Return an option as ``getsockopt`` does: an int, or at most *buflen* bytes if asked."""
    if not buflen:
        return int.from_bytes(value[:4], "little") if isinstance(value, bytes) else value
    raw = value if isinstance(value, bytes) else struct.pack("i", value)
    return raw[:buflen]
