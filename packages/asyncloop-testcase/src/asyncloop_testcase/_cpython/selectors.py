"""The selector of a loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import selectors

__unittest = __tracebackhide__ = True


def selector_of(loop: asyncio.AbstractEventLoop) -> selectors.BaseSelector | None:
    """
    Return the selector of a loop (``_selector``, 3.10 to 3.15), None if it has none.

    A proactor loop calls its proactor so, too; nothing is registered there.
    """
    selector = getattr(loop, "_selector", None)
    return selector if hasattr(selector, "register") else None


def has_no_readers(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether a loop refuses ``add_reader()``, as those over completion ports do."""
    return getattr(type(loop), "add_reader", None) is asyncio.AbstractEventLoop.add_reader


def registered_count(loop: asyncio.AbstractEventLoop) -> int:
    """
    Return how many files are registered with the selector of a loop, 0 if it is closed.

    ``_fd_to_key``, 3.10 to 3.15, tells in a fraction of the time that ``get_map()`` takes, which
    tells for the selectors of others.
    """
    selector: Any = getattr(loop, "_selector", None)
    keys = getattr(selector, "_fd_to_key", None)
    if keys is None:
        keys = selector.get_map() if hasattr(selector, "get_map") else None
    return 0 if keys is None else len(keys)
