"""The checks around a block of code, for tests that are no `TestCase`."""

from __future__ import annotations

import asyncio
import unittest
from typing import TYPE_CHECKING, final

from asyncloop_testcase._checks.fail_on import ALL, make_plan, validated
from asyncloop_testcase._checks.watch import Watch
from asyncloop_testcase._reports.notes import add_visible_note

if TYPE_CHECKING:
    from types import TracebackType

    from asyncloop_testcase._checks.plan import Plan
    from asyncloop_testcase._reports.report import Report

__unittest = __tracebackhide__ = True

LEVELS = ("default", "strict", "lenient")
# After these nothing more is done than to restore everything.
UNJUDGED = (KeyboardInterrupt, SystemExit, GeneratorExit)


@final
class check_loop:  # noqa: N801 - used like a function, as contextlib.suppress is
    """
    Check what a block of code leaves behind on an event loop, as `TestCase` does for a test.

    ``async with`` checks the running loop from inside, in any coroutine test: those of
    ``unittest.IsolatedAsyncioTestCase``, pytest-asyncio or anyio. ``with`` checks a loop that does
    not run at the beginning and at the end of the block. If the block raises, its exception goes
    on its way, with a note of what was found, as that may be the cause.

    Args:
        loop: The loop to check, for ``with`` only.
        level: ``"default"``, ``"strict"`` or ``"lenient"``: what holds for checks not named.
        checks: Checks and their options, as for `fail_on`.

    Raises:
        AssertionError: The block left something behind; the message is the report.
        TypeError: There is no such check, its option is of the wrong type, or *loop* is no loop.
        ValueError: An option is out of range, or *level* is none of the three.
        RuntimeError: The loop is closed, or runs where it must not (or the other way round).

    Example:
        >>> async def main():
        ...     async with check_loop(pending_tasks=True):
        ...         task = asyncio.create_task(asyncio.sleep(60), name="nap")
        >>> try:
        ...     asyncio.run(main())
        ... except AssertionError as error:
        ...     print(str(error).splitlines()[0])
        a check failed: pending_tasks

    .. versionadded:: 1.0.0
    """

    # What takes the same options, for the report.
    _switch = "check_loop"

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop | None = None,
        /,
        *,
        level: str = "default",
        **checks: object,
    ) -> None:
        if loop is not None and not isinstance(loop, asyncio.AbstractEventLoop):
            msg = f"check_loop() takes an event loop, not {loop!r}"
            raise TypeError(msg)
        if level not in LEVELS:
            msg = f"check_loop(level={level!r}): the levels are {', '.join(map(repr, LEVELS))}"
            raise ValueError(msg)
        self._set(make_plan([{ALL: level}, validated(checks)]), loop)

    @classmethod
    def _of_plan(cls, plan: Plan) -> check_loop:
        """Make one for the running loop, from a plan."""
        new = cls.__new__(cls)
        new._set(plan, None)
        new._switch = "@fail_on"
        return new

    def _set(self, plan: Plan, loop: asyncio.AbstractEventLoop | None) -> None:
        self._plan = plan
        self._loop = loop
        self._watch: Watch | None = None

    def __enter__(self) -> None:
        loop = self._loop
        if loop is None:
            msg = "check_loop() as a plain `with` needs the loop: `with check_loop(loop):`"
            raise TypeError(msg)
        if loop.is_closed() or loop.is_running():
            state = "closed" if loop.is_closed() else "running"
            way = "" if loop.is_closed() else "; in a coroutine use `async with check_loop():`"
            msg = f"check_loop() cannot begin, the loop is {state}: {loop!r}{way}"
            raise RuntimeError(msg)
        self._begin(loop)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        watch = self._end()
        if isinstance(error, UNJUDGED):
            watch.restore()
        else:
            self._judge(watch.finish(passed=error is None), error)

    async def __aenter__(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not None and self._loop is not loop:
            msg = f"check_loop() was given {self._loop!r}, but {loop!r} is running: leave it out"
            raise RuntimeError(msg)
        self._begin(loop)
        if any(check.from_next_turn for check, _ in self._plan.checks):
            try:
                await asyncio.sleep(0)
            except BaseException:
                self._end().restore()
                raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        watch = self._end()
        if isinstance(error, UNJUDGED):
            watch.restore()
        else:
            self._judge(await watch.finish_inside(passed=error is None), error)

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._watch is not None:
            msg = "this check_loop() is at work already: make another for a block inside"
            raise RuntimeError(msg)
        watch = Watch()
        watch.start(loop, self._plan)
        watch.enter_test()
        self._watch = watch

    def _end(self) -> Watch:
        watch, self._watch = self._watch, None
        assert watch is not None
        return watch

    def _judge(self, report: Report | None, error: BaseException | None) -> None:
        """Raise the report, or tell it with the error of a block that has failed already."""
        if report is None:
            return
        if error is None:
            raise AssertionError(report.text(self._switch))
        if not isinstance(error, unittest.SkipTest):
            add_visible_note(error, report.text(self._switch, failed=True))
