"""``time.monotonic()`` and ``time.perf_counter()`` in step with a clock."""

import asyncio
import queue
import subprocess
import threading
import time
from time import monotonic as bound_early
from typing import Any

import freezegun
import pytest
from asyncio_fakeclock import FakeClock
from asyncio_fakeclock._cpython.clocks import NAMES
from clocked import run


class Stopwatch:
    def __init__(self, timer: Any = time.monotonic) -> None:
        self.timer = timer
        self.begun = timer()

    def elapsed(self) -> float:
        return float(self.timer() - self.begun)


@pytest.mark.parametrize("name", NAMES)
def test_clock_of_the_system_goes_with_the_loop_s(name: str) -> None:
    unit = 10**9 if name.endswith("_ns") else 1

    async def main(clock: FakeClock) -> Any:
        before = getattr(time, name)()
        await asyncio.sleep(3600)
        return (getattr(time, name)() - before) / unit

    assert run(main, monotonic=True) == pytest.approx(3600, abs=1e-6)


def test_names_that_were_bound_early_go_with_it() -> None:
    async def main(clock: FakeClock) -> Any:
        before, stopwatch = bound_early(), Stopwatch()
        await asyncio.sleep(60)
        return bound_early() - before, stopwatch.elapsed()

    assert run(main, monotonic=True) == pytest.approx((60, 60), abs=1e-6)


def test_clocks_begin_where_they_are_and_are_given_back() -> None:
    functions = [getattr(time, name) for name in NAMES]
    before = time.monotonic()

    async def main(clock: FakeClock) -> float:
        begun = time.monotonic()
        await asyncio.sleep(3600)
        return begun

    begun = run(main, monotonic=True)

    assert before <= begun <= time.monotonic() < before + 3000
    assert functions == [getattr(time, name) for name in NAMES]


def test_by_default_they_are_left_alone() -> None:
    async def main(clock: FakeClock) -> float:
        before = time.monotonic()
        await asyncio.sleep(3600)
        return time.monotonic() - before

    assert run(main) < 3000


def test_job_of_the_test_sees_virtual_time() -> None:
    async def main(clock: FakeClock) -> float:
        before = await asyncio.to_thread(bound_early)
        await asyncio.sleep(60)
        return await asyncio.to_thread(lambda: time.monotonic()) - before

    assert run(main, monotonic=True) == pytest.approx(60, abs=1)


def test_foreign_thread_sees_real_time() -> None:
    ask, answered = threading.Event(), threading.Event()
    seen: list[float] = []

    def serve() -> None:
        while len(seen) < 2:
            ask.wait()
            ask.clear()
            seen.append(time.monotonic())
            answered.set()

    foreign = threading.Thread(target=serve)
    foreign.start()

    def look() -> None:
        ask.set()
        answered.wait()
        answered.clear()

    async def main(clock: FakeClock) -> None:
        look()
        await asyncio.sleep(3600)
        look()

    run(main, monotonic=True)
    foreign.join()
    assert seen[1] - seen[0] < 3000


@pytest.mark.parametrize("where", ["here", "in a job"])
def test_waits_of_the_standard_library_end(where: str) -> None:
    def wait() -> str:
        threading.Event().wait(0.001)
        with pytest.raises(queue.Empty):
            queue.Queue[int]().get(timeout=0.001)
        with pytest.raises(subprocess.TimeoutExpired), sleeping() as process:
            process.wait(timeout=0.001)
        return "over"

    async def main(clock: FakeClock) -> str:
        await asyncio.sleep(60)
        return wait() if where == "here" else await asyncio.to_thread(wait)

    assert run(main, monotonic=True) == "over"


class sleeping:  # noqa: N801
    """A child that sleeps until it is killed."""

    def __enter__(self) -> Any:
        import sys

        self.process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        return self.process

    def __exit__(self, *args: object) -> None:
        self.process.kill()
        self.process.communicate()


def test_loop_of_another_thread_keeps_its_own_time() -> None:
    async def nap() -> float:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await asyncio.sleep(0.001)
        return loop.time() - before

    async def main(clock: FakeClock) -> float:
        await asyncio.sleep(60)
        return await asyncio.to_thread(asyncio.run, nap())

    assert 0 < run(main, monotonic=True) < 60


def test_second_clock_with_monotonic_time_is_refused_and_changes_nothing() -> None:
    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
    try:
        with FakeClock(first, monotonic=True):
            clock = FakeClock(second, monotonic=True)
            with pytest.raises(RuntimeError, match="another fake clock has monotonic time"):
                clock.install()
            assert not clock.installed
            assert "time" not in vars(second)
        with FakeClock(second, monotonic=True):
            pass
    finally:
        first.close()
        second.close()


def test_under_freezegun_it_is_refused_and_changes_nothing() -> None:
    loop = asyncio.new_event_loop()
    try:
        with freezegun.freeze_time("2020-01-01"):
            clock = FakeClock(loop, monotonic=True)
            with pytest.raises(RuntimeError, match="freezegun"):
                clock.install()
        assert not clock.installed
        assert "time" not in vars(loop)
        before = time.monotonic()
        assert time.monotonic() - before < 3000
    finally:
        loop.close()


def test_code_under_test_may_freeze_time() -> None:
    async def main(clock: FakeClock) -> float:
        before = time.monotonic()
        with freezegun.freeze_time("2020-01-01"):
            await asyncio.sleep(60)
        await asyncio.sleep(60)
        return time.monotonic() - before

    assert run(main, monotonic=True) == pytest.approx(120, abs=1e-6)


def test_other_values_are_refused() -> None:
    with pytest.raises(TypeError, match="monotonic must be True or False, not 'all'"):
        FakeClock(monotonic="all")  # type: ignore[arg-type]
