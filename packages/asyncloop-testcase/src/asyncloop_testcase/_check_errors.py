"""The check for exceptions of tasks and callbacks that nobody asked for."""

from __future__ import annotations

import logging
import traceback
from asyncio.streams import StreamReaderProtocol
from typing import TYPE_CHECKING, Any

from asyncloop_testcase import _cpython
from asyncloop_testcase._checks import Check
from asyncloop_testcase._garbage import of_kind
from asyncloop_testcase._report import Finding, Site
from asyncloop_testcase._sites import is_plumbing, site_of_coroutine
from asyncloop_testcase._words import callback_name, coroutine_name, short

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable

__unittest = True

Context = dict[str, Any]

# assertLogs() gives a logger another list of handlers, so the lists tell whether it is at work.
_LOGGER = logging.getLogger("asyncio")
_ROOT = logging.getLogger()

# A traceback longer than this is shown by its end.
MOST_FRAMES = 10


class UnhandledExceptions(Check):
    """
    A task or callback failed and nobody asked.

    The loop tells its exception handler of callbacks that fail, and of futures and tasks that are
    deleted before anybody asked for their exception; what is still referenced is found among the
    objects that survive the test. Whoever sets an exception handler of their own, or captures the
    log of asyncio with ``assertLogs``, has asked. Exceptions are logged as ever.
    """

    name = "unhandled_exceptions"
    summary = "exceptions were raised where nobody asked for them"
    default = True
    needs_garbage = True

    def start(self) -> None:
        loop = self.loop
        self._findings: list[Finding] = []
        self._inherited = () if self.watch.fresh else _cpython.unfinished_work(loop)
        self._log_handlers = _LOGGER.handlers, _ROOT.handlers
        self._before = before = loop.get_exception_handler()
        if before is None or isinstance(getattr(before, "__self__", None), UnhandledExceptions):
            loop.set_exception_handler(self._on_exception)

    def _on_exception(self, loop: asyncio.AbstractEventLoop, context: Context) -> None:
        if "exception" in context and not self._is_foreign(context):
            self._findings.append(_finding(context))
        loop.default_exception_handler(context)

    def _is_foreign(self, context: Context) -> bool:
        """Tell whether somebody else takes care, or an earlier test is to blame."""
        mine, root = self._log_handlers
        if _LOGGER.handlers is not mine or _ROOT.handlers is not root:
            return True
        culprits = [context.get(key) for key in ("future", "task", "handle")]
        return any(old is new for old in self._inherited for new in culprits if new is not None)

    def finish(self) -> Iterable[Finding]:
        survivors = self.watch.survivors()
        if survivors:
            self._look_at(survivors)
        return self._findings

    def _look_at(self, survivors: list[Any]) -> None:
        futures = of_kind(survivors, _cpython.FUTURES)
        lost = [each for each in futures if _cpython.is_lost(each) and self._is_ours(each)]
        if lost:
            excused = self._excused()
            for future in lost:
                if not any(future is other for other in excused):
                    error = future.exception()  # it is reported here, so it is not lost any more
                    self._findings.append(_finding({"future": future, "exception": error}))

    def _is_ours(self, future: asyncio.Future[Any]) -> bool:
        loop = future.get_loop()
        return loop is self.loop or loop.is_closed()

    def _excused(self) -> list[object]:
        """Return the futures whose exceptions asyncio retrieves by itself in the end."""
        protocols = of_kind(self.watch.survivors(), StreamReaderProtocol)
        return [_cpython.closed_future(protocol) for protocol in protocols]

    def restore(self) -> None:
        if self.loop.get_exception_handler() == self._on_exception:
            self.loop.set_exception_handler(self._before)
        self._inherited = ()


def _finding(context: Context) -> Finding:
    error: BaseException = context["exception"]
    created: Site | None = None
    future = context.get("future") or context.get("task")
    if isinstance(future, _cpython.TASKS):
        coro = future.get_coro()
        what = f"Task {future.get_name()!r}, coroutine {coroutine_name(coro)}"
        created = site_of_coroutine(coro)
    elif future is not None:
        what = short(future)
    elif context.get("handle") is not None:
        what = f"callback {callback_name(context['handle'])}"
    else:
        what = str(context.get("message", "the loop"))
    return Finding(what, created, _traceback_lines(error))


def _traceback_lines(error: BaseException) -> list[str]:
    """Return the exception as Python prints it, without the frames of asyncio at its start."""
    exception = traceback.TracebackException.from_exception(error)
    stack = exception.stack
    while stack and is_plumbing(stack[0].filename):
        del stack[0]
    del stack[:-MOST_FRAMES]
    return [line for text in exception.format() for line in text.rstrip("\n").split("\n")]
