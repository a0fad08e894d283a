"""A clock on a loop: how it comes and goes, and what is refused."""

import asyncio
import math
import time
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock, get_clock, new_event_loop
from clocked import clocked_loop, run


def test_context_manager_installs_and_uninstalls() -> None:
    loop = asyncio.new_event_loop()
    untouched = dict(vars(loop)), dict(vars(loop._selector))  # type: ignore[attr-defined]
    with FakeClock(loop, start=5) as clock:
        assert (loop.time(), clock.installed, clock.loop) == (5.0, True, loop)
    assert not clock.installed
    assert loop.time() == pytest.approx(time.monotonic(), abs=60)
    assert (dict(vars(loop)), dict(vars(loop._selector))) == untouched  # type: ignore[attr-defined]
    loop.close()


def test_async_context_manager_takes_the_running_loop() -> None:
    async def main() -> list[float]:
        async with FakeClock() as clock:
            await clock.advance(5)
            inside = asyncio.get_running_loop().time()
        return [inside, clock.time()]

    assert asyncio.run(main()) == [5.0, 5.0]


def test_timers_keep_the_time_they_had_left() -> None:
    async def main() -> tuple[float, list[str]]:
        loop = asyncio.get_running_loop()
        ran: list[str] = []
        before = loop.call_later(3600, ran.append, "before")
        async with FakeClock() as clock:
            loop.call_later(10, ran.append, "inside")
            handle = loop.call_later(7200, print)
            await clock.advance(3601)
        left = handle.when() - loop.time()
        assert before.when() == pytest.approx(3600, abs=5)
        handle.cancel()
        return left, ran

    left, ran = asyncio.run(main())
    assert left == pytest.approx(3599, abs=5)
    assert ran == ["inside", "before"]


@pytest.mark.parametrize("options", [{}, {"auto": True}, {"trace": True}])
@pytest.mark.parametrize("overdue", [0, 5])
def test_timers_that_were_due_already_run_at_the_start(
    overdue: int, options: dict[str, Any]
) -> None:
    loop = asyncio.new_event_loop()
    try:
        loop.time = lambda: 50.0  # type: ignore[method-assign]
        ran: list[float] = []
        loop.call_at(50 - overdue, lambda: ran.append(loop.time()))
        loop.call_at(50 - overdue, loop.stop)
        with FakeClock(loop, start=100, **options) as clock:
            loop.run_forever()
            assert (ran, clock.time()) == ([100.0], 100.0)
    finally:
        loop.close()


def test_timer_given_back_can_be_cancelled() -> None:
    async def main() -> bool:
        async with FakeClock():
            handle = asyncio.get_running_loop().call_later(3600, print)
        handle.cancel()
        return handle.cancelled()

    assert asyncio.run(main())


def test_clock_can_be_installed_again_and_goes_on() -> None:
    loop = asyncio.new_event_loop()
    clock = FakeClock(loop)
    with clock:
        loop.run_until_complete(clock.advance(5))
    with clock:
        assert loop.time() == 5.0
    loop.close()


def test_uninstalling_twice_is_no_error() -> None:
    loop = asyncio.new_event_loop()
    clock = FakeClock(loop).install()
    clock.uninstall()
    clock.uninstall()
    loop.close()


def test_closing_the_loop_uninstalls_the_clock() -> None:
    loop = new_event_loop()
    clock = get_clock(loop)
    loop.close()
    assert not clock.installed


def test_uninstalling_in_a_timer_gives_the_loop_its_own_time() -> None:
    loop = new_event_loop()
    loop.call_later(5, get_clock(loop).uninstall)
    loop.call_later(5.01, loop.stop)
    loop.run_forever()
    assert loop.time() == pytest.approx(time.monotonic(), abs=60)
    loop.close()


def test_uninstalling_fails_a_pending_advance() -> None:
    async def main() -> None:
        clock = FakeClock().install()
        task = asyncio.create_task(clock.advance(10))
        asyncio.get_running_loop().call_later(5, clock.uninstall)
        with pytest.raises(RuntimeError, match="uninstalled before advance"):
            await task

    asyncio.run(main())


