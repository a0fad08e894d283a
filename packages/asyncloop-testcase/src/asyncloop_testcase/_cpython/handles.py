"""Handles: what the loop calls, and for whom."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import contextvars
    import types

__unittest = __tracebackhide__ = True


def callback_of(handle: asyncio.Handle) -> object:
    """Return what a handle calls (``_callback``, 3.10 to 3.15), None if it does not tell."""
    return getattr(handle, "_callback", None)


def loop_of(handle: asyncio.Handle) -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs a handle (``_loop``, 3.10 to 3.15)."""
    loop: asyncio.AbstractEventLoop | None = getattr(handle, "_loop", None)
    return loop


# The method by which the loop calls every callback, 3.10 to 3.15.
RUN = "_run"


# By its frames one knows where the loop called user code, 3.10 to 3.15.
RUN_CODE: types.CodeType = asyncio.Handle._run.__code__


def handles_of(data: Any) -> list[tuple[str, asyncio.Handle]]:
    """
    Return what the loop calls for a selector's key, each with the word for it.

    The loop registers pairs, a handle for a reader and one for a writer (3.10 to 3.15); what others
    register with the selector is not asyncio's.
    """
    if not (isinstance(data, tuple) and len(data) == 2):
        return []
    pairs = zip(("reader", "writer"), data, strict=True)
    return [(kind, each) for kind, each in pairs if isinstance(each, asyncio.Handle)]


def is_internal(handle: asyncio.Handle) -> bool:
    """Tell whether asyncio itself wants to be called (``_callback``, 3.10 to 3.15)."""
    callback = getattr(handle, "_callback", None)
    return str(getattr(callback, "__module__", None)).startswith("asyncio.")


def context_of_handle(handle: object) -> contextvars.Context | None:
    """Return the context that a callback runs in (``Handle._context``, 3.10 to 3.15)."""
    context: contextvars.Context | None = getattr(handle, "_context", None)
    return context


def is_anything_ready(loop: Any) -> bool:
    """
    Tell whether any callback waits for the next turn of the loop (``_ready``, 3.10 to 3.15).

    A proactor loop, when it has stopped, always has one due: that by which it begins to listen to
    what wakes it (``_loop_self_reading``).

    Raises:
        AttributeError: The loop does not tell.
    """
    ready = loop._ready
    return bool(ready) and not (len(ready) == 1 and is_listening(ready[0]))


def is_listening(handle: object) -> bool:
    """Tell whether a callback is that by which a proactor loop listens to what wakes it."""
    callback = getattr(handle, "_callback", None)
    return getattr(callback, "__name__", None) == "_loop_self_reading"
