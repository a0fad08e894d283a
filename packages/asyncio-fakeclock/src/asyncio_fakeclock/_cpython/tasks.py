"""What a task waits for (``Task._fut_waiter``, ``_GatheringFuture._children``; 3.10 to 3.15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import Future

__all__ = ["waits_for"]


def waits_for(waiting: Future[Any]) -> list[Future[Any]]:
    """Return the futures that a task, or the future of a ``gather()``, waits for."""
    waiter = getattr(waiting, "_fut_waiter", None)
    children = getattr(waiting, "_children", ())
    return [*([] if waiter is None else [waiter]), *children]
