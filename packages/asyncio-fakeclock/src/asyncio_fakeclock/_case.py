"""The test case with a clock: the one module that needs asyncloop-testcase."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from asyncloop_testcase import TestCase

from asyncio_fakeclock._clock import FakeClock
from asyncio_fakeclock._cpython.outcomes import test_has_failed

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from typing import SupportsFloat

__all__ = ["ClockedTestCase", "fakeclock"]

__unittest = __tracebackhide__ = True

_ATTRIBUTE = "_asyncio_fakeclock_options"
_OPTIONS = frozenset(
    name
    for name, parameter in inspect.signature(FakeClock).parameters.items()
    if parameter.kind is parameter.KEYWORD_ONLY
)

_Decorated = TypeVar("_Decorated", bound="type[ClockedTestCase] | Callable[..., object]")


def fakeclock(**options: Any) -> Callable[[_Decorated], _Decorated]:
    """
    Set options of the clock for one test, or for all tests of a class.

    A test's option counts before its class's, a class's before its parent's.

    Args:
        options: Keyword arguments of :class:`FakeClock`.

    Raises:
        TypeError: an option is unknown.

    Example:
        >>> import asyncio
        >>> class Tests(ClockedTestCase):
        ...     @fakeclock(auto=True, start=100)
        ...     async def test_sleep(self):
        ...         await asyncio.sleep(3600)
        ...         self.assertEqual(self.loop.time(), 3700)
        >>> Tests("test_sleep").run()
        <unittest.result.TestResult run=1 errors=0 failures=0>
    """
    unknown = sorted(options.keys() - _OPTIONS)
    if unknown:
        msg = f"unknown option {unknown[0]!r} of a clock: there are {', '.join(sorted(_OPTIONS))}"
        raise TypeError(msg)

    def decorate(target: _Decorated) -> _Decorated:
        known = vars(target).get(_ATTRIBUTE, {})
        setattr(target, _ATTRIBUTE, {**known, **options})
        return target

    return decorate


class ClockedTestCase(TestCase):
    """
    A test case whose loop has a clock of the test's own, at 0 when the test begins.

    Attributes:
        clock: The clock, while the test runs: :class:`FakeClock`.
        auto: Whether the clock jumps to the next timer by itself when the loop is idle.

    Example:
        >>> class Tests(ClockedTestCase):
        ...     async def test_advance(self):
        ...         self.loop.call_later(1, print, "one second later")
        ...         await self.advance(3)
        ...         self.assertEqual(self.loop.time(), 3)
        >>> Tests("test_advance").run()
        one second later
        <unittest.result.TestResult run=1 errors=0 failures=0>

    .. versionadded:: 1.0.0
       The class and ``advance()`` are asynctest's (0.13).
    """

    auto: bool = False
    clock: FakeClock

    def openLoop(self) -> asyncio.AbstractEventLoop:  # noqa: N802 - unittest's style
        """Open the loop, and install the clock."""
        loop = super().openLoop()
        try:
            self.clock = FakeClock(loop, **self._fakeclock_options()).install()
        except BaseException:
            super().closeLoop(loop)
            raise
        return loop

    def closeLoop(self, loop: asyncio.AbstractEventLoop, /) -> None:  # noqa: N802
        """Close the loop, and uninstall the clock; print the timeline of a test that failed."""
        # What cancelled tasks still wait for must not take real time, nor freeze.
        self.clock.auto = True
        if self.clock.traced and test_has_failed(self):
            print(f"{self.id()}: {self.clock.timeline()}", file=sys.stderr)
        try:
            super().closeLoop(loop)
        finally:
            self.clock.uninstall()

    async def advance(self, seconds: SupportsFloat) -> None:
        """Move time forward by *seconds*, see :meth:`FakeClock.advance`."""
        await self.clock.advance(seconds)

    def _fakeclock_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"auto": self.auto}
        for cls in reversed(type(self).__mro__):
            if "auto" in vars(cls):
                options["auto"] = vars(cls)["auto"]
            options.update(vars(cls).get(_ATTRIBUTE, {}))
        options.update(getattr(getattr(self, self._testMethodName), _ATTRIBUTE, {}))
        return options
