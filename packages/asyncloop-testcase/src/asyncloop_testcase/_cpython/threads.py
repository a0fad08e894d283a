"""Threads: who works for a pool and waits for work, and who was made by others."""

from __future__ import annotations

import gc
import queue
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import types
    from concurrent.futures import ThreadPoolExecutor

__unittest = __tracebackhide__ = True

# Above the function that takes the next job there are only the queue and its locks.
_WAITING = (threading.__file__, queue.__file__)
# The functions in which the workers of pools take the next job. ``_worker`` is what the threads of
# ``ThreadPoolExecutor`` run, 3.10 to 3.15; those of anyio and trio have classes of their own.
_POOLS = (
    ("concurrent.futures.thread", "_worker"),
    ("anyio._backends._asyncio", "run"),
    ("trio._core._thread_cache", "_work"),
)


def is_dummy(thread: threading.Thread) -> bool:
    """Tell whether an object stands for a thread of others (``_DummyThread``, 3.10 to 3.15)."""
    return isinstance(thread, threading._DummyThread)


def pool_of_idle(thread: threading.Thread) -> str | None:
    """Return the module of the pool that a thread works for if it waits for work, else None."""
    frame: types.FrameType | None = sys._current_frames().get(thread.ident or 0)
    while frame is not None and frame.f_code.co_filename in _WAITING:
        frame = frame.f_back
    if frame is None:
        return None
    module: str = frame.f_globals.get("__name__", "")
    return module if (module, frame.f_code.co_name) in _POOLS else None


def executor_of(thread: threading.Thread) -> ThreadPoolExecutor | None:
    """
    Return the executor that a thread works for, None if there is none any more.

    Nothing leads from a worker to its executor, so it is sought among all objects; ``_threads`` has
    been read on 3.10 to 3.15.
    """
    from concurrent.futures import ThreadPoolExecutor

    for each in gc.get_objects():
        if issubclass(type(each), ThreadPoolExecutor) and thread in each._threads:
            found: ThreadPoolExecutor = each
            return found
    return None
