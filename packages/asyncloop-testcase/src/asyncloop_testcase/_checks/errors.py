"""The check for exceptions of tasks and callbacks that nobody asked for."""

from __future__ import annotations

import contextlib
from asyncio.streams import StreamReaderProtocol
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._checks.base import Check
from asyncloop_testcase._checks.garbage import of_kind
from asyncloop_testcase._cpython.tasks import FUTURES, exception_of, is_lost
from asyncloop_testcase._cpython.transports import closed_future
from asyncloop_testcase._recording.recorder import FAILURES, REPORTED
from asyncloop_testcase._recording.spies import Spies
from asyncloop_testcase._reports.findings import failure

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Iterator

    from asyncloop_testcase._reports.report import Finding

__unittest = __tracebackhide__ = True


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
    _part = FAILURES

    def finish(self) -> Iterable[Finding]:
        return [*self.watch.failures, *self._lost()]

    def _lost(self) -> Iterable[Finding]:
        futures = of_kind(self.watch.survivors(), FUTURES)
        lost = [each for each in futures if is_lost(each) and self._is_ours(each)]
        excused = self._excused() if lost else ()
        for future in lost:
            if not any(future is other for other in excused):
                yield failure({"future": future, "exception": exception_of(future)})
                if self.watch.goes_on:
                    REPORTED.add(future)  # somebody may ask yet, so it stays as it is
                else:
                    future.exception()  # the loop is closed next: it need not be logged as well

    def _is_ours(self, future: asyncio.Future[Any]) -> bool:
        loop = future.get_loop()
        return loop is self.loop or loop.is_closed()

    def _excused(self) -> list[object]:
        """Return the futures whose exceptions asyncio retrieves by itself in the end."""
        protocols = of_kind(self.watch.survivors(), StreamReaderProtocol)
        return [closed_future(protocol) for protocol in protocols]


@contextlib.contextmanager
def noted_errors(loop: asyncio.AbstractEventLoop) -> Iterator[list[BaseException]]:
    """Note the exceptions that the loop's exception handler is told of."""
    errors: list[BaseException] = []

    def note_and_tell(context: dict[str, Any]) -> None:
        if isinstance(context.get("exception"), BaseException):
            errors.append(context["exception"])
        spy.original(context)

    spies = Spies(loop)
    spy = spies.replace("call_exception_handler", note_and_tell)
    try:
        yield errors
    finally:
        spies.restore()
