"""Deadlocks, frozen time, livelocks: what is said, when, and where it is raised."""

import asyncio
import contextlib
import time
from typing import Any

import pytest
from asyncio_fakeclock import DeadlockError, FakeClock, LivelockError, new_event_loop
from capabilities import with_signals
from clocked import clocked_loop, run


def text_of(error: type[BaseException], main: Any, **options: Any) -> str:
    with pytest.raises(error) as caught:
        run(main, **options)
    return str(caught.value)


async def forever(clock: FakeClock) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("auto", [False, True])
def test_hanging_test_fails_at_once(auto: bool) -> None:
    begun = time.monotonic()

    text = text_of(DeadlockError, forever, auto=auto)

    assert text.startswith("deadlock at 0 s: no callback is ready, no timer is set and nothing rea")
    assert time.monotonic() - begun < 5  # and not for ever


def test_deadlock_tells_the_await_chain_of_every_task() -> None:
    async def inner(event: asyncio.Event) -> None:
        await event.wait()

    async def outer(event: asyncio.Event) -> None:
        await inner(event)

    async def main(clock: FakeClock) -> None:
        asyncio.current_task().set_name("main")  # type: ignore[union-attr]
        worker = asyncio.create_task(outer(asyncio.Event()), name="worker")
        await worker

    text = text_of(DeadlockError, main)

    assert "  Task 'main' waits\n" in text
    assert "main(): await worker\n" in text
    assert "    for task 'worker'\n" in text
    assert "  Task 'worker' waits\n" in text
    assert "outer(): await inner(event)\n" in text
    assert "inner(): await event.wait()\n" in text
    assert "in asyncio's Event.wait() of <asyncio.locks.Event object at " in text
    assert "test_reports.py:" in text


async def numbers() -> Any:
    yield 1
    await asyncio.Event().wait()  # in numbers


async def iterate() -> None:
    async for _ in numbers():
        pass


async def ask_for_next() -> None:
    generator = numbers()
    await generator.__anext__()
    await anext(generator, None)


async def enter() -> None:
    @contextlib.asynccontextmanager
    async def connection() -> Any:
        async for _ in numbers():
            pass
        yield

    async with connection():
        pass


async def delegate() -> None:
    class Request:
        def __await__(self) -> Any:
            return iterate().__await__()

    await Request()


@pytest.mark.parametrize("start", [iterate, ask_for_next, enter, delegate])
def test_await_chain_leads_through_async_generators_and_awaitable_objects(start: Any) -> None:
    text = text_of(DeadlockError, lambda clock: start())

    assert "numbers(): await asyncio.Event().wait()  # in numbers\n" in text
    assert "in asyncio's Event.wait() of <asyncio.locks.Event object at " in text


def test_deadlock_tells_what_a_gather_waits_for() -> None:
    async def main(clock: FakeClock) -> None:
        first = asyncio.create_task(asyncio.Event().wait(), name="first")
        second = asyncio.create_task(asyncio.Event().wait(), name="second")
        await asyncio.gather(first, second)

    assert "for all of task 'first', task 'second'" in text_of(DeadlockError, main)


def test_deadlock_without_tasks_says_so() -> None:
    with clocked_loop() as (loop, _):
        with pytest.raises(DeadlockError, match="no task is pending"):
            loop.run_forever()


def test_deadlock_follows_generators_and_async_generators() -> None:
    async def values(event: asyncio.Event) -> Any:
        await event.wait()
        yield 1

    async def main(clock: FakeClock) -> None:
        async for _ in values(asyncio.Event()):
            pass

    text = text_of(DeadlockError, main)

    assert "async for _ in values(asyncio.Event()):" in text


def test_deadlock_after_some_time_tells_the_time() -> None:
    async def main(clock: FakeClock) -> None:
        await asyncio.sleep(3600.5)
        await asyncio.Event().wait()

    assert text_of(DeadlockError, main).startswith("deadlock at 3600.5 s: ")


def test_timer_at_infinity_is_a_deadlock() -> None:
    async def main(clock: FakeClock) -> None:
        await asyncio.sleep(float("inf"))

    assert text_of(DeadlockError, main).startswith("deadlock at 0 s: ")


def test_loop_can_be_used_after_a_deadlock() -> None:
    with clocked_loop() as (loop, clock):
        with pytest.raises(DeadlockError):
            loop.run_until_complete(asyncio.Event().wait())
        loop.run_until_complete(asyncio.sleep(5))
        assert clock.time() == 5.0


