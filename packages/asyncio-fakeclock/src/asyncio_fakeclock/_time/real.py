"""Real time, for what must not wait for ever."""

from __future__ import annotations

import time
from typing import final

__all__ = ["Pace", "RealTime"]


@final
class RealTime:
    """Real seconds; in a class, where freezegun does not look for functions to replace."""

    now = staticmethod(time.monotonic)
    _sleep = staticmethod(time.sleep)

    @classmethod
    def rest(cls) -> None:
        """Let others run for a moment."""
        cls._sleep(0.001)


@final
class Pace:
    """
    Virtual time that goes with real time.

    Args:
        virtual: The virtual time now.
        rate: Virtual seconds in a real one.
    """

    __slots__ = ("_begun", "_rate", "_virtual")

    def __init__(self, virtual: float, rate: float) -> None:
        self._virtual = virtual
        self._rate = rate
        self._begun = RealTime.now()

    def from_here(self, virtual: float) -> Pace:
        """Return the same pace, from the virtual time *virtual* on."""
        return Pace(virtual, self._rate)

    def now(self) -> float:
        """Return the virtual time that it is by now."""
        return self._virtual + (RealTime.now() - self._begun) * self._rate

    def real_seconds_until(self, when: float) -> float:
        """Return the real seconds until the virtual instant *when*, none if it has been."""
        # Time has gone by since it was looked at, and a proactor refuses less than none.
        return max(0.0, (when - self.now()) / self._rate)
