"""Read by type checkers, never run."""

import asyncio
from contextlib import AbstractContextManager
from decimal import Decimal
from fractions import Fraction

from asyncio_fakeclock import (
    ClockedTestCase,
    DeadlockError,
    FakeClock,
    LivelockError,
    StalledError,
    Timeline,
    __version__,
    fakeclock,
    get_clock,
    new_event_loop,
)
from typing_extensions import assert_type


async def clock() -> None:
    async with FakeClock(
        None,
        auto=True,
        start=5,
        resolution=1e-6,
        stall_timeout=None,
        max_turns=None,
        max_jumps=10,
        wall_clock=True,
        trace=True,
    ) as made:
        assert_type(made, FakeClock)
        assert_type(await made.advance(1), None)
        await made.advance(Fraction(1, 3))
        await made.advance(Decimal("0.1"))
        await made.advance_to(10.5)
        assert_type(made.time(), float)
        assert_type(made.next_timer(), float | None)
        assert_type(made.auto, bool)
        made.auto = False
        assert_type(made.installed, bool)
        assert_type(made.loop, asyncio.AbstractEventLoop | None)
        assert_type(made.external(), AbstractContextManager[None])
        made.ignore(3)
        assert_type(made.timeline(), Timeline)
        await made.advance("1")  # type: ignore[arg-type]
    with FakeClock(asyncio.new_event_loop()) as other:
        assert_type(other, FakeClock)
    assert_type(FakeClock().install(), FakeClock)
    assert_type(FakeClock().uninstall(), None)


def timeline(record: Timeline) -> None:
    assert_type(record.text(places=False), str)
    assert_type(record.svg(), str)
    assert_type(record.html(), str)
    record.save("timeline.svg")


def loops() -> None:
    loop = new_event_loop(auto=False, start=10)
    assert_type(loop, asyncio.AbstractEventLoop)
    assert_type(get_clock(loop), FakeClock)
    assert_type(get_clock(), FakeClock)


@fakeclock(auto=True)
class Tests(ClockedTestCase):
    auto = True

    @fakeclock(start=10)
    async def test(self) -> None:
        assert_type(self.clock, FakeClock)
        assert_type(await self.advance(1), None)
        assert_type(self.loop, asyncio.AbstractEventLoop)


assert_type(Tests("test").auto, bool)
errors: list[type[RuntimeError]] = [DeadlockError, LivelockError, StalledError]
version: str = __version__