def test_manual_clock_says_that_time_is_frozen_and_when_the_next_timer_is_due() -> None:
    async def main(clock: FakeClock) -> None:
        asyncio.current_task().set_name("main")  # type: ignore[union-attr]
        await clock.advance(1)
        await asyncio.sleep(5)

    text = text_of(DeadlockError, main, auto=False)

    assert text.startswith(
        "time is frozen at 1 s: the clock is manual, and nobody advances it. The next timer is due "
        "at 6 s (a sleep ends): let another task await clock.advance(5), or use auto=True.\n"
        "  Task 'main' waits\n"
    )
    assert "await asyncio.sleep(5)" in text


def test_frozen_time_names_the_callback_that_is_due() -> None:
    def expire() -> None:
        pass

    async def main(clock: FakeClock) -> None:
        asyncio.get_running_loop().call_later(5, expire)
        await asyncio.Event().wait()

    assert "expire()" in text_of(DeadlockError, main, auto=False).splitlines()[0]


@with_signals
def test_signal_handler_is_mentioned_in_a_deadlock() -> None:
    import signal

    async def main(clock: FakeClock) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, print)
        try:
            await asyncio.Event().wait()
        finally:
            asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR1)

    text = text_of(DeadlockError, main)

    assert "The loop handles signals." in text
    assert "wait in clock.external()" in text


