"""
The test cases of asynctest: those of the packages, with its defaults and its hooks.

Suites that override ``_init_loop``, ``_unset_loop``, ``_patch_loop``, ``_setUp``, ``_tearDown`` or
``_run_test_method`` of asynctest are served: each is called where it was called there. An override
calls ``super()``.
"""

# The hooks are not public, but they were overridden.
# ruff: noqa: N802

from __future__ import annotations

import inspect
import types
from typing import TYPE_CHECKING, Any
from unittest.case import DIFF_OMITTED as DIFF_OMITTED
from unittest.case import SkipTest as SkipTest
from unittest.case import addModuleCleanup as addModuleCleanup
from unittest.case import doModuleCleanups as doModuleCleanups
from unittest.case import expectedFailure as expectedFailure
from unittest.case import skip as skip
from unittest.case import skipIf as skipIf
from unittest.case import skipUnless as skipUnless
from unittest.util import safe_repr as safe_repr
from unittest.util import strclass as strclass

import asyncio_fakeclock
import asyncloop_testcase

from asynctest import _fail_on, _removed
from asynctest._fail_on import ignore_loop as ignore_loop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__unittest = __tracebackhide__ = True


@asyncloop_testcase.lenient
class TestCase(_removed.RemovedAssertions, asyncloop_testcase.TestCase):
    """
    A test case with an event loop of its own for each test: ``asyncloop_testcase.TestCase``.

    All checks are off, as they were in asynctest: see `fail_on` and `strict`.

    Example:
        >>> import asyncio
        >>> class Tests(TestCase):
        ...     async def test_loop(self):
        ...         self.assertIs(self.loop, asyncio.get_running_loop())
        >>> Tests("test_loop").run()
        <unittest.result.TestResult run=1 errors=0 failures=0>
    """

    _checker: _fail_on._fail_on
    _is_set_up = False

    def openLoop(self) -> asyncio.AbstractEventLoop:
        """Open the loop by way of ``_init_loop``."""
        self._init_loop()
        try:
            self._checker.before_test(self)
        except BaseException:
            self._unset_loop()
            raise
        return self.loop

    def closeLoop(self, loop: asyncio.AbstractEventLoop, /) -> None:
        """Close the loop by way of ``_unset_loop``."""
        self._unset_loop()

    def _init_loop(self) -> None:
        """Set ``self.loop``."""
        self.loop: asyncio.AbstractEventLoop = self._patch_loop(super().openLoop())

    def _unset_loop(self) -> None:
        """Close ``self.loop``, which is None then."""
        super().closeLoop(self.loop)
        del self.loop

    def _patch_loop(self, loop: Any) -> Any:
        """Return the loop that the test is to use."""
        return loop

    def _setUp(self) -> None:
        """Prepare the loop, the checks and the test."""
        self._is_set_up = True
        _fail_on.follow_defaults(TestCase)
        method = getattr(self, self._testMethodName)
        self._checker = getattr(method, _fail_on._FAIL_ON_ATTR, None) or _fail_on._fail_on()
        super()._callSetUp()

    def _tearDown(self) -> None:
        """Tidy up after the test, and check it."""
        super()._callTearDown()
        self._checker.check_test(self)

    def _run_test_method(self, method: Callable[[], Any]) -> None:
        """Run the test; what it returns is awaited, if that can be done."""
        super()._callTestMethod(lambda: _result(method))

    def _callSetUp(self) -> None:
        self._is_set_up = False
        self._setUp()
        if not self._is_set_up:
            name = type(self)._setUp.__qualname__
            msg = f"{name}() did not call super()._setUp(), which opens the loop and calls setUp()"
            raise TypeError(msg)

    def _callTearDown(self) -> None:
        self._tearDown()

    def _callTestMethod(self, method: Callable[[], Any]) -> None:
        self._run_test_method(method)


def _result(method: Callable[[], Any]) -> Any:
    """
    Call a test method as asynctest did.

    A generator function counted as a coroutine function, and other results were dropped.
    """
    if inspect.isgeneratorfunction(method):
        types.coroutine(getattr(method, "__func__", method))
    result = method()
    return result if inspect.isawaitable(result) else None


class FunctionTestCase(TestCase, asyncloop_testcase.FunctionTestCase):
    """A test case made of functions, each of which may be a coroutine function."""


class ClockedTestCase(TestCase, asyncio_fakeclock.ClockedTestCase):
    """A test case whose loop has a clock that moves only by ``await self.advance(seconds)``."""
