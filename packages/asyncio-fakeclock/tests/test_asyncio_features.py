"""What asyncio offers works under the clock as it does without."""

import asyncio
import contextvars
import socket
import sys
import threading
import time
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock, get_clock, new_event_loop
from clocked import clocked_loop, run

SINCE_311 = pytest.mark.skipif(sys.version_info < (3, 11), reason="new in Python 3.11")
SINCE_312 = pytest.mark.skipif(sys.version_info < (3, 12), reason="new in Python 3.12")


@SINCE_311
def test_runner_takes_the_loop_factory() -> None:
    async def main() -> float:
        await asyncio.sleep(86400)
        return asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        assert runner.run(main()) == 86400.0


@SINCE_312
def test_asyncio_run_takes_the_loop_factory() -> None:
    asyncio.run(asyncio.sleep(86400), loop_factory=new_event_loop)


@SINCE_311
def test_timeout_expires_at_its_instant() -> None:
    async def main(clock: FakeClock) -> list[Any]:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5) as scope:
                scope.reschedule(scope.when() + 2.5)
                await asyncio.Event().wait()
        return [clock.time(), scope.expired()]

    assert run(main) == [7.5, True]


@SINCE_311
def test_nested_timeouts_expire_from_the_inner_to_the_outer() -> None:
    async def main(clock: FakeClock) -> list[float]:
        seen = []
        try:
            async with asyncio.timeout(5):
                try:
                    async with asyncio.timeout(3):
                        await asyncio.sleep(10)
                except TimeoutError:
                    seen.append(clock.time())
                await asyncio.sleep(10)
        except TimeoutError:
            seen.append(clock.time())
        return seen

    assert run(main) == [3.0, 5.0]


@SINCE_311
def test_task_group_ends_with_its_slowest_task() -> None:
    async def main(clock: FakeClock) -> float:
        async with asyncio.TaskGroup() as group:
            for seconds in (1, 3600, 60):
                group.create_task(asyncio.sleep(seconds))
        return clock.time()

    assert run(main) == 3600.0


@SINCE_312
def test_eager_tasks_sleep_in_virtual_time() -> None:
    async def main(clock: FakeClock) -> float:
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        await asyncio.gather(asyncio.sleep(5), asyncio.sleep(10))
        return clock.time()

    assert run(main) == 10.0


def test_wait_and_as_completed_follow_virtual_time() -> None:
    async def main(clock: FakeClock) -> list[Any]:
        tasks = [asyncio.create_task(asyncio.sleep(s, s)) for s in (3, 1, 2)]
        done, pending = await asyncio.wait(tasks, timeout=1.5)
        order = [await each for each in asyncio.as_completed(tasks, timeout=60)]
        return [len(done), len(pending), sorted(order), clock.time()]

    assert run(main) == [1, 2, [1, 2, 3], 3.0]


def test_queue_lock_event_condition_and_semaphore_wait_in_virtual_time() -> None:
    async def main(clock: FakeClock) -> list[Any]:
        queue: asyncio.Queue[int] = asyncio.Queue(1)
        lock, event = asyncio.Lock(), asyncio.Event()
        semaphore, condition = asyncio.Semaphore(0), asyncio.Condition()
        seen: list[Any] = []

        async def produce() -> None:
            async with lock:
                await asyncio.sleep(1)
            for number in range(3):
                await queue.put(number)
                await asyncio.sleep(1)
            event.set()
            semaphore.release()
            async with condition:
                condition.notify()

        producer = asyncio.create_task(produce())
        await asyncio.sleep(0)
        async with lock:
            seen.append(("lock", clock.time()))
        for _ in range(3):
            seen.append((await queue.get(), clock.time()))
        async with condition:
            await condition.wait()
        await event.wait()
        await semaphore.acquire()
        seen.append(("all", clock.time()))
        await producer
        return seen

    assert run(main) == [("lock", 1.0), (0, 1.0), (1, 2.0), (2, 3.0), ("all", 4.0)]


def test_to_thread_and_default_executor_shut_down_in_real_time() -> None:
    async def main(clock: FakeClock) -> tuple[int, float]:
        result = await asyncio.to_thread(sum, (1, 2))
        await asyncio.get_running_loop().shutdown_default_executor()
        return result, clock.time()

    assert run(main) == (3, 0.0)


def test_callback_from_a_thread_is_called() -> None:
    async def main(clock: FakeClock) -> str:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        thread = threading.Thread(
            target=loop.call_soon_threadsafe, args=(future.set_result, "answer")
        )
        thread.start()
        thread.join()
        return await asyncio.wait_for(future, 5)

    assert run(main) == "answer"