def spin_by_callback(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_soon(spin_by_callback, loop)


def spin_by_timer(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_later(0, spin_by_timer, loop)


def spin_by_instant(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_at(loop.time(), spin_by_instant, loop)


def spin_in_the_past(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_at(loop.time() - 1, spin_in_the_past, loop)


@pytest.mark.parametrize(
    "spin", [spin_by_callback, spin_by_timer, spin_by_instant, spin_in_the_past]
)
def test_advance_that_can_never_finish_fails(spin: Any) -> None:
    async def main(clock: FakeClock) -> str:
        asyncio.get_running_loop().call_later(3, spin, asyncio.get_running_loop())
        with pytest.raises(LivelockError) as caught:
            await clock.advance(10)
        assert clock.time() == 3.0
        return str(caught.value)

    text = run(main, auto=False, max_turns=100)

    assert text.startswith("livelock at 3 s: callbacks have made one another ready at this one ins")
    assert "it is the turn of " in text
    assert spin.__name__ in text


@pytest.mark.parametrize("max_turns", [100, 1000])
def test_task_that_spins_is_found_by_an_automatic_clock(max_turns: int) -> None:
    async def main(clock: FakeClock) -> None:
        while clock.time() < 5:
            await asyncio.sleep(0)

    text = text_of(LivelockError, main, max_turns=max_turns)

    assert text.startswith("livelock at 0 s: ")
    assert f"{max_turns} times" in text


def test_livelock_names_the_task_whose_turn_it_is() -> None:
    async def main(clock: FakeClock) -> None:
        asyncio.current_task().set_name("spinner")  # type: ignore[union-attr]
        while True:
            await asyncio.sleep(0)

    assert "it is the turn of task 'spinner'." in text_of(LivelockError, main, max_turns=100)


def test_busy_loop_below_the_limit_is_fine() -> None:
    async def main(clock: FakeClock) -> float:
        for _ in range(10):
            for _ in range(90):
                await asyncio.sleep(0)
            await asyncio.sleep(1)
        return clock.time()

    assert run(main, max_turns=100) == 10.0


def chain(loop: asyncio.AbstractEventLoop, turns: int) -> None:
    if turns == 1:
        loop.stop()
    else:
        loop.call_soon(chain, loop, turns - 1)


@pytest.mark.parametrize(
    ("turns", "result"), [(100, contextlib.nullcontext()), (101, pytest.raises(LivelockError))]
)
def test_livelock_is_the_first_turn_above_the_limit(turns: int, result: Any) -> None:
    loop = new_event_loop(max_turns=100)
    try:
        loop.call_soon(chain, loop, turns)
        with result:
            loop.run_forever()
    finally:
        loop.close()


def test_many_timers_of_one_instant_are_no_livelock() -> None:
    async def main(clock: FakeClock) -> int:
        loop = asyncio.get_running_loop()
        ran: list[int] = []
        for number in range(1000):
            loop.call_at(5, ran.append, number)
        await clock.advance(5)
        assert ran == list(range(1000))
        return len(ran)

    assert run(main, auto=False, max_turns=100) == 1000


async def heartbeat() -> None:
    while True:
        await asyncio.sleep(1)


def test_heartbeat_that_keeps_the_clock_running_for_nothing_is_found() -> None:
    async def main(clock: FakeClock) -> None:
        beating = asyncio.create_task(heartbeat(), name="heartbeat")
        await asyncio.Event().wait()
        await beating

    text = text_of(LivelockError, main, max_jumps=100)

    assert text.startswith("livelock: the clock has run on to ")
    assert "for 100 timers nothing has changed but the time" in text
    assert "Task 'heartbeat' waits" in text
    assert "await asyncio.Event().wait()" in text


def test_heartbeat_that_changes_nothing_is_found_at_the_second_look() -> None:
    looks: list[float] = []

    async def main(clock: FakeClock) -> None:
        try:
            await heartbeat()
        finally:
            looks.append(clock.time())

    text_of(LivelockError, main, max_jumps=100)

    assert looks == [200.0]


def test_livelock_that_was_reported_is_reported_again() -> None:
    async def counting() -> None:
        beats = 0
        while True:
            await asyncio.sleep(1)
            beats += 1000

    with clocked_loop(max_jumps=5) as (loop, clock):
        task = loop.create_task(counting())
        with pytest.raises(LivelockError):
            loop.run_until_complete(task)
        first = clock.time()
        with pytest.raises(LivelockError):
            loop.run_until_complete(task)

        assert first < clock.time() <= first + 10


def test_task_that_goes_to_and_fro_makes_progress() -> None:
    async def main(clock: FakeClock) -> float:
        for number in range(400):
            if number // 10 % 2:
                await asyncio.sleep(1)
            else:
                await asyncio.sleep(1)
        return clock.time()

    assert run(main, max_jumps=10) == 400.0


@pytest.mark.parametrize("max_jumps", [100, 1000])
def test_heartbeat_of_a_callback_is_found(max_jumps: int) -> None:
    async def main(clock: FakeClock) -> None:
        def beat() -> None:
            asyncio.get_running_loop().call_later(1, beat)

        beat()
        await asyncio.Event().wait()

    assert "beat()" in text_of(LivelockError, main, max_jumps=max_jumps)


def test_polling_for_what_never_comes_is_found() -> None:
    async def main(clock: FakeClock) -> None:
        ready = False
        while not ready:
            await asyncio.sleep(0.01)

    assert "livelock: " in text_of(LivelockError, main, max_jumps=100)


def test_heartbeat_that_counts_is_found_later() -> None:
    async def counting() -> None:
        beats = 0
        while True:
            await asyncio.sleep(1)
            beats += 1000

    async def main(clock: FakeClock) -> None:
        beating = asyncio.create_task(counting())
        await asyncio.Event().wait()
        await beating

    assert "livelock: " in text_of(LivelockError, main, max_jumps=100)


def test_loop_that_counts_is_progress() -> None:
    async def main(clock: FakeClock) -> float:
        for number in range(1000, 2500):
            await asyncio.sleep(1)
        return clock.time()

    assert run(main, max_jumps=100) == 1500.0


def test_heartbeat_beside_a_long_sleep_is_fine() -> None:
    async def main(clock: FakeClock) -> float:
        beating = asyncio.create_task(heartbeat())
        await asyncio.sleep(5000)
        beating.cancel()
        return clock.time()

    assert run(main, max_jumps=100) == 5000.0


@pytest.mark.parametrize("auto", [False, True])
def test_heartbeat_in_an_advance_is_fine(auto: bool) -> None:
    async def main(clock: FakeClock) -> float:
        beating = asyncio.create_task(heartbeat())
        await clock.advance(5000)
        beating.cancel()
        return clock.time()

    assert run(main, auto=auto, max_jumps=100) == 5000.0


def test_limits_can_be_switched_off() -> None:
    async def main(clock: FakeClock) -> float:
        for _ in range(2000):
            await asyncio.sleep(0)
        return clock.time()

    assert run(main, max_turns=None, max_jumps=None) == 0.0


def test_debug_mode_knows_the_line_that_set_a_timer() -> None:
    async def main(clock: FakeClock) -> list[str]:
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        handles = [loop.call_later(1, print), loop.call_at(1, print)]
        loop.set_debug(False)
        lines = [repr(handle).rpartition("created at ")[2] for handle in handles]
        for handle in handles:
            handle.cancel()
        return lines

    lines = run(main)

    line = test_debug_mode_knows_the_line_that_set_a_timer.__code__.co_firstlineno + 4
    assert [each.rstrip(">") for each in lines] == [f"{__file__}:{line}"] * 2


def test_debug_mode_refuses_coroutines_as_asyncio_does() -> None:
    async def main(clock: FakeClock) -> None:
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        with pytest.raises(TypeError, match="coroutines cannot be used with call_at"):
            loop.call_later(1, heartbeat)
        loop.set_debug(False)

    run(main)


def test_debug_mode_refuses_another_thread() -> None:
    async def main(clock: FakeClock) -> None:
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        with pytest.raises(RuntimeError, match="Non-thread-safe operation"):
            await asyncio.to_thread(loop.call_later, 1, print)
        loop.set_debug(False)

    run(main)


def test_timer_on_a_closed_loop_is_refused() -> None:
    with clocked_loop() as (loop, _):
        pass
    with pytest.raises(RuntimeError, match="Event loop is closed"):
        loop.call_later(1, print)
