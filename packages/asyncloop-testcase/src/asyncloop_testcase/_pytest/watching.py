"""
The watch over one test: when it begins, and when it looks.

Theory of operation. What a test leaves behind is seen after its function-scoped fixtures have
tidied up and before its loop is closed. Who runs coroutines has fixtures and loops of their own
for that (pytest-asyncio, anyio, pytest-aiohttp, ...), so nothing here asks who it is:

- A watch over a loop begins with the first coroutine of the test that runs on it, be it that of an
  async fixture of function scope or of the test itself: they are wrapped, and look which loop runs.
  What is there by then belongs to wider scopes. The loop of a plain test function is found when the
  test lets it run.
- It ends when a runner is about to close the loop, before it cancels what is left
  (`before_cancelling`); when somebody calls ``loop.close()``; or, if the loop lives on, with the
  last finalizer of the test, which is registered before those of its function-scoped fixtures.
- Threads and the like do not belong to a loop (`Check.of_loop`), and fixtures may tidy them up
  when it is closed already. They are watched from the first function-scoped fixture to the last.
- What was found is looked at once more at the very end: what a fixture has put right by then, and
  be it after the loop was closed, is no leak.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import threading
from typing import TYPE_CHECKING, Any

import pytest

from asyncloop_testcase._checks.watch import Watch
from asyncloop_testcase._cpython.runners import before_cancelling, before_tear_down
from asyncloop_testcase._cpython.tasks import all_tasks
from asyncloop_testcase._pytest.marks import is_unittest
from asyncloop_testcase._recording.spies import Spies
from asyncloop_testcase._reports.owners import Owner, owned_by

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator

    from asyncloop_testcase._checks.plan import Plan
    from asyncloop_testcase._reports.report import Finding, Verdict

__unittest = __tracebackhide__ = True


# After others, as KeyboardInterrupt, nothing more is done than to restore everything.
JUDGED = (Exception, pytest.fail.Exception, pytest.skip.Exception)


@functools.cache
def _no_loop() -> asyncio.AbstractEventLoop:
    """Return what stands for the loop where checks do not care for one."""
    loop = asyncio.new_event_loop()
    loop.close()
    return loop


class ItemWatch:
    """
    The watch over one run of a test.

    Args:
        item: The test.
        plan: Its checks.

    Attributes:
        passed: Whether the test has passed, None before it has ended.
        verdicts: What was found, complete after `end`.
        judged: Whether there is to be a judgement: not when the run was interrupted.
    """

    def __init__(self, item: pytest.Function, plan: Plan) -> None:
        self.item = item
        self.passed: bool | None = None
        self.judged = True
        self.verdicts: list[Verdict] = []
        self._error: BaseException | None = None
        self._loops = plan.part(lambda check: check.of_loop)
        self._others = plan.part(lambda check: not check.of_loop)
        self._outside: Watch | None = None
        self._watches: dict[asyncio.AbstractEventLoop, tuple[Watch, Spies]] = {}
        self._undo: list[Callable[[], None]] = []
        self._begun = False
        self._thread = threading.get_ident()

    def begin(self) -> None:
        """Begin with what belongs to no loop; the end is when all fixtures are finished."""
        if self._begun:
            return
        self._begun = True
        self.item.addfinalizer(self.end)
        if self._others:
            self._outside = Watch()
            self._outside.start(_no_loop(), self._others)
            self._outside.enter_test()

    async def enter(self) -> None:
        """Begin to watch the loop that runs, if it is one of asyncio's and not watched yet."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # anyio on trio
        if self.watch(loop) and any(check.from_next_turn for check, _ in self._loops.checks):
            await asyncio.sleep(0)

    def watch(self, loop: asyncio.AbstractEventLoop, *, fresh: bool = False) -> bool:
        """Begin to watch a loop; False if it is watched already."""
        # Checks look from the thread of the test; its fixtures may be over when others run loops.
        if loop in self._watches or not self._begun or threading.get_ident() != self._thread:
            return False
        watch = Watch()
        watch.start(loop, self._loops, fresh=fresh)
        watch.enter_test()
        self._undo.append(before_cancelling(self._leave))
        spies = Spies(loop)
        close = loop.close

        def leave_and_close() -> None:
            self._leave(loop)
            close()

        with contextlib.suppress(AttributeError):  # the loop lets nobody set attributes
            spies.replace("close", leave_and_close)
        self._watches[loop] = watch, spies
        return True

    def _leave(self, loop: asyncio.AbstractEventLoop) -> None:
        """Judge what is left on a loop, if it is one of those that are watched."""
        watch, spies = self._watches.pop(loop, (None, None))
        if watch is None or spies is None:
            return
        spies.restore()
        self._finish(watch)

    def _finish(self, watch: Watch) -> None:
        if not self.judged:
            watch.restore()
            return
        try:
            report = watch.finish(passed=bool(self.passed))
        except BaseException as error:
            self._error = error
        else:
            self.verdicts += () if report is None else report.verdicts

    def end(self) -> None:
        """Judge what is left, after all fixtures of the test."""
        watches = [*self._watches]
        for loop in reversed(watches):
            self._leave(loop)
        if self._outside is not None:
            watch, self._outside = self._outside, None
            self._finish(watch)
        while self._undo:
            self._undo.pop()()
        self._begun = False
        self.verdicts = [
            verdict._replace(findings=findings)
            for verdict in self.verdicts
            if (findings := [each for each in verdict.findings if _remains(each)])
        ]
        error, self._error = self._error, None
        if error is not None:
            raise error

    def noticed(self) -> list[Finding]:
        """Return what can be told while the test still runs: what it lost."""
        watches = [watch for watch, _ in self._watches.values()]
        return [each for watch in watches for each in (*watch.failures, *watch.unawaited)]

    @contextlib.contextmanager
    def around_call(self) -> Iterator[None]:
        """Put the watch around the test function."""
        self.begin()
        target, name = _target(self.item)
        function = getattr(target, name)
        if inspect.iscoroutinefunction(function) and not is_unittest(self.item):
            block = replaced(target, name, entering(function, None, lambda: self))
        else:
            block = self._around_plain_call()
        try:
            with block:
                yield
        except BaseException as error:
            self.passed = False
            self.judged = isinstance(error, JUDGED)
            raise
        self.passed = True

    @contextlib.contextmanager
    def _around_plain_call(self) -> Iterator[None]:
        """Watch the loops that a plain function lets run."""
        original = asyncio.BaseEventLoop.run_until_complete
        # On 3.10 unittest runs the test in a task that is there before anything else is run.
        isolated = is_unittest(self.item)

        def run_until_complete(loop: Any, future: Any) -> Any:
            __tracebackhide__ = True
            others = all_tasks(loop) - {future}
            self.watch(loop, fresh=isolated or not others)
            return original(loop, future)

        setattr(asyncio.BaseEventLoop, "run_until_complete", run_until_complete)  # noqa: B010
        undo = before_tear_down(self.item.instance, self._leave)
        try:
            yield
        finally:
            undo()
            # Whoever has replaced it in turn will put ours back, which watches nothing by then.
            if asyncio.BaseEventLoop.run_until_complete is run_until_complete:
                setattr(asyncio.BaseEventLoop, "run_until_complete", original)  # noqa: B010


