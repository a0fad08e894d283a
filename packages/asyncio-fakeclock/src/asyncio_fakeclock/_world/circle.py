"""
A circle of processes that can wait for nobody but one another: this one and its children.

A child that is blocked in reading what only the loop writes, or in writing what only the loop
reads, waits for the loop; so does a thread that serves a connection whose other end the loop has.
If all of them are blocked so at one moment, none of them can begin anything: whatever comes next
is the loop's to do, and time may move on to its next timer.

Who is blocked, and in what, Linux tells (``syscalls.py``); what that needs is looked up here: the
other end of a pipe, of a socket, or of a process that is waited for has to be in the circle, and
nothing may be under way. Whoever has a time limit runs on by itself and waits for nobody; files,
terminals, timers and signals are of nobody in the circle. Children of children count, too. A daemon
that has left its parents is not known: what it shares with them is taken for theirs alone.
"""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple, final

from asyncio_fakeclock._world.kernel import System, listed, pid_of_pidfd, text_of
from asyncio_fakeclock._world.syscalls import READ, Call, call_of, switches_of
from asyncio_fakeclock._world.unix_peers import peer_inode

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Circle"]

_LISTENS: Final = "0A"
_ESTABLISHED: Final = "01"
_UNIX_LISTENS: Final = 0x10000
_INODE: Final = re.compile(r"(pipe|socket):\[(\d+)\]")
_MAPPED: Final = "0000000000000000FFFF0000"  # before the IPv4 address that an IPv6 one stands for


class _Connection(NamedTuple):
    """A line of /proc/net/tcp and the like."""

    local: str
    peer: str
    state: str
    inode: int
    sending: int
    received: int


def _is_under_way(source: _Connection, target: _Connection) -> bool:
    # What waits behind unread bytes is the reader's to fetch.
    return bool(source.sending) and not target.received


