"""
One test's loop, from its opening to its closing.

Theory of operation: `TestCase` hands the phases of a test to one `Lifetime`. Functions of a phase
are called inside one ``contextvars.Context``; what they return is awaited, if it can be, by a task
whose context is that very object, so that a variable set in ``setUp`` is seen in the test, in
``tearDown`` and in cleanups, be they synchronous or not. Only the outermost call enters the
context: a test that calls ``doCleanups()`` itself is inside already.

`end` judges the test and closes the loop where errors still belong to the test. `close` restores
everything however the test ended; ``run()`` calls it again in case that an exception such as
KeyboardInterrupt went past `end`.

It has more than 300 lines as all of it is the life of one test, in the order of its phases.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
import types
import unittest
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from asyncloop_testcase import _selector
from asyncloop_testcase._case.context import create_task
from asyncloop_testcase._case.loops import LostExceptionError, default_loop
from asyncloop_testcase._case.one_task import PhaseRunner
from asyncloop_testcase._case.timeout import ATTRIBUTE as TIMEOUT
from asyncloop_testcase._case.timeout import Deadline, check_timeout
from asyncloop_testcase._checks.fail_on import plan_of
from asyncloop_testcase._checks.suite import suite_of
from asyncloop_testcase._checks.watch import Watch
from asyncloop_testcase._cpython.current import (
    CurrentLoop,
    current_loop,
    refuse_get_event_loop,
    set_current_loop,
)
from asyncloop_testcase._cpython.loops import is_idle, is_something_due
from asyncloop_testcase._reports.notes import add_note, add_visible_note
from asyncloop_testcase._reports.report import Report
from asyncloop_testcase._reports.tasks import add_task_report

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from asyncloop_testcase._checks.plan import Plan
    from asyncloop_testcase._reports.report import Finding

__unittest = __tracebackhide__ = True

if TYPE_CHECKING:

    class LoopCase(Protocol):
        """What a lifetime needs of its test case, see `TestCase`."""

        loop: asyncio.AbstractEventLoop
        use_default_loop: bool
        forbid_get_event_loop: bool
        loop_debug: bool | None
        one_task: bool
        timeout: float | None
        cancel_timeout: float

        @property
        def failureException(self) -> type[BaseException]: ...

        def openLoop(self) -> asyncio.AbstractEventLoop: ...  # noqa: N802

        def closeLoop(self, loop: asyncio.AbstractEventLoop, /) -> None: ...  # noqa: N802


# The check that says when an exception gets lost.
CAUSE = "unhandled_exceptions"
# A test gets so many turns to end by itself when something else has failed.
TURNS_TO_END = 10
LOST = (CAUSE, "unawaited_coroutines")
SWITCH = "@fail_on"

_RUN_UNTIL_COMPLETE = asyncio.BaseEventLoop.run_until_complete


class Lifetime:
    """The loop, the context and all that is set for one test, and put back after it."""

    # Class attributes are what most tests leave as it is: making a Lifetime costs less so.
    in_phase = False
    awaited: bool  # set by each call
    _judged = True
    _loop: asyncio.AbstractEventLoop | None = None
    _before: CurrentLoop | None = None
    _allow_get_event_loop: Callable[[], None] | None = None
    _debug_before: bool | None = None
    _deadline: Deadline | None = None
    _plan: Plan | None = None
    watch: Watch | None = None
    # The first is of the test, the other that of the checks.
    _error: BaseException | None = None
    finding: BaseException | None = None
    # The task of the phase that runs, and what has failed while it waited.
    _task: asyncio.Task[Any] | None = None
    _background: tuple[BaseException, Finding] | None = None
    # Whether what comes tidies up only.
    is_over = False
    # For `one_task`: the task, and what has cancelled a phase in it.
    _runner: PhaseRunner | None = None
    cancelled: asyncio.CancelledError | None = None

    def open(self, case: LoopCase, method: object, cls: type) -> None:
        """
        Make the loop, set it as the current one, and begin to watch the test.

        Args:
            case: The test, or what has its options and opens its loop.
            method: The test method, which the checks' options are looked up at.
            cls: The class of the test, the same.
        """
        self._case = case
        self._context = contextvars.copy_context()
        seconds = getattr(method, TIMEOUT, case.timeout)
        if seconds is not None:
            check_timeout(seconds)
        if case.use_default_loop:
            default_loop()
        self._before = current_loop()
        loop = self._loop = case.loop = case.openLoop()
        if case.forbid_get_event_loop:
            self._allow_get_event_loop = refuse_get_event_loop(_refuse_get_event_loop)
        else:
            set_current_loop(loop)
        if _selector._install is not None:
            _selector.serve_file_mocks(loop)
        if seconds is not None:
            self._deadline = Deadline(seconds, case.cancel_timeout, loop)
        if case.loop_debug is not None:
            self._debug_before = loop.get_debug()
            loop.set_debug(case.loop_debug)
        plan = self._plan = plan_of(cls, method)
        if plan.checks:
            watch = Watch()
            watch.case = case
            if plan.fails_by(CAUSE):
                watch.on_failure = self._end_waiting
            suite = suite_of(cls)
            if suite is not None:
                watch.sift = functools.partial(suite.sift, cls)
            watch.start(loop, plan, fresh=not case.use_default_loop)
            self.watch = watch

    def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call *function* in the test's context; await what it returns, if that can be awaited."""
        if self.in_phase:
            return self._call_inside(function, *args, **kwargs)
        self.in_phase = True
        self.awaited = False
        deadline = self._deadline
        if deadline is not None:
            deadline.begin()
        result = None
        try:
            result = self._context.run(function, *args, **kwargs)
            if type(result) is types.CoroutineType:
                result = self._await(result)
            elif result is not None and inspect.isawaitable(result):
                result = self._await(_await(result))
        except BaseException as error:
            if self._background is None or not isinstance(error, asyncio.CancelledError):
                self._explain(error)
                raise
        finally:
            self.in_phase = False
            self._task = None
        if self._background is not None:
            self._fail_with_background()
        if deadline is not None:
            self._refuse_delay()
        return result

    def _end_waiting(self, error: BaseException, finding: Finding) -> None:
        """Cancel a test that waits while something else has failed: it may wait for ever."""
        if self._task is None or self.is_over or self._background is not None:
            return
        if self.watch is not None and self.watch.answers_for(CAUSE, finding):
            self._cancel_if_waiting(self._task, error, finding, TURNS_TO_END)

    def _cancel_if_waiting(
        self, task: asyncio.Task[Any], error: BaseException, finding: Finding, turns: int
    ) -> None:
        if task is not self._task or task.done() or self._background is not None:
            return
        # What is due comes first: the test may be about to end, or to go on.
        if turns == TURNS_TO_END or (turns and is_something_due(task.get_loop())):
            again = (task, error, finding, turns - 1)
            task.get_loop().call_soon(self._cancel_if_waiting, *again)
            return
        self._background = error, finding
        task.cancel()

    def _fail_with_background(self) -> None:
        assert self._background is not None
        (error, finding), self._background = self._background, None
        watch = self.watch
        if watch is not None:  # pragma: no branch - it was the watch that has told of it
            watch.failures = [each for each in watch.failures if each is not finding]
        add_note(error, f"raised in {finding.what} while the test waited, which was cancelled")
        self._explain(error)
        raise error

    def _await(self, coro: Coroutine[Any, Any, Any]) -> Any:
        self.awaited = True
        loop = self._loop
        if loop is None:
            coro.close()
            msg = "the loop of the test is closed, nothing can be awaited any more"
            raise RuntimeError(msg)
        if self._case.one_task:
            return self._await_in_one_task(loop, coro)
        try:
            task = create_task(loop, coro, self._context)
        except RuntimeError:  # the test has closed the loop
            coro.close()
            raise
        self._task = task
        if self._deadline is not None:
            self._deadline.task = task
        try:
            if getattr(loop.run_until_complete, "__func__", None) is not _RUN_UNTIL_COMPLETE:
                return loop.run_until_complete(task)
            # What asyncio's method does, without a second turn where nothing is left for it.
            first = loop.call_soon(_end_first_turn, task)
            try:
                loop.run_forever()
            except BaseException:
                first.cancel()
                raise
            finally:
                task.remove_done_callback(_stop)
        except BaseException:
            # KeyboardInterrupt and SystemExit come out of the loop past the task, which has them
            # too: nobody will ask it, and asyncio would log them when it is deleted.
            if task.done() and not task.cancelled():
                task.exception()
            raise
        if not task.done():
            msg = "the loop was stopped before the coroutine had ended: who called loop.stop()?"
            raise RuntimeError(msg)
        return task.result()

    def _await_in_one_task(
        self, loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any]
    ) -> Any:
        runner = self._runner
        try:
            if runner is None or not runner.can_run():
                runner = self._runner = PhaseRunner(loop, self._context)
        except RuntimeError:  # the test has closed the loop
            coro.close()
            raise
        self._task = runner.task
        if self._deadline is not None:
            self._deadline.task = runner.task
        try:
            return runner.run(coro)
        except asyncio.CancelledError as error:
            self.cancelled = error
            raise

    def _explain(self, error: BaseException) -> None:
        """Say where the tasks wait if time is up, or somebody lost patience and pressed Ctrl-C."""
        self._error = error
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            self._judged = False
            if isinstance(error, KeyboardInterrupt) and self._loop is not None:
                add_task_report(error, self._loop)
        elif self._deadline is not None:
            self._refuse_delay(None if isinstance(error, asyncio.CancelledError) else error)

    def _refuse_delay(self, error: BaseException | None = None) -> None:
        report = self._deadline.end() if self._deadline is not None else None
        if report is not None:
            raise self._case.failureException(report) from error

    def _call_inside(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a cleanup from the test itself, whose context is entered already."""
        result = function(*args, **kwargs)
        if not inspect.isawaitable(result):
            return result
        loop = self._case.loop
        if loop.is_running():
            if inspect.iscoroutine(result):
                result.close()
            msg = (
                f"{function!r} is an asynchronous cleanup, and doCleanups() was called while the "
                "loop runs: call it in a test that is no coroutine, or let it be called after it"
            )
            raise RuntimeError(msg)
        return loop.run_until_complete(result)

    def end(self, *, passed: bool) -> list[BaseException]:
        """
        Judge the test, close the loop and restore everything.

        Args:
            passed: Whether nothing went wrong until now.

        Returns:
            What went wrong, all of it errors of this test.
        """
        errors: list[BaseException] = []
        self._close_runner()
        # Whatever comes, KeyboardInterrupt too, the loop is closed before it goes on its way.
        watch = self.watch
        if watch is not None:
            self.watch = None
            try:
                if not self._judged:
                    watch.restore()
                elif (report := watch.finish(passed=passed)) is not None:
                    self._fail(report)
            except BaseException as error:
                errors.append(error)
        try:
            self.close()
        except BaseException as error:
            errors.append(error)
        return errors

    def _fail(self, report: Report) -> None:
        error = self._error
        if isinstance(error, unittest.SkipTest):
            # What it has begun is not to be ended, but what got lost would be lost for ever.
            report = Report([each for each in report.verdicts if each.check in LOST])
            if not report.verdicts:
                return
            text = report.text(SWITCH)
        elif error is not None:
            text = report.text(SWITCH, failed=True)
            # Unittest has written the error down already; pytest does that later, and has no eyes
            # for what comes after it.
            add_note(error, text)
        else:
            text = report.text(SWITCH)
        del error
        self.finding = self._case.failureException(text)
        raise self.finding

    def tell_lost(self, error: BaseException) -> None:
        """Note on an error, of which nothing else is to be judged, what was lost before."""
        watch = self.watch
        lost = [] if watch is None else [*watch.failures, *watch.unawaited]
        if lost:
            add_visible_note(error, "\n".join(["lost before:", *map(str, lost)]))

    def _close_runner(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.close()

    def close(self) -> None:
        """Close the loop and restore everything; a second call does nothing."""
        loop = self._loop
        self._close_runner()
        self._loop = self._error = self.cancelled = None
        case = self._case
        try:
            if self.watch is not None:
                self.watch.restore()
                self.watch = None
            if loop is not None:
                case.closeLoop(loop)
        except LostExceptionError as lost:
            if self._plan is not None and any(c.name == CAUSE for c, _ in self._plan.checks):
                raise case.failureException(str(lost)) from lost.__cause__
        except BaseException:
            if loop is not None and not case.use_default_loop:
                loop.close()
            raise
        finally:
            if loop is not None and self._debug_before is not None:
                loop.set_debug(self._debug_before)
            if self._deadline is not None:
                self._deadline.close()
                self._deadline = None
            if self._allow_get_event_loop is not None:
                self._allow_get_event_loop()
                self._allow_get_event_loop = None
            if self._before is not None:
                set_current_loop(*self._before)
                self._before = None
            if loop is not None and case.loop is not None:
                del case.loop  # vars(case).pop() would make a dictionary of the attributes


def _end_first_turn(task: asyncio.Task[Any]) -> None:
    """Stop the loop of a task that never had to wait, as a test that awaits mocks, or go on."""
    loop = task.get_loop()
    if not task.done():
        task.add_done_callback(_stop)
    elif is_idle(loop):
        loop.stop()
    else:
        loop.call_soon(loop.stop)


def _stop(task: asyncio.Task[Any]) -> None:
    # These two end the loop by themselves; it would be stopped when it runs for the next time.
    if task.cancelled() or not isinstance(task.exception(), (SystemExit, KeyboardInterrupt)):
        task.get_loop().stop()


def _refuse_get_event_loop() -> NoReturn:
    msg = "asyncio.get_event_loop() was called, but forbid_get_event_loop is True: pass the loop on"
    raise AssertionError(msg)


async def _await(awaitable: Awaitable[Any]) -> Any:
    return await awaitable
