"""
The other end of a Unix socket, which Linux tells by its ``sock_diag`` netlink interface.

``socketpair()`` gives its ends no names, and all connections of a server share one. The kernel
knows which is which: each socket has an inode, and a peer with another. Where the question is not
answered (other systems, some containers) the answer is None.

Read from Linux's ``linux/sock_diag.h``, ``linux/unix_diag.h`` and ``linux/netlink.h``.
"""

from __future__ import annotations

import socket
import struct
import sys

from asyncio_fakeclock._world.kernel import System

__all__ = ["peer_inode"]

_HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
_REQUEST = struct.Struct("=BBHIIIII")  # unix_diag_req: family, protocol, -, states, inode, show, *2
_MESSAGE = struct.Struct("=BBBBIII")  # unix_diag_msg: family, type, state, -, inode, cookie * 2
_ATTRIBUTE = struct.Struct("=HH")  # nlattr: length, type
_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 1
_ALL_STATES = 0xFFFFFFFF
_UDIAG_SHOW_PEER = 4
_UNIX_DIAG_PEER = 2
_NO_COOKIE = 0xFFFFFFFF


def peer_inode(inode: int) -> int | None:
    """Return the inode of the socket that the Unix socket *inode* is connected to."""
    if not hasattr(socket, "AF_NETLINK"):
        return None
    request = _REQUEST.pack(
        socket.AF_UNIX, 0, 0, _ALL_STATES, inode, _UDIAG_SHOW_PEER, _NO_COOKIE, _NO_COOKIE
    )
    length = _HEADER.size + len(request)
    header = _HEADER.pack(length, _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0)
    try:
        netlink = System.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG)
        try:
            netlink.settimeout(1)
            netlink.send(header + request)
            return _peer_in(netlink.recv(8192))
        finally:
            netlink.close()
    except (OSError, struct.error):
        return None


def _peer_in(answer: bytes) -> int | None:
    length, kind, *_ = _HEADER.unpack_from(answer)
    if kind != _SOCK_DIAG_BY_FAMILY:
        return None  # an error: there is no such socket any more
    at = _HEADER.size + _MESSAGE.size
    while at < length:
        size, kind = _ATTRIBUTE.unpack_from(answer, at)
        if kind == _UNIX_DIAG_PEER:
            return int.from_bytes(answer[at + 4 : at + 8], sys.byteorder)
        at += (size + 3) & ~3  # attributes are aligned to four bytes
    return None
