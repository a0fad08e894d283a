"""Checks of coroutines that were never awaited and of async generators that are still open."""

from __future__ import annotations

import inspect
import sys
import threading
import types
import warnings
from typing import TYPE_CHECKING, Any

from asyncloop_testcase import _cpython
from asyncloop_testcase._checks import Check
from asyncloop_testcase._garbage import of_kind
from asyncloop_testcase._report import Finding
from asyncloop_testcase._sites import site_of_coroutine
from asyncloop_testcase._tasks import chain_lines

__unittest = True

if TYPE_CHECKING:
    from collections.abc import Iterable

    Coroutine = types.CoroutineType[Any, Any, Any]

# So many callers of a coroutine function are remembered: the test, and one helper between.
DEPTH = 2


class UnawaitedCoroutines(Check):
    """
    A coroutine made by this test was never awaited.

    The interpreter calls a hook when such a coroutine is deleted; what is pinned by a traceback or
    a cycle is found among the objects that survive the test, and closed, so that no later test
    hears of it. Whether the test made a coroutine is told by its origin, which the interpreter
    records while the test runs. Inside of a ``warnings.catch_warnings()`` block that the test
    opened (``assertWarns`` is one), the warnings are the test's own affair.
    """

    name = "unawaited_coroutines"
    summary = "coroutines were never awaited"
    default = True
    needs_garbage = True

    def start(self) -> None:
        self._findings: list[Finding] = []
        self._filters = warnings.filters
        self._threads = threading.active_count()
        self._original = _cpython.replace_unawaited_hook(self._on_unawaited)
        self._depth = depth = sys.get_coroutine_origin_tracking_depth()
        if depth < DEPTH:
            sys.set_coroutine_origin_tracking_depth(DEPTH)

    def _on_unawaited(self, coro: Coroutine) -> None:
        if warnings.filters is self._filters and self._is_ours(coro):
            self._findings.append(_never_awaited(coro))
        else:
            self._original(coro)

    def _is_ours(self, coro: Coroutine) -> bool:
        # Origins are recorded by thread. A coroutine without one is older than the test, or was
        # made in another thread, as by asyncio.to_thread(coroutine_function).
        return coro.cr_origin is not None or threading.active_count() > self._threads

    def finish(self) -> Iterable[Finding]:
        survivors = self.watch.survivors()
        if survivors:
            self._look_at(survivors)
        return self._findings

    def _look_at(self, survivors: list[Any]) -> None:
        coros = of_kind(survivors, types.CoroutineType)
        unawaited = [coro for coro in coros if inspect.getcoroutinestate(coro) == "CORO_CREATED"]
        if unawaited:
            due = [task.get_coro() for task in _cpython.all_tasks(self.loop)]
            for coro in unawaited:
                if not any(coro is other for other in due):
                    self._findings.append(_never_awaited(coro))
                    coro.close()

    def restore(self) -> None:
        if not _cpython.restore_unawaited_hook(self._on_unawaited, self._original):
            self._filters = []  # somebody replaced ours and may put it back: it passes on from now
        sys.set_coroutine_origin_tracking_depth(self._depth)


def _never_awaited(coro: Coroutine) -> Finding:
    return Finding(f"coroutine {coro.__qualname__}()", site_of_coroutine(coro))


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
            if _cpython.is_suspended(generator, self.loop)
        ]
