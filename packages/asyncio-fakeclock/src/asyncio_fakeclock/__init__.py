"""
Virtual time for asyncio: exact, automatic where wanted, and truthful.

The shortest useful program::

    async with FakeClock() as clock:
        task = asyncio.create_task(asyncio.sleep(3600))
        await clock.advance(3600)
        assert task.done()
"""

from typing import TYPE_CHECKING, Any

from asyncio_fakeclock._clock import FakeClock
from asyncio_fakeclock._errors import DeadlockError, LivelockError, StalledError
from asyncio_fakeclock._loop import get_clock, new_event_loop
from asyncio_fakeclock._timeline.timeline import Timeline
from asyncio_fakeclock._version import __version__

if TYPE_CHECKING:
    from asyncio_fakeclock._case import ClockedTestCase, fakeclock

__all__ = [
    "ClockedTestCase",
    "DeadlockError",
    "FakeClock",
    "LivelockError",
    "StalledError",
    "Timeline",
    "__version__",
    "fakeclock",
    "get_clock",
    "new_event_loop",
]


def __getattr__(name: str) -> Any:
    # Whoever wants a clock alone imports no test case, and no unittest.
    if name in {"ClockedTestCase", "fakeclock"}:
        from asyncio_fakeclock import _case

        return getattr(_case, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
