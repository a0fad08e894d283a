"""Checks of what a loop did and has to do: whether it ran, and its timers."""

from __future__ import annotations

import asyncio
import math
import weakref
from asyncio import BaseEventLoop
from functools import partial
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._checks.base import CannotCheckError, Check
from asyncloop_testcase._cpython.tasks import all_tasks, wakes_any
from asyncloop_testcase._recording.spies import Spies, Spy
from asyncloop_testcase._reports.owners import owner_of_handle
from asyncloop_testcase._reports.report import Finding, Site
from asyncloop_testcase._reports.sites import site_of_caller
from asyncloop_testcase._reports.words import callback_name, duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncloop_testcase._checks.base import WatchedTest


__unittest = __tracebackhide__ = True

# So many records of timers are kept before those of finished ones are thrown away.
MANY = 1000


class LoopSpies(Check):
    """A check that watches methods of the loop being called."""

    methods: tuple[str, ...] = ()

    def start(self) -> None:
        self.originals: dict[str, Spy] = {}
        self._spies = Spies(self.loop)
        try:
            for name in self.methods:
                self.originals[name] = self._spies.replace(name, getattr(self, name))
        except (AttributeError, TypeError) as error:
            self._spies.restore()
            msg = f"its methods cannot be watched ({error})"
            raise CannotCheckError(msg) from error

    def restore(self) -> None:
        self._spies.restore()


class UnusedLoop(LoopSpies):
    """The loop did not run in the test method or ``tearDown``; as in asynctest 0.13."""

    name = "unused_loop"
    summary = "the loop did not run during the test"
    default = True
    for_coroutines = False
    methods = ("run_forever",)

    # None until the test method begins: a set-up that fails is no test that forgot the loop.
    _ran: bool | None = None
    # Cleanups tidy up, often in a base class, whatever the test did.
    _is_over = False

    def run_forever(self) -> None:
        """Take notice and run."""
        if self._ran is False and not self._is_over and not self.watch.judging:
            self._ran = True
        self.originals["run_forever"].original()

    def enter_test(self) -> None:
        self._ran = self.loop.is_running()

    def enter_cleanups(self) -> None:
        self._is_over = True

    def finish(self) -> Sequence[Finding]:
        if self._ran is False and self.watch.passed:
            return [Finding("neither the test method nor tearDown ran the loop")]
        return ()


class ActiveHandles(LoopSpies):
    """Timers are left on the loop; as in asynctest 0.13, where they had to be on ``_scheduled``."""

    name = "active_handles"
    summary = "timers are left on the loop"

    def __init__(self, watch: WatchedTest, option: object) -> None:
        super().__init__(watch, option)
        # asyncio's own call_later() goes through call_at(), uvloop's is the other way round.
        self.methods = ("call_at",) if isinstance(self.loop, BaseEventLoop) else ("call_later",)
        self._timers: list[tuple[weakref.ref[asyncio.TimerHandle], Site | None]] = []
        self._limit = MANY
        self._others: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        super().start()
        if not self.watch.fresh:
            loop = self.loop
            current = asyncio.current_task(loop) if loop.is_running() else None
            self._others = all_tasks(loop) - {current}

    def call_at(self, *args: Any, **kwargs: Any) -> asyncio.TimerHandle:
        """Take notice of a timer."""
        handle = self.originals["call_at"].original(*args, **kwargs)
        return self._noticed(handle, site_of_caller(1))

    def call_later(self, *args: Any, **kwargs: Any) -> asyncio.TimerHandle:
        """Take notice of a timer."""
        handle = self.originals["call_later"].original(*args, **kwargs)
        return self._noticed(handle, site_of_caller(1))

    def _noticed(self, handle: asyncio.TimerHandle, site: Site | None) -> asyncio.TimerHandle:
        if self._others and asyncio.current_task(self.loop) in self._others:
            return handle  # a task that was there before the test goes on
        if len(self._timers) >= self._limit:
            self._timers = [timer for timer in self._timers if _is_active(timer[0]())]
            self._limit = MANY + 2 * len(self._timers)
        self._timers.append((weakref.ref(handle), site))
        return handle

    def finish(self) -> Sequence[Finding]:
        if not self._timers:
            return ()
        now = self.loop.time()
        timers = [(reference(), site) for reference, site in self._timers]
        # One that is due has run: the loop has turned since. One of sleep(math.inf) never is.
        return [
            Finding(
                f"timer due in {duration(handle.when() - now)}: {callback_name(handle)}",
                site,
                owner=owner_of_handle(handle),
                remains=partial(_is_active, handle),
            )
            for handle, site in timers
            if handle is not None
            and _is_active(handle)
            and now < handle.when() < math.inf
            and not wakes_any(handle, self.watch.reported)
        ]

    def restore(self) -> None:
        super().restore()
        self._timers = []
        self._others = set()


def _is_active(handle: asyncio.TimerHandle | None) -> bool:
    return handle is not None and not handle.cancelled()
