"""A loop in virtual time."""

import asyncio

from asyncio_fakeclock import new_event_loop


def run(main, **options):
    """Run a coroutine function with a clock on a loop in virtual time."""
    loop = new_event_loop(**{"auto": True, **options})
    task = loop.create_task(main(), name="main")
    try:
        loop.run_until_complete(task)
    finally:
        for left in asyncio.all_tasks(loop):
            left.cancel()
        for _ in range(3):
            loop.run_until_complete(asyncio.sleep(0))
        loop.close()
