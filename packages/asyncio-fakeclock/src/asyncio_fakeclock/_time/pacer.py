"""
What an idle loop does next: move time, wait for something real, or give up.

The queue of timers calls :class:`Pacer` at four places: ``_unsettled()``, before time moves, as
long as there is anything real to look at; ``_exhausted()``, when no timer is due until the limit:
the targets of ``advance()`` are reached, or the loop waits for something real, or for nothing at
all; ``_busy()``, when the loop has been busy at one instant for a while (``spinning.py``);
``_jumped_far()``, after very many instants.

Theory of operation: the order of looks. Time may move only if nobody can have done anything that
the loop does not know. Work goes through three states, in this order: it is *pending* (a thread
that runs, a child, a socket with a real peer), it has *answered* (bytes in the kernel, a byte in
the loop's pipe, a callback among the ready ones), and it has *ended*. Whoever answers, answers
before it ends. So the looks go the other way round:

1. at what is pending (``Surroundings.look()``): all that is not, has ended, and had answered before
   this moment. Within it, work that starts other work is looked at before what it can start:
   threads and jobs, then children, then descriptors;
2. at the selector (``poll(0)``), if there is anything that it could tell: bytes and signals that
   came before 1 are there;
3. at the ready callbacks (``is_busy()``): those that came before 1 are there, by
   ``call_soon_threadsafe()`` or out of 2. This look is never left out, and it is the last one.

Only if all three have nothing to say does time move, in the same breath: the loop's thread does
nothing in between. If 1 finds something pending, it has not ended, and time stands still: the three
looks are repeated, with pauses in the selector, until something comes or nothing is pending. What
ends between any two looks is thereby either still counted as pending by 1, or seen by 2 or 3.
Without anything real (``quiet``) none of this is necessary; whatever starts something clears that.

Errors are raised out of ``select()``, and so out of the loop: there the tests' runner hears of
them, whatever the tasks wait for. The loop can run on afterwards, to cancel these tasks.

These are more lines than most modules have: the decisions belong together, in this order.
"""

from __future__ import annotations

import asyncio
import math
import sys
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, final

from asyncio_fakeclock._cpython import loops
from asyncio_fakeclock._cpython.waits import thread_count
from asyncio_fakeclock._errors import DeadlockError, LivelockError, StalledError
from asyncio_fakeclock._schedule.agenda import NEVER
from asyncio_fakeclock._time import spinning, verdicts
from asyncio_fakeclock._time.progress import Progress
from asyncio_fakeclock._time.queue import TimerQueue
from asyncio_fakeclock._time.real import Pace, RealTime
from asyncio_fakeclock._world.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncio_fakeclock._schedule.instants import Grid
    from asyncio_fakeclock._time.options import Options
    from asyncio_fakeclock._time.wall import WallClock
    from asyncio_fakeclock._timeline.timeline import Timeline

__all__ = ["Pacer"]

__unittest = __tracebackhide__ = True

_FARTHEST = sys.float_info.max
# Real seconds for which time stands still for what was reported to have stalled: somebody may tidy
# up with its help.
_GRACE = 0.25
# The like, before each move, while the loop has both ends of a terminal: the kernel hands over what
# was written to it by a worker of its own.
_LAG = 0.02


