"""Async generators: whether one is suspended, and what closes it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncGenerator

from asyncloop_testcase._cpython.tasks import all_tasks

__unittest = __tracebackhide__ = True


def is_suspended(generator: Any, loop: asyncio.AbstractEventLoop) -> bool:
    """
    Tell whether an async generator was begun and has not ended.

    ``ag_suspended`` is public since 3.12. Before, the loop's set of the generators that it has seen
    begin tells (``_asyncgens``, read on 3.10 and 3.11).
    """
    if generator.ag_frame is None or generator.ag_running:
        return False  # ended, or being closed by a task
    if sys.version_info >= (3, 12):
        return bool(generator.ag_suspended)
    return generator in getattr(loop, "_asyncgens", ())


async def _nothing() -> AsyncGenerator[None, None]:
    yield  # pragma: no cover - it is closed before it runs


def _asyncgen_closing() -> type:
    closing = _nothing().aclose()
    closing.close()
    return type(closing)


# What the loop makes a task of when an async generator is deleted that was not closed. The type
# has no public name, 3.10 to 3.15.
ASYNCGEN_CLOSING: type = _asyncgen_closing()


def is_closing_asyncgens(loop: asyncio.AbstractEventLoop) -> bool:
    """
    Tell whether the loop is about to close async generators that were dropped.

    It calls its own ``create_task()`` for that with what ``aclose()`` returned, in a turn of its
    own (``_ready``, ``_args``, 3.10 to 3.15).
    """
    due = [arg for handle in getattr(loop, "_ready", ()) for arg in handle._args or ()]
    tasks = [getattr(task, "_coro", None) for task in all_tasks(loop)]
    return any(isinstance(each, ASYNCGEN_CLOSING) for each in (*due, *tasks))
