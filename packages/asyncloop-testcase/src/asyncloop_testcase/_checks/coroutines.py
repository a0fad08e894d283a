"""Checks of coroutines that were never awaited and of async generators that are still open."""

from __future__ import annotations

import inspect
import types
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._checks.base import Check
from asyncloop_testcase._checks.garbage import of_kind
from asyncloop_testcase._cpython.generators import is_suspended
from asyncloop_testcase._cpython.reachability import can_be_reached
from asyncloop_testcase._cpython.tasks import all_tasks, coroutine_of
from asyncloop_testcase._recording.recorder import UNAWAITED
from asyncloop_testcase._reports.findings import never_awaited
from asyncloop_testcase._reports.report import Finding
from asyncloop_testcase._reports.tasks import chain_lines

__unittest = __tracebackhide__ = True

if TYPE_CHECKING:
    from collections.abc import Iterable


class UnawaitedCoroutines(Check):
    """
    A coroutine made by this test was never awaited.

    The interpreter calls a hook when such a coroutine is deleted. What is still there is left alone
    as long as anybody can get at it, and may await it. What only a traceback or the test case pins
    is found among the objects that survive the test, and closed, so that no later test hears of it.
    Whether the test made a coroutine is told by its origin, which the interpreter records while the
    test runs. Inside of a ``warnings.catch_warnings()`` block that the test
    opened (``assertWarns`` is one), the warnings are the test's own affair.
    """

    name = "unawaited_coroutines"
    summary = "coroutines were never awaited"
    default = True
    needs_garbage = True
    _part = UNAWAITED

    def finish(self) -> Iterable[Finding]:
        return [*self.watch.unawaited, *self._pinned()]

    def _pinned(self) -> list[Finding]:
        survivors = self.watch.survivors()
        coros = [each for each in of_kind(survivors, types.CoroutineType) if _is_new(each)]
        if coros:
            tasks = [coroutine_of(task) for task in all_tasks(self.loop)]
            due = {*map(id, tasks)}
            del tasks  # see below: nothing may refer to a coroutine but what is told
            coros = [each for each in coros if id(each) not in due]
        known = [self.watch.case, survivors]
        findings = []
        for place in range(len(coros)):
            if can_be_reached(coros, place, known):
                self.watch.leave_coroutine(coros[place])
            else:
                findings.append(never_awaited(coros[place]))
                coros[place].close()
        return findings


def _is_new(coro: types.CoroutineType[Any, Any, Any]) -> bool:
    return inspect.getcoroutinestate(coro) == "CORO_CREATED"


class ActiveAsyncgens(Check):
    """An async generator was begun, is still referenced, and was neither exhausted nor closed."""

    name = "active_asyncgens"
    summary = "async generators were not closed"
    needs_garbage = True

    def finish(self) -> Iterable[Finding]:
        survivors = self.watch.survivors()
        return [
            Finding(
                f"async generator {generator.__qualname__}()",
                None,
                ["stopped at", *chain_lines(generator)],
            )
            for generator in of_kind(survivors, types.AsyncGeneratorType)
            if is_suspended(generator, self.loop)
        ]
