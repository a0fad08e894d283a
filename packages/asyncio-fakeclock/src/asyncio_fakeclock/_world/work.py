"""
Real work that may still answer: threads and jobs of executors, from their very start.

Looking at what runs now would be too late and too slow: a job that has just left its queue looks
idle, and listing threads costs more than a timer. So the doors are watched while a clock is
installed (``doors.py``).

Whose work it is. A thread counts when it was started by the thread of the loop, by the one that
installed the clock, or by a thread that counts; a thread that some other thread starts
(pytest-xdist's, a debugger's) has nothing to do with the test. The threads of a pool never count:
they idle for ever. Their jobs do.

When work has ended. An asyncio future of ``run_in_executor()`` becomes done in the loop's own
thread, which leaves no gap. A ``concurrent.futures.Future`` is done a moment *before* its callbacks
run, and one of these is what wakes the loop: it counts until no thread is inside of that delivery
any more. A thread that is not alive has made its calls.

What waits for the loop. Work is pending no more, though not ended, while nobody runs at all
(``threads.py``).
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, final

from asyncio_fakeclock._cpython.waits import is_dummy, thread_count
from asyncio_fakeclock._world import threads
from asyncio_fakeclock._world.doors import Doors, RawThread
from asyncio_fakeclock._world.jobs import Job, name_of
from asyncio_fakeclock._world.processes import Child, Children

if TYPE_CHECKING:
    import asyncio
    import concurrent.futures
    from collections.abc import Callable, Container, Iterator

    from asyncio_fakeclock._world.circle import Circle

__all__ = ["RealWork"]


@final
class RealWork:
    """
    The work that was started since :meth:`watch`.

    Args:
        on_start: Called with no arguments when something starts, from any thread.
        loop_thread: Returns the identity of the thread that runs the loop, None if none does.
        ignored: Threads that nobody waits for.
        children: The processes of the test, which those of executors are left out of.
    """

    __slots__ = (
        "__weakref__",
        "_children",
        "_count",
        "_ignored",
        "_jobs",
        "_lock",
        "_loop_thread",
        "_on_start",
        "_owner",
        "_raw",
        "_starting",
        "_strangers",
        "_threads",
    )

    def __init__(
        self,
        on_start: Callable[[], object],
        loop_thread: Callable[[], int | None] = lambda: None,
        children: Children | None = None,
        ignored: Container[object] = (),
    ) -> None:
        self._on_start = on_start
        self._children = children or Children()
        self._ignored = ignored
        self._loop_thread = loop_thread
        self._owner = 0
        self._count = 0
        self._threads: list[threading.Thread] = []
        self._raw: list[RawThread] = []
        self._starting: set[threading.Thread] = set()
        self._strangers: set[int] = set()
        self._jobs: list[Job] = []
        # A thread that counts may start another one while the loop's thread looks.
        self._lock = threading.Lock()

    def watch(self) -> None:
        """Begin; what runs already is not the test's."""
        self._owner = threading.get_ident()
        self._strangers = set(sys._current_frames())
        self._count = thread_count()
        Doors.open_for(self)

    def forget(self) -> None:
        """End."""
        Doors.close_for(self)
        self._threads.clear()
        self._raw.clear()
        self._jobs.clear()

    def add_job(
        self,
        future: asyncio.Future[Any],
        func: Callable[..., object],
        inner: concurrent.futures.Future[Any] | None = None,
    ) -> None:
        """Count a job of ``run_in_executor()``."""
        if not future.done():
            with self._lock:
                self._jobs.append(Job(future, name_of(func), inner))
            self._on_start()

    def pending(self) -> list[tuple[object, str]]:
        """Return what may still answer, each with a description."""
        if thread_count() != self._count:
            self._look_for_unknown_threads()
        if not (self._threads or self._jobs or self._raw):
            return []
        own = threading.get_ident()
        with self._lock:
            self._threads = [t for t in self._threads if t.is_alive() or t in self._starting]
            self._raw = [raw for raw in self._raw if not raw.has_ended()]
            self._jobs = [job for job in self._jobs if not job.ended()]
        # A thread that runs the loop waits for nobody but itself.
        found: list[tuple[object, str]] = [
            _named(thread) for thread in self._threads if thread.ident != own
        ]
        found += [(raw, raw.name) for raw in self._raw if raw.ident != own]
        found += [(job.future, job.name) for job in self._jobs]
        return found

    def callers(self) -> list[tuple[object, str]]:
        """
        Return who may call the loop of another thread, though nobody has started it meanwhile.

        The main thread and the one that installed the clock: a loop in a thread serves these.
        """
        own = threading.get_ident()
        outer = {threading.main_thread().ident, self._owner} - {own}
        return [_named(each) for each in threading.enumerate() if each.ident in outer]

    def _look_for_unknown_threads(self) -> None:
        """Count threads that came by no door: by a function that was bound before."""
        count, frames = thread_count(), sys._current_frames()
        known = {thread.ident for thread in threading.enumerate() if not is_dummy(thread)}
        with self._lock:
            known.update(raw.ident for raw in self._raw)
            self._strangers &= frames.keys()
            for ident in frames.keys() - known - self._strangers:
                if all(raw.ident is not None for raw in self._raw):
                    self._raw.append(RawThread.running(ident))
        if count < len(frames):  # else one has not begun to run yet
            self._count = count

    def waits(self, circle: Circle | None = None) -> bool:
        """
        Whether all that is pending waits for the loop, or for nothing, so that none answers.

        Args:
            circle: Our processes, if those have to wait, too.
        """
        if self._starting or any(job.inner is None for job in self._jobs):
            return False
        required = {each.ident for each in self._threads if each not in self._ignored}
        required |= {each.ident for each in self._raw}
        return threads.nobody_runs(
            required - {threading.get_ident()},
            self._ignored,
            jobs_wait=any(job.waits_in_its_queue() for job in self._jobs),
            circle=circle,
        )

    def is_alone(self) -> bool:
        """Whether no other thread could touch what the loop's thread has in hand."""
        return self.is_the_only_one() or (
            not any(job.inner is None for job in self._jobs)
            and threads.nobody_runs(ignored=self._ignored)
        )

    def place_of(self, work: object) -> str:
        """Return the line that a thread or a job stands at, in words; nothing if unknown."""
        frames = sys._current_frames()
        if isinstance(work, threading.Thread | RawThread):
            return threads.place_of(frames.get(work.ident or 0))
        for job in self._jobs:
            if job.future is work:
                runners = (f for f in frames.values() if _runs(f, job.inner))
                return threads.place_of(next(runners, None))
        return ""

    def is_the_only_one(self) -> bool:
        """Whether there is no other thread at all, those of tools left out."""
        return not any(True for _ in threads.others(self._ignored))

    def is_of_the_test(self) -> bool:
        """Whether the running thread is one of the test's, or runs its jobs."""
        ident = threading.get_ident()
        if ident in (self._owner, self._loop_thread()):
            return True
        thread = threads.running()
        return threads.in_pool(thread) or thread in self._threads or self._is_raw(ident)

    def _is_raw(self, ident: int | None) -> bool:
        return any(raw.ident == ident for raw in self._raw)

    def _belongs(self, starter: threading.Thread) -> bool:
        ident = starter.ident
        return (
            ident in (self._owner, self._loop_thread())
            or starter in self._threads
            or self._is_raw(ident)
            or threads.in_pool(starter)
        )

    @contextmanager
    def thread_starts(self, thread: threading.Thread, starter: threading.Thread) -> Iterator[None]:
        """Count a thread while it starts, and from then on, if *starter* is the test's."""
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

    def raw_thread_starts(self, raw: RawThread, starter: threading.Thread) -> None:
        """Count a thread of ``_thread.start_new_thread()``, if *starter* is the test's."""
        with self._lock:
            if not self._belongs(starter):
                return
            self._raw.append(raw)
        self._on_start()

    @contextmanager
    def pool_may_grow(self) -> Iterator[None]:
        """Leave out the processes that an executor starts meanwhile."""
        before = self._children.born()
        try:
            yield
        finally:
            self._children.leave_out(self._children.born() - before)

    def job_submitted(
        self,
        future: concurrent.futures.Future[Any],
        func: Callable[..., object],
        starter: threading.Thread,
        *,
        of_threads: bool,
    ) -> None:
        """Count a job of an executor, if *starter* is the test's."""
        with self._lock:
            if not self._belongs(starter):
                return
            self._jobs.append(Job(future, name_of(func), future if of_threads else None))
        self._on_start()


def _named(thread: threading.Thread) -> tuple[object, str]:
    pid = threads.child_of(thread)
    if pid is not None:
        return Child(pid), f"process {pid}"  # asyncio waits for its end in a thread
    return thread, f"thread {thread.name!r}"


def _runs(frame: Any, future: object) -> bool:
    return future is not None and any(
        getattr(each.f_locals.get("self"), "future", None) is future
        for each in threads.stack_of(frame)
        if each.f_code.co_name == "run"
    )
