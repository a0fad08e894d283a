"""The wall clock, moved along with the loop's by time-machine."""

from __future__ import annotations

import re
from typing import Any, final

__all__ = ["WallClock"]

# Older ones cannot begin at the present time, and under freezegun they crash the interpreter, where
# 3.5 refuses to begin.
_NEEDED = (3, 5)


@final
class WallClock:
    """
    ``time.time()``, ``datetime.now()`` and the like in step with a clock.

    They begin at what they were when it was installed, stand still between instants, and go on by
    themselves afterwards. If code under test travels through time itself, its time counts while
    it does.
    """

    __slots__ = ("_begun", "_moved", "_travel", "_traveller")

    def __init__(self) -> None:
        _time_machine()
        self._travel: Any = None
        self._traveller: Any = None
        self._begun = 0.0
        self._moved = 0

    def start(self, now: float) -> None:
        """Take the wall clock over; the loop's time is *now*."""
        travel = _time_machine().travel(None, tick=False)
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


def _time_machine() -> Any:
    from importlib import metadata  # slow to load, and few need it

    way_out = "pip install 'asyncio-fakeclock[wall]'"
    try:
        import time_machine
    except ImportError as error:
        msg = f"wall_clock=True needs time-machine: {way_out}"
        raise ImportError(msg) from error
    installed = metadata.version("time-machine")
    if tuple(int(part) for part in re.findall(r"\d+", installed)[:2]) < _NEEDED:
        msg = f"wall_clock=True needs time-machine 3.5 or later, not {installed}: {way_out}"
        raise ImportError(msg)
    return time_machine
