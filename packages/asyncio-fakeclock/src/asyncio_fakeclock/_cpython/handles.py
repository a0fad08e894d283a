"""
The slots of handles, read on CPython 3.10 to 3.15; ``tests/cpython`` says what has changed.

``call_at()`` fills them in without the constructor, if they are the ones known here.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["HANDLE_SLOTS", "KNOWN_LAYOUT", "callback_of", "drop_frames", "set_when"]

HANDLE_SLOTS = frozenset(
    {
        "_args",
        "_callback",
        "_cancelled",
        "_context",
        "_loop",
        "_repr",
        "_scheduled",
        "_source_traceback",
        "_when",
    }
)

KNOWN_LAYOUT = {
    *asyncio.Handle.__slots__,
    *asyncio.TimerHandle.__slots__,
} - {"__weakref__"} == HANDLE_SLOTS


def drop_frames(handle: Any, count: int) -> None:
    """Leave out the last frames of where debug mode says that a handle was made."""
    if handle._source_traceback:
        del handle._source_traceback[-count:]


def set_when(timer: Any, when: float) -> None:
    """Set the time of a timer."""
    timer._when = when


def callback_of(handle: Any) -> tuple[Callable[..., object] | None, tuple[Any, ...]]:
    """Return the callback of a handle and its arguments."""
    return handle._callback, handle._args or ()
