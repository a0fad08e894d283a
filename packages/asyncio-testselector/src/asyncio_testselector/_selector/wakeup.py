"""How a `TestSelector` that sleeps in a real ``select()`` is woken from another thread."""

from __future__ import annotations

import selectors
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    import asyncio


def nothing() -> None:
    """Be called by a loop whose selector has news."""


@final
class LoopWakeup:
    """
    Wakes the selector of an event loop, by the loop's own means.

    Args:
        loop: The loop that registers its files with the selector.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop

    def __call__(self) -> None:
        """Wake the loop; one that is closed sleeps for ever, and that is fine."""
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(nothing)


@final
class SocketWakeup:
    """
    Wakes a selector that belongs to no loop, by a socket pair of its own.

    Args:
        selector: The real selector; one end of the pair is registered there.
    """

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._key = selector.register(self._reader, selectors.EVENT_READ, self)

    def __call__(self) -> None:
        """Wake the selector."""
        with suppress(OSError):
            self._writer.send(b"\0")

    def removed_from(self, events: list[tuple[selectors.SelectorKey, int]]) -> Any:
        """Return the events without this wake-up, and be ready for the next one."""
        others = [event for event in events if event[0] is not self._key]
        if len(others) < len(events):
            with suppress(OSError):
                self._reader.recv(4096)
        return others

    def close(self) -> None:
        """Give the sockets back; the selector is closed by its owner."""
        self._reader.close()
        self._writer.close()