@final
class Pacer:
    """
    Paces one loop while a clock is installed on it.

    Args:
        loop: The loop.
        grid: What instants are rounded to.
        start: The first instant.
        options: How long to wait, for whom, and when to give up.
        wall: The clocks of the system to move along.
        timeline: Where to record what happens.
    """

    def __init__(
        self,
        loop: asyncio.BaseEventLoop,
        grid: Grid,
        start: float,
        options: Options,
        *,
        wall: WallClock | None,
        timeline: Timeline | None,
    ) -> None:
        self._loop = loop
        self._grid = grid
        self._options = options
        self._wall = wall
        self._timeline = timeline
        self._targets: list[tuple[float, int, asyncio.Future[None]]] = []
        self._targets_made = 0
        self._auto = False
        self._ended = False
        self._progress = Progress(loop)
        self._instants_seen: frozenset[float] = frozenset()
        self._stuck: set[asyncio.Task[Any]] = set()
        self._spin = spinning.Spin(loop)
        self._spun_since: float | None = None
        self._crept = 0
        # Where a loop that repeats itself was let go on from, and where the latest time.
        self._spun_from: float | None = None
        self._spun_to = start
        self._passes = 0
        self._pace: Pace | None = None
        self.queue = TimerQueue(
            loop, self, grid, start, max_turns=options.max_turns, max_jumps=options.max_jumps
        )
        self.queue.watched = wall is not None or timeline is not None
        self.surroundings = Surroundings(loop, self._disturb, options.ignore)

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
        if self._options.pace is not None:
            self._set_pace(Pace(self.queue.now, self._options.pace))

    def end(self) -> None:
        """Watch no longer; fail what still waits for a time to come."""
        self._ended = True
        self._set_pace(None)
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
        if self._pace is not None:
            self.queue.limit = _FARTHEST
        elif self._targets:
            self.queue.limit = self._targets[0][0]
        else:
            self.queue.limit = _FARTHEST if self._auto else -NEVER

    @contextmanager
    def external(self) -> Iterator[None]:
        """Let time stand still."""
        with self.surroundings.external(f"external() block at {_caller()}"):
            yield

    @contextmanager
    def pace(self, rate: float) -> Iterator[None]:
        """Let virtual time go with real time."""
        before = self._pace
        self._set_pace(Pace(self.queue.now, rate))
        try:
            yield
        finally:
            if not self._ended:
                # The outer one goes on from here: time never jumps by itself.
                self._set_pace(None if before is None else before.from_here(self.queue.now))

    def _set_pace(self, pace: Pace | None) -> None:
        self._pace = pace
        self.queue.paced = pace is not None
        self.queue.quiet = False
        self._limit()

    # What the queue asks for.

    def _unsettled(self) -> list[Any] | None:
        """Return events if something real comes first, None if time may move."""
        if self._ended:
            return []  # by a callback: the loop asks its own selector from now on
        if self._pace is not None:
            return self._go_with_real_time(self._pace)
        queue, surroundings = self.queue, self.surroundings
        queue.quiet = True  # first, so that what begins meanwhile in a thread can clear it
        queue.threads = thread_count()
        surroundings.look()
        if surroundings.are_calm:
            return [] if loops.is_busy(self._loop) else None
        queue.quiet = False
        events = queue.poll(_LAG if surroundings.lags else 0)
        if events or loops.is_busy(self._loop):
            return events
        # Not by asking for callbacks once more: what has come since the looks is for the next ones.
        if self._auto and self._is_held() and not queue.has_due() and self._has_future():
            return self._stand_still()
        return None

    def _is_held(self) -> bool:
        return bool(self.surroundings.pending or self.surroundings.stalled)

    def _has_future(self) -> bool:
        return bool(self._targets) or (self.queue.next_timer() or _FARTHEST) < _FARTHEST

    def _exhausted(self) -> list[Any]:
        """Reach the next target; without one, wait for something real, or give up."""
        if not self._targets:
            return self._stand_still() or []
        self._reach_target()
        return []

    def _reach_target(self) -> None:
        when = self._targets[0][0]
        self.queue.move(when)
        while self._targets and self._targets[0][0] <= when:
            future = heappop(self._targets)[2]
            if not future.done():  # pragma: no branch - the task of one that is done runs first
                future.set_result(None)
        self._limit()

    def _stand_still(self) -> list[Any] | None:
        """Wait in real time until something happens, or nothing can any more; None to move."""
        queue, surroundings, options = self.queue, self.surroundings, self._options
        begun = RealTime.now()
        waited = 0.0
        pause = 0.001
        while True:
            # Who answers at once is not asked what it waits for.
            surroundings.look(closely=waited > 0)
            may_move = self._auto and self._has_future()
            has_settled = options.settle is not None and waited >= options.settle
            awaited = list(surroundings.pending)
            if not may_move:
                awaited += surroundings.ignored + surroundings.stalled + surroundings.callers()
            elif waited < min(_GRACE, options.stall_timeout or _GRACE):
                awaited += surroundings.stalled
            if may_move and has_settled:
                awaited = []
            events = queue.poll(pause if awaited else _LAG if surroundings.lags else 0)
            if events or loops.is_busy(self._loop):
                queue.turns = 0  # whatever has come from outside is no livelock
                return events
            if may_move and not awaited:
                queue.turns = 0
                return None if self._is_held() or surroundings.waiting else events
            if not awaited:
                self._give_up()
            waited = RealTime.now() - begun
            limit = options.stall_timeout
            if limit is not None and waited >= limit and (surroundings.pending or not may_move):
                self._give_up_waiting(awaited)
            pause = min(pause * 2, 0.02)

    def _go_with_real_time(self, pace: Pace) -> list[Any] | None:
        """Return None when the next timer is due in real time, events if they come first."""
        queue = self.queue
        begun = RealTime.now()
        while True:
            now = pace.now()
            timer = queue.next_timer()
            target = self._targets[0][0] if self._targets else NEVER
            first = min(NEVER if timer is None else timer, target)
            if first <= now:
                if first == timer:
                    return None
                self._reach_target()
                return []
            queue.move(self._grid.rounded(now, queue.now))
            events = queue.poll(min(pace.real_seconds_until(first), 0.05))
            if events or loops.is_busy(self._loop):
                self._catch_up()
                return events
            limit = self._options.stall_timeout
            if first >= _FARTHEST and limit is not None and RealTime.now() - begun >= limit:
                self._give_up_waiting([(None, "whoever is to answer in the pace() block")])

    def _catch_up(self) -> None:
        """Move a busy loop on to what it is by real time, but not past a timer."""
        if self._pace is None:
            return
        now = min(self._pace.now(), self.queue.next_timer() or NEVER)
        if self._targets:
            now = min(now, self._targets[0][0])
        self.queue.move(now)

    def _give_up(self) -> None:
        # Tasks that wait for each other alone are garbage: without a reference they could vanish
        # before the loop is closed, which cancels them, so that they tidy up.
        self._stuck = asyncio.all_tasks(self._loop)
        raise DeadlockError(verdicts.deadlock(self._loop, self.queue, self.surroundings))

    def _give_up_waiting(self, awaited: list[tuple[Any, str]]) -> None:
        waited = self._options.stall_timeout or 0
        text = verdicts.stalled(self._loop, self.queue.now, waited, awaited, self.surroundings)
        self.surroundings.forgive(awaited)
        raise StalledError(text)

    def _busy(self) -> None:
        """Look whether a loop that is busy at one instant gets anywhere."""
        queue = self.queue
        turns = queue.turns
        if self._pace is not None:
            queue.turn_limit = turns + spinning.FIRST  # time goes on by itself
            return
        if turns > queue.max_turns:
            if not self._waits_for_something_real():
                queue.turns = 0
                queue.turn_limit = min(spinning.SOME, queue.max_turns)
                self._report_livelock(verdicts.spinning(self._loop, queue, queue.max_turns))
            return
        if self._spin.is_open:
            if self._spin.is_back():
                self._pass_time(turns)
        elif turns > spinning.LATE:
            self._creep()
        elif turns > spinning.FIRST or self._still_spins():
            self._spin.begin()
        elif queue.due_at_once >= spinning.SOME // 2:
            self._creep()
        self._set_next_look(turns)

    def _set_next_look(self, turns: int) -> None:
        queue = self.queue
        queue.due_at_once = 0
        if queue.turns == 0:
            following: float = spinning.AGAIN if self._still_spins() else spinning.SOME
        elif self._spin.is_open:
            following = turns
        elif turns < spinning.FIRST:
            following = min(turns + spinning.SOME, spinning.FIRST)
        else:
            following = turns + spinning.FIRST
        queue.turn_limit = min(following, queue.max_turns)

    def _pass_time(self, turns: int) -> None:
        """Move on from an instant that repeats itself for ever."""
        queue = self.queue
        if self._waits_for_something_real():
            return
        if not (self._auto or self._targets):
            return  # the clock is manual: nobody moves it but the test
        if self._spun_from is None or not self._still_spins():
            self._spun_from, self._passes = queue.now, 0
        self._passes += 1
        if self._passes > spinning.PASSES:
            self._report_livelock(verdicts.spinning(self._loop, queue, turns))
        queue.make_due_ready()
        step = max(spinning.STEP, (queue.now - self._spun_from) * spinning.GROWTH)
        when = self._grid.rounded(queue.now + step, queue.now)
        timer = queue.next_timer() or NEVER
        target = self._targets[0][0] if self._targets else NEVER
        if target <= min(when, timer):
            self._reach_target()
        elif timer <= when:
            queue.jump(timer)
        else:
            queue.move(when)
        self._spun_to = queue.now

    def _still_spins(self) -> bool:
        """Whether this is the instant that a loop which repeats itself was let go on to."""
        return self._spun_from is not None and self._spun_to == self.queue.now

    def _waits_for_something_real(self) -> bool:
        """Whether a busy loop may be busy with asking for something real; let that get on."""
        queue, surroundings = self.queue, self.surroundings
        surroundings.look()
        if not (self._auto and surroundings.pending):
            self._spun_since = None
            return False
        now = RealTime.now()
        self._spun_since = now if self._spun_since is None else self._spun_since
        limit = self._options.stall_timeout
        if limit is not None and now - self._spun_since >= limit:
            self._spun_since = None
            self._give_up_waiting(surroundings.pending)
        RealTime.rest()
        queue.turns = 0
        queue.turn_limit = min(spinning.SOME, queue.max_turns)
        return True

    def _creep(self) -> None:
        """Move time by the resolution, and by twice as much the next time."""
        queue = self.queue
        if not (self._auto or self._targets) or self._waits_for_something_real():
            return
        queue.make_due_ready()
        self._crept = min(self._crept + 1, 10)
        step = 2**self._crept / self._grid.units
        when = max(queue.now + step, _next_float(queue.now))
        queue.creep(min(when, queue.next_timer() or NEVER, queue.limit))

    def _jumped_far(self) -> None:
        queue = self.queue
        queue.jumps = 0
        before, self._instants_seen = self._instants_seen, queue.instants()
        if self._targets or not self._auto or self._pace is not None:
            return
        if self._progress.has_stopped(renewed=not queue.has_timer_at(before)):
            self._report_livelock(verdicts.endless(self._loop, queue))

    def _report_livelock(self, text: str) -> None:
        error = LivelockError(text)
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
            self.surroundings.channels_changed(args[0] if args else None)
            self.queue.quiet = False
            return method(*args, **kwargs)

        return notice


def _next_float(value: float) -> float:
    return math.nextafter(value, NEVER)


def _caller() -> str:
    frame = sys._getframe(3)
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
