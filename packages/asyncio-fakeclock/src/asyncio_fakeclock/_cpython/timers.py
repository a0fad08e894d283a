"""
The timers of a loop, on an agenda of ours.

It is one class, and has more lines than most: setting, running and moving are straight through,
since each call costs as much as a timer.

Theory of operation. ``loop.call_at`` is replaced, so that timers go to an agenda
(``_schedule/agenda.py``) and ``loop._scheduled`` stays empty. With that the loop itself tells us
whether it is idle:
``BaseEventLoop._run_once`` asks its selector for ``select(0)`` when callbacks are ready (or
``stop()`` was called), and for ``select(None)`` when there are neither callbacks nor timers:
exactly when time may move. ``select`` is replaced, too, and moves it there.

Timers are run inside of ``select``, an instant at a time, for as long as they make nothing else
ready: a thousand timers cost one turn of the loop, not a thousand. As soon as a callback is ready
the loop gets its turn. The order is the loop's own: what is due at an instant when it begins runs
first, in the order of scheduling; then the callbacks made ready by it; a timer that was set
meanwhile for the very same instant comes with the turn after.

What is private here was read on CPython 3.10 to 3.15; ``tests/cpython`` says what has changed
when a version differs:

- ``loop._stopping``: set by ``stop()``; ``loop._debug``: what ``get_debug()`` returns.
- ``loop._timer_handle_cancelled(handle)``: called by ``TimerHandle.cancel()``.
- ``loop._check_closed()``, ``_check_thread()``, ``_check_callback()``: the checks of ``call_at``.
- ``TimerHandle``: its slots (``handles.py``), and ``_run()``.
"""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from contextvars import Context, copy_context
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from asyncio_fakeclock._cpython import handles
from asyncio_fakeclock._cpython.handles import drop_frames
from asyncio_fakeclock._cpython.loops import ready_queue, selector_of
from asyncio_fakeclock._cpython.waits import thread_count
from asyncio_fakeclock._schedule.agenda import NEVER, Agenda
from asyncio_fakeclock._schedule.instants import MAGIC, Grid

if TYPE_CHECKING:
    from asyncio import Handle
    from collections import deque
    from collections.abc import Callable

    from asyncio_fakeclock._protocols import Owner

__all__ = ["LoopTimers"]

__unittest = __tracebackhide__ = True

_new_handle: Any = asyncio.TimerHandle.__new__
_is_cancelled = attrgetter("_cancelled")

# Cancelled timers are swept out when there are more of them than this, and than timers were left
# the last time: a sweep costs no more than setting and cancelling what it looks at. When the loop
# turns, half as many are enough, for each of them would be taken out one by one.
_SWEEP_ABOVE = 1000


def _take_a_turn() -> None:
    pass


