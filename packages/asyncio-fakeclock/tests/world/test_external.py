"""Blocks in which somebody unknown may answer."""

import asyncio
import threading
import time
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock, StalledError
from clocked import run


def test_external_lets_a_foreign_thread_answer() -> None:
    ask, answers = threading.Event(), []

    def serve() -> None:
        ask.wait()
        time.sleep(0.02)
        loop, future = answers
        loop.call_soon_threadsafe(future.set_result, "answer")

    foreign = threading.Thread(target=serve)
    foreign.start()

    async def main(clock: FakeClock) -> tuple[str, float]:
        loop = asyncio.get_running_loop()
        answers.extend([loop, loop.create_future()])
        with clock.external():
            ask.set()
            return await asyncio.wait_for(answers[1], 5), clock.time()

    assert run(main) == ("answer", 0.0)
    foreign.join()


def test_time_stands_still_for_a_callback_that_has_not_yet_woken_the_loop() -> None:
    async def main(clock: FakeClock) -> tuple[str, float]:
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        queue: Any = loop.time.__self__  # type: ignore[attr-defined]
        poll = queue.poll

        def beside_a_thread(timeout: float) -> list[Any]:
            # One that has added a callback, and will write to the loop's pipe at once.
            if queue.idle():
                loop.call_soon(answer.set_result, "answer")
                return []
            return poll(timeout)

        queue.poll = beside_a_thread
        with clock.external():
            return await asyncio.wait_for(answer, 5), clock.time()

    assert run(main) == ("answer", 0.0)


def test_without_external_a_foreign_answer_comes_too_late() -> None:
    async def main(clock: FakeClock) -> None:
        await asyncio.wait_for(asyncio.Event().wait(), 5)

    with pytest.raises(asyncio.TimeoutError):
        run(main)


def test_external_in_manual_mode_is_no_deadlock() -> None:
    ask, answers = threading.Event(), []

    def serve() -> None:
        ask.wait()
        time.sleep(0.02)
        loop, future = answers
        loop.call_soon_threadsafe(future.set_result, "answer")

    foreign = threading.Thread(target=serve)
    foreign.start()

    async def main(clock: FakeClock) -> str:
        loop = asyncio.get_running_loop()
        answers.extend([loop, loop.create_future()])
        with clock.external():
            ask.set()
            return await answers[1]

    assert run(main, auto=False) == "answer"
    foreign.join()


def test_external_that_nobody_answers_in_stalls_naming_its_line() -> None:
    async def main(clock: FakeClock) -> None:
        with clock.external():
            await asyncio.sleep(5)

    with pytest.raises(StalledError, match=r"external\(\) block at .*test_external\.py:\d+"):
        run(main, stall_timeout=0.02)


def test_external_is_over_with_its_block() -> None:
    async def main(clock: FakeClock) -> float:
        try:
            with clock.external():
                raise ValueError
        except ValueError:
            pass
        await asyncio.sleep(5)
        return clock.time()

    assert run(main, stall_timeout=0.5) == 5.0


def test_external_without_an_installed_clock_is_refused() -> None:
    with pytest.raises(RuntimeError, match="not installed"):
        FakeClock().external()
