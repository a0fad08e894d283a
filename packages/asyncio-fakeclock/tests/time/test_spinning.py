"""A loop that is busy at one instant: time goes on if nothing else can."""

import asyncio
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock, LivelockError
from asyncio_fakeclock._time import spinning
from clocked import run


def test_task_that_spins_until_a_timer_sees_it() -> None:
    async def main(clock: FakeClock) -> float:
        done: list[int] = []
        asyncio.get_running_loop().call_later(5, done.append, 1)
        while not done:
            await asyncio.sleep(0)
        return clock.time()

    assert run(main) == 5.0


def test_task_that_spins_until_a_time_sees_it_soon() -> None:
    async def main(clock: FakeClock) -> float:
        loop = asyncio.get_running_loop()
        while loop.time() < 1:
            await asyncio.sleep(0)
        return clock.time()

    assert 1 <= run(main) < 1.02


def test_timeout_above_it_is_not_hit_before() -> None:
    async def main(clock: FakeClock) -> float:
        loop = asyncio.get_running_loop()

        async def spin() -> None:
            while loop.time() < 1:
                await asyncio.sleep(0)

        await asyncio.wait_for(spin(), 1.5)
        return clock.time()

    assert 1 <= run(main) < 1.02


def test_advance_of_a_manual_clock_is_not_stopped_by_it() -> None:
    async def main(clock: FakeClock) -> float:
        done: list[int] = []

        async def spin() -> None:
            while not done:
                await asyncio.sleep(0)

        asyncio.get_running_loop().call_later(5, done.append, 1)
        task = asyncio.ensure_future(spin())
        await clock.advance(10)
        await task
        return clock.time()

    assert run(main, auto=False) == 10.0


@pytest.mark.parametrize("turns", [spinning.FIRST * 2, 10_000])
def test_computation_with_pauses_takes_no_time(turns: int) -> None:
    async def compute() -> int:
        total = 0
        for number in range(turns):
            total += number
            await asyncio.sleep(0)
        return total

    async def main(clock: FakeClock) -> Any:
        return await asyncio.wait_for(compute(), 0.0001), clock.time()

    assert run(main) == (turns * (turns - 1) // 2, 0.0)


def test_computation_of_an_object_takes_no_time() -> None:
    class Counter:
        count = 0

    async def main(clock: FakeClock) -> float:
        counter = Counter()
        asyncio.get_running_loop().call_later(1, int)
        while counter.count < 5000:
            counter.count += 1
            await asyncio.sleep(0)
        return clock.time()

    assert run(main) == 0.0


@pytest.mark.parametrize("start", [1.0, 1e6, 1e9])
def test_timer_for_less_than_a_float_can_tell_moves_time(start: float) -> None:
    async def main(clock: FakeClock) -> bool:
        loop = asyncio.get_running_loop()
        end = loop.time() + 1e-6
        done = loop.create_future()

        def again() -> None:
            if loop.time() >= end:
                done.set_result(True)
            else:
                loop.call_at(loop.time() + 1e-17, again)

        again()
        return await done

    assert run(main, start=start)


def test_job_that_is_asked_for_again_and_again_takes_no_time() -> None:
    from gate import Gate

    gate = Gate()

    async def main(clock: FakeClock) -> float:
        job = asyncio.get_running_loop().run_in_executor(None, gate.wait)
        asyncio.get_running_loop().call_later(5, int)
        turns = 0
        while not job.done():
            turns += 1
            if turns == 3000:
                gate.set()
            await asyncio.sleep(0)
        return clock.time()

    assert run(main, max_turns=5000) == 0.0


def test_task_that_spins_for_ever_is_reported() -> None:
    async def main(clock: FakeClock) -> None:
        while True:
            await asyncio.sleep(0)

    with pytest.raises(LivelockError, match="it is the turn of task 'Task-"):
        run(main)


def test_manual_clock_stands_still_though_the_loop_spins() -> None:
    async def main(clock: FakeClock) -> float:
        asyncio.get_running_loop().call_later(5, int)
        while True:
            await asyncio.sleep(0)

    with pytest.raises(LivelockError, match=r"^livelock at 0 s: "):
        run(main, auto=False, max_turns=10_000)
