"""
Bytes that are under way between two TCP sockets of this process.

Loopback delivers at once as a rule, and one look at the selector decides. Not so where the kernel
holds bytes back: by Nagle's algorithm, until the peer's delayed acknowledgement (40 ms); behind a
window that was closed, until it is probed (200 ms). Time stands still meanwhile.

Bytes that were sent and are not acknowledged are under way only if the peer has not received them:
a delayed acknowledgement alone holds nothing up. Both ends count their bytes (TCP_INFO), from
beginnings that differ by a constant, which is taken when nothing is under way. Bytes that wait for
a peer who has unread ones in its own queue are not under way, either: it is the loop's turn to
read.

Each look costs two calls a socket, so only those are looked at that can hold bytes back: without
TCP_NODELAY (asyncio sets it on sockets of its own), with a small buffer, or with a full one. What
the system does not tell (SIOCOUTQ is Linux's) is not seen.
"""

from __future__ import annotations

import socket
import struct
from typing import Final, NamedTuple, final

from asyncio_fakeclock._world.kernel import System, queued

__all__ = ["Transit", "holds_back"]

_TCP_INFO: Final = getattr(socket, "TCP_INFO", None)
_COUNTS: Final = struct.Struct("=120xQQ")  # tcp_info: bytes acknowledged, bytes received
# What is asked for is doubled by the kernel; the least that it gives by itself is above this.
_SMALL_BUFFER: Final = 1 << 16


class _Way(NamedTuple):
    source: int
    target: int


def holds_back(sock: socket.socket) -> bool:
    """Whether the kernel may keep what is written to this TCP socket for a while."""
    option = System.socket.getsockopt
    try:
        if not option(sock, socket.IPPROTO_TCP, socket.TCP_NODELAY):
            return True
        sizes = [
            option(sock, socket.SOL_SOCKET, name) for name in (socket.SO_SNDBUF, socket.SO_RCVBUF)
        ]
    except OSError:
        return False
    return bool(min(sizes) < _SMALL_BUFFER)


@final
class Transit:
    """What is under way, both ways, between the two ends of connections."""

    __slots__ = ("_beginnings", "_ways")

    def __init__(self) -> None:
        self._ways: list[_Way] = []
        self._beginnings: dict[_Way, int] = {}

    def set_pairs(self, pairs: set[tuple[int, int]]) -> None:
        """Look at these from now on."""
        self._ways = [_Way(*pair) for one, other in pairs for pair in ((one, other), (other, one))]
        known, self._beginnings = self._beginnings, {}
        for way in self._ways:
            if way in known:
                self._beginnings[way] = known[way]

    def __bool__(self) -> bool:
        return bool(self._ways)

    def sources(self) -> list[int]:
        """Return the descriptors whose bytes are under way."""
        return [way.source for way in self._ways if self._is_under_way(way)]

    def _is_under_way(self, way: _Way) -> bool:
        waiting = queued(way.source, sent=True)
        if not waiting:
            if waiting is not None and way not in self._beginnings:
                self._beginnings[way] = _difference(way)
            return False
        if queued(way.target, sent=False):
            return False
        beginning = self._beginnings.get(way)
        if beginning is not None and _difference(way) + waiting <= beginning:
            return False
        # An acknowledgement that came between the two looks is counted in both.
        return queued(way.source, sent=True) == waiting or self._is_under_way(way)


def _difference(way: _Way) -> int:
    return _counts(way.source)[0] - _counts(way.target)[1]


def _counts(fd: int) -> tuple[int, int]:
    """Return the bytes of a socket that were acknowledged, and those it has received."""
    if _TCP_INFO is None:
        return 0, 0
    try:
        with System.socket_of(fd) as sock:
            info = sock.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _COUNTS.size)
        acknowledged, received = _COUNTS.unpack(info)
    except (OSError, struct.error):
        return 0, 0
    return acknowledged, received
