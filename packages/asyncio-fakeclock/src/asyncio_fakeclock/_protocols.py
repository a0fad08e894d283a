"""What the timers of a loop are told by, and what they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from asyncio import TimerHandle

__all__ = ["Owner", "WithSelect"]


class WithSelect(Protocol):
    """What a loop asks for events: a selector, or a proactor."""

    def select(self, timeout: float | None = None, /) -> list[Any]:
        """Wait for events, for at most *timeout* seconds."""
        ...


class Owner(Protocol):
    """What the timers call when they cannot go on by themselves."""

    def _unsettled(self) -> list[Any] | None:
        """Return events if something real comes first, None if time may move."""

    def _exhausted(self) -> list[Any]:
        """Return events when no timer is due until the limit."""
        ...

    def _busy(self) -> None:
        """Hear that the loop has been busy at one instant for a while."""

    def _catch_up(self) -> None:
        """Move on a busy loop whose time goes by itself."""

    def _jumped_far(self) -> None:
        """Hear that very many instants have gone by."""

    def _moved(self, now: float) -> None:
        """Hear of a new instant."""

    def _about_to_run(self, handle: TimerHandle) -> None:
        """Hear of a timer that is due."""

    def _timer_set(self, handle: TimerHandle) -> None:
        """Hear of a new timer."""

    def _timer_cancelled(self, handle: TimerHandle) -> None:
        """Hear of a timer that will not run."""
