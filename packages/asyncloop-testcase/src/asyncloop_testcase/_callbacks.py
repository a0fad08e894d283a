"""Running the loop until the callbacks that are due have run."""

from __future__ import annotations

import asyncio
import weakref

from asyncloop_testcase._cpython.loops import next_callback, ready_count

__unittest = __tracebackhide__ = True

# Callbacks that schedule each other without an end are a bug of the code under test.
MOST_TURNS = 100_000
# A loop that does not let us count its callbacks (uvloop) gets so many turns.
BLIND_TURNS = 100

# How many coroutines wait here on each loop: each of them has a callback of its own due, always.
_waiting: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, int] = weakref.WeakKeyDictionary()


async def exhaust_callbacks(loop: asyncio.AbstractEventLoop) -> None:
    """
    Return when every callback that is due has run, and those they scheduled, and so on.

    Timers in the future are not waited for. asynctest 0.13 has this helper; a loop that hides its
    callbacks (uvloop) is simply given a hundred turns.

    Args:
        loop: The running loop.

    Raises:
        TypeError: *loop* is no event loop.
        RuntimeError: *loop* is closed, or is not the running one, or its callbacks schedule each
            other without an end.

    Example:
        >>> async def main():
        ...     loop = asyncio.get_running_loop()
        ...     seen = []
        ...     loop.call_soon(loop.call_soon, seen.append, "called")
        ...     await exhaust_callbacks(loop)
        ...     return seen
        >>> asyncio.run(main())
        ['called']

    .. versionadded:: 1.0.0
    """
    _check(loop)
    _waiting[loop] = _waiting.get(loop, 0) + 1
    try:
        await _turn_until_idle(loop)
    finally:
        _waiting[loop] -= 1


def _check(loop: asyncio.AbstractEventLoop) -> None:
    if not isinstance(loop, asyncio.AbstractEventLoop):
        msg = f"exhaust_callbacks() takes the running event loop, not {loop!r}"
        raise TypeError(msg)
    if loop.is_closed():
        msg = f"exhaust_callbacks() cannot run callbacks of a loop that is closed: {loop!r}"
        raise RuntimeError(msg)
    if loop is not asyncio.get_running_loop():
        msg = f"exhaust_callbacks() takes the running loop, and {loop!r} does not run here"
        raise RuntimeError(msg)


async def _turn_until_idle(loop: asyncio.AbstractEventLoop) -> None:
    blind = ready_count(loop) is None
    for _ in range(BLIND_TURNS if blind else MOST_TURNS):
        await asyncio.sleep(0)
        if not blind and (ready_count(loop) or 0) < _waiting[loop]:
            return
    if not blind:
        msg = (
            f"callbacks schedule each other without an end: after {MOST_TURNS} turns the loop "
            f"is not idle; next comes {next_callback(loop)!r}"
        )
        raise RuntimeError(msg)