def test_coroutine_from_a_thread_sleeps_in_virtual_time() -> None:
    # The job holds time back, and the sleep waits for the time: somebody has to give way.
    async def ignored(clock: FakeClock) -> Any:
        loop = asyncio.get_running_loop()
        job = loop.run_in_executor(
            None,
            lambda: asyncio.run_coroutine_threadsafe(asyncio.sleep(3600, "slept"), loop).result(5),
        )
        clock.ignore(job)
        return await job

    assert run(ignored) == "slept"


def test_context_of_a_timer_is_that_of_its_setting() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")

    async def main(clock: FakeClock) -> list[str]:
        loop = asyncio.get_running_loop()
        seen: list[str] = []
        variable.set("set")
        loop.call_later(1, lambda: seen.append(variable.get()))
        other = contextvars.copy_context()
        other.run(variable.set, "other")
        loop.call_later(1, lambda: seen.append(variable.get()), context=other)
        loop.call_at(1, lambda: seen.append(variable.get()), context=other)
        variable.set("later")
        await clock.advance(1)
        return seen

    assert run(main, auto=False) == ["set", "other", "other"]


def test_async_generators_are_shut_down() -> None:
    closed = []

    async def values() -> Any:
        try:
            yield 1
        finally:
            await asyncio.sleep(5)
            closed.append(asyncio.get_running_loop().time())

    async def main(clock: FakeClock) -> None:
        generator = values()
        await generator.__anext__()
        kept.append(generator)

    kept: list[Any] = []
    run(main)

    assert closed == [5.0]


@pytest.mark.parametrize("auto", [False, True])
def test_debug_mode_changes_nothing(auto: bool) -> None:
    async def main(clock: FakeClock) -> list[Any]:
        loop = asyncio.get_running_loop()
        seen: list[Any] = []
        for seconds in (2, 1, 1):
            loop.call_later(seconds, lambda: seen.append(loop.time()))
        await clock.advance(3)
        return [*seen, clock.time()]

    with clocked_loop(auto=auto) as (loop, clock):
        loop.set_debug(True)
        assert loop.run_until_complete(main(clock)) == [1.0, 1.0, 2.0, 3.0]


def test_slow_callback_is_not_reported_in_debug_mode(caplog: pytest.LogCaptureFixture) -> None:
    # It compares loop.time(), which stands still: asyncloop-testcase has a check for it.
    with clocked_loop() as (loop, _):
        loop.set_debug(True)
        loop.slow_callback_duration = 0.001
        loop.call_later(1, time.sleep, 0.005)
        loop.run_until_complete(asyncio.sleep(2))

    assert "took" not in caplog.text


def test_real_sockets_work_with_the_low_level_methods() -> None:
    async def main(clock: FakeClock) -> bytes:
        loop = asyncio.get_running_loop()
        one, other = socket.socketpair()
        with one, other:
            one.setblocking(False)
            other.setblocking(False)
            await loop.sock_sendall(one, b"hello")
            return await loop.sock_recv(other, 10)

    assert run(main, auto=False) == b"hello"


def test_connection_to_an_own_server_under_a_manual_clock() -> None:
    async def serve(reader: Any, writer: Any) -> None:
        await asyncio.sleep(5)
        writer.write(b"late")
        writer.close()

    async def main(clock: FakeClock) -> tuple[bytes, float]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        reading = asyncio.create_task(reader.read())
        await asyncio.sleep(0)
        while clock.next_timer() is None:
            with clock.external():
                await asyncio.to_thread(time.sleep, 0.001)
        await clock.advance(5)
        data = await reading
        writer.close()
        server.close()
        return data, clock.time()

    assert run(main, auto=False) == (b"late", 5.0)


def test_two_loops_have_two_times() -> None:
    with clocked_loop(start=1) as (one, _), clocked_loop(start=100) as (other, _):
        one.run_until_complete(asyncio.sleep(5))
        assert (one.time(), other.time()) == (6.0, 100.0)


def test_loop_in_another_thread_has_its_own_clock() -> None:
    times = []

    def work() -> None:
        loop = new_event_loop()
        loop.run_until_complete(asyncio.sleep(3600))
        times.append(get_clock(loop).time())
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert times == [3600.0]


def test_isolated_asyncio_test_case_can_use_the_clock_in_its_setup() -> None:
    import unittest

    class Tests(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self) -> None:
            self.clock = FakeClock().install()
            self.addCleanup(self.clock.uninstall)
            await self.clock.advance(5)

        async def test_it(self) -> None:
            await self.clock.advance(5)
            self.assertEqual(asyncio.get_running_loop().time(), 10)

    result = unittest.TestResult()
    Tests("test_it").run(result)

    assert (result.testsRun, result.errors, result.failures) == (1, [], [])
