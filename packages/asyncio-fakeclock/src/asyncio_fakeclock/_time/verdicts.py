"""What a clock says when it gives up: the texts of its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncio_fakeclock._cpython import loops
from asyncio_fakeclock._report import await_chains, is_ours, seconds, timer_text, timer_words
from asyncio_fakeclock._schedule.agenda import NEVER

if TYPE_CHECKING:
    import asyncio

    from asyncio_fakeclock._time.queue import TimerQueue
    from asyncio_fakeclock._world.surroundings import Pending, Surroundings

__all__ = ["deadlock", "endless", "spinning", "stalled"]


def deadlock(loop: asyncio.AbstractEventLoop, queue: TimerQueue, surroundings: Surroundings) -> str:
    """Return what to say when nothing can ever happen again."""
    now = seconds(queue.now)
    when = queue.next_timer()
    if when is None or when >= NEVER:
        what = (
            f"deadlock at {now} s: no callback is ready, no timer is set and nothing real is "
            "in flight."
        )
    else:
        timer = queue.timers()[0]
        what = (
            f"time is frozen at {now} s: the clock is manual, and nobody advances it. The next "
            f"timer is due at {seconds(when)} s ({timer_text(timer)}): let another task await "
            f"clock.advance({seconds(when - queue.now)}), or use auto=True."
        )
    return "\n".join([what, *surroundings.hints(), await_chains(loop)])


def stalled(
    loop: asyncio.AbstractEventLoop,
    now: float,
    waited: float,
    awaited: Pending,
    surroundings: Surroundings,
) -> str:
    """Return what to say when something real does not answer."""
    names = "\n".join(f"    {surroundings.describe(work, name)}" for work, name in awaited)
    return (
        f"time has stood still at {seconds(now)} s for {seconds(waited)} real seconds, since "
        f"something real may answer:\n{names}\n  Let it end, or tell the clock not to wait for it: "
        "clock.ignore(...), FakeClock(ignore=[...]) by name, or settle= to move on after real "
        "calm.\n"
        f"{await_chains(loop)}"
    )


def spinning(loop: asyncio.AbstractEventLoop, queue: TimerQueue, turns: float) -> str:
    """Return what to say when a loop is busy for ever at one instant."""
    ready = [each for each in list(loops.ready_queue(loop)) if not is_ours(each)]
    busy = [timer_text(each) for each in ready[:5]]
    busy = busy or [timer_text(each) for each in queue.timers()[:5]]
    return (
        f"livelock at {seconds(queue.now)} s: callbacks have made one another ready at "
        f"this one instant {seconds(turns)} times, so that time cannot move; "
        f"it is the turn of {', '.join(busy)}.\n{await_chains(loop)}"
    )


def endless(loop: asyncio.AbstractEventLoop, queue: TimerQueue) -> str:
    """Return what to say when nothing but heartbeats happens."""
    timers = ", ".join(sorted({timer_words(timer, loop) for timer in queue.timers()}))
    return (
        f"livelock: the clock has run on to {seconds(queue.now)} s, and for "
        f"{seconds(queue.max_jumps)} timers nothing has changed but the time. "
        f"What keeps it running: {timers}. If the test does get somewhere, raise the limit: "
        f"FakeClock(max_jumps=...), None for no limit.\n{await_chains(loop)}"
    )
