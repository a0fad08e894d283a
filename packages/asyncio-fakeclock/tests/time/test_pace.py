"""Virtual time that goes with real time for a while."""

import asyncio
import subprocess
import sys
import threading
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock, StalledError
from asyncio_fakeclock._time import real
from clocked import clocked_loop, run


@pytest.fixture
def reality(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Real time that goes on by a hundredth of a second whenever somebody asks for it."""
    asked: list[float] = [0.0]

    def now() -> float:
        asked.append(round(asked[-1] + 0.01, 9))
        return asked[-1]

    monkeypatch.setattr(real.RealTime, "now", staticmethod(now))
    return asked


@pytest.mark.parametrize("auto", [False, True])
@pytest.mark.parametrize("rate", [1.0, 10.0])
def test_in_the_block_time_takes_real_time(auto: bool, rate: float, reality: list[float]) -> None:
    async def main(clock: FakeClock) -> Any:
        before = reality[-1]
        with clock.pace(rate):
            await asyncio.sleep(0.5)
        return clock.time(), (reality[-1] - before) * rate

    now, spent = run(main, auto=auto)
    assert now == 0.5
    assert 0.5 <= spent <= 0.5 + 0.1 * rate


def test_timers_run_at_their_own_instants(reality: list[float]) -> None:
    async def main(clock: FakeClock) -> Any:
        loop = asyncio.get_running_loop()
        seen = []
        for when in (0.001, 0.002, 0.3):
            loop.call_at(when, lambda: seen.append(loop.time()))
        with clock.pace():
            await asyncio.sleep(0.4)
        return seen

    assert run(main) == [0.001, 0.002, 0.3]


def test_after_the_block_time_jumps_again(reality: list[float]) -> None:
    async def main(clock: FakeClock) -> Any:
        with clock.pace():
            await asyncio.sleep(0.1)
        before = len(reality)
        await asyncio.sleep(3600)
        return clock.time(), len(reality) - before

    assert run(main) == (3600.1, 0)


def test_blocks_may_be_nested(reality: list[float]) -> None:
    async def main(clock: FakeClock) -> float:
        with clock.pace(1):
            with clock.pace(1000):
                await asyncio.sleep(100)
            await asyncio.sleep(0.1)
        return clock.time()

    assert run(main) == 100.1


def test_pace_is_a_mode_as_well(reality: list[float]) -> None:
    async def main(clock: FakeClock) -> Any:
        before = reality[-1]
        await asyncio.sleep(0.5)
        return clock.time(), reality[-1] - before

    now, spent = run(main, pace=1.0)
    assert 0.5 <= now < 0.6
    assert spent >= 0.4


def test_busy_loop_is_moved_on(reality: list[float]) -> None:
    async def main(clock: FakeClock) -> float:
        with clock.pace():
            while clock.time() < 0.5:
                await asyncio.sleep(0)
        return clock.time()

    assert 0.5 <= run(main, max_turns=10) < 0.6


def test_advance_in_the_block_waits_for_its_time(reality: list[float]) -> None:
    async def main(clock: FakeClock) -> float:
        with clock.pace():
            await clock.advance(0.5)
        return clock.time()

    assert run(main, auto=False) == 0.5


def test_foreign_thread_may_answer_in_the_block() -> None:
    ask, answers = threading.Event(), []

    def serve() -> None:
        ask.wait()
        loop, future = answers
        loop.call_soon_threadsafe(future.set_result, "answer")

    foreign = threading.Thread(target=serve)
    foreign.start()

    async def main(clock: FakeClock) -> Any:
        loop = asyncio.get_running_loop()
        answers.extend([loop, loop.create_future()])
        with clock.pace():
            ask.set()
            return await answers[1]

    assert run(main) == "answer"
    foreign.join()


def test_port_of_a_child_can_be_polled() -> None:
    program = (
        "import socket; server = socket.create_server(('127.0.0.1', 0)); "
        "print(server.getsockname()[1], flush=True); server.accept()"
    )

    async def main(clock: FakeClock) -> int:
        child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert child.stdout is not None
        port = int(child.stdout.readline())
        tries = 0
        with clock.pace():
            while True:
                tries += 1
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.01)
                else:
                    writer.close()
                    break
        child.communicate()
        return tries

    assert run(main) >= 1


def test_nobody_who_answers_is_a_stall_of_the_block() -> None:
    async def main(clock: FakeClock) -> None:
        with clock.pace():
            await asyncio.Event().wait()

    with pytest.raises(StalledError, match=r"in the pace\(\) block"):
        run(main, stall_timeout=0.02)


@pytest.mark.parametrize(("rate", "error"), [(0, ValueError), (-1, ValueError), ("1", TypeError)])
def test_impossible_pace_is_refused(rate: Any, error: type[Exception]) -> None:
    with clocked_loop() as (_, clock), pytest.raises(error):
        clock.pace(rate)
    with pytest.raises(error):
        FakeClock(pace=rate)


def test_no_time_is_left_until_an_instant_that_has_been(reality: list[float]) -> None:
    assert real.Pace(5.0, rate=1.0).real_seconds_until(5.001) == 0.0
