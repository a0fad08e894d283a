"""The checks leaked_threads and leaked_processes."""

import asyncio
import inspect
import multiprocessing
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import anyio
import anyio.to_process
import anyio.to_thread
import pytest
from asyncloop_testcase import TestCase, check_loop, fail_on, strict
from asyncloop_testcase._checks.outside import _where
from asyncloop_testcase._cpython.loops import workers_of
from asyncloop_testcase._cpython.threads import pool_of_idle
from capabilities import with_trio
from checking import verdict_of
from running import failure_of, passed

SLEEP = [sys.executable, "-c", "input()"]


@pytest.fixture
def over() -> object:
    event = threading.Event()
    threads = threading.enumerate()
    yield event
    event.set()
    for thread in set(threading.enumerate()) - set(threads):
        thread.join()


@pytest.fixture
def processes() -> object:
    started = []
    yield started
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()


def linger(over: threading.Event) -> None:
    while not over.is_set():
        over.wait(60)


class TestThreads:
    def test_threads_of_a_default_executor_that_the_test_has_set_end_with_the_loop(self) -> None:
        class Case(TestCase):
            @fail_on(leaked_threads=True)
            async def test(self) -> None:
                self.loop.set_default_executor(ThreadPoolExecutor(1, thread_name_prefix="mine"))
                await asyncio.to_thread(int)

        threads = set(threading.enumerate())
        assert passed(Case)
        assert set(threading.enumerate()) <= threads  # those of other tests may end meanwhile

    def test_thread_that_is_still_alive(self, over: threading.Event) -> None:
        class Case(TestCase):
            @fail_on(leaked_threads=True)
            async def test(self) -> None:
                threading.Thread(target=linger, args=(over,), name="lingerer", daemon=True).start()

        assert (
            verdict_of(Case, "leaked_threads")
            == """\
leaked_threads: threads are still alive
  daemon thread 'lingerer', target test_outside.linger()
    created at File "test_outside.py", in test
      threading.Thread(target=linger, args=(over,), name="lingerer", daemon=True).start()
    now at
      File "test_outside.py", in linger
        over.wait(60)"""
        )

    def test_thread_that_existed_before_and_the_leak_of_an_earlier_test_are_none(
        self, over: threading.Event
    ) -> None:
        class First(TestCase):
            @fail_on(leaked_threads=True)
            async def test(self) -> None:
                threading.Thread(target=linger, args=(over,)).start()

        class Second(TestCase):
            @strict
            async def test(self) -> None:
                pass

        verdict_of(First, "leaked_threads")
        passed(Second)

    def test_thread_that_the_standard_library_started_has_no_place_of_its_own(
        self, over: threading.Event
    ) -> None:
        class Case(TestCase):
            @fail_on(leaked_threads=True)
            async def test(self) -> None:
                thread = threading.Thread(target=over.wait, name="worker")
                starter = threading.Thread(target=thread.start)
                starter.start()
                starter.join()

        verdict = verdict_of(Case, "leaked_threads")
        assert "'worker'" in verdict
        assert "created at" not in verdict

    def test_thread_that_has_no_frame_any_more_is_nowhere(self) -> None:
        assert _where(threading.Thread()) == []

    def test_thread_that_is_joined_or_about_to_end_is_none(self) -> None:
        class Case(TestCase):
            @strict
            async def test(self) -> None:
                joined = threading.Thread(target=time.sleep, args=(0,))
                joined.start()
                joined.join()
                threading.Thread(target=time.sleep, args=(0.02,)).start()

        passed(Case)

    def test_threads_of_the_loops_executor_end_with_the_loop(self) -> None:
        class Case(TestCase):
            @strict
            async def test(self) -> None:
                await asyncio.to_thread(time.sleep, 0)

        passed(Case)

    def test_start_is_as_before(self) -> None:
        start = threading.Thread.start

        class Case(TestCase):
            @strict
            async def test(self) -> None:
                assert threading.Thread.start is not start

        passed(Case)
        assert threading.Thread.start is start


