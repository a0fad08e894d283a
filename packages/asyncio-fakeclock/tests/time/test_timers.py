"""Timers under a clock: their order at one instant, cancelled ones, and what is no time."""

import asyncio
import math
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock
from clocked import run


def test_timers_of_one_instant_run_before_the_callbacks_they_make_ready() -> None:
    async def main(clock: FakeClock) -> list[str]:
        loop = asyncio.get_running_loop()
        ran: list[str] = []

        def first() -> None:
            ran.append("first timer")
            loop.call_later(0, ran.append, "timer set meanwhile")
            loop.call_soon(ran.append, "callback")

        loop.call_at(1, first)
        loop.call_at(1, ran.append, "second timer")
        await clock.advance(1)
        return ran

    order = ["first timer", "second timer", "callback", "timer set meanwhile"]
    assert run(main, auto=False) == order


def test_cancelled_timer_does_not_run_and_does_not_hold_time_up() -> None:
    async def main(clock: FakeClock) -> list[Any]:
        loop = asyncio.get_running_loop()
        ran: list[int] = []
        loop.call_later(5, ran.append, 5)
        loop.call_later(1, ran.append, 1).cancel()
        handle = loop.call_later(3, ran.append, 3)
        loop.call_later(2, handle.cancel)
        after = [clock.next_timer()]
        await clock.advance(10)
        return [after, ran, clock.next_timer()]

    assert run(main, auto=False) == [[2.0], [5], None]


def test_cancelled_timers_do_not_pile_up() -> None:
    async def main(clock: FakeClock) -> int:
        loop = asyncio.get_running_loop()
        queue: Any = loop.time.__self__  # type: ignore[attr-defined]
        keep = [loop.call_later(1000 + n, print) for n in range(10)]
        for n in range(10_000):
            loop.call_later(100 + n, print).cancel()
        assert clock.next_timer() == keep[0].when()
        return len(list(queue._agenda))

    assert run(main, auto=False) < 2500


def test_turn_of_the_loop_sweeps_out_what_is_mostly_cancelled() -> None:
    async def main(clock: FakeClock) -> tuple[int, int]:
        loop = asyncio.get_running_loop()
        queue: Any = loop.time.__self__  # type: ignore[attr-defined]
        timers = [loop.call_later(1 + n, print) for n in range(3000)]
        for timer in timers[400:]:
            timer.cancel()
        there = len(list(queue._agenda))
        await clock.advance(0.5)
        return there, len(list(queue._agenda))

    there, left = run(main, auto=False)
    assert there > left == 400


@pytest.mark.parametrize(
    ("timers", "cancelled", "left"),
    [
        (1001, 999, 1001),
        (1001, 1000, 1001),
        # The sweep at 1001 leaves 4000.
        (5000, 1000 + 1500, 4000),
        (5000, 1000 + 2000, 4000),
        (5000, 1000 + 2001, 1999),
    ],
)
def test_turn_of_the_loop_sweeps_only_if_most_of_many_are_cancelled(
    timers: int, cancelled: int, left: int
) -> None:
    async def main(clock: FakeClock) -> int:
        loop = asyncio.get_running_loop()
        handles = [loop.call_later(1 + n, print) for n in range(timers)]
        for handle in handles[timers - cancelled :]:
            handle.cancel()
        await clock.advance(0.5)
        return instants_held(loop)

    assert run(main, auto=False) == left


def instants_held(loop: Any) -> int:
    return len(loop.time.__self__._agenda)


