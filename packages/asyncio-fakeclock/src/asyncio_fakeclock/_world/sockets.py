"""
Who is at the other end of what the loop watches.

A descriptor is one of three things to a clock:

- *virtual*: an int of 2**31 and above, which no kernel hands out: a mock, or a memory socket. It
  never holds time back. So is an instance of a subclass of int: a memory socket that was given a
  descriptor of the kernel, for others to poll.
- *own*: the other end is in this loop, too, so that whatever will arrive has been sent by a
  callback and is there already: one look decides. A transport that has paused reading is still in
  the loop; and where there is neither another thread nor a child process, so is every
  descriptor of this process.
- *real*: somebody else may answer. Time stands still while the loop watches it.

A listener, and a datagram socket that answers a connected one of this loop, have no peer
of their own; they count as own. Whatever cannot be told counts as real: a clock that waits in vain
says so, one that jumps makes a timeout out of thin air.
"""

from __future__ import annotations

import os
import socket
import stat
from typing import TYPE_CHECKING, NamedTuple

from asyncio_fakeclock._world.unix_peers import peer_inode

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LISTENER", "REAL", "Channel", "Descriptor", "channels", "of_the_kernel", "own_fds"]

VIRTUAL = 2**31

OWN, REAL, LISTENER = "own", "real", "listener"


class Descriptor(NamedTuple):
    """A descriptor and what it stands for, since numbers are used again."""

    fd: int
    inode: int

    @classmethod
    def of(cls, fd: int) -> Descriptor:
        """Return what *fd* stands for now."""
        status = _status(fd)
        return cls(fd, -1 if status is None else status.st_ino)


class Channel(NamedTuple):
    """What the loop watches at one descriptor."""

    descriptor: Descriptor
    kind: str
    name: str


class _Socket(NamedTuple):
    fd: Descriptor
    family: int
    type: int
    local: object
    peer: object
    listens: bool
    peer_inode: int | None


def of_the_kernel(fds: Iterable[int]) -> set[int]:
    """Return those of *fds* that are not virtual."""
    return {fd for fd in fds if type(fd) is int and fd < VIRTUAL}


def own_fds() -> set[int]:
    """Return all descriptors of this process, as far as Linux tells."""
    try:
        return {int(name) for name in os.listdir("/proc/self/fd")}
    except OSError:
        return set()


def channels(fds: Iterable[int], more: Iterable[int] = ()) -> list[Channel]:
    """
    Return what is behind each of *fds*, virtual ones left out.

    Args:
        fds: What the loop watches.
        more: What else is in the hands of nobody but the loop, and counts as an own end.
    """
    watched = of_the_kernel(fds)
    sockets: list[_Socket] = []
    others: list[tuple[int, os.stat_result | None]] = []
    for fd in sorted(watched | of_the_kernel(more)):
        status = _status(fd)
        if status is not None and stat.S_ISSOCK(status.st_mode):
            sockets.append(_socket(Descriptor(fd, status.st_ino)))
        else:
            others.append((fd, status))
    found = [_of_socket(each, sockets) for each in sockets if each.fd.fd in watched]
    return [*found, *(each for each in _of_others(others) if each.descriptor.fd in watched)]


def _status(fd: int) -> os.stat_result | None:
    try:
        return os.fstat(fd)
    except OSError:
        return None


def _socket(descriptor: Descriptor) -> _Socket:
    # A duplicate, since closing a socket object closes its descriptor.
    with socket.socket(fileno=os.dup(descriptor.fd)) as sock:
        listens = _option(sock, "SO_ACCEPTCONN")
        is_unix = sock.family == getattr(socket, "AF_UNIX", None)
        return _Socket(
            descriptor,
            sock.family,
            sock.type,
            _name(sock, "getsockname"),
            _name(sock, "getpeername"),
            listens,
            peer_inode(descriptor.inode) if is_unix and not listens else None,
        )


def _option(sock: socket.socket, name: str) -> bool:
    try:
        return bool(sock.getsockopt(socket.SOL_SOCKET, getattr(socket, name)))
    except (AttributeError, OSError):
        return False


def _name(sock: socket.socket, method: str) -> object:
    try:
        return getattr(sock, method)()
    except OSError:
        return None


def _of_socket(sock: _Socket, sockets: list[_Socket]) -> Channel:
    if sock.listens:
        return Channel(sock.fd, LISTENER, f"server socket at {sock.local!r}")
    if any(_connects(sock, other) for other in sockets if other.fd != sock.fd):
        return Channel(sock.fd, OWN, f"socket {sock.local!r} to {sock.peer!r}")
    if sock.peer is None and sock.type == socket.SOCK_DGRAM:
        return Channel(sock.fd, REAL, f"datagram socket at {sock.local!r}")
    if sock.peer is None:
        return Channel(sock.fd, REAL, f"connecting socket at {sock.local!r}")
    return Channel(sock.fd, REAL, f"socket {sock.local!r} to {sock.peer!r}")


def _connects(one: _Socket, other: _Socket) -> bool:
    """Whether two sockets are the ends of one connection."""
    if one.family != other.family or one.type != other.type:
        return False
    if one.peer_inode is not None:
        return one.peer_inode == other.fd.inode
    if one.peer is None:
        return one.type == socket.SOCK_DGRAM and _reaches(other.peer, one.local)
    if other.peer is None:
        return one.type == socket.SOCK_DGRAM and _reaches(one.peer, other.local)
    if not one.peer and not one.local:
        return False  # socketpair(): the kernel names neither end
    return one.peer == other.local and one.local == other.peer


def _reaches(peer: object, local: object) -> bool:
    if not isinstance(peer, tuple) or not isinstance(local, tuple):
        return bool(peer) and peer == local
    return peer == local or (peer[1] == local[1] and local[0] in ("0.0.0.0", "::"))


def _of_others(others: list[tuple[int, os.stat_result | None]]) -> list[Channel]:
    inodes = [(s.st_dev, s.st_ino) if s and stat.S_ISFIFO(s.st_mode) else None for _, s in others]
    found = []
    for (fd, status), inode in zip(others, inodes, strict=True):
        # The ends of a pipe have one inode.
        own = inode is not None and inodes.count(inode) > 1
        what = "pipe" if status is not None and stat.S_ISFIFO(status.st_mode) else "descriptor"
        found.append(Channel(Descriptor.of(fd), OWN if own else REAL, f"{what} {_target(fd)}"))
    return found


def _target(fd: int) -> str:
    try:
        return f"{fd} ({os.readlink(f'/proc/self/fd/{fd}')})"
    except OSError:
        return str(fd)
