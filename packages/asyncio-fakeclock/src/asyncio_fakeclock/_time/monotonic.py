"""
Monotonic time in step with a clock, for the code under test, and for nobody else.

Who waits in real time has to measure real time. So the threads that the clock does not know as the
test's see what is real, and so do, on all threads, the modules of the standard library that wait
(a ``queue.get(timeout=1)`` would never end while time stands still), and those who run tests.

Afterwards the clocks show what is real again: less than in the meantime, if virtual time ran ahead.
Inside, they never go back. What cannot be had: a busy loop of synchronous code that waits for
monotonic time to pass never ends, since nobody moves time meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from asyncio_fakeclock._cpython.clocks import MonotonicClocks

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Monotonic"]

# By the first part of the module's name.
_REAL: Final = frozenset(
    {
        "_pytest",
        "_pytest_timeout",
        "_asyncio_fakeclock_pytest",
        "_asyncloop_testcase_pytest",
        "_strptime",
        "asyncio",
        "asyncio_fakeclock",
        "asyncloop_testcase",
        "concurrent",
        "coverage",
        "execnet",
        "hypothesis",
        "multiprocessing",
        "pytest",
        "pytest_asyncio",
        "pytest_timeout",
        "queue",
        "select",
        "selectors",
        "socket",
        "socketserver",
        "ssl",
        "subprocess",
        "threading",
        "unittest",
        "xdist",
    }
)


@final
class Monotonic:
    """
    ``time.monotonic()``, ``time.perf_counter()`` and their ``_ns`` forms in step with a clock.

    Args:
        now: Returns the virtual time.
        is_of_the_test: Whether the running thread sees virtual time.
    """

    __slots__ = ("_begun", "_is_of_the_test", "_now")

    def __init__(self, now: Callable[[], float], is_of_the_test: Callable[[], bool]) -> None:
        self._now = now
        self._is_of_the_test = is_of_the_test
        self._begun = 0.0

    def start(self) -> None:
        """
        Let them go on from where they are.

        Raises:
            RuntimeError: they are another clock's, or replaced by somebody else.
        """
        self._begun = self._now()
        MonotonicClocks.take(self._elapsed)

    def stop(self) -> None:
        """Give them back."""
        MonotonicClocks.give_back()

    def _elapsed(self, module: str) -> float | None:
        if module.partition(".")[0] in _REAL or not self._is_of_the_test():
            return None
        return self._now() - self._begun
