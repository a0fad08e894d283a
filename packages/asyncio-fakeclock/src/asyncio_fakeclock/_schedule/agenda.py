"""
The instants to come, in order, and the timers of each. No loop, nothing patched.

A heap of timers pays for each of them with as many comparisons as it is deep, each of which fetches
two timers from anywhere in memory. Here the instants are ordered, not the timers: bare floats, each
once, however many timers share it. New instants go to a heap. When all earlier ones are used up,
the heap is sorted as a whole, and from then on the next instant is the last of that list. Sorting a
million floats takes a fraction of what a million ``heappop`` do. Only instants that come before
others that were sorted already are popped from the heap.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import filterfalse
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["NEVER", "Agenda"]

__unittest = __tracebackhide__ = True

NEVER = float("inf")


@final
class Agenda:
    """
    Timers by their instants. A timer may be anything but a list.

    Attributes:
        next: The first instant that has a timer, infinity if there is none.
    """

    __slots__ = ("_new", "_sorted", "_timers", "next")

    def __init__(self) -> None:
        # Most instants have one timer, which then stands for itself; several are in a list.
        self._timers: dict[float, Any] = {}
        self._new: list[float] = []  # a heap
        self._sorted: list[float] = []  # the next one is the last
        self.next = NEVER

    def add(self, when: float, timer: Any) -> None:
        """Put in a timer; at its instant it comes after those that are there."""
        there = self._timers.setdefault(when, timer)
        if there is timer:
            heappush(self._new, when)
            if when < self.next:
                self.next = when
        elif type(there) is list:
            there.append(timer)
        else:
            self._timers[when] = [there, timer]

    def at(self, when: float) -> list[Any]:
        """Return the timers of an instant, in the order of being put in."""
        return _several(self._timers.get(when, []))

    def instants(self) -> frozenset[float]:
        """Return the instants that have a timer, infinity left out."""
        return frozenset(self._timers) - {NEVER}

    def take(self) -> Any:
        """Take out what there is at the next instant: a timer, or several in a list."""
        when, new, in_order = self.next, self._new, self._sorted
        if in_order and in_order[-1] == when:
            in_order.pop()
        else:
            heappop(new)
        if new and not in_order:
            new.sort(reverse=True)
            self._new, self._sorted = new, in_order = in_order, new
        self.next = in_order[-1] if in_order else NEVER
        if new and new[0] < self.next:
            self.next = new[0]
        return self._timers.pop(when)

    def drop(self, unwanted: Callable[[Any], bool]) -> int:
        """Throw out the timers that are *unwanted*, and return how many are left."""
        kept = 0
        timers: dict[float, Any] = {}
        for when, there in self._timers.items():
            if type(there) is not list:
                if not unwanted(there):
                    timers[when] = there
                    kept += 1
            elif left := list(filterfalse(unwanted, there)):
                timers[when] = left
                kept += len(left)
        self._timers = timers
        self._new = [when for when in self._new if when in timers]
        self._sorted = [when for when in self._sorted if when in timers]
        heapify(self._new)
        self.next = min(self._new[:1] + self._sorted[-1:], default=NEVER)
        return kept

    def clear(self) -> None:
        """Throw out everything."""
        self.drop(lambda _: True)

    def __len__(self) -> int:
        """Return the number of instants that have a timer."""
        return len(self._timers)

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the timers, in order."""
        for when in sorted(self._timers):
            yield from _several(self._timers[when])


def _several(there: Any) -> list[Any]:
    return there if type(there) is list else [there]
