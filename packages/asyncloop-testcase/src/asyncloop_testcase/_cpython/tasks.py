"""Tasks and futures: which there are, what they wait for, whose exceptions are lost."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import contextvars
    from collections.abc import Collection

__unittest = __tracebackhide__ = True

# Futures and tasks in C and in Python, which do not derive from each other (``_PyFuture``,
# ``_PyTask``, 3.10 to 3.15); where there is no accelerator, they are the same.
FUTURES: tuple[type[asyncio.Future[Any]], ...] = (
    asyncio.Future,
    asyncio.futures._PyFuture,  # type: ignore[attr-defined]
)


TASKS: tuple[type[asyncio.Task[Any]], ...] = (
    asyncio.Task,
    asyncio.tasks._PyTask,  # type: ignore[attr-defined]
)


def waits_for(task: asyncio.Future[Any]) -> asyncio.Future[Any] | None:
    """Return the future that a task waits for (``_fut_waiter``, 3.10 to 3.15)."""
    waiter: asyncio.Future[Any] | None = getattr(task, "_fut_waiter", None)
    return waiter


def coroutine_of(task: asyncio.Task[Any]) -> Any:
    """
    Return the coroutine of a task; None if it has forgotten it, as an eager task that never waited.

    Of such a task ``get_coro()`` crashes CPython 3.12.1, ``_coro`` does not. Read on 3.10 to 3.15.
    """
    return getattr(task, "_coro", None)


def children_of(future: asyncio.Future[Any]) -> list[asyncio.Future[Any]]:
    """Return what a ``gather()`` waits for (``_GatheringFuture._children``, 3.10 to 3.15)."""
    return list(getattr(future, "_children", ()))


def forget_pending(task: asyncio.Task[Any]) -> None:
    """
    Keep asyncio from logging "Task was destroyed but it is pending!" of a task already reported.

    ``_log_destroy_pending`` is what asyncio's own ``gather()`` and ``run_until_complete()`` use.
    Read on 3.10 to 3.15.
    """
    with contextlib.suppress(AttributeError):
        task._log_destroy_pending = False  # type: ignore[attr-defined]


def all_tasks(loop: asyncio.AbstractEventLoop) -> set[asyncio.Task[Any]]:
    """
    Return the pending tasks of a loop.

    Since 3.14 ``asyncio.all_tasks()`` knows the tasks in C alone; those in Python, which some
    libraries derive from, are known to ``_py_all_tasks``. Read on 3.14 and 3.15.
    """
    tasks: set[asyncio.Task[Any]] = asyncio.all_tasks(loop)
    if sys.version_info >= (3, 14):
        tasks |= asyncio.tasks._py_all_tasks(loop)  # type: ignore[attr-defined]
    return tasks


def is_lost(future: asyncio.Future[Any]) -> bool:
    """
    Tell whether a future has an exception that nobody asked for.

    ``_log_traceback`` is what decides whether the future complains when it is deleted; futures in
    C and in Python have it, 3.10 to 3.15.
    """
    return bool(getattr(future, "_log_traceback", False))


def context_of_task(task: asyncio.Task[Any]) -> contextvars.Context | None:
    """
    Return the context that a task runs in, None if it does not tell.

    ``get_context()`` is public since 3.12. Before, the future that a task waits for tells, which
    keeps its callbacks together with their contexts (``_fut_waiter`` and ``_callbacks``, read on
    3.10 and 3.11).
    """
    if sys.version_info >= (3, 12):
        return task.get_context()
    waiter = getattr(task, "_fut_waiter", None)  # pragma: no cover - measured on 3.10
    callbacks: list[tuple[object, contextvars.Context]]
    callbacks = getattr(waiter, "_callbacks", None) or []
    for callback, context in callbacks:
        if getattr(callback, "__self__", None) is task:
            return context
    return None


def exception_of(future: asyncio.Future[Any]) -> BaseException | None:
    """
    Return the exception of a future that is done, without having asked for it.

    To ask clears ``_log_traceback``, so that it would not be logged any more. ``_exception`` has
    been read on 3.10 to 3.15.
    """
    error: BaseException | None = getattr(future, "_exception", None)
    return error


def wakes_any(handle: asyncio.Handle, tasks: Collection[asyncio.Task[Any]]) -> bool:
    """
    Tell whether all that a timer does is to wake one of the tasks, or to cancel it.

    Its callback or an argument of it (``_callback``, ``_args``, 3.10 to 3.15) is the future for
    which the task waits, as in ``asyncio.sleep()``, or belongs to what knows the task, as in
    ``asyncio.timeout()`` and in the cancel scopes of anyio.
    """
    if not tasks:
        return False
    waited = [each for task in tasks if (each := waits_for(task)) is not None]
    waited += [child for each in waited for child in children_of(each)]
    served = {*map(id, tasks), *map(id, waited)}
    callback: Any = getattr(handle, "_callback", None)
    while isinstance(callback, functools.partial):
        if not served.isdisjoint(map(id, callback.args)):
            return True
        callback = callback.func
    concerned = [getattr(callback, "__self__", None), *(getattr(handle, "_args", None) or ())]
    around = (each for it in concerned if it is not None for each in (it, *_parts(it)))
    return not served.isdisjoint(map(id, around))


def _parts(it: object) -> list[object]:
    """
    Return what an object refers to itself, for its attributes may be kept in slots.

    On 3.10, and once somebody has asked for ``__dict__``, they are kept in that instead.
    """
    if isinstance(it, asyncio.AbstractEventLoop):
        return []
    parts = gc.get_referents(it)
    if any(type(part) is dict for part in parts):
        with contextlib.suppress(AttributeError):
            parts += object.__getattribute__(it, "__dict__").values()
    return parts
