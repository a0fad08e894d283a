"""Where tasks wait: the await chain of a task, in words."""

from __future__ import annotations

import asyncio
import gc
import linecache
import sys
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._cpython.tasks import children_of, coroutine_of, waits_for

if TYPE_CHECKING:
    import types
    from collections.abc import Iterable, Iterator

__unittest = __tracebackhide__ = True

# An await chain deeper than this is shown by its two ends.
LONGEST_CHAIN = 40
LONGEST_REPR = 200

WRAPPERS = frozenset(
    {"async_generator_asend", "async_generator_athrow", "coroutine_wrapper", "anext_awaitable"}
)
LINKS = WRAPPERS | {"coroutine", "generator", "async_generator"}


def describe_tasks(tasks: Iterable[asyncio.Task[Any]]) -> str:
    """Return the reports of several tasks, one below the other, in the order of their names."""
    return "\n".join(describe_task(task) for task in sorted(tasks, key=_name))


def add_task_report(error: BaseException, loop: asyncio.AbstractEventLoop) -> None:
    """Note on an exception where every task of *loop* waits, if there is any."""
    tasks = asyncio.all_tasks(loop)
    if not tasks:
        return
    text = f"The test was interrupted while these tasks were there:\n{describe_tasks(tasks)}"
    if sys.version_info >= (3, 11):
        error.add_note(text)
    elif not error.args:
        error.args = (text,)


def describe_task(task: asyncio.Task[Any]) -> str:
    """
    Return what a task is and where it waits, several lines without a newline at the end.

    Args:
        task: Any task, done or not. The running one is described up to where it runs.

    Example:
        >>> async def main():
        ...     task = asyncio.create_task(asyncio.sleep(5), name="nap")
        ...     await asyncio.sleep(0)
        ...     text = describe_task(task)
        ...     task.cancel()
        ...     return text
        >>> print(asyncio.run(main()))  # doctest: +ELLIPSIS
        Task 'nap', coroutine sleep()
          File "...tasks.py", line ..., in sleep
            ...
          waits for <Future pending ...>
    """
    coro = coroutine_of(task)
    lines = [f"Task {_name(task)!r}, coroutine {_coroutine_name(coro)}()", *chain_lines(coro)]
    if task.done():
        lines.append("  done")
    else:
        lines += (f"  {line}" for line in _waiting_lines(task))
    lines += _awaiting_lines(task)
    return "\n".join(lines)


def chain_lines(awaitable: object) -> list[str]:
    """Return the await chain from *awaitable* inward, as the lines of a traceback."""
    frames = list(_frames(awaitable))
    if len(frames) > LONGEST_CHAIN:
        half = LONGEST_CHAIN // 2
        between = f"  ... {len(frames) - 2 * half} frames ..."
        shown = [*map(_frame_lines, frames[:half]), [between], *map(_frame_lines, frames[-half:])]
    else:
        shown = [_frame_lines(frame) for frame in frames]
    return [line for lines in shown for line in lines]


def _frames(awaitable: object) -> Iterator[types.FrameType]:
    seen: set[int] = set()
    while awaitable is not None and id(awaitable) not in seen:
        seen.add(id(awaitable))
        for prefix, inner in (("cr", "cr_await"), ("gi", "gi_yieldfrom"), ("ag", "ag_await")):
            if hasattr(awaitable, inner):
                frame = getattr(awaitable, f"{prefix}_frame", None)
                if frame is not None:
                    yield frame
                awaitable = getattr(awaitable, inner)
                break
        else:
            awaitable = _behind(awaitable)


def _behind(awaitable: object) -> object:
    """
    Return what one of the interpreter's own awaitables wraps, None for anything else.

    They are what ``__anext__()``, ``asend()``, ``athrow()`` and ``aclose()`` of an async generator,
    ``__await__()`` of a coroutine, and ``anext()`` return. They tell nobody what they wrap, but the
    garbage collector. Read on 3.10 to 3.15.
    """
    if type(awaitable).__name__ not in WRAPPERS:
        return None
    inside = gc.get_referents(awaitable)
    return next((each for each in inside if type(each).__name__ in LINKS), None)


def _frame_lines(frame: types.FrameType) -> list[str]:
    code = frame.f_code
    name = getattr(code, "co_qualname", code.co_name)
    lines = [f'  File "{code.co_filename}", line {frame.f_lineno}, in {name}']
    source = linecache.getline(code.co_filename, frame.f_lineno or 0, frame.f_globals).strip()
    if source:
        lines.append(f"    {source}")
    return lines


def _waiting_lines(task: asyncio.Task[Any]) -> list[str]:
    waiter = waits_for(task)
    if waiter is None:
        return ["runs, or is about to"]
    lines = [f"waits for {_short(waiter)}"]
    children = [child for child in children_of(waiter) if not child.done()]
    lines += (f"  which waits for {_short(child)}" for child in children)
    return lines


def _awaiting_lines(task: asyncio.Task[Any]) -> list[str]:
    return [f"  awaited by {name}" for name in sorted(map(_short, _awaiting(task)))]


def _awaiting(task: asyncio.Task[Any]) -> list[asyncio.Future[Any]]:
    """Return who waits for the task, which the call graph of Python 3.14 knows."""
    if sys.version_info < (3, 14) or not isinstance(task, asyncio.Task):
        return []  # nor does it take tasks in Python
    graph = asyncio.capture_call_graph(task, limit=0)
    return [] if graph is None else [parent.future for parent in graph.awaited_by]


def _short(future: asyncio.Future[Any]) -> str:
    if isinstance(future, asyncio.Task):
        return f"task {_name(future)!r}"
    text = repr(future)
    return text if len(text) <= LONGEST_REPR else f"{text[:LONGEST_REPR]}..."


def _name(task: asyncio.Future[Any]) -> str:
    name = getattr(task, "get_name", None)
    return name() if name is not None else repr(task)


def _coroutine_name(coro: object) -> str:
    return str(getattr(coro, "__qualname__", type(coro).__name__))
