"""
Who is at the other end of what the loop watches.

A descriptor is one of three things to a clock:

- *virtual*: an int of 2**31 and above, which no kernel hands out: a mock, or a memory socket. It
  never holds time back. So is an instance of a subclass of int: a memory socket that was given a
  descriptor of the kernel, for others to poll.
- *own*: the other end is in this loop, too, so that whatever will arrive has been sent by a
  callback and is there already (or under way, see ``transit.py``): one look decides. A transport
  that has paused reading is still in the loop, and so is what the loop has watched before; where
  there is neither another thread that runs nor a child process, so is every descriptor of this
  process.
- *real*: somebody else may answer. Time stands still while the loop watches it.

A listener, and a datagram socket without a peer, count as own: nobody has begun to answer there.
Whatever cannot be told counts as real: a clock that waits in vain says so, one that jumps makes a
timeout out of thin air.
"""

from __future__ import annotations

import socket
import stat
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncio_fakeclock._world.descriptors import Descriptor, name_of, status_of
from asyncio_fakeclock._world.kernel import System, has_files, listed, pid_of_pidfd, terminal_of
from asyncio_fakeclock._world.processes import Child
from asyncio_fakeclock._world.transit import holds_back
from asyncio_fakeclock._world.unix_peers import peer_inode

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable

__all__ = [
    "LISTENER",
    "OWN",
    "REAL",
    "Channel",
    "Descriptor",
    "channels",
    "of_the_kernel",
    "own_fds",
]

VIRTUAL = 2**31

OWN, REAL, LISTENER = "own", "real", "listener"


class Channel(NamedTuple):
    """
    What the loop watches at one descriptor.

    Attributes:
        descriptor: The descriptor.
        kind: "own", "real" or "listener".
        name: What it is called in reports.
        child: The process whose end it tells of.
        held: The other end, if it is an own one that the kernel may hold bytes back from.
        lags: What is written to it arrives a moment later, and nothing tells when.
    """

    descriptor: Descriptor
    kind: str
    name: str
    child: Child | None = None
    held: int | None = None
    lags: bool = False


class _Socket(NamedTuple):
    fd: Descriptor
    family: int
    type: int
    local: Any
    peer: Any
    listens: bool
    peer_inode: int | None
    holds_back: bool


def of_the_kernel(fds: Iterable[int]) -> set[int]:
    """Return those of *fds* that are not virtual."""
    return {fd for fd in fds if type(fd) is int and fd < VIRTUAL}


