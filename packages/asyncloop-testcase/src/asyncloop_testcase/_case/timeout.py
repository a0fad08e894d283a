"""
The time limit of a test, in real seconds.

Theory of operation: a thread waits beside the test, because the loop's own clock may be a virtual
one, and because a loop that is blocked can run no timer. When time is up, the thread asks the loop
to note down where every task waits and to cancel the phase of the test that runs. What does not
answer the cancellation within the grace period is left behind: the loop is stopped. A loop that
does not even get to the first request is blocked by a call that nobody can interrupt; the thread
can only say on stderr where that is.

The limit is for the whole test. Once it was exceeded, each phase that still comes (``tearDown``,
cleanups) gets the same time again, so that it cannot hang either.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import inspect
import math
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, TypeVar

from asyncloop_testcase._cpython.frames import is_waiting
from asyncloop_testcase._reports.tasks import describe_tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

__unittest = __tracebackhide__ = True

T = TypeVar("T", bound="type[Any] | Callable[..., Any]")

# Where a function keeps what its decorator said.
ATTRIBUTE = "_asyncloop_timeout"

# A loop that runs something, and takes so many seconds to answer, was blocked.
BLOCKED = 0.1

DEBUGGERS = frozenset({"bdb", "pdb", "ipdb", "pudb", "pydevd", "debugpy", "_pydevd_bundle"})


def timeout(seconds: float | None, /) -> Callable[[T], T]:
    """
    Limit the time of a test, or of each test of a class; the decorator wins over the attribute.

    A test that takes longer fails with the await chain of every task. Time is real time, also
    under a fake clock, and it is not limited while a debugger is at work.

    Args:
        seconds: The limit for all phases of a test together; None for no limit.

    Returns:
        A decorator for test methods and for subclasses of `TestCase`, changed in place.

    Raises:
        TypeError: *seconds* is no number.
        ValueError: *seconds* is not positive.

    Example:
        >>> from asyncloop_testcase import TestCase, timeout
        >>> @timeout(10)
        ... class Tests(TestCase):
        ...     @timeout(0.05)
        ...     async def test_hangs(self):
        ...         await asyncio.Event().wait()
        >>> result = Tests("test_hangs").run()
        >>> print(result.failures[0][1])  # doctest: +ELLIPSIS
        AssertionError: the test took longer than its timeout of 0.05 s
        Task 'Task-...', coroutine Tests.test_hangs()
        ...

    .. versionadded:: 1.0.0
    """
    check_timeout(seconds)

    def decorate(test: T) -> T:
        _mark(test, seconds)
        return test

    return decorate


def _mark(test: object, seconds: float | None) -> None:
    setattr(test, "timeout" if isinstance(test, type) else ATTRIBUTE, seconds)


def check_timeout(seconds: object) -> None:
    """Raise an error unless *seconds* is None or a positive number."""
    if seconds is None:
        return
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        msg = f"timeout must be a number of seconds or None, not {seconds!r}"
        raise TypeError(msg)
    if math.isnan(seconds) or seconds <= 0:
        msg = f"timeout must be more than 0 s, not {seconds!r}; None means no limit"
        raise ValueError(msg)


class _Stage(enum.Enum):
    IDLE = enum.auto()  # no phase runs
    ARMED = enum.auto()
    CANCELLED = enum.auto()  # the loop was asked to cancel the phase
    LEFT = enum.auto()  # nothing more can be done
    OFF = enum.auto()  # a debugger is at work


class Deadline:
    """
    Watches the time of one test from a thread of its own.

    Args:
        seconds: The limit.
        grace: Seconds to answer a cancellation.
        loop: The loop of the test, used in the calling thread.
    """

    def __init__(self, seconds: float, grace: float, loop: asyncio.AbstractEventLoop) -> None:
        self.task: asyncio.Task[Any] | None = None
        self._seconds = seconds
        self._grace = grace
        self._loop = loop
        self._watched = threading.get_ident()
        self._at = time.monotonic() + seconds
        self._stage = _Stage.IDLE
        self._phase = 0
        self._asked = 0.0
        self._waits = False
        self._report: str | None = None
        self._reached = False
        self._closed = False
        self._condition = threading.Condition()
        self._thread = threading.Thread(
            target=self._run, name="asyncloop-testcase timeout", daemon=True
        )
        self._thread.start()

    def begin(self) -> None:
        """Note that a phase begins; `task` is to be set if it runs as a task."""
        with self._condition:
            self.task = None
            self._phase += 1
            if self._report is not None:
                self._report = None
                self._reached = False
                self._at = time.monotonic() + self._seconds
            if self._stage is not _Stage.OFF:
                self._stage = _Stage.ARMED
                self._condition.notify()

    def end(self) -> str | None:
        """Note that the phase is over; return what to tell the user if it took too long."""
        with self._condition:
            left = self._stage is _Stage.LEFT
            if self._stage is not _Stage.OFF:
                self._stage = _Stage.IDLE
            if self._report is None:
                return None
            text = f"the test took longer than its timeout of {self._seconds:g} s"
            if left and self._reached:
                text += f", and did not end within {self._grace:g} s after it was cancelled"
            return f"{text}\n{self._report}"

    def close(self) -> None:
        """Stop watching."""
        with self._condition:
            self._closed = True
            self._condition.notify()
        self._thread.join()

    def _run(self) -> None:
        with self._condition:
            while not self._closed:
                if self._stage not in {_Stage.ARMED, _Stage.CANCELLED}:
                    self._condition.wait()
                elif (remaining := self._at - time.monotonic()) > 0:
                    self._condition.wait(min(remaining, threading.TIMEOUT_MAX))
                else:
                    self._overdue()

    def _overdue(self) -> None:
        stack = sys._current_frames().get(self._watched)
        if is_debugged(stack):
            self._stage = _Stage.OFF
        elif self._stage is _Stage.ARMED:
            self._stage = _Stage.CANCELLED
            self._at = time.monotonic() + self._grace
            self._asked = time.monotonic()
            # Until the loop gives a better one.
            self._report = f"the loop was blocked by\n{_stack(stack)}"
            self._waits = is_waiting(stack)
            self._ask(self._cancel)
        elif self._reached:
            self._stage = _Stage.LEFT
            self._ask(lambda phase: self._is_current(phase) and self._loop.stop())
        else:
            self._stage = _Stage.LEFT
            text = f"\na test takes longer than its timeout of {self._seconds:g} s\n"
            text += f"the loop is blocked by\n{_stack(stack)}"
            print(text, file=sys.stderr, flush=True)

    def _ask(self, callback: Callable[[int], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the test has closed the loop
            self._loop.call_soon_threadsafe(callback, self._phase)

    def _cancel(self, phase: int) -> None:
        with self._condition:
            if not self._is_current(phase):
                return
            self._reached = True
            now = time.monotonic()
            tasks = describe_tasks(asyncio.all_tasks(self._loop))
            if now - self._asked >= BLOCKED and not self._waits:  # it is no more
                self._report = f"{self._report}\n{tasks}".rstrip("\n")
            elif tasks:
                self._report = tasks
            if self._stage is _Stage.LEFT:
                self._stage = _Stage.CANCELLED
                self._at = now + self._grace
                self._condition.notify()
            if self.task is None:
                self._loop.stop()
            else:
                self.task.cancel()

    def _is_current(self, phase: int) -> bool:
        return phase == self._phase and self._stage in {_Stage.CANCELLED, _Stage.LEFT}


def _stack(frame: FrameType | None) -> str:
    stack = traceback.extract_stack(frame)
    ours = [i for i, entry in enumerate(stack) if entry.filename == _OWN_CALL]
    shown = stack[ours[-1] + 1 :] if ours else stack
    return "".join(traceback.format_list(shown)).rstrip("\n")


# The file of Lifetime.call(), below which the test's own frames begin.
_OWN_CALL = __file__.replace("timeout", "lifetime")


def is_debugged(frame: FrameType | None) -> bool:
    """
    Tell whether a debugger traces the code of a frame, or waits at its prompt there.

    A trace function alone proves nothing: coverage sets one.
    """
    if sys.version_info >= (3, 12) and sys.monitoring.get_tool(sys.monitoring.DEBUGGER_ID):
        return True
    while frame is not None:
        tracer: object = getattr(frame.f_trace, "__self__", frame.f_trace)
        classes = inspect.getmro(type(tracer))
        modules = [frame.f_globals.get("__name__") or "", *(c.__module__ for c in classes)]
        if any(module.partition(".")[0] in DEBUGGERS for module in modules):
            return True
        frame = frame.f_back
    return False
