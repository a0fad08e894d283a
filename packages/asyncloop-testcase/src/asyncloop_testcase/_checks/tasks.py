"""The check for tasks that are left pending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncloop_testcase._checks.base import Check
from asyncloop_testcase._cpython.generators import ASYNCGEN_CLOSING
from asyncloop_testcase._cpython.tasks import all_tasks, coroutine_of
from asyncloop_testcase._reports.owners import owner_of_task
from asyncloop_testcase._reports.report import Finding
from asyncloop_testcase._reports.sites import site_of_coroutine
from asyncloop_testcase._reports.tasks import describe_task

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable

__unittest = __tracebackhide__ = True


class PendingTasks(Check):
    """
    Tasks are left pending after one more turn of the loop.

    Tasks that were there before the test are not its tasks; those with which the loop closes async
    generators that were dropped are nobody's.
    """

    name = "pending_tasks"
    summary = "tasks are left pending"

    def start(self) -> None:
        # Pending tasks are kept alive by whoever will wake them, so these references do no harm.
        self._before = set() if self.watch.fresh else all_tasks(self.loop)

    def leave_test(self) -> None:
        # A task that waits for what nobody else refers to is garbage, and a leak all the same.
        self._left = all_tasks(self.loop)

    def finish(self) -> Iterable[Finding]:
        if not self._left:
            return ()
        return [
            _finding(task)
            for task in sorted(self._left - self._before, key=lambda task: task.get_name())
            if not isinstance(coroutine_of(task), ASYNCGEN_CLOSING)
        ]

    def restore(self) -> None:
        self._before = self._left = set()


def _finding(task: asyncio.Task[Any]) -> Finding:
    what, *waits = describe_task(task).splitlines()
    site = site_of_coroutine(coroutine_of(task))
    lines = [line.removeprefix("  ") for line in waits]
    return Finding(what, site, lines, owner=owner_of_task(task))
