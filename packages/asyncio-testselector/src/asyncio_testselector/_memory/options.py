"""
The options of a memory socket: kept as they were set, with the kernel's answers for the rest.

What has an effect: ``SO_SNDBUF``, ``SO_LINGER``, ``SO_REUSEPORT`` and ``IPV6_V6ONLY``. Most others
cannot have any in memory, and are taken as Linux takes them: with its defaults, its limits, and
"on" as 1 whatever number it was.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from typing import Any, final

from asyncio_testselector._files.errors import os_error


def numbers(prefix: str, names: str) -> frozenset[int]:
    """Return the numbers of those options that the running system has."""
    found = (getattr(socket, prefix + name, None) for name in names.split())
    return frozenset(number for number in found if number is not None)


SOCKET = int(socket.SOL_SOCKET)
TCP = int(socket.IPPROTO_TCP)
IP = int(getattr(socket, "IPPROTO_IP", 0))
IPV6 = int(getattr(socket, "IPPROTO_IPV6", 41))

KNOWN = numbers(
    "SO_",
    """
    ACCEPTCONN BINDTODEVICE BROADCAST DEBUG DOMAIN DONTROUTE ERROR EXCLUSIVEADDRUSE INCOMING_CPU
    KEEPALIVE LINGER MARK NOSIGPIPE OOBINLINE PASSCRED PEERCRED PRIORITY PROTOCOL RCVBUF RCVLOWAT
    RCVTIMEO REUSEADDR REUSEPORT SNDBUF SNDLOWAT SNDTIMEO TYPE USELOOPBACK
    """,
)
"""The options of SOL_SOCKET that exist; others are refused as the kernel refuses them."""

READ_ONLY = {
    SOCKET: numbers("SO_", "ACCEPTCONN DOMAIN ERROR PEERCRED PROTOCOL SNDLOWAT TYPE"),
    TCP: numbers("TCP_", "INFO"),
}

SWITCHES = {
    SOCKET: numbers("SO_", "BROADCAST DEBUG DONTROUTE KEEPALIVE OOBINLINE REUSEADDR REUSEPORT"),
    TCP: numbers("TCP_", "NODELAY CORK QUICKACK"),
    IP: numbers("IP_", "MULTICAST_LOOP PKTINFO RECVOPTS RECVTOS TRANSPARENT"),
    IPV6: numbers("IPV6_", "DONTFRAG RECVHOPLIMIT RECVPKTINFO RECVTCLASS V6ONLY"),
}
"""The options that are on or off."""

LIMITS = [
    # level, name, what it is before it was set, what it can be set to
    (SOCKET, "SO_RCVLOWAT", 1, None),
    (SOCKET, "SO_SNDLOWAT", 1, None),
    (TCP, "TCP_KEEPIDLE", 7200, range(1, 32768)),
    (TCP, "TCP_KEEPINTVL", 75, range(1, 32768)),
    (TCP, "TCP_KEEPCNT", 9, range(1, 128)),
    (TCP, "TCP_SYNCNT", 6, range(1, 128)),
    (TCP, "TCP_QUICKACK", 1, None),
    (TCP, "TCP_MAXSEG", 536, None),
    (SOCKET, "SO_INCOMING_CPU", -1, None),
    (TCP, "TCP_LINGER2", 60, None),
    (IP, "IP_TTL", 64, (-1, *range(1, 256))),
    (IP, "IP_MULTICAST_TTL", 1, range(-1, 256)),
    (IP, "IP_MULTICAST_LOOP", 1, None),
    (IPV6, "IPV6_UNICAST_HOPS", 64, range(-1, 256)),
    (IPV6, "IPV6_MULTICAST_HOPS", 1, range(-1, 256)),
    (IPV6, "IPV6_MULTICAST_LOOP", 1, (0, 1)),
]
FOUND = [
    ((level, int(getattr(socket, name))), default, allowed)
    for level, name, default, allowed in LIMITS
    if hasattr(socket, name)
]
DEFAULTS: dict[tuple[int, int], Any] = {option: default for option, default, _ in FOUND}
STRUCTS = {
    "SO_LINGER": (SOCKET, bytes(8)),
    "SO_RCVTIMEO": (SOCKET, bytes(16)),
    "SO_SNDTIMEO": (SOCKET, bytes(16)),
    "TCP_CONGESTION": (TCP, b"cubic".ljust(16, b"\0")),
}
DEFAULTS |= {
    (level, getattr(socket, name)): value
    for name, (level, value) in STRUCTS.items()
    if hasattr(socket, name)
}
ALLOWED = {option: allowed for option, _, allowed in FOUND if allowed is not None}

SIZES = {int(socket.SO_SNDBUF): 4608, int(socket.SO_RCVBUF): 2304}
"""The buffers, and the least that Linux makes of them."""

LARGEST = 212992
"""What Linux has for their largest size, unless an administrator says something else."""

PEERCRED: int = getattr(socket, "SO_PEERCRED", -1)


@final
class SocketOptions:
    """
    What ``setsockopt`` set, and what ``getsockopt`` says.

    Args:
        family: The address family, for ``SO_DOMAIN`` and for the levels it has.
        type: The socket type, for ``SO_TYPE`` and for the levels it has.
        proto: The protocol, for ``SO_PROTOCOL``.
    """

    __slots__ = ("_fixed", "_levels", "_values")

    def __init__(self, family: int, type: int, proto: int) -> None:  # noqa: A002
        self._values: dict[tuple[int, int], Any] = {}
        self._levels = levels(family, type)
        if not proto and len(self._levels) > 1:
            proto = TCP if type == socket.SOCK_STREAM else int(socket.IPPROTO_UDP)
        own = {"DOMAIN": family, "TYPE": type, "PROTOCOL": proto, "ACCEPTCONN": 0}
        self._fixed = {getattr(socket, f"SO_{name}", -1): value for name, value in own.items()}

    def _check(self, level: int, name: int, code: int = errno.EOPNOTSUPP) -> None:
        if level not in self._levels:
            raise os_error(code)
        if level == SOCKET and name not in KNOWN:
            raise os_error(errno.ENOPROTOOPT)

    def set(self, level: int, name: int, value: Any, length: int | None = None) -> None:
        """
        Keep a value, an int or a buffer; ``None`` with a *length* is that many zero bytes.

        Raises:
            OSError: The option does not exist, or cannot be set to this.
            TypeError: *value* is none of these.
        """
        internet = len(self._levels) > 1
        self._check(level, name, errno.ENOPROTOOPT if internet else errno.EOPNOTSUPP)
        if name in READ_ONLY.get(level, ()):
            raise os_error(errno.ENOPROTOOPT)
        kept: Any = bytes(length) if value is None and length is not None else value
        kept = int(kept) if isinstance(kept, int) else bytes(kept)
        if isinstance(kept, int):
            if (level, name) == (SOCKET, socket.SO_LINGER):  # a struct of two
                raise os_error(errno.EINVAL)
            if (level, name) in ALLOWED and kept not in ALLOWED[level, name]:
                raise os_error(errno.EINVAL)
            if name in SWITCHES.get(level, ()):
                kept = int(bool(kept))
            if kept == -1 and level != SOCKET:  # which asks for what it was
                kept = DEFAULTS.get((level, name), -1)
        elif level == SOCKET and name in SIZES:
            if len(kept) < 4:
                raise os_error(errno.EINVAL)
            kept = int.from_bytes(kept[:4], sys.byteorder, signed=True)
        self._values[level, name] = kept

    def get(self, level: int, name: int, default: int = 0) -> Any:
        """
        Return the value that was set, what the kernel knows itself, or *default*.

        Raises:
            OSError: The option does not exist.
        """
        datagrams = IPV6 in self._levels and TCP not in self._levels
        self._check(level, name, errno.ENOPROTOOPT if datagrams else errno.EOPNOTSUPP)
        if level == SOCKET and name in self._fixed:
            return self._fixed[name]
        if level == SOCKET and name == PEERCRED and len(self._levels) == 1:
            return credentials()
        return self._values.get((level, name), DEFAULTS.get((level, name), default))

    def inherit(self, other: SocketOptions) -> None:
        """Have what was set on the socket that accepts a connection, as TCP's have."""
        self._values.update(other._values)

    def listening(self) -> None:
        """Have ``SO_ACCEPTCONN`` say that this socket listens."""
        if hasattr(socket, "SO_ACCEPTCONN"):  # pragma: no branch - Windows, macOS and Linux have
            self._fixed[socket.SO_ACCEPTCONN] = 1

    def resets_on_close(self) -> bool:
        """Tell whether ``SO_LINGER`` is on with a time of 0, which makes ``close()`` a reset."""
        linger = self._values.get((SOCKET, socket.SO_LINGER))
        form = "ii" if not isinstance(linger, bytes) or len(linger) >= 8 else "hh"  # of Windows
        if not isinstance(linger, bytes) or len(linger) < struct.calcsize(form):
            return False
        on, seconds = struct.unpack_from(form, linger)
        return bool(on) and not seconds


def levels(family: int, kind: int) -> frozenset[int]:
    """Return the levels whose options a socket has."""
    found = {SOCKET}
    if family in (socket.AF_INET, socket.AF_INET6):
        found |= {IP, TCP if kind == socket.SOCK_STREAM else int(socket.IPPROTO_UDP)}
    if family == socket.AF_INET6:
        found.add(IPV6)
    return frozenset(found)


def credentials() -> bytes:
    """Return what ``SO_PEERCRED`` says of a peer that is this very process."""
    return struct.pack("3i", os.getpid(), os.getuid(), os.getgid())


def doubled(name: int, size: int) -> int:
    """Return what the system makes of the size of a buffer: Linux keeps as much for itself."""
    if not size or sys.platform != "linux":
        return size
    return max(SIZES[name], 2 * (min(size, LARGEST) if size > 0 else LARGEST))


def as_asked(value: Any, buflen: int) -> Any:
    """Return an option as ``getsockopt`` does: an int, or at most *buflen* bytes if asked."""
    if not buflen:
        return int.from_bytes(value[:4], sys.byteorder) if isinstance(value, bytes) else value
    raw = value if isinstance(value, bytes) else struct.pack("i", value)
    return raw[:buflen]
