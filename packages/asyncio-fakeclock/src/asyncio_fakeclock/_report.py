"""Who waits for what, in words: the await chain of every task."""

from __future__ import annotations

import asyncio
import gc
import linecache
import os
from typing import TYPE_CHECKING, Any

from asyncio_fakeclock._cpython.handles import callback_of
from asyncio_fakeclock._cpython.tasks import waits_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

__all__ = [
    "await_chains",
    "frames_of",
    "is_ours",
    "is_plumbing",
    "seconds",
    "timer_text",
    "timer_words",
]

_ASYNCIO = os.path.dirname(asyncio.__file__)
_OURS = (_ASYNCIO + os.sep, os.path.dirname(__file__) + os.sep)
_INDENT = "    "

_WRAPPERS = frozenset(
    {"async_generator_asend", "async_generator_athrow", "coroutine_wrapper", "anext_awaitable"}
)
_LINKS = _WRAPPERS | {"coroutine", "generator", "async_generator"}


def seconds(value: float) -> str:
    """Return *value* for a reader: ``5``, ``0.1``, ``86400``."""
    return f"{value:.9f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else repr(value)


def await_chains(loop: asyncio.AbstractEventLoop) -> str:
    """Return a paragraph for each pending task of *loop*, and what it waits for."""
    tasks = sorted(asyncio.all_tasks(loop), key=_by_age)
    if not tasks:
        return "  no task is pending"
    return "\n".join(_paragraph(task) for task in tasks)


def _by_age(task: asyncio.Task[Any]) -> tuple[int, str]:
    name = task.get_name()
    return len(name), name


def _paragraph(task: asyncio.Task[Any]) -> str:
    lines = [f"  Task {task.get_name()!r} waits"]
    last = None
    for frame in frames_of(task):
        if _is_asyncio(frame.f_code):
            last = frame
        else:
            lines.append(f"{_INDENT}at {_place(frame)}")
            last = None
    if last is not None:
        lines.append(f"{_INDENT}in asyncio's {_asyncio_call(last)}")
    lines += [f"{_INDENT}for {_future(future)}" for future in waits_for(task)]
    return "\n".join(lines)


def frames_of(task: asyncio.Task[Any]) -> Iterator[FrameType]:
    """Return the frames of a task, from its coroutine to where it is suspended."""
    awaited: Any = task.get_coro()
    while awaited is not None:
        frame, awaited = _step(awaited)
        if frame is not None:
            yield frame


def _step(awaited: Any) -> tuple[FrameType | None, Any]:
    for prefix in ("cr", "gi", "ag"):
        if hasattr(awaited, f"{prefix}_frame"):
            inner = "gi_yieldfrom" if prefix == "gi" else f"{prefix}_await"
            return getattr(awaited, f"{prefix}_frame"), getattr(awaited, inner, None)
    return None, _wrapped(awaited)


def _wrapped(awaited: object) -> object:
    """
    Return what one of the interpreter's own awaitables wraps, None for anything else.

    They are what the methods of async generators, ``__await__()`` of a coroutine, and ``anext()``
    return. Of what they wrap they tell nobody but the garbage collector. Read on 3.10 to 3.15.
    """
    if type(awaited).__name__ not in _WRAPPERS:
        return None
    referents = gc.get_referents(awaited)
    return next((each for each in referents if type(each).__name__ in _LINKS), None)


def _is_asyncio(code: CodeType) -> bool:
    return os.path.dirname(code.co_filename) == _ASYNCIO


def is_plumbing(code: CodeType) -> bool:
    """Whether code is asyncio's or ours, not the user's."""
    return code.co_filename.startswith(_OURS)


def _place(frame: FrameType) -> str:
    code = frame.f_code
    name = getattr(code, "co_qualname", code.co_name)
    if frame.f_lineno is None:  # a coroutine of Cython, say
        return f"{code.co_filename} in {name}()"
    line = linecache.getline(code.co_filename, frame.f_lineno, frame.f_globals).strip()
    where = f"{code.co_filename}:{frame.f_lineno} in {name}()"
    return f"{where}: {line}" if line else where


def _asyncio_call(frame: FrameType) -> str:
    code = frame.f_code
    owner = frame.f_locals.get("self")
    if owner is None:
        return f"{code.co_name}()"
    return f"{type(owner).__name__}.{code.co_name}() of {owner!r}"


def _future(future: asyncio.Future[Any]) -> str:
    if isinstance(future, asyncio.Task):
        return f"task {future.get_name()!r}"
    inner = waits_for(future)
    if inner:
        return "all of " + ", ".join(_future(each) for each in inner)
    return repr(future)


def timer_words(timer: asyncio.Handle, loop: asyncio.AbstractEventLoop) -> str:
    """Return the same, and whose sleep it is."""
    text = timer_text(timer)
    _, args = callback_of(timer)
    if text == "a sleep ends":
        sleepers = (task for task in asyncio.all_tasks(loop) if args[0] in waits_for(task))
        sleeper = next(sleepers, None)
        return text if sleeper is None else f"the sleep of task {sleeper.get_name()!r} ends"
    return text


def is_ours(handle: asyncio.Handle) -> bool:
    """Whether a handle is one of the clock's own."""
    callback, _ = callback_of(handle)
    return getattr(callback, "__module__", "").startswith(__name__.partition(".")[0])


def timer_text(timer: asyncio.Handle) -> str:
    """Return what a timer will call, in a few words."""
    callback, args = callback_of(timer)
    name = getattr(callback, "__qualname__", None)
    if name == "_set_result_unless_cancelled" and args:
        return "a sleep ends"
    task = getattr(callback, "__self__", None)
    if name is None and isinstance(task, asyncio.Task):  # so tasks in C take their steps
        return f"task {task.get_name()!r}"
    return f"{name or repr(callback)}()"
