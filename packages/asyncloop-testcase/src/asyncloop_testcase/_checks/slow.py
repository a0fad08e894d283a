"""
The check for callbacks that block the loop.

Theory of operation. ``Handle._run``, through which the loop calls every callback, is replaced by a
function that takes the time, so the duration is exact and each callback is judged by itself. What
a callback does cannot be told once it has returned, so a thread looks at its stack as soon as it
has run for longer than the limit. The thread sleeps for a limit at a time: it is not woken by
callbacks, and none that blocks for longer than the limit goes by unseen.
"""

from __future__ import annotations

import asyncio
import math
import sys
import threading
import traceback
from time import perf_counter
from typing import TYPE_CHECKING

from asyncloop_testcase._checks.base import CannotCheckError, Check
from asyncloop_testcase._cpython.handles import RUN, callback_of, loop_of
from asyncloop_testcase._cpython.tasks import TASKS, coroutine_of
from asyncloop_testcase._recording.spies import Spy
from asyncloop_testcase._reports.report import Finding
from asyncloop_testcase._reports.sites import is_ours, is_plumbing, site_of_coroutine
from asyncloop_testcase._reports.words import callback_name, coroutine_name, duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__unittest = __tracebackhide__ = True

DEFAULT_LIMIT = 0.1
WATCHDOG = "asyncloop-testcase watchdog"
MOST_FRAMES = 5


class SlowCallbacks(Check):
    """A callback, or a step of a task, blocked the loop for longer than the option's seconds."""

    name = "slow_callbacks"
    summary = "callbacks blocked the loop"
    strict = False
    from_next_turn = True

    @classmethod
    def validate(cls, value: object) -> object:
        if value is True:
            return DEFAULT_LIMIT
        if value is False:
            return False
        if not isinstance(value, int | float):
            msg = f"fail_on(slow_callbacks={value!r}): not a number of seconds, nor True or False"
            raise TypeError(msg)
        if not 0 < value < math.inf:
            msg = (
                f"fail_on(slow_callbacks={value!r}): the seconds have to be more than 0, and finite"
            )
            raise ValueError(msg)
        return float(value)

    def start(self) -> None:
        if not isinstance(self.loop, asyncio.BaseEventLoop):
            msg = "it does not call its callbacks by asyncio.Handle"
            raise CannotCheckError(msg)
        assert isinstance(self.option, float)
        self._limit = self.option
        self._findings: list[Finding] = []
        self._running: asyncio.Handle | None = None
        self._begun = 0.0
        self._stacks: dict[float, list[str]] = {}
        self._over = threading.Event()
        self._thread_of_loop = threading.get_ident()
        self._watchdog = threading.Thread(target=self._watch, name=WATCHDOG, daemon=True)
        self._watchdog.start()
        self._spy = Spy(asyncio.Handle, RUN, self._timed())

    def _timed(self) -> Callable[[asyncio.Handle], None]:
        loop = self.loop
        limit = self._limit

        def run(handle: asyncio.Handle) -> None:
            if loop_of(handle) is not loop:
                self._spy.original(handle)
                return
            self._thread_of_loop = threading.get_ident()
            begun = self._begun = perf_counter()
            self._running = handle
            try:
                self._spy.original(handle)
            finally:
                self._running = None
                taken = perf_counter() - begun
                if taken > limit:
                    self._record(handle, begun, taken)

        return run

    def _record(self, handle: asyncio.Handle, begun: float, taken: float) -> None:
        callback = callback_of(handle)
        task = getattr(callback, "__self__", None)
        created = None
        if isinstance(task, TASKS):
            coro = coroutine_of(task)
            who = f"Task {task.get_name()!r}, coroutine {coroutine_name(coro)}"
            created = site_of_coroutine(coro)
        else:
            who = f"callback {callback_name(handle)}"
        limit = f"the limit is {self._limit:g} s"
        self._findings.append(
            Finding(f"{who} took {duration(taken)}, {limit}", created, self._stacks.pop(begun, []))
        )

    def _watch(self) -> None:
        wait = self._limit
        while not self._over.wait(wait):
            wait = self._limit
            handle, begun = self._running, self._begun
            if handle is None or begun in self._stacks:
                continue
            left = begun + self._limit - perf_counter()
            if left > 0:
                wait = left
                continue
            stack = self._stack()
            if self._running is handle and self._begun == begun:  # pragma: no branch - mostly so
                self._stacks[begun] = stack

    def _stack(self) -> list[str]:
        """Return where the loop's thread is, from the callback inward."""
        frame = sys._current_frames().get(self._thread_of_loop)
        if frame is None:  # pragma: no cover - the thread has ended meanwhile
            return []
        stack = traceback.extract_stack(frame)
        runs = [
            i for i, each in enumerate(stack) if each.name == "_run" and is_plumbing(each.filename)
        ]
        inner = stack[runs[-1] + 1 :] if runs else stack
        users = [each for each in inner if not is_ours(each.filename)]
        text = "".join(traceback.format_list(users[-MOST_FRAMES:]))
        return ["blocked at", *text.rstrip("\n").split("\n")]

    def finish(self) -> Iterable[Finding]:
        return self._findings

    def restore(self) -> None:
        self._spy.restore()
        self._over.set()
        self._watchdog.join()
        self._running = None
