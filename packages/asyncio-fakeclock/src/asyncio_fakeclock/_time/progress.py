"""
Telling a test that takes long from one that gets nowhere.

An automatic clock never stops by itself while there are timers, and a heartbeat sets the next one
whenever it runs. After ``max_jumps`` instants, and again after each so many more, the clock
compares what has changed since:

- a timer that was there before is still to come: something will happen, all is well;
- the tasks are others, or a task stands somewhere else: progress;
- every task stands where it stood, with the very same objects in its variables: nobody will ever
  notice that time goes by, except by an attribute that counts. That is a livelock;
- only variables have changed, as in a loop that counts its own beats: the benefit of the doubt,
  PATIENCE times as long.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, final

from asyncio_fakeclock._report import frames_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PATIENCE", "VALUES", "Progress", "checked_count", "variables_of"]

PATIENCE = 20

_ASYNCIO = os.path.dirname(asyncio.__file__)

Place = tuple[int, int]
Snapshot = tuple[frozenset[tuple[int, tuple[Place, ...]]], frozenset[object]]

# Compared by value: the next number may well be at the address of the last one.
VALUES = (int, float, complex, str, bytes, bool, type(None))


@final
class Progress:
    """Compares the tasks of a loop with what they were the last time."""

    __slots__ = ("_doubts", "_last", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._last: Snapshot | None = None
        self._doubts = 0

    def has_stopped(self, *, renewed: bool) -> bool:
        """
        Whether nothing but heartbeats has happened since the last call.

        Args:
            renewed: Every pending timer has been set since then.
        """
        before, self._last = self._last, _snapshot(self._loop)
        if before is None or not renewed or before[0] != self._last[0]:
            self._doubts = 0
            return False
        self._doubts += 1
        return before[1] == self._last[1] or self._doubts >= PATIENCE


def _snapshot(loop: asyncio.AbstractEventLoop) -> Snapshot:
    places = set()
    variables: set[object] = set()
    for task in asyncio.all_tasks(loop):
        frames = [f for f in frames_of(task) if os.path.dirname(f.f_code.co_filename) != _ASYNCIO]
        places.add((id(task), tuple((id(f.f_code), f.f_lasti) for f in frames)))
    for place, value in variables_of(loop):
        variables.add((*place, value if type(value) in VALUES else id(value)))
    return frozenset(places), frozenset(variables)


def variables_of(loop: asyncio.AbstractEventLoop) -> Iterator[tuple[tuple[object, ...], object]]:
    """Return the variables of all tasks, asyncio's own left out: where each is, and its value."""
    for task in asyncio.all_tasks(loop):
        for frame in frames_of(task):
            if os.path.dirname(frame.f_code.co_filename) == _ASYNCIO:
                continue
            place = id(task), frame.f_code, frame.f_lasti
            yield place, None
            for name, value in list(frame.f_locals.items()):
                yield (*place, name), value


def checked_count(count: Any, what: str) -> float:
    """
    Return a limit as a number, infinity for None.

    Raises:
        TypeError: it is not an int.
        ValueError: it is not positive.
    """
    if count is None:
        return float("inf")
    if not isinstance(count, int) or isinstance(count, bool):
        msg = f"{what} must be an int or None, not {count!r}"
        raise TypeError(msg)
    if count < 1:
        msg = f"{what} must be at least 1, not {count!r}: None for no limit"
        raise ValueError(msg)
    return count
