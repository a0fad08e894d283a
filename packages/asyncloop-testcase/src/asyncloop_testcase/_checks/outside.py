"""Checks of what a test starts outside of the loop: threads and processes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import traceback
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._checks.base import Check
from asyncloop_testcase._checks.garbage import FOREIGN_MODULES, of_kind
from asyncloop_testcase._checks.slow import WATCHDOG
from asyncloop_testcase._cpython.loops import default_executor, workers_of
from asyncloop_testcase._cpython.threads import executor_of, is_dummy, pool_of_idle
from asyncloop_testcase._recording.spies import Creations
from asyncloop_testcase._reports.report import Finding
from asyncloop_testcase._reports.sites import is_plumbing
from asyncloop_testcase._reports.words import name_of, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__unittest = __tracebackhide__ = True

# What is told to end takes a moment. Only a test that seems to leak waits so many seconds.
GRACE = 0.2
PAUSE = 0.002

# The threads of the loop's own executor, which end with the loop, and those that wait for the
# processes of asyncio.subprocess, which end with the process; and the one of slow_callbacks.
LOOP_THREADS = ("asyncio_", "uvloop_", "asyncio-waitpid-", "waitpid-", WATCHDOG)


class LeakedThreads(Check):
    """A thread that was started in this test is still alive."""

    name = "leaked_threads"
    summary = "threads are still alive"
    of_loop = False

    def start(self) -> None:
        self._before = frozenset(threading.enumerate())
        self._creations = Creations()
        self._creations.watch(threading.Thread, "start")
        # Imported by whoever checks for threads, and not with the package.
        from concurrent.futures import ThreadPoolExecutor

        self._creations.watch(ThreadPoolExecutor, "__init__")

    def finish(self) -> Sequence[Finding]:
        new = self._new()
        if not new:
            return ()
        deadline = monotonic() + GRACE
        for thread in new:
            thread.join(max(0.0, deadline - monotonic()))
        # Meanwhile a worker that has just delivered its result may be back at its queue.
        alive = [each for each in new if each.is_alive()]
        return [self._finding(each) for each in alive if not self._waits_in_pool(each)]

    def _new(self) -> list[threading.Thread]:
        new = set(threading.enumerate()) - self._before
        if not new:
            return []
        new.discard(threading.current_thread())
        executor = default_executor(self.loop)  # it may be one that the test has set
        if executor is not None:
            new.difference_update(workers_of(executor))
        leaked = [each for each in new if _is_somebodys(each) and not self._waits_in_pool(each)]
        return sorted(leaked, key=lambda each: each.name)

    def _waits_in_pool(self, thread: threading.Thread) -> bool:
        """Tell whether a thread waits for work in a pool that outlives the test by design."""
        pool = pool_of_idle(thread)
        if pool is None or pool.startswith(("anyio", "trio")):
            return pool is not None
        executor = executor_of(thread)
        # An executor that the test has made is the test's to shut down.
        return executor is not None and not self._creations.has_noted(executor)

    def _finding(self, thread: threading.Thread) -> Finding:
        target = getattr(thread, "_target", None)
        daemon = "daemon thread" if thread.daemon else "thread"
        does = f", target {name_of(target)}" if target is not None else ""
        waits = _where(thread)
        return Finding(
            f"{daemon} {thread.name!r}{does}",
            self._creations.site_of(thread),
            waits,
            owner=self._creations.owner_of(thread),
            remains=thread.is_alive,
        )

    def restore(self) -> None:
        self._creations.restore()
        self._before = frozenset()


def _is_somebodys(thread: threading.Thread) -> bool:
    # A dummy stands for a thread of other makers, which cannot be joined nor told from old ones.
    return not thread.name.startswith(LOOP_THREADS) and not is_dummy(thread)


def _where(thread: threading.Thread) -> list[str]:
    """Return where a thread is, without the frames of the standard library around it."""
    frame = sys._current_frames().get(thread.ident or 0)
    if frame is None:
        return []
    stack = traceback.extract_stack(frame)
    users = [each for each in stack if not is_plumbing(each.filename)] or stack
    text = traceback.format_list(users[-1:])[0].rstrip("\n")
    return ["now at", *text.split("\n")]


class LeakedProcesses(Check):
    """A process that was started in this test is still alive."""

    name = "leaked_processes"
    summary = "processes are still alive"
    needs_garbage = True

    def start(self) -> None:
        self._before = frozenset(_multiprocessing_children())
        self._creations = Creations()
        self._creations.watch(subprocess.Popen, "__init__")

    def finish(self) -> Sequence[Finding]:
        survivors = self.watch.survivors()
        children = [each for each in _multiprocessing_children() if each not in self._before]
        return [*self._alive(survivors, children)] if survivors or children else ()

    def _alive(self, survivors: Sequence[Any], children: list[Any]) -> Iterable[Finding]:
        # Nobody but the loop may ask for the status of the loop's own processes.
        transports = [each for each in survivors if _is_process_transport(each)]
        watched = [each.get_extra_info("subprocess") for each in transports]
        for each, popen in zip(transports, watched, strict=True):
            runs = _is_open(each)
            if runs() and not _is_pooled(popen):
                what = f"process {each.get_pid()}{_command(popen)}"
                yield self._finding(what, popen, runs)
        for each in of_kind(survivors, subprocess.Popen):
            if not any(each is other for other in watched) and _stays(_runs(each)):
                what = f"process {each.pid}{_command(each)}"
                yield self._finding(what, each, _runs(each))
        for each in children:
            if _stays(each.is_alive):
                yield self._finding(f"process {each.pid}: {each.name!r}", each, each.is_alive)

    def _finding(self, what: str, made: Any, remains: Callable[[], bool] | None = None) -> Finding:
        creations = self._creations
        return Finding(
            what, creations.site_of(made), owner=creations.owner_of(made), remains=remains
        )

    def restore(self) -> None:
        self._creations.restore()
        self._before = frozenset()


def _is_process_transport(made: object) -> bool:
    return issubclass(type(made), asyncio.SubprocessTransport) or (
        type(made).__module__ in FOREIGN_MODULES and hasattr(made, "get_returncode")
    )


def _multiprocessing_children() -> list[Any]:
    multiprocessing = sys.modules.get("multiprocessing.process")
    return [] if multiprocessing is None else multiprocessing.active_children()


def _command(popen: Any) -> str:
    args = getattr(popen, "args", None)
    return "" if args is None else f": {short(args)}"


def _is_open(transport: Any) -> Callable[[], bool]:
    return lambda: transport.get_returncode() is None and not transport.is_closing()


def _is_pooled(popen: Any) -> bool:
    """Tell whether it is a worker of anyio's pool of processes, which ends with the loop."""
    args = getattr(popen, "args", None)
    return isinstance(args, (list, tuple)) and "anyio.to_process" in args


def _runs(popen: subprocess.Popen[Any]) -> Callable[[], bool]:
    # One that could not be started has no process, and cannot be asked.
    has_process = getattr(popen, "pid", None) is not None
    return lambda: has_process and popen.poll() is None


def _stays(is_alive: Callable[[], bool]) -> bool:
    """Tell whether something is alive, also after the time that dying takes."""
    deadline = monotonic() + GRACE
    while is_alive():
        if monotonic() >= deadline:
            return True
        sleep(PAUSE)
    return False
