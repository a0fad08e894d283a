"""Methods that are put in front of an event loop's, and taken away again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from collections.abc import Callable


@final
class Overrides:
    """
    Methods put in front of those of one object, and taken away again.

    Args:
        target: The object.
    """

    def __init__(self, target: object) -> None:
        self._target = target
        self._saved: list[tuple[str, Any, bool, Any]] = []

    def put(self, name: str, method: Callable[..., Any]) -> None:
        """Put a method in front."""
        own = vars(self._target)
        self._saved.append((name, method, name in own, own.get(name)))
        setattr(self._target, name, method)

    def remove(self) -> None:
        """Take all of them away; what somebody else put in front since then stays."""
        while self._saved:
            name, method, had, before = self._saved.pop()
            if vars(self._target).get(name) is not method:
                continue
            if had:
                setattr(self._target, name, before)
            else:
                delattr(self._target, name)


def running_loop(what: str) -> asyncio.AbstractEventLoop:
    """Return the running loop, or fail with the way out."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        msg = f"cannot {what}: no loop is running, so give install() the loop"
        raise RuntimeError(msg) from None
