"""
What an idle loop does next: move time, wait for something real, or give up.

The queue of timers calls :class:`Pacer` at four places:

- ``_unsettled()``, before time moves, as long as there is anything real to look at. The order of
  the looks closes every gap: first what may answer (a thread that has ended has made its calls),
  then the selector, then the ready callbacks. Only if all three have nothing to say may time move;
- ``_exhausted()``, when no timer is due until the limit: the targets of ``advance()`` are reached,
  or the loop waits for something real, or for nothing at all;
- ``_spinning()``, when the loop has been busy at one instant for too long;
- ``_jumped_far()``, after very many instants.

Errors are raised out of ``select()``, and so out of the loop: there the tests' runner hears of
them, whatever the tasks wait for. The loop can run on afterwards, to cancel these tasks.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, final

from asyncio_fakeclock._cpython import loops
from asyncio_fakeclock._errors import DeadlockError, LivelockError, StalledError
from asyncio_fakeclock._report import await_chains, seconds, timer_text
from asyncio_fakeclock._schedule.agenda import NEVER
from asyncio_fakeclock._time.progress import Progress
from asyncio_fakeclock._time.queue import TimerQueue
from asyncio_fakeclock._world.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncio_fakeclock._schedule.instants import Grid
    from asyncio_fakeclock._time.wall import WallClock
    from asyncio_fakeclock._timeline.timeline import Timeline

__all__ = ["Pacer"]

__unittest = __tracebackhide__ = True

_FARTHEST = sys.float_info.max


@final
class RealTime:
    """Real seconds; in a class, where freezegun does not look for functions to replace."""

    now = staticmethod(time.monotonic)


@final
class Pacer:
    """
    Paces one loop while a clock is installed on it.

    Args:
        loop: The loop.
        grid: What instants are rounded to.
        start: The first instant.
        stall_timeout: Real seconds to wait for something real, None for ever.
        max_turns: Turns at one instant until a livelock is reported.
        max_jumps: Instants after which progress is looked at.
        wall: The wall clock to move along.
        timeline: Where to record what happens.
    """

    def __init__(
        self,
        loop: asyncio.BaseEventLoop,
        grid: Grid,
        start: float,
        *,
        stall_timeout: float | None,
        max_turns: float,
        max_jumps: float,
        wall: WallClock | None,
        timeline: Timeline | None,
    ) -> None:
        self._loop = loop
        self._stall_timeout = stall_timeout
        self._wall = wall
        self._timeline = timeline
        self._targets: list[tuple[float, int, asyncio.Future[None]]] = []
        self._targets_made = 0
        self._auto = False
        self._ended = False
        self._progress = Progress(loop)
        self._instants_seen: frozenset[float] = frozenset()
        self._stuck: set[asyncio.Task[Any]] = set()
        self.queue = TimerQueue(loop, self, grid, start, max_turns=max_turns, max_jumps=max_jumps)
        self.queue.watched = wall is not None or timeline is not None
        self.surroundings = Surroundings(loop, self._disturb)

    def _disturb(self) -> None:
        self.queue.quiet = False

    def set_auto(self, value: bool) -> None:
        """Say whether time moves to the next timer by itself."""
        self._auto = value
        self._limit()

    @property
    def has_targets(self) -> bool:
        """Whether an ``advance()`` is under way."""
        return bool(self._targets)

    def begin(self) -> None:
        """Watch out for what is real from now on."""
        self.surroundings.begin()

    def end(self) -> None:
        """Watch no longer; fail what still waits for a time to come."""
        self._ended = True
        self.queue.quiet = False
        self.surroundings.end()
        targets, self._targets = self._targets, []
        if self._loop.is_closed():
            return
        for _, _, future in targets:
            if not future.done():
                msg = "the clock was uninstalled before advance() had reached its target"
                future.set_exception(RuntimeError(msg))

    async def reach(self, target: float) -> None:
        """Return when everything until *target* has run."""
        future = self._loop.create_future()
        self._targets_made += 1
        heappush(self._targets, (target, self._targets_made, future))
        self._limit()
        try:
            await future
        finally:
            if not future.done() or future.cancelled():
                # Cancelled, or the coroutine was closed: the target does not count any more.
                self._targets = [entry for entry in self._targets if entry[2] is not future]
                self._targets.sort()
                self._limit()

    def _limit(self) -> None:
        if self._targets:
            self.queue.limit = self._targets[0][0]
        else:
            self.queue.limit = _FARTHEST if self._auto else -NEVER

    @contextmanager
    def external(self) -> Iterator[None]:
        """Let time stand still."""
        frame = sys._getframe(2)
        place = f"external() block at {frame.f_code.co_filename}:{frame.f_lineno}"
        with self.surroundings.external(place):
            yield

    # What the queue asks for.

    def _unsettled(self) -> list[Any] | None:
        """Return events if something real comes first, None if time may move."""
        if self._ended:
            return []  # by a callback: the loop asks its own selector from now on
        queue, surroundings = self.queue, self.surroundings
        queue.quiet = True  # first, so that what begins meanwhile in a thread can clear it
        surroundings.look()
        if surroundings.are_calm:
            return None
        queue.quiet = False
        events = queue.poll(0)
        if events or loops.is_busy(self._loop):
            return events
        if self._auto and surroundings.pending and queue.idle() and self._has_future():
            return self._stand_still()
        return None

    def _has_future(self) -> bool:
        return bool(self._targets) or (self.queue.next_timer() or _FARTHEST) < _FARTHEST

    def _exhausted(self) -> list[Any]:
        """Reach the next target; without one, wait for something real, or give up."""
        if not self._targets:
            return self._stand_still()
        when = self._targets[0][0]
        self.queue.move(when)
        while self._targets and self._targets[0][0] <= when:
            future = heappop(self._targets)[2]
            if not future.done():  # pragma: no branch - the task of one that is done runs first
                future.set_result(None)
        self._limit()
        return []

    def _stand_still(self) -> list[Any]:
        """Wait in real time until something happens, or nothing can happen any more."""
        queue, surroundings = self.queue, self.surroundings
        begun = RealTime.now()
        pause = 0.001
        while True:
            surroundings.look()
            may_move = self._auto and self._has_future()
            awaited = surroundings.pending + ([] if may_move else surroundings.ignored)
            events = queue.poll(pause if awaited else 0)
            if events or loops.is_busy(self._loop) or (may_move and not awaited):
                queue.turns = 0  # whatever has come from outside is no livelock
                return events
            if not awaited:
                self._give_up()
            if self._stall_timeout is not None and RealTime.now() - begun >= self._stall_timeout:
                self._stalled(awaited)
            pause = min(pause * 2, 0.02)

    def _give_up(self) -> None:
        # Tasks that wait for each other alone are garbage: without a reference they could vanish
        # before the loop is closed, which cancels them, so that they tidy up.
        self._stuck = asyncio.all_tasks(self._loop)
        now = seconds(self.queue.now)
        when = self.queue.next_timer()
        if when is None or when >= NEVER:
            what = (
                f"deadlock at {now} s: no callback is ready, no timer is set and nothing real is "
                "in flight."
            )
        else:
            timer = self.queue.timers()[0]
            what = (
                f"time is frozen at {now} s: the clock is manual, and nobody advances it. The next "
                f"timer is due at {seconds(when)} s ({timer_text(timer)}): let another task await "
                f"clock.advance({seconds(when - self.queue.now)}), or use auto=True."
            )
        hints = self.surroundings.hints()
        raise DeadlockError("\n".join([what, *hints, await_chains(self._loop)]))

    def _stalled(self, awaited: list[tuple[Any, str]]) -> None:
        self.surroundings.forgive(awaited)
        names = "\n".join(f"    {name}" for _, name in awaited)
        msg = (
            f"time has stood still at {seconds(self.queue.now)} s for "
            f"{seconds(self._stall_timeout or 0)} real seconds, since something real may answer:\n"
            f"{names}\n  Let it end, or tell the clock not to wait for it: clock.ignore(...).\n"
            f"{await_chains(self._loop)}"
        )
        raise StalledError(msg)

    def _spinning(self) -> None:
        self.queue.turns = 0
        busy = [timer_text(each) for each in list(loops.ready_queue(self._loop))[:5]]
        busy = busy or [timer_text(each) for each in self.queue.timers()[:5]]
        self._report_livelock(
            f"livelock at {seconds(self.queue.now)} s: callbacks have made one another ready at "
            f"this one instant {seconds(self.queue.max_turns)} times, so that time cannot move; "
            f"it is the turn of {', '.join(busy)}."
        )

    def _jumped_far(self) -> None:
        queue = self.queue
        queue.jumps = 0
        before, self._instants_seen = self._instants_seen, queue.instants()
        if self._targets or not self._auto:
            return
        if self._progress.has_stopped(renewed=not queue.has_timer_at(before)):
            timers = ", ".join(sorted({timer_text(timer) for timer in queue.timers()}))
            self._report_livelock(
                f"livelock: the clock has run on to {seconds(queue.now)} s, and for "
                f"{seconds(queue.max_jumps)} timers nothing has changed but the time. "
                f"What keeps it running: {timers}."
            )

    def _report_livelock(self, what: str) -> None:
        error = LivelockError(f"{what}\n{await_chains(self._loop)}")
        waiting = [future for _, _, future in self._targets if not future.done()]
        if not waiting:
            raise error
        self._targets.clear()
        self._limit()
        for future in waiting:
            future.set_exception(error)

    def _moved(self, now: float) -> None:
        """Move the wall clock along, if it has moved at all."""
        if self._wall is not None:
            self._wall.move(now)

    def _timer_set(self, handle: asyncio.TimerHandle) -> None:
        if self._timeline is not None:
            self._timeline._timer_set(self._loop, handle, self.queue.now)

    def _timer_cancelled(self, handle: asyncio.TimerHandle) -> None:
        if self._timeline is not None:
            self._timeline._timer_ended(handle, self.queue.now, "cancelled")

    def _about_to_run(self, handle: asyncio.TimerHandle) -> None:
        if self._timeline is not None:
            self._timeline._timer_ended(handle, self.queue.now, "ran")

    def noticing(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method of the selector that tells of what the loop begins or ceases to watch."""

        def notice(*args: Any, **kwargs: Any) -> Any:
            self.surroundings.channels_changed()
            self.queue.quiet = False
            return method(*args, **kwargs)

        return notice
