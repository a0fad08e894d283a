"""Checks of what a loop has to do: whether it ran, its readers and writers, its timers."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Iterable
from typing import Any

from asyncloop_testcase import _cpython
from asyncloop_testcase._checks import CannotCheckError, Check
from asyncloop_testcase._report import Finding, Site
from asyncloop_testcase._sites import Spies, site_of_caller

__unittest = True

# So many records of timers are kept before those of finished ones are thrown away.
MANY = 1000


class LoopSpies(Check):
    """A check that watches the methods of the loop being called."""

    def start(self) -> None:
        self._spies = Spies(self.loop)
        try:
            self.spy(self._spies)
        except (AttributeError, TypeError) as error:
            self._spies.restore()
            msg = f"its methods cannot be watched ({error})"
            raise CannotCheckError(msg) from error

    def spy(self, spies: Spies) -> None:
        """Replace the methods."""

    def restore(self) -> None:
        self._spies.restore()


class UnusedLoop(LoopSpies):
    """The loop did not run in the test method or ``tearDown``; as in asynctest 0.13."""

    name = "unused_loop"
    summary = "the loop did not run during the test"
    default = True

    # None until the test method begins: a set-up that fails is no test that forgot the loop.
    ran: bool | None = None

    def spy(self, spies: Spies) -> None:
        spies.replace("run_forever", self._run_forever)

    def _run_forever(self, original: Callable[[], None]) -> Callable[[], None]:
        def run_forever() -> None:
            if self.ran is False and not self.watch.judging:
                self.ran = True
            return original()

        return run_forever

    def enter_test(self) -> None:
        self.ran = self.loop.is_running()

    def finish(self) -> Iterable[Finding]:
        if self.ran is False and self.watch.passed:
            yield Finding("neither the test method nor tearDown ran the loop")


class ActiveSelectorCallbacks(LoopSpies):
    """A reader or writer was added and not removed; as in asynctest 0.13."""

    name = "active_selector_callbacks"
    summary = "readers or writers were added and not removed"
    default = True

    def spy(self, spies: Spies) -> None:
        self._active: dict[tuple[str, object], tuple[object, object, Site | None]] = {}
        for kind in ("reader", "writer"):
            spies.replace(f"add_{kind}", self._adding(kind))
            spies.replace(f"remove_{kind}", self._removing(kind))

    def _adding(self, kind: str) -> Callable[[Any], Any]:
        def make(original: Callable[..., Any]) -> Callable[..., Any]:
            def add(fd: Any, callback: Any, *args: Any) -> Any:
                result = original(fd, callback, *args)
                self._active[kind, number(fd)] = fd, callback, site_of_caller(1)
                return result

            return add

        return make

    def _removing(self, kind: str) -> Callable[[Any], Any]:
        def make(original: Callable[[Any], bool]) -> Callable[[Any], bool]:
            def remove(fd: Any) -> bool:
                removed = original(fd)
                if self._active:
                    self._forget(kind, fd)
                return removed

            return remove

        return make

    def _forget(self, kind: str, fd: Any) -> None:
        key = kind, number(fd)
        if key in self._active:
            del self._active[key]
            return
        # A closed file has lost its number, the selector looks for the object then.
        for key, (fileobj, _, _) in list(self._active.items()):
            if key[0] == kind and fileobj is fd:
                del self._active[key]

    def finish(self) -> Iterable[Finding]:
        for (kind, _), (fd, callback, site) in self._active.items():
            yield Finding(f"{kind} of {short(fd)}: {name_of(callback)}", site)

    def restore(self) -> None:
        super().restore()
        self._active = {}


class ActiveHandles(LoopSpies):
    """Timers are left on the loop; as in asynctest 0.13, where they had to be on ``_scheduled``."""

    name = "active_handles"
    summary = "timers are left on the loop"

    def spy(self, spies: Spies) -> None:
        self._timers: list[tuple[weakref.ref[asyncio.TimerHandle], Site | None]] = []
        self._limit = MANY
        # asyncio's own call_later() goes through call_at(), uvloop's is the other way round.
        mine = isinstance(self.loop, asyncio.BaseEventLoop)
        spies.replace("call_at" if mine else "call_later", self._recorder)

    def _recorder(self, original: Callable[..., asyncio.TimerHandle]) -> Callable[..., Any]:
        def schedule(*args: Any, **kwargs: Any) -> asyncio.TimerHandle:
            handle = original(*args, **kwargs)
            self._timers.append((weakref.ref(handle), site_of_caller(1)))
            if len(self._timers) > self._limit:
                self._prune()
            return handle

        return schedule

    def _prune(self) -> None:
        self._timers = [timer for timer in self._timers if self._is_active(timer[0]())]
        self._limit = MANY + 2 * len(self._timers)

    def _is_active(self, handle: asyncio.TimerHandle | None) -> bool:
        return handle is not None and not handle.cancelled()

    def finish(self) -> Iterable[Finding]:
        now = self.loop.time()
        for reference, site in self._timers:
            handle = reference()
            # One that is due has run: the loop has turned since.
            if handle is not None and not handle.cancelled() and handle.when() > now:
                left = handle.when() - now
                yield Finding(f"timer due in {left:.3g} s: {self._describe(handle)}", site)

    def _describe(self, handle: asyncio.TimerHandle) -> str:
        callback = _cpython.callback_of(handle)
        return short(handle) if callback is None else name_of(callback)

    def restore(self) -> None:
        super().restore()
        self._timers = []


def number(fd: Any) -> object:
    """Return the file descriptor of a file object, the way selectors do it."""
    if isinstance(fd, int):
        return fd
    try:
        return int(fd.fileno())
    except (AttributeError, TypeError, ValueError, OSError):
        return id(fd)


def name_of(function: Any) -> str:
    """Return how to call a callback: its dotted name, or whatever it says of itself."""
    while hasattr(function, "func"):  # functools.partial
        function = function.func
    name = getattr(function, "__qualname__", None)
    if not isinstance(name, str):
        return short(function)
    return f"{getattr(function, '__module__', None) or '?'}.{name}()"


def coroutine_name(coro: object) -> str:
    """Return how to call a coroutine: the name of its function."""
    return f"{getattr(coro, '__qualname__', type(coro).__name__)}()"


def short(value: object, longest: int = 200) -> str:
    """Return the repr of a value, cut where it is too long to read."""
    text = repr(value)
    return text if len(text) <= longest else f"{text[:longest]}..."
