"""Loops that are born with a clock."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from asyncio_fakeclock._clock import FakeClock, clock_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["get_clock", "new_event_loop"]

__unittest = __tracebackhide__ = True


def new_event_loop(
    *,
    auto: bool = True,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
    **options: Any,
) -> asyncio.AbstractEventLoop:
    """
    Make an event loop with a clock installed: a ``loop_factory`` for whoever takes one.

    Args:
        auto: Whether the clock jumps by itself.
        loop_factory: What makes the loop, ``asyncio.new_event_loop`` by default.
        options: Further arguments of :class:`FakeClock`.

    Returns:
        The loop. :func:`get_clock` returns its clock, which goes when the loop is closed.

    Raises:
        TypeError: an argument is unknown, or the loop cannot be clocked.

    Example:
        >>> loop = new_event_loop(start=100)
        >>> loop.run_until_complete(asyncio.sleep(3600, "awake"))
        'awake'
        >>> loop.time()
        3700.0
        >>> loop.close()
    """
    loop = (loop_factory or asyncio.new_event_loop)()
    try:
        FakeClock(loop, auto=auto, **options).install()
    except BaseException:
        loop.close()
        raise
    return loop


def get_clock(loop: asyncio.AbstractEventLoop | None = None) -> FakeClock:
    """
    Return the clock that is installed on a loop.

    Args:
        loop: The loop, by default the running one.

    Raises:
        RuntimeError: it has none, or no loop is running.
    """
    where = asyncio.get_running_loop() if loop is None else loop
    clock = clock_of(where)
    if clock is None:
        msg = f"{where!r} has no fake clock: install one with FakeClock(loop).install()"
        raise RuntimeError(msg)
    return clock
