"""
The child processes of this process, from what Linux tells of them.

A child counts only while the loop listens: what it answers to the loop that started it comes by a
pipe, by its process descriptor or by a thread, and counts by itself. Elsewhere nothing is
known, and nothing counts.
"""

from __future__ import annotations

import os
from typing import NamedTuple, final

__all__ = ["Child", "Children"]


class Child(NamedTuple):
    """A child process."""

    pid: int


@final
class Children:
    """The children that were born since :meth:`remember`."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: frozenset[int] = frozenset()

    def remember(self) -> None:
        """Count only children that are born from now on."""
        self._known = _pids()

    def alive(self) -> list[tuple[Child, str]]:
        """Return the children that run, each with a description."""
        pids = sorted(_pids() - self._known)
        return [(Child(pid), f"child process {pid}") for pid in pids if _runs(pid)]


def _pids() -> frozenset[int]:
    try:
        threads = os.listdir("/proc/self/task")
        lists = [_read(f"/proc/self/task/{thread}/children") for thread in threads]
    except OSError:
        return frozenset()
    return frozenset(int(pid) for each in lists for pid in each.split())


def _runs(pid: int) -> bool:
    # "pid (name) state ...", where the name may have anything in it.
    state = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return bool(state) and state[0] not in "ZX"


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
