"""Runs coroutines on a loop with a clock, and closes it as asyncio.run() does."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from asyncio_fakeclock import FakeClock, get_clock, new_event_loop


@contextmanager
def clocked_loop(**options: Any) -> Iterator[tuple[asyncio.AbstractEventLoop, FakeClock]]:
    loop = new_event_loop(**options)
    asyncio.set_event_loop(loop)
    try:
        yield loop, get_clock(loop)
    finally:
        try:
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(_ended(tasks))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            asyncio.set_event_loop(None)
            loop.close()


async def _ended(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


def run(main: Callable[[FakeClock], Coroutine[Any, Any, Any]], **options: Any) -> Any:
    """Run a coroutine function on a new loop; it is given the clock."""
    with clocked_loop(**options) as (loop, clock):
        return loop.run_until_complete(main(clock))
