"""Findings made while the test still runs, of what will be gone when it is over."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._cpython.tasks import TASKS, coroutine_of
from asyncloop_testcase._reports.owners import Owner, owner_of_handle, owner_of_task
from asyncloop_testcase._reports.report import Finding, Site
from asyncloop_testcase._reports.sites import is_plumbing, site_of_coroutine
from asyncloop_testcase._reports.words import callback_name, coroutine_name, short

if TYPE_CHECKING:
    import types

__unittest = __tracebackhide__ = True

# What a loop tells its exception handler.
Context = dict[str, Any]

# A traceback longer than this is shown by its end.
MOST_FRAMES = 10


def failure(context: Context) -> Finding:
    """Return the finding of an exception that nobody asked for."""
    error: BaseException = context["exception"]
    created: Site | None = None
    future = context.get("future") or context.get("task")
    if isinstance(future, TASKS):
        coro = coroutine_of(future)
        what = f"Task {future.get_name()!r}"
        if coro is not None:  # an eager task that never had to wait forgets it
            what += f", coroutine {coroutine_name(coro)}"
        created = site_of_coroutine(coro)
    elif future is not None:
        what = short(future)
    elif context.get("handle") is not None:
        what = f"callback {callback_name(context['handle'])}"
    else:
        what = str(context.get("message", "the loop"))
    return Finding(what, created, _traceback_lines(error), owner=_owner(context))


def _owner(context: Context) -> Owner | None:
    """Return the fixture whose task or callback failed."""
    task = context.get("task") or context.get("future")
    if isinstance(task, TASKS):
        return owner_of_task(task)
    return owner_of_handle(context.get("handle"))


def _traceback_lines(error: BaseException) -> list[str]:
    """Return the exception as Python prints it, without the frames of asyncio at its start."""
    exception = traceback.TracebackException.from_exception(error)
    stack = exception.stack
    while stack and is_plumbing(stack[0].filename):
        del stack[0]
    del stack[:-MOST_FRAMES]
    return [line for text in exception.format() for line in text.rstrip("\n").split("\n")]


def never_awaited(coro: types.CoroutineType[Any, Any, Any]) -> Finding:
    """Return the finding of a coroutine that was made and not awaited."""
    return Finding(f"coroutine {coro.__qualname__}()", site_of_coroutine(coro))
