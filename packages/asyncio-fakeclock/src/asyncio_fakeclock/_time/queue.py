"""The queue of timers, for those who ask it questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from asyncio_fakeclock._cpython.handles import set_when
from asyncio_fakeclock._cpython.loops import give_timer, take_timers
from asyncio_fakeclock._cpython.timers import LoopTimers

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, TimerHandle
    from collections.abc import Iterable

__all__ = ["TimerQueue"]

__unittest = __tracebackhide__ = True


@final
class TimerQueue(LoopTimers):
    """The timers and the time of one loop; the arguments are those of :class:`LoopTimers`."""

    __slots__ = ()

    def next_timer(self) -> float | None:
        """Return the instant of the next timer that has not been cancelled."""
        agenda = self._agenda
        while first := agenda.at(agenda.next):
            if not all(timer.cancelled() for timer in first):
                return agenda.next
            self._live(agenda.take())
        return None

    def timers(self) -> list[TimerHandle]:
        """Return the timers to come, in order."""
        return [timer for timer in self._agenda if not timer.cancelled()]

    def instants(self) -> frozenset[float]:
        """Return the instants of all timers, except those that never come due."""
        return self._agenda.instants()

    def has_timer_at(self, instants: Iterable[float]) -> bool:
        """Whether there is a timer to come at one of these."""
        at = self._agenda.at
        return any(not timer.cancelled() for when in instants for timer in at(when))

    def idle(self) -> bool:
        """Whether neither a callback is ready nor a timer due."""
        return not self._ready and self._agenda.next > self.now

    def has_due(self) -> bool:
        """Whether a timer is due."""
        return bool(self._agenda.next <= self.now)

    def idle_until(self, when: float) -> bool:
        """Whether nothing at all happens until after *when*, as far as the loop knows."""
        return self.quiet and not self._ready and self._agenda.next > when

    def move(self, when: float) -> None:
        """Set the time to *when*, which is not before any timer."""
        if when > self.now:
            self.now = when
            self.turns = 0
            if self.watched:
                self._owner._moved(when)

    def make_due_ready(self) -> None:
        """Let what is due join the callbacks that are ready, so that the next timer is to come."""
        while self._agenda.next <= self.now:
            self._make_ready(self._live(self._agenda.take()))

    def jump(self, when: float) -> None:
        """Move to a timer while the loop is busy; it counts as a move of an idle one."""
        self.jumps += 1
        if self.jumps >= self.max_jumps:
            self._owner._jumped_far()
        self.move(when)

    def creep(self, when: float) -> None:
        """Move by very little while the loop is busy: its turns are still counted as before."""
        turns = self.turns
        self.move(when)
        self.turns = turns

    def take_over(self, loop: AbstractEventLoop) -> None:
        """Take the timers that the loop has already, each with the time it had left."""
        real_now = loop.time()
        for timer in take_timers(loop):
            when = self.now + (timer.when() - real_now)
            set_when(timer, when)
            self._agenda.add(when, timer)

    def give_back(self, loop: AbstractEventLoop) -> None:
        """Give the timers to the loop, which has its own time again; the same."""
        real_now = loop.time()
        for timer in self.timers():
            set_when(timer, real_now + (timer.when() - self.now))
            give_timer(loop, timer)
        self._agenda.clear()
        self._cancelled = 0
