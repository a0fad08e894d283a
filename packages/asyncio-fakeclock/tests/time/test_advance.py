"""Moving time: each callback at its own instant, targets, and what is refused."""

import asyncio
import math
import threading
from typing import Any

import pytest
from asyncio_fakeclock import DeadlockError, FakeClock
from clocked import clocked_loop, run


def test_time_stands_still_between_steps() -> None:
    async def main(clock: FakeClock) -> list[float]:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await asyncio.sleep(0)
        return [before, loop.time(), clock.time()]

    assert run(main, auto=False) == [0.0, 0.0, 0.0]


def test_ten_steps_of_a_tenth_are_exactly_one_second() -> None:
    async def main(clock: FakeClock) -> float:
        for _ in range(10):
            await clock.advance(0.1)
        return clock.time()

    assert run(main, auto=False) == 1.0


@pytest.mark.parametrize("start", [0.0, 1.7e9])
def test_every_callback_runs_at_its_own_instant_in_order(start: float) -> None:
    async def main(clock: FakeClock) -> list[Any]:
        loop = asyncio.get_running_loop()
        ran: list[Any] = []
        for delay in (3, 1, 2, 1):
            loop.call_later(delay, lambda delay=delay: ran.append((delay, loop.time() - start)))
        await clock.advance(10)
        return ran

    assert run(main, auto=False, start=start) == [(1, 1.0), (1, 1.0), (2, 2.0), (3, 3.0)]


def test_callback_scheduled_during_an_advance_runs_in_it() -> None:
    async def main(clock: FakeClock) -> list[float]:
        loop = asyncio.get_running_loop()
        ran: list[float] = []
        loop.call_later(2, lambda: loop.call_later(1, lambda: ran.append(loop.time())))
        await clock.advance(3)
        return ran

    assert run(main, auto=False) == [3.0]


def test_callbacks_of_the_last_instant_have_run_when_advance_returns() -> None:
    async def main(clock: FakeClock) -> list[str]:
        done = []

        async def worker() -> None:
            await asyncio.sleep(5)
            for _ in range(10):
                await asyncio.sleep(0)
            done.append("worker")

        task = asyncio.create_task(worker())
        await clock.advance(5)
        await task
        return done

    assert run(main, auto=False) == ["worker"]


def test_jump_of_a_billion_seconds_costs_nothing() -> None:
    async def main(clock: FakeClock) -> float:
        task = asyncio.create_task(asyncio.sleep(1e9))
        await clock.advance(1e9)
        assert task.done()
        return clock.time()

    assert run(main, auto=False) == 1e9


def test_advance_by_nothing_runs_what_is_ready_and_due() -> None:
    async def main(clock: FakeClock) -> list[str]:
        loop = asyncio.get_running_loop()
        ran: list[str] = []
        loop.call_soon(ran.append, "ready")
        loop.call_later(0, ran.append, "due")
        await clock.advance(0)
        return ran

    assert run(main, auto=False) == ["ready", "due"]


def test_concurrent_advances_are_targets_of_their_own() -> None:
    async def main(clock: FakeClock) -> list[tuple[int, float]]:
        arrived = []

        async def advance(seconds: int) -> None:
            await clock.advance(seconds)
            arrived.append((seconds, clock.time()))

        await asyncio.gather(advance(5), advance(3), advance(5))
        return arrived

    assert run(main, auto=False) == [(3, 3.0), (5, 5.0), (5, 5.0)]


def test_nested_advance_moves_time_within_the_outer_one() -> None:
    async def main(clock: FakeClock) -> list[float]:
        seen = []

        async def nested() -> None:
            await asyncio.sleep(1)
            await clock.advance(2)
            seen.append(clock.time())

        task = asyncio.create_task(nested())
        await clock.advance(2)
        seen.append(clock.time())
        await clock.advance(2)
        await task
        return seen

    assert run(main, auto=False) == [2.0, 3.0]


