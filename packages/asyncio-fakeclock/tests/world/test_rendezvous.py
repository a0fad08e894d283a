"""Threads and jobs that wait for the loop, or idle: time moves on, since nobody else ends that."""

import asyncio
import queue
import threading
from typing import Any

import anyio
import pytest
from anyio import from_thread
from asyncio_fakeclock import DeadlockError, FakeClock, StalledError
from asyncio_fakeclock._world.syscalls import is_known
from clocked import clocked_loop, run
from gate import Gate


@pytest.mark.parametrize("limit", [None, 30])
def test_job_that_waits_for_a_timer_of_the_loop_gets_it(limit: float | None) -> None:
    async def main(clock: FakeClock) -> Any:
        loop = asyncio.get_running_loop()

        def ask() -> Any:
            future = asyncio.run_coroutine_threadsafe(asyncio.sleep(60, "answer"), loop)
            return future.result(limit)

        return await asyncio.to_thread(ask), clock.time()

    assert run(main, stall_timeout=0.5) == ("answer", 60.0)


def test_more_such_jobs_than_a_pool_has_threads_get_it() -> None:
    async def main(clock: FakeClock) -> Any:
        loop = asyncio.get_running_loop()

        def ask(number: int) -> Any:
            return asyncio.run_coroutine_threadsafe(asyncio.sleep(1, number), loop).result()

        return await asyncio.gather(*(asyncio.to_thread(ask, number) for number in range(50)))

    assert run(main, stall_timeout=2) == list(range(50))


def test_thread_that_joins_one_that_waits_for_the_loop_waits_too() -> None:
    async def main(clock: FakeClock) -> float:
        loop = asyncio.get_running_loop()
        release = threading.Event()
        inner = threading.Thread(target=release.wait)
        outer = threading.Thread(target=inner.join)
        inner.start()
        outer.start()
        loop.call_later(60, release.set)
        await asyncio.sleep(61)
        outer.join()
        return clock.time()

    assert run(main, stall_timeout=0.5) == 61.0


def test_worker_thread_of_anyio_idles() -> None:

    async def main(clock: FakeClock) -> float:
        await anyio.to_thread.run_sync(int)
        await asyncio.sleep(3600)
        return clock.time()

    assert run(main, stall_timeout=0.5) == 3600.0


def test_job_of_anyio_that_calls_back_gets_its_timer() -> None:

    async def main(clock: FakeClock) -> float:
        await anyio.to_thread.run_sync(from_thread.run, asyncio.sleep, 60)
        return clock.time()

    assert run(main, stall_timeout=0.5) == 60.0


@pytest.mark.parametrize("make", [queue.Queue, queue.SimpleQueue])
def test_thread_that_waits_for_its_queue_idles(make: Any) -> None:
    if make is queue.SimpleQueue and not is_known():
        pytest.skip("the system does not tell what a thread waits for")

    async def main(clock: FakeClock) -> float:
        tasks = make()
        thread = threading.Thread(target=tasks.get)
        thread.start()
        await asyncio.sleep(3600)
        tasks.put(None)
        thread.join()
        return clock.time()

    assert run(main, stall_timeout=0.5) == 3600.0


def test_thread_that_has_been_given_something_is_waited_for() -> None:
    async def main(clock: FakeClock) -> Any:
        loop = asyncio.get_running_loop()
        tasks: queue.Queue[Any] = queue.Queue()
        got = loop.create_future()

        def work() -> None:
            while tasks.get() is not None:
                loop.call_soon_threadsafe(got.set_result, "answer")

        thread = threading.Thread(target=work)
        thread.start()
        await asyncio.sleep(60)
        tasks.put("task")
        try:
            return await asyncio.wait_for(got, 0.001), clock.time()
        finally:
            tasks.put(None)
            thread.join()

    for _ in range(50):
        assert run(main) == ("answer", 60.0)


def test_wait_that_a_foreign_thread_may_end_is_real() -> None:
    gate, release = Gate(), threading.Event()

    def serve() -> None:
        gate.wait()
        release.set()

    foreign = threading.Thread(target=serve)
    foreign.start()

    async def main(clock: FakeClock) -> Any:
        waiting = asyncio.to_thread(release.wait)
        asyncio.get_running_loop().call_soon(gate.set)
        return await asyncio.wait_for(waiting, 0.001), clock.time()

    assert run(main) == (True, 0.0)
    foreign.join()


def test_wait_with_a_time_limit_is_real() -> None:
    async def main(clock: FakeClock) -> Any:
        return await asyncio.wait_for(asyncio.to_thread(threading.Event().wait, 0.02), 0.001)

    assert run(main) is False


def test_thread_that_waits_for_a_loop_that_waits_for_it_is_a_deadlock_with_both_named() -> None:
    release = threading.Event()

    async def main(clock: FakeClock) -> None:
        await asyncio.to_thread(release.wait)

    with clocked_loop() as (loop, clock):
        with pytest.raises(DeadlockError) as caught:
            loop.run_until_complete(main(clock))
        release.set()
    assert "executor job Event.wait()" in str(caught.value)
    assert "it waits, too, and nobody can wake it" in str(caught.value)


def test_clean_up_after_a_stall_is_served_by_the_thread_that_stalled() -> None:
    gate = Gate()
    closed = []

    async def main(clock: FakeClock) -> None:
        loop = asyncio.get_running_loop()
        tasks: queue.Queue[Any] = queue.Queue()
        done = loop.create_future()

        def work() -> None:
            gate.wait()
            tasks.get()
            loop.call_soon_threadsafe(done.set_result, None)

        threading.Thread(target=work).start()
        try:
            await asyncio.sleep(3600)
        finally:
            gate.set()
            tasks.put("close")
            await asyncio.wait_for(done, 5)
            closed.append(clock.time())

    with pytest.raises(StalledError):
        asyncio.run(with_clock(main, stall_timeout=0.05))
    assert closed == [0.0]


async def with_clock(main: Any, **options: Any) -> None:
    async with FakeClock(auto=True, **options) as clock:
        await main(clock)


def test_loop_that_was_made_in_one_thread_and_runs_in_another_has_no_foreign_thread() -> None:
    from asyncio_fakeclock import new_event_loop

    loop = new_event_loop(stall_timeout=0.5)
    found: list[Any] = []

    async def main() -> None:
        answer = await asyncio.to_thread(lambda: "answer")
        await asyncio.sleep(3600)
        found.append((answer, loop.time()))

    def work() -> None:
        loop.run_until_complete(main())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert found == [("answer", 3600.0)]


def test_thread_that_a_loop_of_another_thread_starts_counts() -> None:
    from asyncio_fakeclock import new_event_loop

    loop = new_event_loop()
    found: list[Any] = []

    async def main() -> None:
        got = loop.create_future()
        gate = Gate()

        def answer() -> None:
            gate.wait()
            loop.call_soon_threadsafe(got.set_result, "answer")

        threading.Thread(target=answer).start()
        loop.call_soon(gate.set)
        found.append((await asyncio.wait_for(got, 0.001), loop.time()))

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    thread.join()
    loop.close()

    assert found == [("answer", 0.0)]
