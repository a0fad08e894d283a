"""What ran at which instant, and who slept until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    import asyncio

__all__ = ["Timeline"]


@final
class Timeline:
    """A record."""

    def timer_set(self, handle: asyncio.TimerHandle, now: float) -> None:
        """Record."""

    def timer_cancelled(self, handle: asyncio.TimerHandle, now: float) -> None:
        """Record."""

    def timer_runs(self, handle: asyncio.TimerHandle, now: float) -> None:
        """Record."""