async def some_are_cancelled(clock: FakeClock) -> None:
    loop = asyncio.get_running_loop()
    for n in range(1200):
        handle = loop.call_at(1 + n // 4, int)
        if n % 4 < 2:
            handle.cancel()
    await clock.advance(1000)


async def each_is_cancelled_after_it_ran(clock: FakeClock) -> None:
    loop = asyncio.get_running_loop()
    handles = [loop.call_at(1 + n, int) for n in range(600)]
    await clock.advance(1000)
    for handle in handles:
        handle.cancel()


async def pairs_are_cancelled_after_they_ran(clock: FakeClock) -> None:
    loop = asyncio.get_running_loop()
    handles = [loop.call_at(1 + n // 2, int) for n in range(600)]
    await clock.advance(1000)
    for handle in handles:
        handle.cancel()


@pytest.mark.parametrize(
    "before",
    [some_are_cancelled, each_is_cancelled_after_it_ran, pairs_are_cancelled_after_they_ran],
)
def test_sweep_comes_with_the_first_above_a_thousand_still_to_come(before: Any) -> None:
    async def main(clock: FakeClock) -> list[int]:
        loop = asyncio.get_running_loop()
        await before(clock)
        held = []
        handles = [loop.call_later(1 + n, print) for n in range(1001)]
        for handle in handles:
            held.append(instants_held(loop))
            handle.cancel()
        return [min(held), instants_held(loop)]

    assert run(main, auto=False) == [1001, 1]


def test_timer_cancelled_while_its_instant_runs_does_not_run() -> None:
    async def main(clock: FakeClock) -> list[int]:
        loop = asyncio.get_running_loop()
        ran: list[int] = []
        handles = []
        loop.call_at(1, lambda: handles[0].cancel())
        handles.append(loop.call_at(1, ran.append, 1))
        await clock.advance(1)
        return ran

    assert run(main, auto=False) == []


def test_timers_that_a_timer_sets_for_its_own_instant_run_in_it() -> None:
    async def main(clock: FakeClock) -> list[tuple[str, float]]:
        loop = asyncio.get_running_loop()
        ran: list[tuple[str, float]] = []

        def note(name: str) -> None:
            ran.append((name, loop.time()))

        def first() -> None:
            note("first")
            loop.call_at(loop.time(), note, "second")
            loop.call_later(0, note, "third")

        loop.call_at(1, first)
        loop.call_at(1.5, note, "last")
        await clock.advance(2)
        return ran

    assert run(main, auto=False) == [("first", 1), ("second", 1), ("third", 1), ("last", 1.5)]


def test_handle_knows_the_instant_it_runs_at() -> None:
    async def main(clock: FakeClock) -> list[bool]:
        loop = asyncio.get_running_loop()
        same: list[bool] = []
        handle = loop.call_later(0.1 + 0.2, lambda: same.append(loop.time() == handle.when()))
        await clock.advance(1)
        return [*same, handle.when() == 0.3]

    assert run(main, auto=False) == [True, True]


@pytest.mark.parametrize("when", [3, 10])
def test_timer_that_is_due_runs_in_the_next_turn(when: int) -> None:
    async def main(clock: FakeClock) -> list[str]:
        await clock.advance(10)
        loop = asyncio.get_running_loop()
        ran: list[str] = []
        loop.call_at(when, ran.append, "timer")
        loop.call_soon(loop.call_soon, ran.append, "the turn after")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return ran

    assert run(main, auto=False) == ["timer", "the turn after"]


def test_timer_at_infinity_never_comes() -> None:
    async def main(clock: FakeClock) -> float:
        handle = asyncio.get_running_loop().call_later(math.inf, print)
        await clock.advance(1e9)
        handle.cancel()
        return clock.time()

    assert run(main, auto=False) == 1e9


def test_call_at_nan_is_refused() -> None:
    async def main(clock: FakeClock) -> float | None:
        with pytest.raises(ValueError, match="cannot schedule a callback at nan"):
            asyncio.get_running_loop().call_at(math.nan, print)
        return clock.next_timer()

    assert run(main, auto=False) is None


@pytest.mark.parametrize("method", ["call_at", "call_later"])
def test_timer_without_a_time_is_refused_as_by_asyncio(method: str) -> None:
    async def main(clock: FakeClock) -> None:
        with pytest.raises(TypeError, match="(None|delay)"):
            getattr(asyncio.get_running_loop(), method)(None, print)

    run(main, auto=False)


def test_wrapper_of_call_at_sees_timers_of_call_later() -> None:
    async def main(clock: FakeClock) -> list[float]:
        loop = asyncio.get_running_loop()
        seen = []
        inner = loop.call_at

        def wrapper(when: float, *args: Any, **kwargs: Any) -> Any:
            seen.append(when)
            return inner(when, *args, **kwargs)

        loop.call_at = wrapper  # type: ignore[method-assign]
        await asyncio.sleep(5)
        loop.call_at = inner  # type: ignore[method-assign]
        return seen

    assert run(main) == [5.0]