@final
class Circle:
    """
    This process and those of its children that count.

    Args:
        children: The children.
    """

    def __init__(self, children: Iterable[int] = ()) -> None:
        self._children = set(children)
        self._own = os.getpid()

    def tokens(self) -> dict[object, object] | None:
        """
        Return what is the same as long as no task of a child runs; None if one may.

        Look twice: between two equal answers nobody has run.
        """
        found: dict[object, object] = {}
        for pid in self._descendants():
            tasks = listed(f"/proc/{pid}/task")
            if not tasks:
                return None
            for task in tasks:
                token = self.token(pid, task)
                if token is None:
                    return None
                found[pid, task] = token
        return found

    def token(self, pid: int | str, tid: int | str) -> object:
        """Return the same for one task."""
        call = call_of(pid, tid)
        if call is None or not self._is_blocked(pid, call):
            return None
        switches = switches_of(pid, tid)
        return None if switches is None else (call.words, switches)

    def token_of_thread(self, native: int) -> object:
        """Return the same for a thread of this process that waits for no lock."""
        call = call_of("self", native)
        if call is None or call.is_lock:
            return None
        return self.token("self", native)

    def has_other_end(self, fd: int) -> bool:
        """Whether the other end of a descriptor of this process is in the circle."""
        return self._is_closed("self", fd, READ)

    def _descendants(self) -> list[int]:
        found: list[int] = []
        todo = list(self._children)
        while todo:
            pid = todo.pop()
            found.append(pid)
            for task in listed(f"/proc/{pid}/task") or ():
                todo += map(int, text_of(f"/proc/{pid}/task/{task}/children").split())
        return found

    def _is_blocked(self, pid: int | str, call: Call) -> bool:
        if call.child is not None:
            return self._is_of_the_circle(pid, call.child)
        return call.is_lock or (
            bool(call.files) and all(self._is_closed(pid, fd, kind) for fd, kind in call.files)
        )

    def _is_of_the_circle(self, waiter: int | str, pid: int) -> bool:
        if waiter == "self" and pid < 0:
            return False  # any child of ours: those that do not count are among them
        return pid < 0 or pid in self._members

    def _is_closed(self, pid: int | str, fd: int, kind: int) -> bool:
        """Whether only the circle can end a wait for a descriptor."""
        try:
            target: str = System.readlink(f"/proc/{pid}/fd/{fd}")
        except OSError:
            return False
        match = _INODE.fullmatch(target)
        if match is not None:
            what, inode = match[1], int(match[2])
            return self._is_pipe_closed(inode, kind) if what == "pipe" else self._is_heard(inode)
        if target == "anon_inode:[pidfd]":
            process = pid_of_pidfd(fd, pid)
            return process is not None and process in self._members
        return target == "anon_inode:[eventfd]"

    def _is_pipe_closed(self, inode: int, kind: int) -> bool:
        read, write = self._pipes.get(inode, (False, False))
        return (write or not kind & READ) and (read or kind == READ)

    def _is_heard(self, inode: int) -> bool:
        connection = self._connections.get(inode)
        if connection is None:
            other = peer_inode(inode)
            return inode in self._unix_listeners if other is None else other in self._sockets
        if connection.state == _LISTENS:
            return not connection.received
        other_end = self._by_names.get((connection.peer, connection.local))
        if other_end is None or connection.state != _ESTABLISHED:
            return False
        if _is_under_way(connection, other_end) or _is_under_way(other_end, connection):
            return False
        return other_end.inode in self._sockets or (
            other_end.inode == 0 and self._is_listened_to(other_end.local)
        )

    def _is_listened_to(self, address: str) -> bool:
        port = address.rpartition(":")[2]
        return any(
            each.state == _LISTENS
            and each.inode in self._sockets
            and each.local.rpartition(":")[2] == port
            for each in self._connections.values()
        )

    @cached_property
    def _members(self) -> set[int]:
        return {*self._descendants(), self._own}

    @cached_property
    def _files(self) -> tuple[dict[int, tuple[bool, bool]], set[int]]:
        pipes: dict[int, tuple[bool, bool]] = {}
        sockets: set[int] = set()
        for pid in self._members:
            for fd in listed(f"/proc/{pid}/fd") or ():
                try:
                    target = System.readlink(f"/proc/{pid}/fd/{fd}")
                    match = _INODE.fullmatch(target)
                    if match is None:
                        continue
                    if match[1] == "socket":
                        sockets.add(int(match[2]))
                        continue
                    mode = System.lstat(f"/proc/{pid}/fd/{fd}").st_mode
                except OSError:
                    continue  # closed meanwhile
                read, write = pipes.get(int(match[2]), (False, False))
                pipes[int(match[2])] = read or bool(mode & 0o400), write or bool(mode & 0o200)
        return pipes, sockets

    @property
    def _pipes(self) -> dict[int, tuple[bool, bool]]:
        return self._files[0]

    @property
    def _sockets(self) -> set[int]:
        return self._files[1]

    @cached_property
    def _lines(self) -> list[_Connection]:
        found: list[_Connection] = []
        for name in ("tcp", "tcp6"):
            for line in text_of(f"/proc/net/{name}", whole=True).splitlines()[1:]:
                words = line.split()
                sending, _, received = words[4].partition(":")
                local, peer = (word.removeprefix(_MAPPED) for word in words[1:3])
                queues = int(sending, 16), int(received, 16)
                found.append(_Connection(local, peer, words[3], int(words[9]), *queues))
        return found

    @cached_property
    def _connections(self) -> dict[int, _Connection]:
        return {each.inode: each for each in self._lines if each.inode}

    @cached_property
    def _by_names(self) -> dict[tuple[str, str], _Connection]:
        return {(each.local, each.peer): each for each in self._lines if each.state != _LISTENS}

    @cached_property
    def _unix_listeners(self) -> set[int]:
        lines = (line.split() for line in text_of("/proc/net/unix", whole=True).splitlines()[1:])
        return {int(words[6]) for words in lines if int(words[3], 16) & _UNIX_LISTENS}
