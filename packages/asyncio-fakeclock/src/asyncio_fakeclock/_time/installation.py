"""Which loops can have a clock, and what is replaced on them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from asyncio_fakeclock._cpython import loops
from asyncio_fakeclock._world.doors import counted_by_caller, last_submitted

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncio_fakeclock._time.overrides import Overrides
    from asyncio_fakeclock._time.pacer import Pacer

__all__ = ["checked_loop", "override", "running_loop"]

__unittest = __tracebackhide__ = True


def override(
    overrides: Overrides,
    loop: asyncio.BaseEventLoop,
    pacer: Pacer,
    close: Callable[[], None],
) -> None:
    """Let the loop take its time from *pacer*, and close by *close*."""
    queue = pacer.queue
    overrides.set(loop, "time", queue.time)
    overrides.set(loop, "call_at", queue.call_at)
    overrides.set(loop, "call_later", queue.call_later)
    overrides.set(loop, loops.CANCEL_HOOK, queue.timer_handle_cancelled)
    overrides.set(loop, "run_in_executor", _counting(loop.run_in_executor, pacer))
    overrides.set(loop, "close", close)
    selector = loops.selector_of(loop)
    overrides.set(selector, "select", queue.select)
    for name in ("register", "unregister", "modify"):
        if hasattr(selector, name):
            overrides.set(selector, name, pacer.noticing(getattr(selector, name)))


def running_loop() -> asyncio.AbstractEventLoop:
    """
    Return the loop that runs.

    Raises:
        RuntimeError: none does.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError as error:
        msg = "no loop is running: install the clock inside of a coroutine, or pass FakeClock(loop)"
        raise RuntimeError(msg) from error


def checked_loop(loop: object) -> asyncio.BaseEventLoop:
    """
    Return *loop*, if it can be given virtual time.

    Raises:
        TypeError: it cannot.
    """
    if not isinstance(loop, asyncio.AbstractEventLoop):
        msg = f"loop must be an event loop, not {loop!r}"
        raise TypeError(msg)
    if not isinstance(loop, asyncio.BaseEventLoop):
        msg = (
            f"cannot give {loop!r} virtual time, since its timers are not asyncio's own: "
            f"run the test with loop_factory=asyncio.SelectorEventLoop"
        )
        raise TypeError(msg)
    return loop


def _counting(run_in_executor: Callable[..., Any], pacer: Pacer) -> Callable[..., Any]:
    def counting(executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        with counted_by_caller():
            future = run_in_executor(executor, func, *args)
            pacer.surroundings.work.add_job(future, func, last_submitted())
        return future

    return counting
