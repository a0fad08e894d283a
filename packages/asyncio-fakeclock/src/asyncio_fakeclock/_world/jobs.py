"""Jobs of executors: what they are called, and when they have ended."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from asyncio_fakeclock._world import threads

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Job", "name_of"]

_DELIVERIES: Final = {"set_result", "set_exception", "_invoke_callbacks", "cancel"}
_FUTURES_FILE: Final = concurrent.futures.Future.set_result.__code__.co_filename


class Job(NamedTuple):
    """
    Something given to an executor.

    Attributes:
        future: What is done when it is.
        name: What it is called in reports.
        inner: The future of a thread pool, None if some other executor has the job.
    """

    future: asyncio.Future[Any] | concurrent.futures.Future[Any]
    name: str
    inner: concurrent.futures.Future[Any] | None

    def ended(self) -> bool:
        """Whether it can wake the loop no more."""
        future = self.future
        return future.done() and (isinstance(future, asyncio.Future) or not _delivering())

    def waits_in_its_queue(self) -> bool:
        """Whether no thread has begun it."""
        return self.inner is not None and not (self.inner.running() or self.inner.done())


def _delivering() -> bool:
    """Whether a thread is between setting a result and having called the callbacks."""
    own = threading.get_ident()
    return any(
        frame.f_code.co_name in _DELIVERIES and frame.f_code.co_filename == _FUTURES_FILE
        for ident, top in sys._current_frames().items()
        if ident != own
        for frame in threads.stack_of(top)
    )


def name_of(func: Callable[..., object]) -> str:
    """Return what a job is called in reports."""
    # asyncio.to_thread() hands over partial(context.run, func, ...).
    while isinstance(func, functools.partial):
        is_run = getattr(func.func, "__name__", "") == "run" and func.args
        func = func.args[0] if is_run and callable(func.args[0]) else func.func
    name = getattr(func, "__qualname__", None) or repr(func)
    return f"executor job {name}()"
