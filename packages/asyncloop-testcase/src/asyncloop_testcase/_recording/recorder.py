"""
What the default checks need before every test, set up in one go.

Theory of operation. An empty test takes some fifty microseconds, and nearly all tests leave
nothing behind. Three checks that each make an object and have methods called on it would take a
third of that time; so what has to be done before a test is done here for all of them, and the
checks themselves (those with a `Check._part`) are made after the test, and only if something was
noticed or something of interest is still alive.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import weakref
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._cpython.hooks import Hooks, _active, thread_count, warning_filters
from asyncloop_testcase._cpython.loops import unfinished_work
from asyncloop_testcase._cpython.selectors import registered_count, selector_of
from asyncloop_testcase._cpython.tasks import FUTURES
from asyncloop_testcase._recording.registrations import RegistrationDict, RegistrationObserver
from asyncloop_testcase._reports.findings import Context, failure, never_awaited

if TYPE_CHECKING:
    import types
    from collections.abc import Callable, Sequence

    from asyncloop_testcase._recording.registrations import Registrations
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


_beginnings = itertools.count(1)

# Futures whose exception was reported while they may still be asked for it.
REPORTED: weakref.WeakSet[asyncio.Future[Any]] = weakref.WeakSet()

# Coroutines that outlived a watch, by their address: where they were made, an object of their own,
# and which watch that was.
_left: dict[int, tuple[object, int]] = {}
MOST_LEFT = 10_000


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
    # Is told of an exception as soon as it is noticed, with the finding.
    on_failure: Callable[[BaseException, Finding], None] | None = None
    _observer: RegistrationObserver | None = None
    _inherited: Sequence[object] = ()
    _log_handlers: tuple[object, object] | None = None
    _began: int

    def _begin_recording(self, parts: frozenset[str]) -> None:
        """Begin with what is among `FAILURES`, `UNAWAITED` and `REGISTRATIONS`."""
        if not self.fresh and self.loop.is_running():
            self._task = asyncio.current_task(self.loop)
        if FAILURES in parts:
            if not self.fresh:
                self._inherited = unfinished_work(self.loop)
            self._log_handlers = _LOGGER.handlers, _ROOT.handlers
        kind = RegistrationDict if REGISTRATIONS in parts else None
        if UNAWAITED in parts:
            self._began = next(_beginnings)
            self._filters = warning_filters()
            self._threads = thread_count()
        self._install(
            exceptions=FAILURES in parts,
            registrations=kind,
            depth=DEPTH if UNAWAITED in parts else 0,
        )
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
        self._uninstall(DEPTH)
        if self.registrations is not None:
            others = [each._observer for each in _active if isinstance(each, Recorder)]
            self.registrations.leave(list(filter(None, others)))
        self._inherited = ()

    def _has_noticed(self) -> bool:
        """Tell whether there is anything that a check has to look at."""
        if self.failures or self.unawaited:
            return True
        registrations = self.registrations
        return registrations is not None and registrations.may_be_more(self.loop)

    def _notice_exception(self, context: Context) -> None:
        handler = self._default_handler
        if "exception" in context and not self._is_foreign(context):
            finding = failure(context)
            self.failures = [*self.failures, finding]
            if self.on_failure is not None:
                self.on_failure(context["exception"], finding)
            # One finding is enough: it is not told to those around.
            while isinstance(watch := getattr(handler, "__self__", None), Recorder):
                handler = watch._default_handler
        if handler is not None:  # pragma: no branch - there is one once this can be called
            handler(context)

    def _is_foreign(self, context: Context) -> bool:
        """Tell whether somebody else takes care, or an earlier test is to blame."""
        if self not in _active:
            return True  # somebody has put back what was replaced, after the end
        mine, root = self._log_handlers or (None, None)
        if _LOGGER.handlers is not mine or _ROOT.handlers is not root:
            return True
        culprits = [context.get(key) for key in ("future", "task", "handle")]
        if any(each in REPORTED for each in culprits if isinstance(each, FUTURES)):
            return True
        return any(old is new for old in self._inherited for new in culprits if new is not None)

    def _notice_unawaited(self, coro: Coroutine) -> bool:
        if warning_filters() is not self._filters or not self._is_ours(coro):
            return False
        self.unawaited = [*self.unawaited, never_awaited(coro)]
        return True

    def _is_ours(self, coro: Coroutine) -> bool:
        # Origins are recorded by thread. A coroutine without one is older than the test, or was
        # made in another thread, as by asyncio.to_thread(coroutine_function).
        origin = coro.cr_origin
        if origin is None:
            return thread_count() > self._threads
        known, began = _left.get(id(coro), (None, 0))
        return known is not origin or began >= self._began

    def leave_coroutine(self, coro: Coroutine) -> None:
        """Remember that a coroutine lives on: what becomes of it is no later test's doing."""
        if len(_left) >= MOST_LEFT:
            _left.clear()
        _left[id(coro)] = coro.cr_origin, self._began
