"""What is replaced on a loop, and what is there again afterwards."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock, get_clock
from clocked import clocked_loop


def test_what_somebody_has_put_on_the_loop_is_there_again_afterwards() -> None:
    loop: Any = asyncio.new_event_loop()
    try:
        loop.time = own = lambda: 7.0
        with FakeClock(loop) as clock:
            assert loop.time() == clock.time() == 0.0
        assert loop.time is own
    finally:
        loop.close()


def test_loop_needs_no_more_of_what_it_asks_for_events_than_a_proactor_has() -> None:
    loop: Any = asyncio.new_event_loop()
    selector = loop._selector
    loop._selector = proactor = SimpleNamespace(select=selector.select)
    try:
        with FakeClock(loop, auto=True):
            loop.run_until_complete(asyncio.sleep(3600))
            assert loop.time() == 3600.0
        assert vars(proactor) == {"select": selector.select}
    finally:
        loop._selector = selector
        loop.close()


def test_running_loop_that_cannot_be_closed_keeps_its_clock() -> None:
    async def main() -> bool:
        loop = asyncio.get_running_loop()
        with pytest.raises(RuntimeError, match="running"):
            loop.close()
        return get_clock(loop).installed

    with clocked_loop() as (loop, _):
        assert loop.run_until_complete(main())


def test_clock_can_be_uninstalled_from_a_loop_that_somebody_has_closed() -> None:
    loop = asyncio.new_event_loop()
    clock = FakeClock(loop).install()
    type(loop).close(loop)

    clock.uninstall()
    assert not clock.installed


def test_uninstalling_leaves_an_advance_that_was_cancelled_alone() -> None:
    async def main(clock: FakeClock) -> bool:
        advance = asyncio.ensure_future(clock.advance(5))
        await asyncio.sleep(0)
        advance.cancel()
        clock.uninstall()
        await asyncio.wait([advance])
        return advance.cancelled()

    with clocked_loop() as (loop, clock):
        assert loop.run_until_complete(main(clock))


def test_timer_for_no_instant_is_refused() -> None:
    with clocked_loop() as (loop, _):
        when: Any = None
        with pytest.raises(TypeError, match="None"):
            loop.call_at(when, print)
