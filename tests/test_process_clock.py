"""Scripted subprocesses under an automatic fake clock, on selector and proactor loops."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import PIPE
from collections.abc import Coroutine
from typing import Any

import pytest
from asyncio_fakeclock import DeadlockError, FakeClock
from asyncio_testselector import ProcessScript, ScriptError, TestProactorEventLoop

HOUR = 3600.0


@pytest.fixture(params=[asyncio.SelectorEventLoop, TestProactorEventLoop])
def run(request: pytest.FixtureRequest) -> Any:
    """Run a coroutine, and return how many virtual seconds it took."""

    def runner(main: Coroutine[Any, Any, None]) -> float:
        loop = request.param()
        try:
            with FakeClock(loop, auto=True) as clock:
                loop.run_until_complete(main)
                return clock.time()
        finally:
            loop.close()

    return runner


def test_process_that_takes_an_hour_takes_none(run: Any) -> None:
    async def main() -> None:
        with ProcessScript("backup").stdout(b"begun").delay(HOUR).stdout(b"done").exit(2):
            process = await asyncio.create_subprocess_exec("backup", stdout=PIPE)
            assert await process.communicate() == (b"begundone", None)
            assert process.returncode == 2

    assert run(main()) == HOUR


def test_process_is_killed_after_a_timeout(run: Any) -> None:
    async def main() -> None:
        hangs = ProcessScript("hangs").forever().on_signal(signal.SIGTERM, exits=1, delay=60)
        with hangs:
            process = await asyncio.create_subprocess_exec("hangs", stdin=PIPE)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(process.wait(), HOUR)
            process.terminate()
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(process.wait(), 5)
            process.kill()
            await process.wait()
        assert hangs.runs[0].signals == [15, 9]

    assert run(main()) == HOUR + 5


def test_process_that_waits_for_input_that_never_comes_fails_at_once(run: Any) -> None:
    async def main() -> None:
        with ProcessScript("cat", timeout=10).expect_stdin(b"x"):
            process = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
            assert process.stdout is not None
            await process.stdout.read()

    with pytest.raises(ScriptError, match="sent nothing more for 10 s"):
        run(main())


def test_waiting_for_a_process_that_never_ends_is_a_deadlock(run: Any) -> None:
    async def main() -> None:
        with ProcessScript("hangs").forever():
            process = await asyncio.create_subprocess_exec("hangs")
            try:
                await process.wait()
            finally:
                process.kill()

    with pytest.raises(DeadlockError):
        run(main())
