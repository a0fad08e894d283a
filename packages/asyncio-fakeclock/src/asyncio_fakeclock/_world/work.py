"""
Real work that may still answer: threads and jobs of executors, from their very start.

Looking at what runs now would be too late and too slow: a job that has just left its queue looks
idle, and listing threads costs more than a timer. So the two doors are watched while a clock is
installed: ``threading.Thread.start`` and the ``submit`` of the two standard executors. Both
replacements call through, and are put back when the last clock has gone.

Whose work it is. A thread counts when it was started by the thread of the loop, or by a thread that
counts; a thread that some other thread starts (pytest-xdist's, a debugger's) has nothing to do
with the test. The threads of a pool never count: they idle for ever. Their jobs do.

When work has ended. An asyncio future of ``run_in_executor()`` becomes done in the loop's own
thread, which leaves no gap. A ``concurrent.futures.Future`` is done a moment *before* its callbacks
run, and one of these is what wakes the loop: it counts until no thread is inside of that delivery
any more. A thread that is not alive has made its calls.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import sys
import threading
import weakref
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple, final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Job", "RealWork", "counted_by_caller", "is_alone"]

# Threads of tools, which neither know of the test nor answer to it, by the beginning of the name.
_TOOLS: Final = ("asyncloop-testcase", "pytest_timeout", "pydevd", "IPythonHistory", "tqdm")

_DELIVERIES: Final = {"set_result", "set_exception", "_invoke_callbacks", "cancel"}

_active: weakref.WeakSet[RealWork] = weakref.WeakSet()
_lock = threading.Lock()
_originals: list[tuple[type, str, Any, Any]] = []
_inside = threading.local()


class Job(NamedTuple):
    """Something given to an executor."""

    future: asyncio.Future[Any] | concurrent.futures.Future[Any]
    name: str

    def ended(self) -> bool:
        """Whether it can wake the loop no more."""
        future = self.future
        return future.done() and (isinstance(future, asyncio.Future) or not _delivering())


@final
class RealWork:
    """
    The work that was started since :meth:`watch`.

    Args:
        on_start: Called with no arguments when something starts, from any thread.
    """

    __slots__ = ("__weakref__", "_jobs", "_lock", "_on_start", "_owner", "_starting", "_threads")

    def __init__(self, on_start: Callable[[], object]) -> None:
        self._on_start = on_start
        self._owner: threading.Thread | None = None
        self._threads: list[threading.Thread] = []
        self._starting: set[threading.Thread] = set()
        self._jobs: list[Job] = []
        # A thread that counts may start another one while the loop's thread looks.
        self._lock = threading.Lock()

    def watch(self) -> None:
        """Begin; what runs already is not the test's."""
        with _lock:
            _active.add(self)
            if not _originals:
                _replace(threading.Thread, "start", _start)
                _replace(concurrent.futures.ThreadPoolExecutor, "submit", _submit)
                _replace(concurrent.futures.ProcessPoolExecutor, "submit", _submit)
        self._owner = threading.current_thread()

    def forget(self) -> None:
        """End."""
        with _lock:
            _active.discard(self)
            if not _active:
                _restore()
        self._threads.clear()
        self._jobs.clear()

    def add_job(self, future: asyncio.Future[Any], func: Callable[..., object]) -> None:
        """Count a job of ``run_in_executor()``."""
        if not future.done():
            with self._lock:
                self._jobs.append(Job(future, _name_of(func)))
            self._on_start()

    def pending(self) -> list[tuple[object, str]]:
        """Return what may still answer, each with a description."""
        if not self._threads and not self._jobs:
            return []
        with self._lock:
            self._threads = [t for t in self._threads if t.is_alive() or t in self._starting]
            self._jobs = [job for job in self._jobs if not job.ended()]
        threads = [(thread, f"thread {thread.name!r}") for thread in self._threads]
        return [*threads, *((job.future, job.name) for job in self._jobs)]

    def _belongs(self, starter: threading.Thread) -> bool:
        return starter is self._owner or starter in self._threads or _in_pool(starter)

    @contextmanager
    def _starts(self, thread: threading.Thread, starter: threading.Thread) -> Iterator[None]:
        # Counted before it runs: it may start another one before start() has returned.
        with self._lock:
            counts = self._belongs(starter)
            if counts:
                self._threads.append(thread)
                self._starting.add(thread)
        if counts:
            self._on_start()
        try:
            yield
        finally:
            with self._lock:
                self._starting.discard(thread)

    def _job_submitted(self, job: Job, starter: threading.Thread) -> None:
        with self._lock:
            if not self._belongs(starter):
                return
            self._jobs.append(job)
        self._on_start()