def entering(
    func: Callable[..., Any], owner: Owner | None, current: Callable[[], ItemWatch | None]
) -> Callable[..., Any]:
    """
    Return a function that does as the async *func*, whose work belongs to *owner*.

    Args:
        func: A coroutine function or an async generator function.
        owner: The fixture, None for the test itself.
        current: Returns the watch of the test that runs: a plugin may keep the function for others.
    """

    async def enter() -> None:
        watch = current()
        if watch is not None and (owner is None or not owner.lasting):
            await watch.enter()

    if inspect.isasyncgenfunction(func):

        @functools.wraps(func)
        async def generate(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
            __tracebackhide__ = True
            await enter()
            values = func(*args, **kwargs)
            try:
                while True:
                    with owned_by(owner):
                        try:
                            value = await values.__anext__()
                        except StopAsyncIteration:
                            return
                    yield value
            finally:
                with owned_by(owner):
                    await values.aclose()

        return generate

    @functools.wraps(func)
    async def run(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        await enter()
        with owned_by(owner):
            return await func(*args, **kwargs)

    return run


def _remains(finding: Finding) -> bool:
    return finding.remains is None or finding.remains()


def _target(item: pytest.Function) -> tuple[Any, str]:
    """Return where the test function is; hypothesis has put a plain function around it."""
    if getattr(item.obj, "is_hypothesis_test", False):
        return item.obj.hypothesis, "inner_test"
    return item, "obj"


def is_async(func: object) -> bool:
    """Tell whether somebody has to run a loop for the function."""
    return inspect.iscoroutinefunction(func) or inspect.isasyncgenfunction(func)


@contextlib.contextmanager
def replaced(target: Any, name: str, value: object, *, back: bool = True) -> Iterator[None]:
    """Set an attribute for a while; if not *back*, whoever has set it in turn is left alone."""
    before = getattr(target, name)
    setattr(target, name, value)
    try:
        yield
    finally:
        if back or getattr(target, name) is value:
            setattr(target, name, before)
