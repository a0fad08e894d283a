"""Checks of coroutines that were never awaited and of async generators that are still open."""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from asyncloop_testcase import _cpython
from asyncloop_testcase._checks import Check
from asyncloop_testcase._garbage import of_kind
from asyncloop_testcase._report import Finding
from asyncloop_testcase._sites import Spies, site_of_coroutine
from asyncloop_testcase._tasks import chain_lines

__unittest = True

Coroutine = "types.CoroutineType[Any, Any, Any]"

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
        self._threads = frozenset(threading.enumerate())
        self._spies = Spies(warnings)
        self._spies.replace(_cpython.UNAWAITED_HOOK, self._hook)
        self._depth = sys.get_coroutine_origin_tracking_depth()
        if self._depth < DEPTH:
            sys.set_coroutine_origin_tracking_depth(DEPTH)

    def _hook(self, original: Callable[[Coroutine], None]) -> Callable[[Coroutine], None]:
        def on_unawaited(coro: Coroutine) -> None:
            if warnings.filters is self._filters and self._is_ours(coro):
                self._findings.append(_never_awaited(coro))
            else:
                original(coro)

        return on_unawaited

    def _is_ours(self, coro: Coroutine) -> bool:
        # Origins are recorded by thread. A coroutine without one is older than the test, or was
        # made in another thread, most likely the one that drops it.
        return coro.cr_origin is not None or threading.current_thread() not in self._threads

    def finish(self) -> Iterable[Finding]:
        coros = of_kind(self.watch.survivors(), types.CoroutineType)
        unawaited = [coro for coro in coros if inspect.getcoroutinestate(coro) == "CORO_CREATED"]
        if unawaited:
            due = [task.get_coro() for task in asyncio.all_tasks(self.loop)]
            for coro in unawaited:
                if not any(coro is other for other in due):
                    self._findings.append(_never_awaited(coro))
                    coro.close()
        return self._findings

    def restore(self) -> None:
        self._spies.restore()
        sys.set_coroutine_origin_tracking_depth(self._depth)


def _never_awaited(coro: Coroutine) -> Finding:
    return Finding(f"coroutine {coro.__qualname__}()", site_of_coroutine(coro))


class ActiveAsyncgens(Check):
    """An async generator was begun, is still referenced, and was neither exhausted nor closed."""

    name = "active_asyncgens"
    summary = "async generators were not closed"
    needs_garbage = True

    def finish(self) -> Iterable[Finding]:
        for generator in of_kind(self.watch.survivors(), types.AsyncGeneratorType):
            if _cpython.is_suspended(generator, self.loop):
                what = f"async generator {generator.__qualname__}()"
                yield Finding(what, None, ["stopped at", *chain_lines(generator)])