class TestProcesses:
    def test_process_that_is_still_alive(self, processes: list[object]) -> None:
        class Case(TestCase):
            @fail_on(leaked_processes=True)
            async def test(self) -> None:
                processes.append(subprocess.Popen(SLEEP, stdin=subprocess.PIPE))

        verdict = verdict_of(Case, "leaked_processes")
        assert (
            verdict
            == f"""\
leaked_processes: processes are still alive
  process {processes[0].pid}: {SLEEP!r}
    created at File "test_outside.py", in test
      processes.append(subprocess.Popen(SLEEP, stdin=subprocess.PIPE))"""
        )

    def test_process_of_asyncio(self) -> None:
        class Case(TestCase):
            use_default_loop = True

            @fail_on(leaked_processes=True)
            async def test(self) -> None:
                process = await asyncio.create_subprocess_exec(*SLEEP, stdin=-1)
                started.append(process)

        async def end(process: asyncio.subprocess.Process) -> None:
            process.stdin.close()
            await process.wait()

        started = []
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            verdict = verdict_of(Case, "leaked_processes")
            loop.run_until_complete(end(started[0]))
        finally:
            asyncio.set_event_loop(None)
            loop.close()
        assert f"process {started[0].pid}: " in verdict
        assert "process = await asyncio.create_subprocess_exec(*SLEEP, stdin=-1)" in verdict

    def test_process_that_is_dying_or_has_ended_is_none(self, processes: list[object]) -> None:
        class Case(TestCase):
            @strict
            async def test(self) -> None:
                killed = subprocess.Popen(SLEEP, stdin=subprocess.PIPE)
                processes.append(killed)
                killed.kill()
                process = await asyncio.create_subprocess_exec(*SLEEP, stdin=-1)
                process.stdin.close()
                await process.wait()
                self.process = process

        passed(Case)

    def test_process_that_could_not_be_started_is_none(self) -> None:
        class Case(TestCase):
            @strict
            async def test(self) -> None:
                try:
                    subprocess.Popen(["there is no such program"])
                except OSError as error:
                    self.error = error  # its traceback holds what did not start

        passed(Case)

    def test_leak_of_an_earlier_test_is_none(self, processes: list[object]) -> None:
        class First(TestCase):
            async def test(self) -> None:
                processes.append(subprocess.Popen(SLEEP, stdin=subprocess.PIPE))

        class Second(TestCase):
            @strict
            async def test(self) -> None:
                pass

        passed(First)
        passed(Second)

    def test_process_of_multiprocessing(self) -> None:
        context = multiprocessing.get_context("spawn")
        started = []

        class Case(TestCase):
            @fail_on(leaked_processes=True)
            async def test(self) -> None:
                process = context.Process(target=time.sleep, args=(60,), name="child")
                process.start()
                started.append(process)

        verdict = verdict_of(Case, "leaked_processes")
        started[0].kill()
        started[0].join()
        started[0].close()
        assert "'child'" in verdict

    def test_process_of_multiprocessing_that_is_dying_is_none(self) -> None:
        context = multiprocessing.get_context("spawn")
        started = []

        class Case(TestCase):
            @fail_on(leaked_processes=True)
            async def test(self) -> None:
                process = context.Process(target=time.sleep, args=(60,))
                process.start()
                started.append(process)
                process.kill()

        passed(Case)
        started[0].join()
        started[0].close()


def test_idle_processes_of_anyios_pool_end_with_the_loop() -> None:
    @strict
    class Test(TestCase):
        async def test(self) -> None:
            self.assertEqual(await anyio.to_process.run_sync(int, "5"), 5)

    assert passed(Test)


class TestPools:
    def test_idle_thread_of_anyio_is_no_leak(self) -> None:
        async def main() -> None:
            async with check_loop(leaked_threads=True):
                await anyio.to_thread.run_sync(int)

        asyncio.run(main())

    def test_idle_worker_of_an_older_executor_is_no_leak(self) -> None:
        with ThreadPoolExecutor() as older:

            class Case(TestCase):
                @fail_on(leaked_threads=True)
                async def test(self) -> None:
                    await self.loop.run_in_executor(older, int)

            passed(Case)

    def test_worker_that_is_about_to_be_idle_is_no_leak(self) -> None:
        go = threading.Event()
        worker = threading.current_thread()
        with ThreadPoolExecutor() as older:

            def join(timeout: float) -> None:
                go.set()
                while pool_of_idle(worker) is None:
                    time.sleep(0)

            class Case(TestCase):
                @fail_on(leaked_threads=True)
                async def test(self) -> None:
                    nonlocal worker
                    older.submit(go.wait)
                    (worker,) = workers_of(older)
                    setattr(worker, "join", join)  # noqa: B010 - a method

            try:
                assert passed(Case)
            finally:
                go.set()
                del worker.join

    def test_busy_worker_of_an_older_executor_is_one(self) -> None:
        begun, go = threading.Event(), threading.Event()

        def work() -> None:
            begun.set()
            go.wait()

        with ThreadPoolExecutor() as older:

            class Case(TestCase):
                @fail_on(leaked_threads=True)
                async def test(self) -> None:
                    older.submit(work)
                    begun.wait()

            try:
                assert "leaked_threads" in failure_of(Case)
            finally:
                go.set()

    def test_idle_worker_of_an_executor_of_the_test_is_one(self) -> None:
        executors = []

        class Case(TestCase):
            @fail_on(leaked_threads=True)
            async def test(self) -> None:
                executors.append(ThreadPoolExecutor())
                await self.loop.run_in_executor(executors[0], int)

        try:
            assert "leaked_threads" in failure_of(Case)
        finally:
            executors[0].shutdown()


@pytest.mark.parametrize("kind", [threading.Thread.start, subprocess.Popen, ThreadPoolExecutor])
def test_signatures_are_those_without_the_check(kind) -> None:
    expected = inspect.signature(kind)

    @strict
    class Case(TestCase):
        async def test(self) -> None:
            name = kind.__qualname__.partition(".")[0]
            owner = getattr(threading, name, getattr(subprocess, name, ThreadPoolExecutor))
            assert inspect.signature(getattr(owner, "start", owner)) == expected

    passed(Case)


@with_trio
def test_idle_worker_of_trio_is_no_leak() -> None:
    trio = pytest.importorskip("trio")

    @strict
    class Test(TestCase):
        async def test(self) -> None:
            await asyncio.to_thread(trio.run, trio.to_thread.run_sync, int)

    assert passed(Test)