def own_fds() -> set[int]:
    """Return all descriptors of this process, as far as the system tells."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        names = listed(folder)
        if names is not None:
            return {int(name) for name in names}
    return set()


def channels(
    fds: Iterable[int], more: Iterable[int] = (), *, alone: bool = False, full: Collection[int] = ()
) -> list[Channel]:
    """
    Return what is behind each of *fds*, virtual ones left out.

    Args:
        fds: What the loop watches.
        more: What else is in the hands of nobody but the loop, and counts as an own end.
        alone: Nobody else runs in this process, and it has no children.
        full: Those that have more to write than the kernel takes.
    """
    watched = of_the_kernel(fds)
    sockets: list[_Socket] = []
    others: list[tuple[int, os.stat_result | None]] = []
    for fd in sorted(watched | of_the_kernel(more)):
        status = status_of(fd)
        may_be_one = stat.S_ISSOCK(status.st_mode) if status is not None else not has_files()
        found = _socket(Descriptor.of(fd), is_full=fd in full) if may_be_one else None
        if found is not None:
            sockets.append(found)
        elif status is None or not may_be_one:
            others.append((fd, status))
    ends = _Ends(sockets)
    kinds = [_of_socket(each, ends, alone=alone) for each in sockets if each.fd.fd in watched]
    return [
        *kinds,
        *(each for each in _of_others(others, alone=alone) if each.descriptor.fd in watched),
    ]


def channels_of_sockets(watched: Iterable[Any], more: Iterable[Any] = ()) -> list[Channel]:
    """
    Return the like for socket objects.

    Args:
        watched: What operations of the loop are on.
        more: What else is in the hands of nobody but the loop.
    """
    found: dict[int, _Socket] = {}
    asked: list[int] = []
    for sock, is_watched in [
        *((each, True) for each in watched),
        *((each, False) for each in more),
    ]:
        fd = System.socket.fileno(sock)
        if fd < 0:
            continue
        if fd not in found:
            found[fd] = _looked_at(Descriptor.of(fd), sock)
        if is_watched and fd not in asked:
            asked.append(fd)
    ends = _Ends(list(found.values()))
    return [_of_socket(found[fd], ends, alone=False) for fd in asked]


def _socket(descriptor: Descriptor, *, is_full: bool) -> _Socket | None:
    try:
        with System.socket_of(descriptor.fd) as sock:
            return _looked_at(descriptor, sock, is_full=is_full)
    except OSError:
        return None  # closed meanwhile


def _looked_at(descriptor: Descriptor, sock: Any, *, is_full: bool = False) -> _Socket:
    listens = _option(sock, "SO_ACCEPTCONN")
    is_unix = sock.family == getattr(socket, "AF_UNIX", None)
    is_tcp = sock.type == socket.SOCK_STREAM and not is_unix and not listens
    return _Socket(
        descriptor,
        sock.family,
        sock.type,
        name_of(sock, "getsockname"),
        name_of(sock, "getpeername"),
        listens,
        peer_inode(descriptor.inode) if is_unix and not listens else None,
        is_tcp and (is_full or holds_back(sock)),
    )


def _option(sock: Any, name: str) -> bool:
    try:
        return bool(System.socket.getsockopt(sock, socket.SOL_SOCKET, getattr(socket, name)))
    except (AttributeError, OSError):
        return False


class _Ends:
    """Finds the other end of a connection among sockets, in one step for most of them."""

    def __init__(self, sockets: list[_Socket]) -> None:
        self._by_inode = {each.fd.inode: each for each in sockets}
        self._by_names = {
            (each.family, each.type, each.local, each.peer): each
            for each in sockets
            if each.peer or each.local
        }
        self._datagrams = [each for each in sockets if each.type == socket.SOCK_DGRAM]

    def other(self, one: _Socket) -> _Socket | None:
        """Return the other end of *one*, None if it is not among them."""
        if one.peer_inode is not None:
            return self._by_inode.get(one.peer_inode)
        if one.peer or one.local:
            found = self._by_names.get((one.family, one.type, one.peer, one.local))
            if found is not None and found.fd != one.fd:
                return found
        if one.type != socket.SOCK_DGRAM:
            return None
        return next((each for each in self._datagrams if _exchange(one, each)), None)


def _exchange(one: _Socket, other: _Socket) -> bool:
    if one.fd == other.fd or one.family != other.family:
        return False
    if one.peer is None:
        return _reaches(other.peer, one.local)
    return other.peer is None and _reaches(one.peer, other.local)


def _reaches(peer: Any, local: Any) -> bool:
    if not isinstance(peer, tuple) or not isinstance(local, tuple):
        return bool(peer) and peer == local
    return peer == local or (peer[1] == local[1] and local[0] in ("0.0.0.0", "::"))


def _of_socket(sock: _Socket, ends: _Ends, *, alone: bool) -> Channel:
    if sock.listens:
        return Channel(sock.fd, LISTENER, f"server socket at {sock.local!r}")
    other = ends.other(sock)
    name = _words(sock)
    if other is not None:
        held = other.fd.fd if sock.holds_back or other.holds_back else None
        return Channel(sock.fd, OWN, name, held=held)
    if sock.peer is None and sock.type == socket.SOCK_DGRAM:
        return Channel(sock.fd, LISTENER, name)
    is_pair = sock.peer == "" and not sock.local
    if alone and is_pair and sock.peer_inode is None:
        return Channel(sock.fd, OWN, name)  # where the kernel does not say which the other end is
    return Channel(sock.fd, REAL, name)


def _words(sock: _Socket) -> str:
    if sock.peer is None:
        kind = "datagram socket" if sock.type == socket.SOCK_DGRAM else "connecting socket"
        return f"{kind} at {sock.local!r}"
    if not sock.local and not sock.peer:
        return f"one end of a socket pair, descriptor {sock.fd.fd}"
    return f"socket {sock.local!r} to {sock.peer!r}"


def _of_others(others: list[tuple[int, os.stat_result | None]], *, alone: bool) -> list[Channel]:
    inodes = [(s.st_dev, s.st_ino) if s and stat.S_ISFIFO(s.st_mode) else None for _, s in others]
    terminals = [None if s is None else terminal_of(fd, s) for fd, s in others]
    found = []
    for (fd, status), inode, terminal in zip(others, inodes, terminals, strict=True):
        descriptor = Descriptor.of(fd)
        pid = pid_of_pidfd(fd) if inode is None else None
        target = _target(fd)
        if pid is not None:
            child = Child(pid)
            found.append(Channel(descriptor, REAL, f"process {pid}", child))
            continue
        # The ends of a pipe have one inode.
        own = inode is not None and inodes.count(inode) > 1
        own = own or (alone and "[eventfd]" in target)
        if terminal is not None and (terminal[0], not terminal[1]) in terminals:
            found.append(Channel(descriptor, OWN, f"terminal {target}", lags=True))
            continue
        what = "pipe" if status is not None and stat.S_ISFIFO(status.st_mode) else "descriptor"
        found.append(Channel(descriptor, OWN if own else REAL, f"{what} {target}"))
    return found


def _target(fd: int) -> str:
    try:
        return f"{fd} ({System.readlink(f'/proc/self/fd/{fd}')})"
    except OSError:
        return str(fd)