@contextmanager
def counted_by_caller() -> Iterator[None]:
    """Let a job submitted in here be counted by the caller alone."""
    outer = getattr(_inside, "counted", False)
    _inside.counted = True
    try:
        yield
    finally:
        _inside.counted = outer


def _replace(owner: type, name: str, wrap: Callable[[Any], Any]) -> None:
    original = getattr(owner, name)
    replacement = wrap(original)
    setattr(owner, name, replacement)
    _originals.append((owner, name, original, replacement))


def _restore() -> None:
    while _originals:
        owner, name, original, replacement = _originals.pop()
        # Somebody else may have wrapped ours since: it goes on to call through.
        if vars(owner).get(name) is replacement:
            setattr(owner, name, original)


def _start(original: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(original)
    def start(self: threading.Thread) -> None:
        starter = threading.current_thread()
        if getattr(_inside, "submit", False) or _is_manager(starter):
            self._asyncio_fakeclock_pool = True  # type: ignore[attr-defined]
            return original(self)
        with ExitStack() as stack:
            for work in () if _is_tool(self) else list(_active):
                stack.enter_context(work._starts(self, starter))
            return original(self)

    return start


def _submit(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def submit(self: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        outer = getattr(_inside, "submit", False)
        _inside.submit = True
        try:
            future = original(self, fn, *args, **kwargs)
        finally:
            _inside.submit = outer
        if not getattr(_inside, "counted", False):
            job = Job(future, _name_of(fn))
            for work in list(_active):
                work._job_submitted(job, threading.current_thread())
        return future

    return submit


def is_alone() -> bool:
    """Whether no other thread of this process could touch what the loop's thread has in hand."""
    own = threading.current_thread()
    others = [thread for thread in threading.enumerate() if thread is not own]
    return all(_in_pool(thread) or _is_tool(thread) for thread in others)


def _in_pool(thread: threading.Thread) -> bool:
    return getattr(thread, "_asyncio_fakeclock_pool", False)


def _is_manager(thread: threading.Thread) -> bool:
    # The one thread of a process pool starts another, which feeds its queue.
    return _in_pool(thread) and type(thread) is not threading.Thread


def _is_tool(thread: threading.Thread) -> bool:
    return thread.name.startswith(_TOOLS) or bool(
        getattr(thread, "pydev_do_not_trace", False)
        or getattr(thread, "is_pydev_daemon_thread", False)
    )


def _delivering() -> bool:
    """Whether a thread is between setting a result and having called the callbacks."""
    own = threading.get_ident()
    for ident, top in sys._current_frames().items():
        frame = top if ident != own else None
        while frame is not None:
            code = frame.f_code
            if code.co_name in _DELIVERIES and code.co_filename == _FUTURES_FILE:
                return True
            frame = frame.f_back
    return False


_FUTURES_FILE: Final = concurrent.futures.Future.set_result.__code__.co_filename


def _name_of(func: Callable[..., object]) -> str:
    # asyncio.to_thread() hands over partial(context.run, func, ...).
    while isinstance(func, functools.partial):
        is_run = getattr(func.func, "__name__", "") == "run" and func.args
        func = func.args[0] if is_run and callable(func.args[0]) else func.func
    name = getattr(func, "__qualname__", None) or repr(func)
    return f"executor job {name}()"
