"""
What the default checks need before every test, set up in one go.

Theory of operation. An empty test takes some fifty microseconds, and nearly all tests leave
nothing behind. Three checks that each make an object and have methods called on it would take a
third of that time; so what has to be done before a test is done here for all of them, and the
checks themselves (those with a `Check._part`) are made after the test, and only if something was
noticed or something of interest is still alive.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._checks.registrations import RegistrationDict, RegistrationObserver
from asyncloop_testcase._cpython.hooks import Hooks, thread_count, warning_filters
from asyncloop_testcase._cpython.loops import unfinished_work
from asyncloop_testcase._cpython.selectors import registered_count, selector_of
from asyncloop_testcase._reports.findings import Context, failure, never_awaited

if TYPE_CHECKING:
    import asyncio
    import types
    from collections.abc import Sequence

    from asyncloop_testcase._checks.registrations import Registrations
    from asyncloop_testcase._reports.report import Finding

    Coroutine = types.CoroutineType[Any, Any, Any]

__unittest = __tracebackhide__ = True

FAILURES = "failures"
UNAWAITED = "unawaited"
REGISTRATIONS = "registrations"

# assertLogs() gives a logger another list of handlers, so the lists tell whether it is at work.
_LOGGER = logging.getLogger("asyncio")
_ROOT = logging.getLogger()

# So many callers of a coroutine function are remembered: the test, and up to four between; mocks of
# unittest.mock take two, those of asyncmock-plus four. Each costs every coroutine some 70 ns.
DEPTH = 5


class Recorder(Hooks):
    """
    Takes notice of lost exceptions, coroutines that are never awaited, and registered files.

    Attributes:
        loop: The loop of the test.
        fresh: Whether the loop is new.
        failures: The exceptions that nobody asked for.
        unawaited: The coroutines that were deleted before they were awaited.
        registrations: What notes who registers files, None if the loop's selector is of no help.
    """

    fresh: bool
    # Class attributes are what most tests leave as it is: making a Recorder costs less so.
    failures: Sequence[Finding] = ()
    unawaited: Sequence[Finding] = ()
    registrations: Registrations | None = None
    _observer: RegistrationObserver | None = None
    _inherited: Sequence[object] = ()
    _log_handlers: tuple[object, object] | None = None

    def _begin_recording(self, parts: frozenset[str]) -> None:
        """Begin with what is among `FAILURES`, `UNAWAITED` and `REGISTRATIONS`."""
        on_exception = kind = on_unawaited = None
        if FAILURES in parts:
            if not self.fresh:
                self._inherited = unfinished_work(self.loop)
            self._log_handlers = _LOGGER.handlers, _ROOT.handlers
            on_exception = self._on_exception
        if REGISTRATIONS in parts:
            kind = RegistrationDict
        if UNAWAITED in parts:
            self._filters = warning_filters()
            self._threads = thread_count()
            on_unawaited = self._on_unawaited
        self._install(on_exception, kind, on_unawaited, DEPTH)
        registrations = self.registrations
        if registrations is not None and self._keys is not None:
            registrations.count = len(self._keys)
            if not self.fresh:
                registrations.begin(self._keys)
        elif kind is not None:
            self._observe()

    def _observe(self) -> None:
        """Have a ``TestSelector`` say what is registered: it has no dictionary to be replaced."""
        selector: Any = selector_of(self.loop)
        if hasattr(selector, "on_register"):
            self.registrations = self._observer = observer = RegistrationObserver(selector)
            observer.count = registered_count(self.loop)
            if not self.fresh:
                observer.begin(selector.get_map())

    def _end_recording(self) -> None:
        """Put back what was there before."""
        if not self._uninstall(self._on_exception, self._on_unawaited):
            self._filters = []  # somebody replaced ours and may put it back: it passes on now
        if self._observer is not None:
            self._observer.restore()
        self._inherited = ()

    def _has_noticed(self) -> bool:
        """Tell whether there is anything that a check has to look at."""
        if self.failures or self.unawaited:
            return True
        registrations = self.registrations
        return registrations is not None and registrations.may_be_more(self.loop)

    def _on_exception(self, loop: asyncio.AbstractEventLoop, context: Context) -> None:
        if "exception" in context and not self._is_foreign(context):
            self.failures = [*self.failures, failure(context)]
        loop.default_exception_handler(context)

    def _is_foreign(self, context: Context) -> bool:
        """Tell whether somebody else takes care, or an earlier test is to blame."""
        mine, root = self._log_handlers or (None, None)
        if _LOGGER.handlers is not mine or _ROOT.handlers is not root:
            return True
        culprits = [context.get(key) for key in ("future", "task", "handle")]
        return any(old is new for old in self._inherited for new in culprits if new is not None)

    def _on_unawaited(self, coro: Coroutine) -> None:
        if warning_filters() is self._filters and self._is_ours(coro):
            self.unawaited = [*self.unawaited, never_awaited(coro)]
        elif self._hook is not None:  # pragma: no branch - it is once ours can be called
            self._hook(coro)

    def _is_ours(self, coro: Coroutine) -> bool:
        # Origins are recorded by thread. A coroutine without one is older than the test, or was
        # made in another thread, as by asyncio.to_thread(coroutine_function).
        return coro.cr_origin is not None or thread_count() > self._threads
