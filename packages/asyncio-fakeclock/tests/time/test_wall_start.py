"""The date at which the wall clock begins, and dates that are refused."""

import asyncio
import datetime as dt
import subprocess
import sys
import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from asyncio_fakeclock import FakeClock
from clocked import run

pytest.importorskip("time_machine")
UTC = dt.timezone.utc


def now() -> dt.datetime:
    return dt.datetime.now(UTC)


@pytest.mark.parametrize(
    "begin",
    [
        dt.datetime(2026, 1, 1, tzinfo=UTC),
        dt.datetime(2026, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        dt.datetime(2026, 1, 1, tzinfo=UTC).timestamp(),
        int(dt.datetime(2026, 1, 1, tzinfo=UTC).timestamp()),
    ],
)
def test_wall_clock_begins_at_a_date(begin: Any) -> None:
    async def main(clock: FakeClock) -> list[dt.datetime]:
        before = now()
        await asyncio.sleep(86400.5)
        return [before, now()]

    assert run(main, wall_clock=begin) == [
        dt.datetime(2026, 1, 1, tzinfo=UTC),
        dt.datetime(2026, 1, 2, microsecond=500_000, tzinfo=UTC),
    ]


def test_time_zone_of_the_date_is_not_that_of_the_process() -> None:
    async def main(clock: FakeClock) -> Any:
        return time.tzname

    try:
        zone = ZoneInfo("Asia/Tokyo")
    except Exception:
        pytest.skip("there are no time zones on this system")
    begin = dt.datetime(2026, 1, 1, tzinfo=zone)
    assert run(main, wall_clock=begin) == time.tzname


def test_clock_that_is_installed_again_goes_on_from_its_time() -> None:
    loop = asyncio.new_event_loop()
    clock = FakeClock(loop, auto=True, wall_clock=dt.datetime(2026, 1, 1, tzinfo=UTC))
    try:
        for day in (2, 3):
            with clock:
                loop.run_until_complete(asyncio.sleep(86400))
                assert now() == dt.datetime(2026, 1, day, tzinfo=UTC)
    finally:
        loop.close()


@pytest.mark.parametrize(
    ("begin", "error"),
    [
        (dt.datetime(2026, 1, 1), ValueError),
        (float("nan"), ValueError),
        (float("inf"), ValueError),
        (-5, ValueError),
        (1e18, ValueError),
        ("now", TypeError),
        (dt.date(2026, 1, 1), TypeError),
    ],
)
def test_date_that_is_none_is_refused(begin: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^wall_clock must "):
        FakeClock(wall_clock=begin)


def test_refusal_inside_of_freezegun_leaves_the_process_sound() -> None:
    """time-machine is not loaded there, where it would keep what freezegun has replaced."""
    program = """
import asyncio, sys, time
import freezegun
from asyncio_fakeclock import FakeClock
loop = asyncio.new_event_loop()
with freezegun.freeze_time("2020-01-01"):
    try:
        FakeClock(loop, wall_clock=True).install()
    except RuntimeError as error:
        assert "freezegun" in str(error), error
    else:
        raise AssertionError
assert "time_machine" not in sys.modules
before = time.time()
with FakeClock(loop, auto=True, wall_clock=True):
    loop.run_until_complete(asyncio.sleep(3600))
    assert 3599 < time.time() - before < 3700
assert time.time() - before < 60
loop.close()
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=600
    )

    assert (done.returncode, done.stderr) == (0, "")
