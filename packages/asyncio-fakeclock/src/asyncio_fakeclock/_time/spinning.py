"""
A loop that is busy at one instant: is it getting anywhere?

On a loop without a clock, time goes by while callbacks run. A virtual clock stands still as long as
something is ready, so that ``while not done: await asyncio.sleep(0)`` would never see the timer
that sets ``done``. After FIRST turns at one instant the clock looks closer:

- the state of the loop (where each task stands, its variables and what these hold, the callbacks
  that are ready) comes back within a few turns just as it was: it will for ever, as long as no time
  goes by. Time goes on, in steps of a hundredth, so that a loop which asks for the time does not
  run past what it waits for, and not past the next timer;
- timers were set for no later than now, by so little that a float cannot tell: time moves by the
  resolution, as it would on any loop;
- the state is another one each time: something is being computed. Time stands still, until LATE
  turns; then it moves by the resolution now and then, for what cannot be seen from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from asyncio_fakeclock._cpython import loops
from asyncio_fakeclock._cpython.handles import callback_of
from asyncio_fakeclock._time.progress import VALUES, variables_of

if TYPE_CHECKING:
    import asyncio

__all__ = ["AGAIN", "FIRST", "GROWTH", "LATE", "PASSES", "SOME", "STEP", "Spin"]

SOME = 100  # turns, after which timers for no time at all are noticed
AGAIN = 8  # turns, after which one that has repeated itself is looked at once more
STEP = 0.001  # virtual seconds that it is let go on by, and the share of those so far
GROWTH = 0.01
PASSES = 2500  # steps, which are more than a year
FIRST = 2000
LATE = 50_000
_CYCLE = 32

_CONTAINERS = (list, dict, set, frozenset, tuple)


@final
class Spin:
    """Compares the states of a loop within one instant."""

    __slots__ = ("_first", "_left", "_loop")

    def __init__(self, loop: asyncio.BaseEventLoop) -> None:
        self._loop = loop
        self._first: object = None
        self._left = 0

    @property
    def is_open(self) -> bool:
        """Whether the next turns are to be compared with the first."""
        return self._left > 0

    def begin(self) -> None:
        """Take the state that the next turns are compared with."""
        self._first = _state(self._loop)
        self._left = _CYCLE

    def is_back(self) -> bool:
        """Whether the state is the first one again."""
        self._left -= 1
        if _state(self._loop) != self._first:
            return False
        self._left = 0
        return True


def _state(loop: asyncio.BaseEventLoop) -> object:
    ready = []
    for handle in list(loops.ready_queue(loop)):
        callback, args = callback_of(handle)
        cells = getattr(callback, "__closure__", None) or ()
        owner = getattr(callback, "__self__", None)
        ready.append(
            (
                getattr(callback, "__qualname__", type(callback)),
                _contents(owner),
                *map(_contents, args),
                *(_contents(cell.cell_contents) for cell in cells if _is_filled(cell)),
            )
        )
    variables = [(*place, _contents(value)) for place, value in variables_of(loop)]
    return frozenset(variables), tuple(ready)


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - it raises
    except ValueError:
        return False
    return True


def _contents(value: object) -> object:
    """Return what can be compared with later: the value, or the object and what it holds."""
    if type(value) in VALUES:
        return value
    if isinstance(value, _CONTAINERS):
        return id(value), len(value)
    try:
        attributes = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return id(value)
    if not isinstance(attributes, dict):
        return id(value)
    return id(value), tuple((name, _shallow(held)) for name, held in list(attributes.items()))


def _shallow(value: object) -> object:
    if type(value) in VALUES:
        return value
    return (id(value), len(value)) if isinstance(value, _CONTAINERS) else id(value)
