"""
The test cases of asynctest: those of the packages, with its defaults and its hooks.

Suites that override ``_init_loop``, ``_unset_loop``, ``_patch_loop``, ``_setUp``, ``_tearDown``,
``_run_test_method``, ``doCleanups`` or ``run`` of asynctest are served: each is called where it was
called there, with and without a call of ``super()``.
"""

# The hooks are not public, but they were overridden.
# ruff: noqa: N802

from __future__ import annotations

import asyncio
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

import asyncloop_testcase

from asynctest import (
    _cleanups,
    _clock,
    _cpython,
    _fail_on,
    _host,
    _loops,
    _refusals,
    _removed,
)
from asynctest._fail_on import ignore_loop as ignore_loop

if TYPE_CHECKING:
    import unittest
    from collections.abc import Callable, Iterable

__unittest = __tracebackhide__ = True


def __getattr__(name: str) -> Any:
    """Import ``_Policy`` for those who ask for it."""
    if name == "_Policy":
        from asynctest._policy import _Policy

        return _Policy
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


@asyncloop_testcase.lenient
class TestCase(_removed.RemovedAssertions, asyncloop_testcase.TestCase):
    """
    A test case with an event loop of its own for each test: ``asyncloop_testcase.TestCase``.

    All checks are off, as they were in asynctest: see `fail_on` and `strict`. The options and hooks
    that asynctest did not have do not exist here: who wants them derives from
    ``asyncloop_testcase.TestCase``.

    Example:
        >>> import asyncio
        >>> class Tests(TestCase):
        ...     async def test_loop(self):
        ...         self.assertIs(self.loop, asyncio.get_running_loop())
        >>> Tests("test_loop").run()
        <unittest.result.TestResult run=1 errors=0 failures=0>
    """

    _checker: _fail_on._fail_on
    # The loop that was current before `_init_loop`, when no `Host` remembers it.
    _asynctest_before: asyncio.AbstractEventLoop | None = None
    # The loop that the test set as the current one: it stays that, as in asynctest.
    _asynctest_left_current: asyncio.AbstractEventLoop | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # Not that of asyncloop_testcase, to which names in the class body mean something.
        super(asyncloop_testcase.TestCase, cls).__init_subclass__(**kwargs)
        _refusals.check_class(cls)

    @classmethod
    def addClassCleanup(cls, function: Callable[..., object], /, *args: Any, **kwargs: Any) -> None:
        """Do the same as in unittest."""
        super(asyncloop_testcase.TestCase, cls).addClassCleanup(function, *args, **kwargs)

    # The hooks of asynctest.

    def _init_loop(self) -> None:
        """Set ``self.loop``, and make it the current loop."""
        if not self._asynctest_opening:
            self._asynctest_before = _loops.current_loop()
        loop = asyncio.get_event_loop() if self.use_default_loop else asyncio.new_event_loop()
        self.loop: asyncio.AbstractEventLoop = self._patch_loop(loop)
        if not (self._asynctest_opening or self.use_default_loop or self.forbid_get_event_loop):
            asyncio.set_event_loop(self.loop)

    def _unset_loop(self) -> None:
        """Close ``self.loop``, which is None then, and put back what was current before."""
        loop: Any = self.loop
        try:
            if self.use_default_loop:
                _loops.stop_noting(loop)
            else:
                _loops.close(loop)
        finally:
            policy = _cpython.get_policy()
            if hasattr(policy, "original_policy"):
                if not self.use_default_loop:
                    policy.reset_watcher()
                _cpython.set_policy(policy.original_policy)
            elif self._asynctest_before is not None or _loops.current_loop() is loop is not None:
                asyncio.set_event_loop(self._asynctest_before)
            self._asynctest_before = None
            self.loop = None  # type: ignore[assignment]

    def _patch_loop(self, loop: Any) -> Any:
        """Return the loop that the test is to use: with mocks' selector, and noting that it ran."""
        return _loops.prepared(loop)

    def _setUp(self) -> None:
        """Prepare the loop, the checks and the test."""
        self._asyncloop_open(_host.Host(self))
        self._asyncloop.call(self._asynctest_before_test)  # type: ignore[union-attr]
        self._asyncloop.call(_call, self.setUp)  # type: ignore[union-attr]
        _loops.reset_runs(self.loop)

    def _tearDown(self) -> None:
        """Tidy up after the test, and check it."""
        self._asyncloop.call(_call, self.tearDown)  # type: ignore[union-attr]
        self._checker.check_test(self)

    def _run_test_method(self, method: Callable[[], Any]) -> None:
        """Run the test; what it returns is awaited, if it is a coroutine."""
        self._asyncloop.call(_call_test, method)  # type: ignore[union-attr]

    # How they are called.

    _asynctest_opening = False

    def _asynctest_open(self) -> asyncio.AbstractEventLoop:
        """Open the loop by ``_init_loop``, unless an override of ``_setUp`` has done it."""
        if self.loop is None:
            self._asynctest_opening = True
            try:
                self._init_loop()
            finally:
                self._asynctest_opening = False
        return self.loop

    def _asynctest_close(self) -> None:
        """Close the loop by ``_unset_loop``; a current loop that the test has set stays current."""
        current = _loops.current_loop()
        if current is not None and current is not self.loop and not self.forbid_get_event_loop:
            self._asynctest_left_current = current
        self._unset_loop()

    def _asynctest_before_test(self) -> None:
        method = getattr(self, self._testMethodName)
        self._checker = getattr(method, _fail_on._FAIL_ON_ATTR, None) or _fail_on._fail_on()
        self._checker.before_test(self)

    def _asynctest_live_timers(self) -> Iterable[asyncio.TimerHandle]:
        return _cpython.live_timers(self.loop)

    def _callSetUp(self) -> None:
        self._setUp()
        if self._asyncloop is None:
            self._asynctest_adopt_loop()
        self._asyncloop_enter_test()

    def _asynctest_adopt_loop(self) -> None:
        """Go on with the loop that an override of ``_setUp`` has opened by itself."""
        if self.loop is None:
            name = type(self)._setUp.__qualname__
            msg = (
                f"{name}() called neither super()._setUp() nor self._init_loop(), so that there is "
                f"no loop: {_refusals.SEE}"
            )
            raise TypeError(msg)
        asyncio.set_event_loop(self._asynctest_before)
        self._asynctest_before = None
        self._asyncloop_open(_host.Host(self))
        if not hasattr(self, "_checker"):
            self._asynctest_before_test()

    def _callTearDown(self) -> None:
        self._tearDown()
        self._asyncloop_enter_cleanups()

    def _callTestMethod(self, method: Callable[[], Any]) -> None:
        self._run_test_method(method)

    def _callCleanup(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> None:
        if self._asyncloop is not None or self.loop is None:
            super()._callCleanup(_call, function, *args, **kwargs)
            return
        result = _call(function, *args, **kwargs)  # in a suite's own run()
        if result is not None:
            self.loop.run_until_complete(result)

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        """Run the test, as in unittest."""
        with _cleanups.awaited_cleanups(self, TestCase):
            try:
                return super().run(result)
            finally:
                self._asynctest_leave_current()

    def debug(self) -> None:
        """Run the test without collecting errors in a result, as in unittest."""
        try:
            super().debug()
        finally:
            self._asynctest_leave_current()

    def _asynctest_leave_current(self) -> None:
        if self._asynctest_left_current is not None:
            asyncio.set_event_loop(self._asynctest_left_current)
            self._asynctest_left_current = None

    def doCleanups(self) -> Any:
        """
        Call the cleanup functions; those that are coroutine functions run on the loop.

        What is returned is true and may be awaited, as in asynctest, where it had to be.
        """
        loop: Any = self.loop
        if loop is not None and loop.is_running():
            return _cleanups.Cleanups(self)
        if self._asyncloop is not None and not self._asyncloop.in_phase:
            _loops.turn(loop)
        success = super().doCleanups()
        return _cleanups.Cleanups(self, success=success)


_host.hide_options(TestCase)


def _call(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call a fixture; what it returns is awaited if it is a coroutine, and dropped if not."""
    result = function(*args, **kwargs)
    return result if _is_coroutine(result) else None


def _call_test(method: Callable[[], Any]) -> Any:
    """Call a test method as asynctest did: a generator function counts as a coroutine function."""
    if inspect.isgeneratorfunction(method):
        types.coroutine(getattr(method, "__func__", method))
    return _call(method)


def _is_coroutine(result: object) -> bool:
    if isinstance(result, types.GeneratorType):
        return inspect.isawaitable(result)
    return asyncio.iscoroutine(result)


class FunctionTestCase(TestCase, asyncloop_testcase.FunctionTestCase):
    """A test case made of functions, each of which may be a coroutine function."""


class ClockedTestCase(_clock.Clock, TestCase):
    """A test case whose loop has a clock that moves only by ``await self.advance(seconds)``."""
