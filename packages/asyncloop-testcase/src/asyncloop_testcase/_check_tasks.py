"""The check for tasks that are left pending."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from asyncloop_testcase import _cpython
from asyncloop_testcase._checks import Check
from asyncloop_testcase._report import Finding
from asyncloop_testcase._sites import site_of_coroutine
from asyncloop_testcase._tasks import describe_task

__unittest = True


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
        self._before = asyncio.all_tasks(self.loop)

    def finish(self) -> Iterable[Finding]:
        ours = asyncio.all_tasks(self.loop) - self._before
        for task in sorted(ours, key=asyncio.Task.get_name):
            coro = task.get_coro()
            if not isinstance(coro, _cpython.ASYNCGEN_CLOSING):
                what, *waits = describe_task(task).splitlines()
                yield Finding(what, site_of_coroutine(coro), [line.removeprefix("  ") for line in waits])

    def restore(self) -> None:
        self._before = set()
