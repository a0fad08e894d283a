"""
What the user has told the clock not to wait for.

By object: a thread, a future, a process, a socket, a pipe, a transport, a descriptor. By name: a
pattern such as ``"pymongo*"`` that the name of a thread, the module that started it (or a package
that this is in), or the program of a process is compared with; ``"daemon"`` means all daemon
threads.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import threading
import weakref
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, final

from asyncio_fakeclock._cpython.children import pipes_of
from asyncio_fakeclock._world.kernel import command_of
from asyncio_fakeclock._world.processes import Child
from asyncio_fakeclock._world.sockets import Descriptor
from asyncio_fakeclock._world.threads import origin_of

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Ignored", "checked_names"]

DAEMON = "daemon"


def checked_names(names: Iterable[object]) -> tuple[object, ...]:
    """
    Return what is to be ignored from the beginning.

    Raises:
        TypeError: it is a single string, or nothing that can be ignored.
    """
    if isinstance(names, str) or not hasattr(names, "__iter__"):
        msg = f"ignore must be a collection of names or of what can answer, not {names!r}"
        raise TypeError(msg)
    found = tuple(names)
    for each in found:
        Ignored().add(each)
    return found


@final
class Ignored:
    """A set of what may not hold time back, by itself or by name."""

    __slots__ = ("_names", "_patterns", "_work")

    def __init__(self) -> None:
        # Threads and futures, which may be forgotten; descriptors and processes are names.
        self._work: weakref.WeakSet[Any] = weakref.WeakSet()
        self._names: set[object] = set()
        self._patterns: list[str] = []

    def add(self, work: Any) -> None:
        """
        Put something in.

        Raises:
            TypeError: it is nothing that could answer.
            ValueError: it is closed.
        """
        if isinstance(work, str):
            self._patterns.append(work)
        elif isinstance(work, threading.Thread | asyncio.Future | concurrent.futures.Future):
            self._work.add(work)
        elif (pid := _pid_of(work)) is not None:
            self._names.add(Child(pid))
            self._names.update(Descriptor.of(fd) for fd in pipes_of(work))
        else:
            self._names.add(Descriptor.of(_fd_of(work)))

    def add_name(self, name: Descriptor | Child) -> None:
        """Put in a descriptor or a process."""
        self._names.add(name)

    def __bool__(self) -> bool:
        return bool(self._names or self._patterns or self._work)

    def __contains__(self, work: object) -> bool:
        if isinstance(work, Descriptor | Child):
            return work in self._names or (isinstance(work, Child) and self._has_program(work))
        return work in self._work or (
            bool(self._patterns)
            and isinstance(work, threading.Thread)
            and any(_names_thread(pattern, work) for pattern in self._patterns)
        )

    def _has_program(self, child: Child) -> bool:
        if not self._patterns:
            return False
        words = command_of(child.pid).split()
        program = os.path.basename(words[0]) if words else ""
        return any(fnmatchcase(program, pattern) for pattern in self._patterns)


def _names_thread(pattern: str, thread: threading.Thread) -> bool:
    if pattern == DAEMON:
        return thread.daemon
    module = origin_of(thread).module
    return (
        fnmatchcase(thread.name, pattern)
        or fnmatchcase(module, pattern)
        or module.startswith(f"{pattern}.")
    )


def _pid_of(work: Any) -> int | None:
    get_pid = getattr(work, "get_pid", None)
    pid = get_pid() if get_pid is not None else getattr(work, "pid", None)
    return pid if isinstance(pid, int) and not isinstance(pid, bool) else None


def _fd_of(work: Any) -> int:
    info = getattr(work, "get_extra_info", None)
    if info is not None:
        work = info("socket") or info("pipe")
    fileno = getattr(work, "fileno", None)
    fd = fileno() if fileno is not None else work
    if not isinstance(fd, int) or isinstance(fd, bool):
        msg = (
            f"cannot ignore {work!r}: pass a thread, a future, a process, a socket, a pipe, a "
            "transport, a file descriptor, or the name of a thread, a module or a program"
        )
        raise TypeError(msg)
    if fd < 0:
        msg = f"cannot ignore {work!r}: it is closed"
        raise ValueError(msg)
    return fd
