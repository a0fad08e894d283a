"""The queue of timers, for those who ask it questions."""

from __future__ import annotations

from heapq import heappush
from typing import TYPE_CHECKING, final

from asyncio_fakeclock._cpython import NEVER, LoopTimers, give_timer, set_when, take_timers

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, TimerHandle

__all__ = ["TimerQueue"]

__unittest = True


@final
class TimerQueue(LoopTimers):
    """The timers and the time of one loop; the arguments are those of :class:`LoopTimers`."""

    __slots__ = ()

    def next_timer(self) -> float | None:
        """Return the instant of the next timer that has not been cancelled."""
        heap = self._heap
        while heap and heap[0][2].cancelled():
            self._drop_first()
        return heap[0][0] if heap else None

    def oldest_timer(self) -> int | None:
        """Return the number of the timer that was scheduled first, of those that will come."""
        return min(
            (s for when, s, t in self._heap if when < NEVER and not t.cancelled()), default=None
        )

    @property
    def last_timer(self) -> int:
        """The number of the timer that was scheduled last."""
        return self._seq

    def timers(self) -> list[TimerHandle]:
        """Return the timers to come, in order."""
        return [timer for _, _, timer in sorted(self._heap) if not timer.cancelled()]

    def idle(self) -> bool:
        """Whether neither a callback is ready nor a timer due."""
        heap = self._heap
        return not self._ready and not (heap and heap[0][0] <= self.now)

    def idle_until(self, when: float) -> bool:
        """Whether nothing at all happens until after *when*, as far as the loop knows."""
        heap = self._heap
        return self.quiet and not self._ready and not (heap and heap[0][0] <= when)

    def move(self, when: float) -> None:
        """Set the time to *when*, which is not before any timer."""
        if when > self.now:
            self.now = when
            self.turns = 0
            if self.watched:
                self._owner._moved(when)

    def take_over(self, loop: AbstractEventLoop) -> None:
        """Take the timers that the loop has already, each with the time it had left."""
        real_now = loop.time()
        for timer in take_timers(loop):
            when = self.now + (timer.when() - real_now)
            set_when(timer, when)
            self._seq += 1
            heappush(self._heap, (when, self._seq, timer))

    def give_back(self, loop: AbstractEventLoop) -> None:
        """Give the timers to the loop, which has its own time again; the same."""
        real_now = loop.time()
        for timer in self.timers():
            set_when(timer, real_now + (timer.when() - self.now))
            give_timer(loop, timer)
        self._heap.clear()
        self._cancelled = 0
