"""The wall clock, moved along on request, and beside others who move it."""

import asyncio
import builtins
import datetime as dt
import time
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock
from clocked import run

time_machine = pytest.importorskip("time_machine")
freezegun = pytest.importorskip("freezegun")


def test_wall_clock_moves_with_the_loop_in_one_timeline() -> None:
    async def main(clock: FakeClock) -> list[Any]:
        wall, date = time.time(), dt.datetime.now()
        await asyncio.sleep(86400.5)
        return [time.time() - wall, dt.datetime.now() - date, clock.time()]

    moved, days, now = run(main, wall_clock=True)
    assert moved == pytest.approx(86400.5, abs=1e-6)
    assert days == dt.timedelta(days=1, seconds=0.5)
    assert now == 86400.5


def test_wall_clock_begins_at_the_real_time_and_stands_still_between() -> None:
    before = time.time()

    async def main(clock: FakeClock) -> list[int]:
        return [time.time_ns(), time.time_ns()]

    first, second = run(main, wall_clock=True)
    assert first == second
    assert before <= first / 1e9 <= before + 60


def test_callbacks_see_the_wall_clock_of_their_instant() -> None:
    async def main(clock: FakeClock) -> list[float]:
        wall = time.time()
        seen: list[float] = []
        for seconds in (3, 1, 2):
            asyncio.get_running_loop().call_later(
                seconds, lambda: seen.append(round(time.time() - wall, 6))
            )
        await clock.advance(10)
        return [*seen, round(time.time() - wall, 6)]

    assert run(main, wall_clock=True, auto=False) == [1.0, 2.0, 3.0, 10.0]


def test_small_steps_do_not_add_up_to_an_error() -> None:
    async def main(clock: FakeClock) -> int:
        wall = time.time_ns()
        for _ in range(1000):
            await clock.advance(0.001001001)
        return time.time_ns() - wall

    assert run(main, wall_clock=True, auto=False) == 1_001_001_000


def test_wall_clock_is_real_again_afterwards() -> None:
    async def main(clock: FakeClock) -> None:
        await asyncio.sleep(86400)

    before = time.time()
    run(main, wall_clock=True)
    assert 0 <= time.time() - before < 60


def test_wall_clock_begins_where_an_outer_traveller_is() -> None:
    async def main(clock: FakeClock) -> str:
        await asyncio.sleep(86400)
        return dt.datetime.now(dt.timezone.utc).isoformat()

    with time_machine.travel("2020-02-28T12:00:00+00:00", tick=False):
        assert run(main, wall_clock=True) == "2020-02-29T12:00:00+00:00"


@pytest.mark.parametrize("wall_clock", [False, True])
def test_code_under_test_may_travel_through_time(wall_clock: bool) -> None:
    async def main(clock: FakeClock) -> list[Any]:
        await asyncio.sleep(5)
        with time_machine.travel("2020-01-01T00:00:00+00:00", tick=False):
            await asyncio.sleep(3600)
            year = dt.datetime.now(dt.timezone.utc).year
        return [year, clock.time()]

    assert run(main, wall_clock=wall_clock) == [2020, 3605.0]


@pytest.mark.parametrize("wall_clock", [False, True])
def test_code_under_test_may_freeze_time(wall_clock: bool) -> None:
    async def main(clock: FakeClock) -> list[Any]:
        await asyncio.sleep(5)
        with freezegun.freeze_time("2020-01-01"):
            await asyncio.sleep(3600)
            await asyncio.to_thread(int)
            year = dt.datetime.now().year
        await asyncio.sleep(5)
        return [year, clock.time()]

    assert run(main, wall_clock=wall_clock) == [2020, 3610.0]


def test_frozen_time_does_not_stop_the_stall_timeout() -> None:
    from asyncio_fakeclock import StalledError

    async def main(clock: FakeClock) -> None:
        with freezegun.freeze_time("2020-01-01"), clock.external():
            await asyncio.sleep(5)

    with pytest.raises(StalledError):
        run(main, stall_timeout=0.02)


def test_under_freezegun_the_wall_clock_is_refused() -> None:
    loop = asyncio.new_event_loop()
    try:
        with freezegun.freeze_time("2020-01-01"):
            clock = FakeClock(loop, wall_clock=True)
            with pytest.raises(RuntimeError, match="freezegun"):
                clock.install()
        assert not clock.installed
        assert "time" not in vars(loop)
    finally:
        loop.close()


def test_missing_time_machine_is_told_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "time_machine":
            raise ImportError(name)
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'asyncio-fakeclock\[wall\]'"):
        FakeClock(wall_clock=True)


def test_cancelled_timer_does_not_move_the_wall_clock() -> None:
    async def main(clock: FakeClock) -> float:
        before = time.time()
        asyncio.get_running_loop().call_later(5, print).cancel()
        await asyncio.sleep(9)
        return time.time() - before

    assert run(main, wall_clock=True) == pytest.approx(9, abs=1e-6)
