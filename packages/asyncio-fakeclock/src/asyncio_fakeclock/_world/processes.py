"""
The child processes of this process.

A child that was started under the clock counts as long as it runs: it may write to a pipe, call a
server of the loop, send a signal, or be polled for. What it does, it has done before it ends; the
signal of its end may come a moment later, so that it counts for one look more.

Processes of a pool never count, as its threads do not: they idle for ever. Their jobs do. Nor
do the helpers of ``multiprocessing``.

Linux tells of all children (``/proc``). Elsewhere those of ``subprocess`` and ``multiprocessing``
are known, see ``_cpython/children.py``; children of ``os.fork()`` and the like are not.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, final

from asyncio_fakeclock._cpython.children import Started
from asyncio_fakeclock._world.kernel import System, command_of, listed, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Child", "Children"]

_HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")


class Child(NamedTuple):
    """A child process."""

    pid: int

    def name(self) -> str:
        """Return what it is called in reports: its number, and its command line."""
        command = command_of(self.pid)
        return f"process {self.pid} ({command})" if command else f"process {self.pid}"


@final
class Children:
    """
    The children that were born since :meth:`remember`.

    Args:
        on_start: Called with no arguments when a process starts, from any thread.
    """

    __slots__ = ("_alive", "_known", "_started", "_tells")

    def __init__(self, on_start: Callable[[], object] = lambda: None) -> None:
        self._known: set[int] = set()
        self._alive: set[int] = set()
        self._tells = False
        self._started = Started(on_start)

    def remember(self) -> None:
        """Count only children that are born from now on."""
        self._tells = _children() is not None
        self._known = set(_children() or ())
        self._alive = set()
        self._started.watch()

    def forget(self) -> None:
        """Watch no longer."""
        self._started.forget()

    def leave_out(self, pids: set[int]) -> None:
        """Never count these."""
        self._known |= pids

    def born(self) -> set[int]:
        """Return the children that were born since, and are not left out."""
        if not self._started.any:
            return set()
        if not self._tells:
            return self._started.running() - self._known
        if not _has_any():
            return set()
        return set(_children() or ()) - self._known

    def alive(self) -> list[tuple[Child, str]]:
        """Return the children that run, or did so a moment ago, each with a description."""
        if not self._started.any:
            return []
        born = self.born()
        now = {pid for pid in born if not self._tells or _runs(pid)}
        self._leave_out_helpers(now)
        counted = sorted((now | self._alive) - self._known)
        self._alive = now - self._known
        return [(Child(pid), f"process {pid}") for pid in counted]

    def _leave_out_helpers(self, pids: set[int]) -> None:
        # At each look: until it calls exec(), a child has the command line of its parent.
        for pid in pids:
            if any(helper in text_of(f"/proc/{pid}/cmdline") for helper in _HELPERS):
                self._known.add(pid)


def _has_any() -> bool:
    """Whether there is a child at all, in one call."""
    if not System.has_waitid:
        return True
    try:
        System.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    except OSError:
        return True
    return True


def _children() -> list[int] | None:
    found: list[int] = []
    tasks = listed("/proc/self/task")
    if not tasks or "children" not in (listed(f"/proc/self/task/{tasks[0]}") or ()):
        return None
    for task in tasks:
        found += [int(pid) for pid in text_of(f"/proc/self/task/{task}/children").split()]
    return found


def _runs(pid: int) -> bool:
    # "pid (name) state ...", where the name may have anything in it.
    state = text_of(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return bool(state) and state[0] not in "ZX"
