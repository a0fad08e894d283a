"""
The processes that are started while somebody watches.

The ways to start one are replaced meanwhile: ``Popen.__init__``, ``start()`` of multiprocessing,
``os.fork`` and ``os.posix_spawn``. On systems that do not list children, those of ``Popen`` and of
multiprocessing are remembered. Whether such a process runs is asked without reaping it, which is
the business of who started it: on Windows by its handle (``Popen._handle``), elsewhere by
``waitid(WNOWAIT)``, or by a kqueue that tells of its end; without either it runs until it has been
reaped. Of one of multiprocessing the sentinel is asked.

Read on CPython 3.10 to 3.15; ``tests/cpython`` says what has changed.
"""

from __future__ import annotations

import functools
import multiprocessing.process
import os
import select
import subprocess
import threading
import weakref
from typing import TYPE_CHECKING, Any, ClassVar, final

from asyncio_fakeclock._cpython.loops import fileno_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Started", "pipes_of", "process_waited_for"]

__unittest = __tracebackhide__ = True

_winapi: Any
try:
    import _winapi
except ImportError:
    _winapi = None


@final
class Started:
    """
    The processes started since :meth:`watch`.

    Args:
        on_start: Called with no arguments when one starts, from any thread.
    """

    __slots__ = ("__weakref__", "_on_start", "_processes", "any")

    _lock: ClassVar = threading.Lock()
    _told: ClassVar[weakref.WeakSet[Any]] = weakref.WeakSet()
    _originals: ClassVar[list[tuple[Any, str, Any, Any]]] = []

    def __init__(self, on_start: Callable[[], object]) -> None:
        self._on_start = on_start
        self._processes: list[tuple[int, Callable[[], bool]]] = []
        self.any = False

    def watch(self) -> None:
        """Know of processes that start from now on."""
        with self._lock:
            self._told.add(self)
            if self._originals:
                return
            for owner, name in (
                (subprocess.Popen, "__init__"),
                (multiprocessing.process.BaseProcess, "start"),
                (os, "fork"),
                (os, "posix_spawn"),
                (os, "posix_spawnp"),
            ):
                original = getattr(owner, name, None)
                if original is not None:
                    replacement = _noting(original)
                    setattr(owner, name, replacement)
                    self._originals.append((owner, name, original, replacement))

    def forget(self) -> None:
        """Watch no longer."""
        self._processes.clear()
        with self._lock:
            self._told.discard(self)
            while not self._told and self._originals:
                owner, name, original, replacement = self._originals.pop()
                # Somebody else may have wrapped ours since: it goes on to call through.
                if vars(owner).get(name) is replacement:
                    setattr(owner, name, original)

    def running(self) -> set[int]:
        """Return the numbers of those that run."""
        self._processes = [each for each in self._processes if each[1]()]
        return {pid for pid, _ in self._processes}

    def _add(self, process: Any) -> None:
        self.any = True
        pid = getattr(process, "pid", None)
        if pid is not None and isinstance(process, subprocess.Popen):
            self._processes.append((pid, functools.partial(_runs, process, _watch_of(pid))))
        elif pid is not None and isinstance(process, multiprocessing.process.BaseProcess):
            self._processes.append((pid, functools.partial(_has_not_signalled, process)))
        self._on_start()


def _noting(original: Any) -> Any:
    @functools.wraps(original)
    def start(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        finally:
            for started in list(Started._told):
                started._add(args[0] if args else None)

    return start


def _watch_of(pid: int) -> Any:
    kqueues: Any = select
    if hasattr(os, "waitid") or not hasattr(kqueues, "kqueue"):
        return None
    queue = kqueues.kqueue()
    once = kqueues.KQ_EV_ADD | kqueues.KQ_EV_ONESHOT
    event = kqueues.kevent(pid, kqueues.KQ_FILTER_PROC, once, kqueues.KQ_NOTE_EXIT)
    try:
        queue.control([event], 0, 0)
    except OSError:  # it has ended already
        queue.close()
        return False
    return queue


def _runs(popen: Any, watch: Any) -> bool:
    if popen.returncode is not None or watch is False:
        return False
    if _winapi is not None:
        handle = getattr(popen, "_handle", None)
        if handle is None:
            return False
        return _is_unset(int(handle))
    if watch is not None:
        return not watch.control(None, 1, 0)
    if not hasattr(os, "waitid"):
        return True  # until somebody has reaped it: the system does not tell
    try:
        ended = os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except OSError:
        return False
    return ended is None


def _has_not_signalled(process: multiprocessing.process.BaseProcess) -> bool:
    from multiprocessing import connection

    try:
        sentinel = process.sentinel
        if _winapi is not None:
            return _is_unset(int(sentinel))
        return not connection.wait([sentinel], 0)
    except (OSError, ValueError):  # it has been closed
        return False


def _is_unset(handle: int) -> bool:
    return bool(_winapi.WaitForSingleObject(handle, 0) != _winapi.WAIT_OBJECT_0)


def pipes_of(process: Any) -> list[int]:
    """
    Return the descriptors that lead to a process: pipes that are open, and where it tells its end.

    Of ``subprocess.Popen``, asyncio's ``Process`` (``_transport``), a ``SubprocessTransport``, and
    ``multiprocessing.Process``.
    """
    transport = getattr(process, "_transport", process)
    get_pipe = getattr(transport, "get_pipe_transport", None)
    if get_pipe is not None:
        transports = [each for number in range(3) if (each := get_pipe(number)) is not None]
        pipes: list[Any] = [each.get_extra_info("pipe") for each in transports]
    else:
        pipes = [getattr(process, name, None) for name in ("stdin", "stdout", "stderr")]
    # A PipeHandle of Windows does not tell whether it is closed.
    found = [fd for pipe in pipes if (fd := fileno_of(pipe)) is not None]
    sentinel = getattr(process, "sentinel", None)
    return [fd for fd in [*found, sentinel] if isinstance(fd, int) and fd >= 0]


def process_waited_for(thread: Any) -> int | None:
    """
    Return the process that a thread of asyncio waits for, before the thread has begun.

    ``ThreadedChildWatcher`` (3.10 to 3.13), and the loop itself since 3.14, pass it as an argument
    (``Thread._args``), after the loop.
    """
    target = getattr(thread, "_target", None)
    args: Any = getattr(thread, "_args", ())
    if getattr(target, "__module__", "") != "asyncio.unix_events" or len(args) < 2:
        return None
    return args[1] if isinstance(args[1], int) else None
