"""The wall clock, moved along with the loop's by time-machine."""

from __future__ import annotations

import datetime as dt
import math
import re
import sys
from typing import Any, final

__all__ = ["WallClock"]

# Older ones cannot begin at the present time, and under freezegun they crash the interpreter, where
# 3.5 refuses to begin.
_NEEDED = (3, 5)

_datetime = dt.datetime  # freezegun replaces it in the module


@final
class WallClock:
    """
    ``time.time()``, ``datetime.now()`` and the like in step with a clock.

    They begin at what they were when it was installed, or at a date, stand still between instants,
    and go on by themselves afterwards. If code under test travels through time itself, its time
    counts while it does.

    Args:
        begin: When they begin: True for what it is, a datetime, or seconds since the epoch.
        now: The loop's time that this stands for.

    Raises:
        TypeError: *begin* is something else.
        ValueError: it has no time zone, is not finite, or before the epoch.
        ImportError: there is no time-machine, or an old one.
    """

    __slots__ = ("_begin", "_begun", "_moved", "_origin", "_travel", "_traveller")

    def __init__(self, begin: object, now: float) -> None:
        self._begin = _checked(begin)
        self._origin = now
        # Inside of freezegun it would be loaded with what that has replaced, for good.
        if not _is_frozen():
            _time_machine()
        self._travel: Any = None
        self._traveller: Any = None
        self._begun = 0.0
        self._moved = 0

    def check(self) -> None:
        """
        Raise what :meth:`start` would.

        Raises:
            RuntimeError: freezegun has the wall clock.
        """
        if _is_frozen():
            msg = (
                "wall_clock cannot be had inside of freezegun's freeze_time(): leave that first, "
                "or freeze time inside, or begin at a date with wall_clock=datetime(...)"
            )
            raise RuntimeError(msg)

    def start(self, now: float) -> None:
        """Take the wall clock over; the loop's time is *now*."""
        self.check()
        begin = None
        if self._begin is not None:
            begin = self._begin + dt.timedelta(seconds=now - self._origin)
        travel = _time_machine().travel(begin, tick=False)
        self._traveller = travel.start()
        self._travel = travel
        self._begun = now
        self._moved = 0

    def move(self, now: float) -> None:
        """Move it to where it is when the loop's time is *now*."""
        # Whole nanoseconds since the beginning, or rounding errors would add up.
        moved = round((now - self._begun) * 1e9)
        delta, self._moved = moved - self._moved, moved
        whole, rest = divmod(delta, 1_000_000_000)
        self._traveller.shift(whole)
        self._traveller.shift(rest / 1e9)

    def stop(self) -> None:
        """Give it back."""
        self._travel.stop()


def _checked(begin: object) -> dt.datetime | None:
    if begin is True:
        return None
    if isinstance(begin, _datetime):
        if begin.tzinfo is None or begin.utcoffset() is None:
            msg = (
                f"wall_clock must know its time zone, which {begin!r} does not: "
                "pass datetime(..., tzinfo=timezone.utc), say"
            )
            raise ValueError(msg)
        # A ZoneInfo would make time-machine change the time zone of the process.
        return begin.astimezone(dt.timezone.utc)
    if isinstance(begin, bool) or not isinstance(begin, int | float):
        msg = (
            "wall_clock must be True, a datetime with a time zone, or a number of seconds since "
            f"the epoch, not {begin!r}"
        )
        raise TypeError(msg)
    if not math.isfinite(begin) or begin < 0:
        msg = f"wall_clock must be a finite number of seconds since the epoch, not {begin!r}"
        raise ValueError(msg)
    try:
        return _datetime(1970, 1, 1, tzinfo=dt.timezone.utc) + dt.timedelta(seconds=begin)
    except OverflowError as error:
        msg = f"wall_clock must be a date before the year 10000, not {begin!r} s since the epoch"
        raise ValueError(msg) from error


def _is_frozen() -> bool:
    api = sys.modules.get("freezegun.api")
    return bool(getattr(api, "freeze_factories", ()))


def _time_machine() -> Any:
    from importlib import metadata  # slow to load, and few need it

    way_out = "pip install 'asyncio-fakeclock[wall]'"
    try:
        import time_machine
    except ImportError as error:
        msg = f"wall_clock needs time-machine: {way_out}"
        raise ImportError(msg) from error
    installed = metadata.version("time-machine")
    if tuple(int(part) for part in re.findall(r"\d+", installed)[:2]) < _NEEDED:
        msg = f"wall_clock needs time-machine 3.5 or later, not {installed}: {way_out}"
        raise ImportError(msg)
    return time_machine
