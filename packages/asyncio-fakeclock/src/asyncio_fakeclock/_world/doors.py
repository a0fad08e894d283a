"""
The doors that real work comes in by, watched while a clock is installed.

``threading.Thread.start``, ``_thread.start_new_thread`` and the ``submit`` of the two standard
executors are replaced; each replacement calls through, and all are put back when the last clock has
gone.
"""

from __future__ import annotations

import _thread
import concurrent.futures
import functools
import sys
import threading
import weakref
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, final

from asyncio_fakeclock._cpython.children import process_waited_for
from asyncio_fakeclock._world import threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

__all__ = ["Doors", "RawThread", "counted_by_caller", "last_submitted"]

__unittest = __tracebackhide__ = True

_inside = threading.local()


class RawThread:
    """A thread of ``_thread.start_new_thread()``, which ``threading`` does not know."""

    def __init__(self, function: Callable[..., object]) -> None:
        self.name = f"thread of _thread.start_new_thread({getattr(function, '__qualname__', '')})"
        self.ident: int | None = None
        self.ended = False
        self._unwatched = False

    @classmethod
    def running(cls, ident: int) -> RawThread:
        """Return a thread that was found running, started by nobody knows whom."""
        raw = cls(int)
        raw.name, raw.ident, raw._unwatched = "thread of the module _thread", ident, True
        return raw

    def has_ended(self) -> bool:
        """Whether it runs no code any more."""
        return self.ended or (self._unwatched and self.ident not in sys._current_frames())


class _Counter(Protocol):
    def thread_starts(
        self, thread: threading.Thread, starter: threading.Thread
    ) -> AbstractContextManager[None]: ...

    def raw_thread_starts(self, raw: RawThread, starter: threading.Thread) -> None: ...

    def pool_may_grow(self) -> AbstractContextManager[None]: ...

    def job_submitted(
        self,
        future: concurrent.futures.Future[Any],
        func: Callable[..., object],
        starter: threading.Thread,
        *,
        of_threads: bool,
    ) -> None: ...


@final
class Doors:
    """Who is told of what begins, and what has been replaced for that."""

    _lock: ClassVar = threading.Lock()
    _told: ClassVar[weakref.WeakSet[Any]] = weakref.WeakSet()
    _originals: ClassVar[list[tuple[Any, str, Any, Any]]] = []

    @classmethod
    def open_for(cls, counter: _Counter) -> None:
        """Tell *counter* from now on."""
        with cls._lock:
            cls._told.add(counter)
            if not cls._originals:
                cls._replace(threading.Thread, "start", _start)
                cls._replace(concurrent.futures.ThreadPoolExecutor, "submit", _submit_to_threads)
                cls._replace(concurrent.futures.ProcessPoolExecutor, "submit", _submit)
                cls._replace(_thread, "start_new_thread", _start_new_thread)

    @classmethod
    def close_for(cls, counter: _Counter) -> None:
        """Tell *counter* no more."""
        with cls._lock:
            cls._told.discard(counter)
            if not cls._told:
                cls._restore()

    @classmethod
    def told(cls) -> list[_Counter]:
        """Return who is told."""
        return list(cls._told)

    @classmethod
    def _replace(cls, owner: Any, name: str, wrap: Callable[[Any], Any]) -> None:
        original = getattr(owner, name)
        replacement = wrap(original)
        setattr(owner, name, replacement)
        cls._originals.append((owner, name, original, replacement))

    @classmethod
    def _restore(cls) -> None:
        while cls._originals:
            owner, name, original, replacement = cls._originals.pop()
            # Somebody else may have wrapped ours since: it goes on to call through.
            if vars(owner).get(name) is replacement:
                setattr(owner, name, original)


@contextmanager
def counted_by_caller() -> Iterator[None]:
    """Let a job submitted in here be counted by the caller alone, see :func:`last_submitted`."""
    outer = getattr(_inside, "counted", False)
    _inside.counted, _inside.last = True, None
    try:
        yield
    finally:
        _inside.counted = outer


def last_submitted() -> concurrent.futures.Future[Any] | None:
    """Return the future of a thread pool that the last such job has."""
    last: concurrent.futures.Future[Any] | None = getattr(_inside, "last", None)
    return last


def _start(original: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(original)
    def start(self: threading.Thread) -> None:
        starter = threading.current_thread()
        threads.mark_origin(self, sys._getframe(1))
        if (pid := process_waited_for(self)) is not None:
            threads.mark_child(self, pid)
        if getattr(_inside, "submit", False) or _is_manager(starter):
            threads.mark_pool(self)
            return original(self)
        with ExitStack() as stack:
            for counter in () if threads.is_tool(self) else Doors.told():
                stack.enter_context(counter.thread_starts(self, starter))
            return original(self)

    return start


def _is_manager(thread: threading.Thread) -> bool:
    # The one thread of a process pool starts another, which feeds its queue.
    return threads.in_pool(thread) and type(thread) is not threading.Thread


def _start_new_thread(original: Callable[..., int]) -> Callable[..., int]:
    @functools.wraps(original)
    def start_new_thread(function: Any, args: Any, /, *rest: Any) -> int:
        if not callable(function):
            return original(function, args, *rest)  # which refuses it
        raw = RawThread(function)

        def run(*args: Any, **kwargs: Any) -> None:
            raw.ident = threading.get_ident()
            try:
                function(*args, **kwargs)
            finally:
                raw.ended = True

        starter = threading.current_thread()
        for counter in Doors.told():
            counter.raw_thread_starts(raw, starter)
        try:
            return original(run, args, *rest)
        except BaseException:
            raw.ended = True
            raise

    return start_new_thread


def _submit_to_threads(original: Callable[..., Any]) -> Callable[..., Any]:
    return _submit(original, of_threads=True)


def _submit(original: Callable[..., Any], *, of_threads: bool = False) -> Callable[..., Any]:
    @functools.wraps(original)
    def submit(self: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        outer = getattr(_inside, "submit", False)
        _inside.submit = True
        try:
            with ExitStack() as stack:
                for counter in () if of_threads else Doors.told():
                    stack.enter_context(counter.pool_may_grow())
                future = original(self, fn, *args, **kwargs)
        finally:
            _inside.submit = outer
        if getattr(_inside, "counted", False):
            _inside.last = future if of_threads else None
        else:
            starter = threading.current_thread()
            for counter in Doors.told():
                counter.job_submitted(future, fn, starter, of_threads=of_threads)
        return future

    return submit
