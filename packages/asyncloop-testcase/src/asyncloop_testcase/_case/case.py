"""
The test case: a loop for each test, and coroutine functions wherever a test has functions.

It has more than 300 lines as it is one class, most of whose text is what users read.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import sys
import unittest
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar

from asyncloop_testcase._case.assertions import AsyncAssertions
from asyncloop_testcase._case.hypothesis import examples_run_by, handle_of
from asyncloop_testcase._case.lifetime import Lifetime
from asyncloop_testcase._case.loops import close_loop, default_loop, make_loop
from asyncloop_testcase._case.refusals import (
    refusal_of,
    refuse_other_base,
    refuse_result,
    refuse_unknown_fixtures,
)
from asyncloop_testcase._cpython.loops import nothing_to_shut_down
from asyncloop_testcase._cpython.unittests import outcome_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

__unittest = __tracebackhide__ = True


class TestCase(AsyncAssertions, unittest.TestCase):
    """
    A test case with an event loop of its own for each test.

    Test methods, ``setUp``, ``tearDown`` and functions given to ``addCleanup`` may be coroutine
    functions, or plain functions that return something awaitable: it runs on the loop. What
    `unittest.IsolatedAsyncioTestCase` has (``asyncSetUp``, ``asyncTearDown``, ``addAsyncCleanup``,
    ``enterAsyncContext``) is here too and is called in the same order. All phases of a test share
    one ``contextvars.Context``, which no other test sees.

    When the test is over, checks look for what it left behind: see `fail_on`.

    Attributes:
        loop: The loop of the test. None outside of tests.
        use_default_loop: If true, the thread's current loop is used, and it is neither closed nor
            made anew for each test (asynctest 0.5). If there is none, one is made for all tests.
        forbid_get_event_loop: If true, ``asyncio.get_event_loop()`` raises AssertionError where no
            loop runs, so that code under test has to be given its loop (asynctest 0.7).
        loop_factory: A callable that returns a new loop for each test, for example
            ``asyncio.SelectorEventLoop`` or ``uvloop.new_event_loop``; None for asyncio's choice.
        loop_debug: Whether the loop runs in asyncio's debug mode; None for asyncio's choice, which
            is ``PYTHONASYNCIODEBUG``. ``debug = True`` in a class body means the same.
        timeout: Seconds of real time for the whole test, None for no limit. See `timeout`.
        cancel_timeout: Seconds of real time that tasks get to end when they are cancelled, because
            the test is over or took too long. A task that takes longer is an error of the test.
        one_task: Whether the coroutines of all phases run in one task: then ``asyncio.timeout()``,
            a ``TaskGroup`` or a cancel scope of anyio guards the test when ``asyncSetUp`` has
            entered it by ``enterAsyncContext``.

    Example:
        >>> class Tests(TestCase):
        ...     async def setUp(self):
        ...         self.queue = asyncio.Queue()
        ...     async def test_get(self):
        ...         self.loop.call_soon(self.queue.put_nowait, "a")
        ...         self.assertEqual(await self.queue.get(), "a")
        >>> Tests("test_get").run()
        <unittest.result.TestResult run=1 errors=0 failures=0>

    .. versionadded:: 1.0.0
    """

    loop: asyncio.AbstractEventLoop = None  # type: ignore[assignment]  # None outside of tests
    use_default_loop: bool = False
    forbid_get_event_loop: bool = False
    loop_factory: Callable[..., asyncio.AbstractEventLoop] | None = None
    loop_debug: bool | None = None
    timeout: float | None = None
    cancel_timeout: float = 1.0
    one_task: bool = False

    _asyncloop: Lifetime | None = None
    # The function that decorators such as `fail_on` were applied to, if it is not the method.
    _asyncloop_decorated: Callable[[], object] | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        refuse_other_base(cls, TestCase)
        if isinstance(cls.__dict__.get("debug"), bool):
            # unittest has a method of that name, which suites and debuggers call.
            cls.loop_debug = cls.__dict__["debug"]
            del cls.debug
        refuse_unknown_fixtures(cls)
        for name in ("setUpClass", "tearDownClass"):
            if inspect.iscoroutinefunction(getattr(cls, name)):
                setattr(cls, name, classmethod(refusal_of(name)))

    def openLoop(self) -> asyncio.AbstractEventLoop:  # noqa: N802 - unittest's style
        """
        Return the open loop to use for the test: a hook for subclasses.

        It is called once for each test that is not skipped, before ``setUp``; errors are errors
        of the test. The loop is set as the current one, and ``self.loop``, when it has returned.

        Example:
            >>> class NamedTasks(TestCase):
            ...     def openLoop(self):
            ...         loop = super().openLoop()
            ...         loop.set_task_factory(lambda loop, coro, **kwargs: asyncio.Task(
            ...             coro, loop=loop, **{"name": "mine", **kwargs}))
            ...         return loop
        """
        if self.use_default_loop:
            return default_loop()
        # The class first: self.loop_factory would bind a function, or warn of a functools.partial.
        if type(self).loop_factory is None and self.loop_factory is None:
            return asyncio.new_event_loop()
        return make_loop(self)

    def closeLoop(self, loop: asyncio.AbstractEventLoop, /) -> None:  # noqa: N802
        """
        Close what `openLoop` returned: a hook for subclasses, who call ``super().closeLoop(loop)``.

        It is called once for each call of `openLoop`, when cleanups and checks are done and
        ``self.loop`` is still set; errors are errors of the test. Tasks that are left are
        cancelled, async generators and the executor are shut down. With ``use_default_loop``
        nothing happens.
        """
        if self.use_default_loop:
            return
        if nothing_to_shut_down(loop):
            loop.close()
        else:
            close_loop(loop, self.cancel_timeout)

    if TYPE_CHECKING:
        # They may return something awaitable, while typeshed says that unittest's return None.
        def setUp(self) -> Any:
            """Prepare the test, as in unittest; it may be a coroutine function."""

        def tearDown(self) -> Any:
            """Tidy up after the test, as in unittest; it may be a coroutine function."""

    async def asyncSetUp(self) -> None:
        """Prepare the test; called after ``setUp``."""

    async def asyncTearDown(self) -> None:
        """Tidy up after the test; called before ``tearDown``."""

    def addAsyncCleanup(  # noqa: N802
        self, func: Callable[..., Awaitable[object]], /, *args: Any, **kwargs: Any
    ) -> None:
        """Do the same as ``addCleanup``, which takes coroutine functions too."""
        self.addCleanup(func, *args, **kwargs)

    @classmethod
    def addClassCleanup(  # noqa: N802
        cls, function: Callable[..., object], /, *args: Any, **kwargs: Any
    ) -> None:
        """
        Do the same as in unittest.

        Raises:
            TypeError: *function* is a coroutine function; there is no loop to run it on.
        """
        if inspect.iscoroutinefunction(function):
            msg = (
                f"addClassCleanup() cannot take the coroutine function {function!r}: no loop "
                "outlives a test; add a plain function that calls asyncio.run()"
            )
            raise TypeError(msg)
        super().addClassCleanup(function, *args, **kwargs)

    if sys.version_info < (3, 11):

        def enterContext(self, cm: AbstractContextManager[T]) -> T:  # noqa: N802
            """Enter a context manager, as in unittest since Python 3.11; cleanups leave it."""
            result = cm.__enter__()
            self.addCleanup(cm.__exit__, None, None, None)
            return result

    async def enterAsyncContext(self, cm: AbstractAsyncContextManager[T]) -> T:  # noqa: N802
        """
        Enter an asynchronous context manager; it is left when the cleanups are called.

        Args:
            cm: The context manager.

        Returns:
            What ``async with cm as x`` would give as ``x``.

        Raises:
            TypeError: *cm* is no asynchronous context manager.

        Example:
            >>> from contextlib import asynccontextmanager
            >>> @asynccontextmanager
            ... async def connection():
            ...     yield "connected"
            >>> class Tests(TestCase):
            ...     async def test(self):
            ...         self.assertEqual(await self.enterAsyncContext(connection()), "connected")
            >>> Tests("test").run()
            <unittest.result.TestResult run=1 errors=0 failures=0>
        """
        kind = type(cm)
        enter = getattr(kind, "__aenter__", None)
        leave = getattr(kind, "__aexit__", None)
        if enter is None or leave is None:
            way_out = "; enter it with enterContext()" if hasattr(kind, "__enter__") else ""
            msg = f"{cm!r} is not an asynchronous context manager{way_out}"
            raise TypeError(msg)
        result: T = await enter(cm)
        self.addAsyncCleanup(self._asyncloop_leave, leave, cm)
        return result

    async def _asyncloop_leave(self, leave: Callable[..., Awaitable[object]], cm: object) -> None:
        """Leave a context manager, which has to know if it was it that has cancelled the test."""
        error = None if self._asyncloop is None else self._asyncloop.cancelled
        if error is None or not self.one_task:
            await leave(cm, None, None, None)
        else:
            await leave(cm, type(error), error, error.__traceback__)

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        """Run the test, as in unittest."""
        try:
            return super().run(result)
        finally:
            if self._asyncloop is not None:
                self._asyncloop_abandon()

    def debug(self) -> None:
        """Run the test without collecting errors in a result, as in unittest."""
        try:
            super().debug()
            if self._asyncloop is not None:  # pragma: no branch - setUp has opened it
                errors = self._asyncloop.end(passed=True)
                self._asyncloop = None
                if errors:
                    raise errors.pop(0)
        except Exception as error:
            if self._asyncloop is not None:
                self._asyncloop.tell_lost(error)
            raise
        finally:
            if self._asyncloop is not None:
                self._asyncloop_abandon()

    def doCleanups(self) -> Any:  # noqa: N802 - a bool, which typeshed does not tell
        """
        Call the cleanup functions, as in unittest; asynchronous ones run on the loop.

        When it is unittest that calls this, the checks follow, and the loop is closed.
        """
        lifetime = self._asyncloop
        if lifetime is not None and not lifetime.in_phase:
            lifetime.is_over = True
        success: Any = super().doCleanups()
        if lifetime is None or lifetime.in_phase:
            return success
        outcome = outcome_of(self)
        passed = success and outcome.expectedFailure is None
        errors = lifetime.end(passed=passed)
        self._asyncloop = None
        while errors:
            # What the checks find is covered by @expectedFailure, as what the test does itself.
            outcome.expecting_failure = (
                success and errors[0] is lifetime.finding and self._asyncloop_is_expected_to_fail()
            )
            with outcome.testPartExecutor(self):
                raise errors.pop(0)
        outcome.expecting_failure = False
        return outcome.success

    def _asyncloop_is_expected_to_fail(self) -> bool:
        places = (type(self), getattr(self, self._testMethodName))
        return any(getattr(each, "__unittest_expecting_failure__", False) for each in places)

    def _asyncloop_abandon(self) -> None:
        """Close the loop of a test that KeyboardInterrupt or the result ended, and restore all."""
        lifetime: Lifetime = self._asyncloop  # type: ignore[assignment]
        self._asyncloop = None
        with contextlib.suppress(Exception):  # the first error is on its way already
            lifetime.close()

    # The steps of a test, for test cases whose fixtures have other names.

    def _asyncloop_open(self, case: Any) -> Lifetime:
        """Open the loop as *case* says: the test itself, or what has its options and hooks."""
        # The function, not the bound method: that one is slow to say that it has no attribute.
        name = self._testMethodName
        method = self._asyncloop_decorated or getattr(type(self), name, None) or getattr(self, name)
        lifetime = self._asyncloop = Lifetime()
        lifetime.open(case, method, type(self))
        return lifetime

    def _asyncloop_enter_test(self) -> None:
        """Tell the checks that the set-up is over."""
        lifetime: Lifetime = self._asyncloop  # type: ignore[assignment]
        if lifetime.watch is not None and lifetime.watch.started:
            lifetime.watch.enter_test()

    def _asyncloop_enter_cleanups(self) -> None:
        """Tell the checks that the test is over, and what comes are cleanups."""
        lifetime: Lifetime = self._asyncloop  # type: ignore[assignment]
        if lifetime.watch is not None and lifetime.watch.started:
            lifetime.watch.enter_cleanups()

    # The hooks through which unittest calls the phases of a test.

    def _callSetUp(self) -> None:  # noqa: N802
        lifetime = self._asyncloop_open(self)
        # What is not overridden is not called, which saves a turn of the loop for asyncSetUp.
        if getattr(self.setUp, "__func__", None) is not unittest.TestCase.setUp:
            lifetime.call(self.setUp)
        if getattr(self.asyncSetUp, "__func__", None) is not TestCase.asyncSetUp:
            lifetime.call(self.asyncSetUp)
        self._asyncloop_enter_test()

    def _callTestMethod(self, method: Callable[[], object]) -> None:  # noqa: N802
        lifetime: Lifetime = self._asyncloop  # type: ignore[assignment]
        handle = handle_of(method)
        if handle is not None:
            with examples_run_by(handle, lifetime.call):
                method()
            return
        result = lifetime.call(method)
        if result is not None:
            refuse_result(method, result, awaited=lifetime.awaited)

    def _callTearDown(self) -> None:  # noqa: N802
        lifetime: Lifetime = self._asyncloop  # type: ignore[assignment]
        lifetime.is_over = True
        if getattr(self.asyncTearDown, "__func__", None) is not TestCase.asyncTearDown:
            lifetime.call(self.asyncTearDown)
        if getattr(self.tearDown, "__func__", None) is not unittest.TestCase.tearDown:
            lifetime.call(self.tearDown)
        self._asyncloop_enter_cleanups()

    def _callCleanup(  # noqa: N802
        self, function: Callable[..., object], /, *args: Any, **kwargs: Any
    ) -> None:
        if self._asyncloop is None:
            function(*args, **kwargs)
        else:
            self._asyncloop.call(function, *args, **kwargs)
