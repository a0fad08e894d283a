"""Threads and jobs: which of them are the test's, and when they have ended."""

import asyncio
import threading
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock
from asyncio_fakeclock._world.work import RealWork
from clocked import clocked_loop, run


def test_idle_pool_does_not_hold_time_back() -> None:
    async def main(clock: FakeClock) -> float:
        await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.001) for _ in range(5)))
        await asyncio.sleep(3600)
        return clock.time()

    assert run(main, stall_timeout=0.5) == 3600.0


def test_thread_from_before_the_clock_does_not_hold_time_back() -> None:
    leave = threading.Event()
    foreign = threading.Thread(target=leave.wait)
    foreign.start()

    async def main(clock: FakeClock) -> float:
        await asyncio.sleep(3600)
        return clock.time()

    try:
        assert run(main, stall_timeout=0.5) == 3600.0
    finally:
        leave.set()
        foreign.join()


def test_thread_that_a_foreign_thread_starts_does_not_hold_time_back() -> None:
    leave, start = threading.Event(), threading.Event()
    children: list[threading.Thread] = []

    def spawn() -> None:
        start.wait()
        child = threading.Thread(target=leave.wait)
        child.start()
        children.append(child)

    foreign = threading.Thread(target=spawn)
    foreign.start()

    async def main(clock: FakeClock) -> float:
        start.set()
        foreign.join()
        await asyncio.sleep(3600)
        return clock.time()

    try:
        assert run(main, stall_timeout=0.5) == 3600.0
    finally:
        leave.set()
        children[0].join()


def test_thread_of_a_tool_does_not_hold_time_back() -> None:
    leave = threading.Event()

    async def main(clock: FakeClock) -> float:
        tool = threading.Thread(target=leave.wait, name="pytest_timeout test_x.py::test")
        tool.start()
        await asyncio.sleep(3600)
        leave.set()
        tool.join()
        return clock.time()

    assert run(main, stall_timeout=0.5) == 3600.0


def test_patches_are_gone_with_the_last_clock() -> None:
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    originals = threading.Thread.start, ThreadPoolExecutor.submit, ProcessPoolExecutor.submit
    with clocked_loop(), clocked_loop():
        assert threading.Thread.start is not originals[0]
    assert originals == (
        threading.Thread.start,
        ThreadPoolExecutor.submit,
        ProcessPoolExecutor.submit,
    )


def test_job_that_a_foreign_thread_submits_does_not_hold_time_back() -> None:
    leave, start, submitted = threading.Event(), threading.Event(), threading.Event()

    def submit() -> None:
        start.wait()
        pool.submit(leave.wait)
        submitted.set()

    async def main(clock: FakeClock) -> float:
        start.set()
        submitted.wait()
        await asyncio.sleep(3600)
        return clock.time()

    with ThreadPoolExecutor(1) as pool:
        foreign = threading.Thread(target=submit)
        foreign.start()
        try:
            assert run(main, stall_timeout=0.5) == 3600.0
        finally:
            leave.set()
            foreign.join()


class AtOnce(Executor):
    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(function(*args, **kwargs))
        return future


def test_job_that_is_done_at_once_holds_nothing_up() -> None:
    async def main(clock: FakeClock) -> tuple[str, float]:
        answer = await asyncio.get_running_loop().run_in_executor(AtOnce(), "answer".upper)
        await asyncio.sleep(3600)
        return answer, clock.time()

    assert run(main) == ("ANSWER", 3600.0)


def test_job_has_not_ended_while_its_callbacks_run() -> None:
    begun, leave, told = threading.Event(), threading.Event(), threading.Event()

    def tell(future: object) -> None:
        told.set()
        leave.wait()

    work = RealWork(lambda: None)
    work.watch()
    try:
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(begun.wait)
            future.add_done_callback(tell)
            begun.set()
            told.wait()
            assert future.done()
            assert [name for _, name in work.pending()] == ["executor job Event.wait()"]
            leave.set()
        assert work.pending() == []
    finally:
        leave.set()
        work.forget()


def test_patch_of_somebody_else_over_ours_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    with clocked_loop():
        ours = threading.Thread.start

        def start(self: threading.Thread) -> None:
            ours(self)

        monkeypatch.setattr(threading.Thread, "start", start)

    assert threading.Thread.start is start
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    # What it calls is put back by hand here.
    monkeypatch.undo()
    threading.Thread.start = ours.__wrapped__  # type: ignore[method-assign, attr-defined]
