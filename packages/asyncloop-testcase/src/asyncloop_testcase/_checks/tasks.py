"""The check for tasks that are left pending."""

from __future__ import annotations

import os
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

# What ends idle workers of anyio's pool of processes when the loop is closed, and what runs the
# tests of its pytest plugin: they are meant to be there as long as the loop is.
SERVICES_OF = (
    "anyio/_backends/_asyncio.py",
    {"_shutdown_process_pool_on_exit", "TestRunner._run_tests_and_fixtures"},
)


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
        self.watch.reported = self._left - self._before
        return [
            _finding(task)
            for task in sorted(self._left - self._before, key=lambda task: task.get_name())
            if not isinstance(coroutine_of(task), ASYNCGEN_CLOSING) and not _is_service(task)
        ]

    def restore(self) -> None:
        self._before = self._left = set()


def _is_service(task: asyncio.Task[Any]) -> bool:
    """Tell whether a library made the task for the loop, with which it ends."""
    coro = coroutine_of(task)
    path, names = SERVICES_OF
    code = getattr(coro, "cr_code", None)
    return (
        code is not None
        and code.co_filename.replace(os.sep, "/").endswith(path)
        and getattr(coro, "__qualname__", "") in names
    )


def _finding(task: asyncio.Task[Any]) -> Finding:
    what, *waits = describe_task(task).splitlines()
    site = site_of_coroutine(coroutine_of(task))
    lines = [line.removeprefix("  ") for line in waits]
    return Finding(what, site, lines, owner=owner_of_task(task))