def test_cancelled_advance_leaves_time_where_it_is() -> None:
    async def main(clock: FakeClock) -> float:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(clock.advance(10))
        loop.call_later(4, task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        return clock.time()

    assert run(main, auto=False) == 4.0


def test_cancelled_advance_is_no_target_any_more() -> None:
    async def main(clock: FakeClock) -> None:
        task = asyncio.create_task(clock.advance(10))
        asyncio.get_running_loop().call_later(4, task.cancel)
        await asyncio.wait([task])
        await asyncio.Event().wait()

    with pytest.raises(DeadlockError, match="^deadlock at 4 s"):
        run(main, auto=False)


def test_cancelled_advance_leaves_the_targets_of_others() -> None:
    async def main(clock: FakeClock) -> float:
        task = asyncio.create_task(clock.advance(10))
        asyncio.get_running_loop().call_later(4, task.cancel)
        await clock.advance(6)
        assert task.cancelled()
        return clock.time()

    assert run(main, auto=False) == 6.0


def test_advance_that_is_closed_is_no_target_any_more() -> None:
    async def main(clock: FakeClock) -> None:
        asyncio.get_running_loop().call_soon(int)
        coro = clock.advance(10)
        coro.send(None)
        coro.close()
        await asyncio.Event().wait()

    with pytest.raises(DeadlockError, match="^deadlock at 0 s"):
        run(main, auto=False)


def test_manual_clock_stands_still_before_zero_too() -> None:
    async def main(clock: FakeClock) -> None:
        await asyncio.sleep(1)

    with pytest.raises(DeadlockError, match="^time is frozen at -10 s"):
        run(main, auto=False, start=-10)


def test_advance_that_is_closed_leaves_no_target() -> None:
    async def main(clock: FakeClock) -> float:
        coro = clock.advance(10)
        asyncio.get_running_loop().call_soon(lambda: None)
        coro.send(None)
        coro.close()
        await clock.advance(1)
        return clock.time()

    assert run(main, auto=False) == 1.0


def test_exception_in_a_callback_goes_to_the_handler_and_time_goes_on() -> None:
    async def main(clock: FakeClock) -> list[Any]:
        loop = asyncio.get_running_loop()
        seen: list[Any] = []
        loop.set_exception_handler(lambda loop, context: seen.append(context["exception"].args))
        loop.call_later(1, lambda: [].pop())
        loop.call_later(2, seen.append, "later")
        await clock.advance(3)
        return [*seen, clock.time()]

    assert run(main, auto=False) == [("pop from empty list",), "later", 3.0]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_interrupt_in_a_timer_leaves_the_loop_and_the_rest_in_place(error: type) -> None:
    def interrupt() -> None:
        raise error

    with clocked_loop(auto=False) as (loop, clock):
        ran: list[int] = []
        loop.call_at(1, interrupt)
        loop.call_at(1, ran.append, 1)
        with pytest.raises(error):
            loop.run_until_complete(clock.advance(1))
        loop.run_until_complete(clock.advance(0))
        assert (ran, clock.time()) == ([1], 1.0)


def test_stop_is_obeyed_at_the_instant_of_the_timer() -> None:
    with clocked_loop() as (loop, clock):
        ran: list[int] = []
        loop.call_at(1, loop.stop)
        loop.call_at(1, ran.append, 1)
        loop.call_at(2, ran.append, 2)
        loop.run_forever()
        assert (ran, clock.time()) == ([1], 1.0)


def test_advance_to_is_absolute() -> None:
    async def main(clock: FakeClock) -> float:
        await clock.advance_to(7)
        await clock.advance_to(7.5)
        return clock.time()

    assert run(main, auto=False, start=5) == 7.5


def test_advance_to_the_past_is_refused_and_moves_nothing() -> None:
    async def main(clock: FakeClock) -> float:
        with pytest.raises(ValueError, match=r"^cannot go back to 4 s: it is 5\.0 s"):
            await clock.advance_to(4)
        return clock.time()

    assert run(main, auto=False, start=5) == 5.0


@pytest.mark.parametrize("seconds", [-1, math.nan, math.inf, "1", None])
@pytest.mark.parametrize("method", ["advance", "advance_to"])
def test_refused_step_moves_nothing(method: str, seconds: Any) -> None:
    async def main(clock: FakeClock) -> float:
        with pytest.raises((TypeError, ValueError)):
            await getattr(clock, method)(seconds)
        return clock.time()

    assert run(main, auto=False) == 0.0


def test_advance_without_a_loop_under_the_clock_is_refused() -> None:
    async def main() -> None:
        clock = FakeClock()
        with pytest.raises(RuntimeError, match="not installed: use it as a context manager"):
            await clock.advance(1)

    asyncio.run(main())


def test_advance_after_uninstalling_is_refused() -> None:
    async def main() -> float:
        async with FakeClock() as clock:
            pass
        with pytest.raises(RuntimeError, match="not installed"):
            await clock.advance(1)
        return clock.time()

    assert asyncio.run(main()) == 0.0


def test_advance_from_another_loop_in_another_thread_is_refused() -> None:
    errors: list[BaseException] = []

    def elsewhere(clock: FakeClock) -> None:
        try:
            asyncio.run(clock.advance(1))
        except RuntimeError as error:
            errors.append(error)

    with clocked_loop(auto=False) as (_, clock):
        thread = threading.Thread(target=elsewhere, args=(clock,), name="elsewhere")
        thread.start()
        thread.join()
        assert "from another loop" in str(errors[0])
        assert "'elsewhere'" in str(errors[0])
        assert clock.time() == 0.0


def test_auto_can_be_switched_in_a_test() -> None:
    async def main(clock: FakeClock) -> list[float]:
        await clock.advance(1)
        clock.auto = True
        await asyncio.sleep(10)
        clock.auto = False
        await clock.advance(2)
        return [clock.time()]

    assert run(main, auto=False) == [13.0]


def test_advance_moves_an_automatic_clock_too() -> None:
    async def main(clock: FakeClock) -> list[float]:
        seen = []
        asyncio.get_running_loop().call_later(3, lambda: seen.append(clock.time()))
        await clock.advance(5)
        return [*seen, clock.time()]

    assert run(main, auto=True) == [3.0, 5.0]