def test_second_clock_on_a_loop_is_refused() -> None:
    with clocked_loop(auto=False) as (loop, clock):
        with pytest.raises(RuntimeError, match=r"has a clock already, <FakeClock at 0\.0 s, man"):
            FakeClock(loop).install()
        assert clock.installed


def test_installing_twice_is_refused() -> None:
    with clocked_loop() as (_, clock):
        with pytest.raises(RuntimeError, match="is installed already"):
            clock.install()


def test_closed_loop_is_refused() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    with pytest.raises(RuntimeError, match=r"^cannot install a clock on .*: it is closed$"):
        FakeClock(loop).install()


def test_installing_without_a_loop_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"^no loop is running: .* pass FakeClock\(loop\)$"):
        FakeClock().install()


def test_what_is_no_loop_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^loop must be an event loop, not 'loop'$"):
        FakeClock("loop")  # type: ignore[arg-type]


def test_uvloop_is_refused_with_the_way_out() -> None:
    uvloop = pytest.importorskip("uvloop")
    loop = uvloop.new_event_loop()
    try:
        with pytest.raises(TypeError, match=r"loop_factory=asyncio\.SelectorEventLoop"):
            FakeClock(loop)
    finally:
        loop.close()


@pytest.mark.parametrize("limit", ["max_turns", "max_jumps"])
def test_limit_of_one_is_taken(limit: str) -> None:
    FakeClock(**{limit: 1})


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ({"start": math.nan}, ValueError),
        ({"start": "0"}, TypeError),
        ({"resolution": 0}, ValueError),
        ({"stall_timeout": -1}, ValueError),
        ({"stall_timeout": "1"}, TypeError),
        ({"max_turns": 0}, ValueError),
        ({"max_turns": 1.5}, TypeError),
        ({"max_jumps": -1}, ValueError),
        ({"max_jumps": True}, TypeError),
    ],
)
def test_refused_option_leaves_no_clock(option: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        FakeClock(**option)


def test_new_event_loop_closes_what_it_cannot_clock() -> None:
    made = []

    def factory() -> asyncio.AbstractEventLoop:
        made.append(asyncio.new_event_loop())
        return made[0]

    with pytest.raises(TypeError):
        new_event_loop(loop_factory=factory, start="0")
    assert made[0].is_closed()


def test_get_clock_of_a_loop_without_one_is_refused() -> None:
    loop = asyncio.new_event_loop()
    try:
        with pytest.raises(RuntimeError, match="has no fake clock"):
            get_clock(loop)
    finally:
        loop.close()


def test_get_clock_finds_the_clock_of_the_running_loop() -> None:
    async def main(clock: FakeClock) -> bool:
        return get_clock() is clock

    assert run(main)


def test_wall_clock_is_left_alone() -> None:
    async def main(clock: FakeClock) -> float:
        before = time.time()
        await clock.advance(86400)
        return time.time() - before

    assert 0 <= run(main, auto=False) < 60


def test_repr_tells_the_time_and_the_mode() -> None:
    assert repr(FakeClock(start=5)) == "<FakeClock at 5.0 s, manual, not installed>"
    with clocked_loop() as (_, clock):
        assert repr(clock) == "<FakeClock at 0.0 s, automatic>"


def test_attribute_that_somebody_else_replaced_is_left_alone() -> None:
    loop = asyncio.new_event_loop()
    clock = FakeClock(loop).install()
    loop.time = lambda: 42.0  # type: ignore[method-assign]
    clock.uninstall()
    assert loop.time() == 42.0
    loop.close()


def test_timers_to_come_are_listed_in_order():
    async def main():
        loop = asyncio.get_running_loop()
        clock = FakeClock()
        assert clock.timers() == []
        async with clock:
            late, soon, cancelled = (loop.call_later(delay, print) for delay in (5, 1, 3))
            cancelled.cancel()
            assert clock.timers() == [soon, late]

    asyncio.run(main())