class LoopTimers:
    """
    The timers and the time of one loop: setting and running them.

    Args:
        loop: The loop.
        owner: Who decides what the loop does when it is idle.
        grid: What instants are rounded to.
        start: The first instant.
        max_turns: Turns of a busy loop at one instant until the owner is told.
        max_jumps: Instants until the owner is told.

    Attributes:
        limit: The last instant that an idle loop may move to by itself.
        quiet: Nothing outside of the loop has to be looked at before time moves. Whoever starts
            something real clears it; the owner sets it again.
        poll: The selector's own ``select``.
        watched: The owner wants to hear of every move and every timer.
        turns: Turns of the loop at this instant; the owner is told above ``turn_limit``.
        due_at_once: Timers that were set for no later than the instant they were set at.
        threads: How many threads there were when the owner looked; another number ends the quiet.
        paced: Time goes on while the loop is busy, as the owner says.
    """

    __slots__ = (
        "_agenda",
        "_cancelled",
        "_fast_below",
        "_grid",
        "_loop",
        "_owner",
        "_ready",
        "_sweep_above",
        "_units",
        "due_at_once",
        "jumps",
        "limit",
        "max_jumps",
        "max_turns",
        "now",
        "paced",
        "poll",
        "quiet",
        "threads",
        "turn_limit",
        "turns",
        "watched",
    )

    def __init__(
        self,
        loop: asyncio.BaseEventLoop,
        owner: Owner,
        grid: Grid,
        start: float,
        *,
        max_turns: float,
        max_jumps: float,
    ) -> None:
        self._loop: Any = loop
        self._owner = owner
        self._grid = grid
        self._units = grid.units
        self._fast_below = grid.fast_below
        self._agenda = Agenda()
        self._ready: deque[Handle] = ready_queue(loop)
        self._cancelled = 0
        self._sweep_above = _SWEEP_ABOVE
        self.now = start
        self.limit = -NEVER
        self.quiet = False
        self.watched = False
        self.turns = 0
        self.max_turns = max_turns
        self.turn_limit = min(100.0, max_turns)
        self.due_at_once = 0
        self.threads = thread_count()
        self.paced = False
        self.jumps = 0
        self.max_jumps = max_jumps
        self.poll: Callable[[float | None], list[Any]] = selector_of(loop).select

    def time(self) -> float:
        """Return the virtual time, in seconds; it replaces ``loop.time``."""
        return self.now

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> TimerHandle:
        """Schedule a callback in *delay* seconds; it replaces ``loop.call_later``."""
        if delay is None:
            msg = "delay must not be None"
            raise TypeError(msg)
        # By way of the loop: somebody may have wrapped its call_at() after us.
        loop = self._loop
        timer: TimerHandle = loop.call_at(self.now + delay, callback, *args, context=context)
        if loop._debug:
            drop_frames(timer, 1)
        return timer

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> TimerHandle:
        """Schedule a callback at the instant *when*; it replaces ``loop.call_at``."""
        loop = self._loop
        now = self.now
        if now < when < self._fast_below:
            # Grid.rounded(), without the calls.
            near = (when * self._units + MAGIC - MAGIC) / self._units
            if near > now:
                when = near
        elif not when <= now:
            when = self._far(when)
        else:
            self.due_at_once += 1
            if not self._ready:
                # Due at once, in the loop's next turn: let it have one, by a callback for nothing.
                loop.call_soon(_take_a_turn)
        if loop._debug or not handles.KNOWN_LAYOUT:
            timer: Any = self._checked_timer(when, callback, args, context)
        else:
            # What TimerHandle() does, without its three frames.
            timer = _new_handle(TimerHandle)
            timer._context = copy_context() if context is None else context
            timer._loop = loop
            timer._callback = callback
            timer._args = args
            timer._cancelled = False
            timer._repr = None
            timer._source_traceback = None
            timer._when = when
        timer._scheduled = True
        self._agenda.add(when, timer)
        if self.watched:
            self._owner._timer_set(timer)
        made: TimerHandle = timer
        return made

    def _far(self, when: float) -> float:
        if when != when:
            msg = "cannot schedule a callback at nan: it takes a number of seconds"
            raise ValueError(msg)
        return self._grid.rounded(when, self.now)

    def _checked_timer(
        self,
        when: float,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: Context | None,
    ) -> Any:
        loop = self._loop
        loop._check_closed()
        if loop._debug:
            loop._check_thread()
            loop._check_callback(callback, "call_at")
        timer = TimerHandle(when, callback, args, loop, context)
        # This frame and that of call_at(): the user's comes last.
        drop_frames(timer, 2)
        return timer

    def timer_handle_cancelled(self, handle: Any) -> None:
        """Count a timer out; it replaces the loop's method of that name."""
        if not handle._scheduled:
            return
        if self.watched:
            self._owner._timer_cancelled(handle)
        self._cancelled += 1
        if self._cancelled > self._sweep_above:
            self._sweep()
            self._cancelled = 1  # the handle itself, which is marked only after this call

    def _sweep(self) -> None:
        left = self._agenda.drop(_is_cancelled)
        self._cancelled = 0
        self._sweep_above = max(_SWEEP_ABOVE, left)

    def select(self, timeout: float | None = None) -> list[Any]:
        """Run what is due, move time if the loop is idle; it replaces ``selector.select``."""
        self.turns += 1
        if self.turns > self.turn_limit:
            self._owner._busy()
        if thread_count() != self.threads:
            self.quiet = False
        if timeout is not None and timeout <= 0:
            return self._turn()
        ready, agenda, loop = self._ready, self._agenda, self._loop
        cancelled = self._cancelled
        if cancelled > _SWEEP_ABOVE and cancelled * 2 > max(len(agenda), self._sweep_above):
            self._sweep()
        slowly = self.watched or loop._debug
        while True:
            if not self.quiet:
                events = self._owner._unsettled()
                if events is not None:
                    return events
            when = agenda.next
            if when > self.now:
                if when > self.limit:
                    return self._owner._exhausted()
                if self.jumps >= self.max_jumps:
                    self._owner._jumped_far()
            timer = agenda.take()
            if slowly or type(timer) is list or timer._cancelled:
                self._run(when, self._live(timer), by_loop=slowly)
            else:
                # The same, for the one timer that most instants have.
                timer._scheduled = False
                if when > self.now:
                    self.now = when
                    self.turns = 0
                    self.jumps += 1
                timer._run()
            if ready or loop._stopping:
                return []

    def _run(self, when: float, due: list[Any], *, by_loop: bool) -> None:
        if not due:
            return
        if when > self.now:
            self.now = when
            self.turns = 0
            self.jumps += 1
            if self.watched:
                self._owner._moved(when)
        if by_loop:
            self._make_ready(due)
            return
        rest = iter(due)
        try:
            for timer in rest:
                if not timer._cancelled:
                    timer._run()
        finally:
            self._ready.extend(rest)  # after sys.exit() in a callback: nothing is lost

    def _live(self, taken: Any) -> list[Any]:
        """Return those of the timers taken from the agenda that have not been cancelled."""
        timers = taken if type(taken) is list else [taken]
        for timer in timers:
            timer._scheduled = False
        live = [timer for timer in timers if not timer._cancelled]
        self._cancelled -= len(timers) - len(live)
        return live

    def _turn(self) -> list[Any]:
        # A busy loop: time stands still, and what is due joins the callbacks.
        if self.paced:
            self._owner._catch_up()
        while self._agenda.next <= self.now:
            self._make_ready(self._live(self._agenda.take()))
        return [] if self.quiet else self.poll(0)

    def _make_ready(self, due: list[Any]) -> None:
        if self.watched:
            for timer in due:
                self._owner._about_to_run(timer)
        self._ready.extend(due)
