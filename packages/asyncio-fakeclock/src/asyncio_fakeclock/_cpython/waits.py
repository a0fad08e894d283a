"""
Which threads wait for another thread of this process, read off their innermost frame.

- ``Condition.wait()`` puts a lock of its own, ``waiter``, into ``Condition._waiters`` and acquires
  it; ``notify()`` takes it out. As long as it is in there, the thread waits, and whoever is to end
  that has not done so yet. ``Event``, ``Queue``, ``Barrier``, ``Semaphore`` and
  ``concurrent.futures.Future`` wait by it.
- ``run_coroutine_threadsafe()`` chains a future of the loop to one of a thread, by a callback among
  ``Future._done_callbacks`` that ``_chain_future()`` has made.
- ``Thread.join()`` waits for the end of a thread; up to 3.12 by ``_wait_for_tstate_lock()``.
- ``socketserver.BaseServer.serve_forever()`` selects until somebody connects, twice a second; what
  it looks at in between is ``_BaseServer__shutdown_request``. ``http.server`` serves by it.
- ``_thread._count()`` is the number of threads that Python has started and that run.
- ``_worker()`` of a thread pool waits for a job, where it does not call anything of Python; its
  variables tell the queue and the executor, whose ``_shutdown`` tells that it will not wait long.

Read on CPython 3.10 to 3.15; ``tests/cpython`` says what has changed.
"""

from __future__ import annotations

import _thread
import concurrent.futures.thread
import select
import sys
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["Wait", "is_dummy", "is_idle_worker", "thread_count", "wait_of"]

thread_count = _thread._count

_thread_of: Any = concurrent.futures.thread
_WORKER = _thread_of._worker.__code__
_WAIT = threading.Condition.wait.__code__
_RESULTS = {
    concurrent.futures.Future.result.__code__,
    concurrent.futures.Future.exception.__code__,
}
_JOINS = {
    method.__code__
    for name in ("join", "_wait_for_tstate_lock")
    if (method := getattr(threading.Thread, name, None)) is not None
}


class Wait(NamedTuple):
    """
    That a thread waits for another one.

    Attributes:
        token: An object that is the same for as long as this very wait lasts.
        timeout: The real seconds after which the wait ends by itself; None if it does not, or if
            what ends it is a loop.
    """

    token: object
    timeout: float | None


def wait_of(frame: FrameType) -> Wait | None:
    """Return what the thread with this innermost frame waits for, None if that is not certain."""
    code = frame.f_code
    if code is _WAIT:
        return _wait_for_notify(frame.f_locals, frame.f_back)
    if code in _JOINS:
        return _wait_for_end(frame.f_locals)
    if code.co_name == "select" and frame.f_back is not None and _serves_forever(frame.f_back):
        return _wait_for_connection(frame.f_back.f_locals["self"])
    return None


def _serves_forever(frame: FrameType) -> bool:
    base = getattr(sys.modules.get("socketserver"), "BaseServer", None)
    return base is not None and frame.f_code is base.serve_forever.__code__


def _wait_for_connection(server: Any) -> Wait | None:
    if server._BaseServer__shutdown_request or _is_readable(server.fileno()):
        return None
    return Wait(server, None)


def _is_readable(fd: int) -> bool:
    try:
        if not hasattr(select, "poll"):
            return bool(select.select([fd], [], [], 0)[0])
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        return bool(poll.poll(0))
    except (OSError, ValueError):  # it is being closed
        return True


def _wait_for_notify(variables: Any, caller: FrameType | None) -> Wait | None:
    waiter = variables.get("waiter")
    # Before the condition is released, somebody else may wait for that.
    if waiter is None or "saved_state" not in variables:
        return None
    if not any(each is waiter for each in list(variables["self"]._waiters)):
        return None
    timeout = variables.get("timeout")
    if timeout is None or _is_result_of_a_loop(caller):
        return Wait(waiter, None)
    return Wait(waiter, timeout)


def _is_result_of_a_loop(frame: FrameType | None) -> bool:
    """Whether it waits for the future of ``run_coroutine_threadsafe()``, which a loop will end."""
    if frame is None or frame.f_code not in _RESULTS:
        return False
    callbacks = getattr(frame.f_locals.get("self"), "_done_callbacks", ())
    return any(getattr(each, "__qualname__", "").startswith("_chain_future.") for each in callbacks)


def _wait_for_end(variables: Any) -> Wait | None:
    thread = variables["self"]
    # Without a frame it has run all its code, and is about to be no more.
    if not thread.is_alive() or thread.ident not in sys._current_frames():
        return None
    timeout = variables.get("timeout", -1)
    return Wait(thread, timeout if timeout is not None and timeout >= 0 else None)


def is_idle_worker(frame: FrameType) -> bool:
    """
    Whether a thread of a thread pool, with this innermost frame, waits for a job to be submitted.

    Not if there is something in its queue, or the pool is being shut down: then it is about to run.
    """
    if frame.f_code is not _WORKER:
        return False
    variables = frame.f_locals
    executor = variables["executor_reference"]()
    return executor is not None and not executor._shutdown and variables["work_queue"].empty()


def is_dummy(thread: threading.Thread) -> bool:
    """Whether an object stands for a thread that ``threading`` has not started."""
    return isinstance(thread, threading._DummyThread)
