"""What an event loop has to do, and what is left to shut down."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._cpython.handles import is_anything_ready, is_listening
from asyncloop_testcase._cpython.selectors import registered_count
from asyncloop_testcase._cpython.tasks import all_tasks

if TYPE_CHECKING:
    import threading
    from concurrent.futures import Executor

__unittest = __tracebackhide__ = True

# What counts every living task that was scheduled: a WeakSet up to 3.13, whose ``data`` is a plain
# set. From 3.14 on tasks are linked in C, and all_tasks() costs next to nothing.
_task_registry: object = ()


if sys.version_info < (3, 12):
    _task_registry = asyncio.tasks._all_tasks.data  # type: ignore[attr-defined]
elif sys.version_info < (3, 14):  # pragma: no cover - measured are the oldest and the newest
    _task_registry = asyncio.tasks._scheduled_tasks.data  # type: ignore[attr-defined]


_eager_tasks: set[object] = getattr(asyncio.tasks, "_eager_tasks", set())  # since 3.12


def nothing_to_shut_down(loop: asyncio.AbstractEventLoop) -> bool:
    """
    Tell, in a fraction of the time of ``all_tasks()``, that nothing is left to shut down.

    False means: perhaps. Read on 3.10 to 3.15: ``_ready``, ``_asyncgens``, ``_default_executor``,
    and the registries of tasks, which are empty where everybody's tasks have ended.
    """
    each: Any = loop
    try:
        # ``data`` because the len() of a WeakSet is slow.
        if each._default_executor is not None or each._asyncgens.data or is_anything_ready(each):
            return False
    except AttributeError:
        return False
    if sys.version_info >= (3, 14):
        return not asyncio.all_tasks(loop)
    return not (_task_registry or _eager_tasks)


def may_have_asyncgens(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether ``shutdown_asyncgens()`` has anything to do (``_asyncgens``, 3.10 to 3.15)."""
    return len(getattr(loop, "_asyncgens", (None,))) > 0


def default_executor(loop: asyncio.AbstractEventLoop) -> Executor | None:
    """Return the default executor if it was made (``_default_executor``, 3.10 to 3.15)."""
    return getattr(loop, "_default_executor", None)


def workers_of(executor: Executor) -> list[threading.Thread]:
    """Return the threads of a thread pool (``ThreadPoolExecutor._threads``, 3.10 to 3.15)."""
    return list(getattr(executor, "_threads", ()))


def ready_count(loop: asyncio.AbstractEventLoop) -> int | None:
    """Return how many callbacks wait for the next turn (``_ready``, 3.10 to 3.15)."""
    ready = getattr(loop, "_ready", None)
    return None if ready is None else sum(not is_listening(handle) for handle in ready)


def next_callback(loop: asyncio.AbstractEventLoop) -> object:
    """Return the handle that runs next, for a report (``_ready``, 3.10 to 3.15)."""
    ready = getattr(loop, "_ready", None)
    return ready[0] if ready else None


def is_something_due(loop: asyncio.AbstractEventLoop) -> bool:
    """
    Tell whether the next turn of the loop calls anything, True if the loop does not tell.

    ``_ready`` and ``_scheduled``, a heap of timers, 3.10 to 3.15.
    """
    try:
        ready = is_anything_ready(loop)
        timers: Any = loop._scheduled  # type: ignore[attr-defined]
    except AttributeError:
        return True
    return ready or (bool(timers) and timers[0].when() <= loop.time())


def is_idle(loop: asyncio.AbstractEventLoop) -> bool:
    """
    Tell that one turn more would do nothing, whatever was done before; False means: perhaps.

    ``_ready``, ``_scheduled`` and ``_signal_handlers`` (of loops for Unix) are empty, and of files
    (``_fd_to_key`` of ``_selector``) it has but the one by which it is woken. 3.10 to 3.15.
    """
    each: Any = loop
    try:
        if each._ready or each._scheduled or getattr(each, "_signal_handlers", None):
            return False
        selector = each._selector
    except AttributeError:
        return False
    try:
        return len(selector._fd_to_key) == 1
    except AttributeError:
        return registered_count(loop) == 1


def unfinished_work(loop: asyncio.AbstractEventLoop) -> list[object]:
    """Return pending tasks, timers and callbacks (``_scheduled``, ``_ready``, 3.10 to 3.15)."""
    return [*all_tasks(loop), *getattr(loop, "_scheduled", ()), *getattr(loop, "_ready", ())]
