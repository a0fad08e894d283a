"""How a transport of a loop is made to lose its connection."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio


def lose_connection(loop: asyncio.AbstractEventLoop, number: int, exc: BaseException) -> bool:
    """
    Have the transport that a selector loop has for a descriptor lose its connection, if any.

    ``loop._transports`` has them by descriptor, and ``_force_close`` is what ``_fatal_error`` calls
    after it told the loop's exception handler. Read on 3.10-3.15.
    """
    transport = getattr(loop, "_transports", {}).get(number)
    if transport is None:
        return False
    transport._force_close(exc)
    return True


def fail_transport(future: Any, exc: BaseException, message: str | None) -> bool:
    """
    Have the transport of a proactor loop that waits for a future fail, if there is one.

    Its method is among the callbacks of the future. ``_fatal_error`` tells the loop's exception
    handler, and calls ``_force_close``, which takes the future back. Read on 3.10-3.15.

    Args:
        future: What the transport waits for.
        exc: The reason.
        message: For the exception handler; without one it is not told.
    """
    for callback, _ in future._callbacks or ():
        transport: Any = getattr(callback, "__self__", None)
        if hasattr(transport, "_force_close"):
            if message is None:
                transport._force_close(exc)
            else:
                transport._fatal_error(exc, message)
            return True
    return False


def is_awaited(future: Any) -> bool:
    """Tell whether a coroutine waits for a future, and not a function of a loop."""
    callbacks = [callback for callback, _ in future._callbacks or ()]
    return not any(
        isinstance(getattr(each, "func", each), (types.FunctionType, types.MethodType))
        for each in callbacks
    )
