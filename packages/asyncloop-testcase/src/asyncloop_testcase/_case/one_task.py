"""One task for all phases of a test, in which their coroutines run one after the other."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from asyncloop_testcase._case.context import create_task

if TYPE_CHECKING:
    import asyncio
    import contextvars
    from collections.abc import Coroutine

__unittest = __tracebackhide__ = True


class Outcome(NamedTuple):
    """What a coroutine has come to."""

    result: object
    error: BaseException | None


class PhaseRunner:
    """
    Runs coroutines in one task, each when it is asked to; in between the loop does not run.

    Args:
        loop: The loop.
        context: The context of the task.

    Attributes:
        task: The task.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, context: contextvars.Context) -> None:
        self._loop = loop
        self._job: Coroutine[Any, Any, Any] | None = None
        self._outcome: Outcome | None = None
        self._busy = self._left = False
        self._wake = loop.create_future()
        self.task = create_task(loop, self._work(), context)

    async def _work(self) -> None:
        while True:
            await self._wake
            self._wake = self._loop.create_future()
            job, self._job = self._job, None
            if job is None:
                return
            self._busy = True
            try:
                self._outcome = Outcome(await job, None)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:
                if self._left:
                    raise
                self._outcome = Outcome(None, error)
                if sys.version_info >= (3, 11):
                    # The phase was cancelled, not the task: that has phases to come.
                    while self.task.uncancel():
                        pass
            self._busy = False
            del job
            self._loop.stop()

    def run(self, coro: Coroutine[Any, Any, Any]) -> Any:
        """
        Run a coroutine to its end.

        Raises:
            RuntimeError: The loop was stopped before.
            BaseException: What the coroutine raises.
        """
        self._job = coro
        self._wake.set_result(None)
        self._loop.run_forever()
        outcome, self._outcome = self._outcome, None
        if outcome is None:
            self._left = True  # nobody waits for the coroutine any more
            msg = "the loop was stopped before the coroutine had ended: who called loop.stop()?"
            raise RuntimeError(msg)
        if outcome.error is not None:
            raise outcome.error
        return outcome.result

    def can_run(self) -> bool:
        """Tell whether the task waits for another coroutine, or for the first one."""
        return not self.task.done() and not self._busy

    def close(self) -> None:
        """End the task, unless it is in a coroutine: then it is one of those that are left."""
        if self.task.done():
            if not self.task.cancelled():
                self.task.exception()
            return
        if self.can_run() and not self._loop.is_closed():
            self._wake.set_result(None)
            self.task.add_done_callback(lambda _: self._loop.stop())
            self._loop.run_forever()
