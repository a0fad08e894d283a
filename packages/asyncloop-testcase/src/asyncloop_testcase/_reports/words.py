"""How the reports call things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncloop_testcase._cpython.handles import callback_of

if TYPE_CHECKING:
    import asyncio

__unittest = __tracebackhide__ = True


def name_of(function: Any) -> str:
    """Return how to call a callback: its dotted name, or whatever it says of itself."""
    while hasattr(function, "func"):  # functools.partial
        function = function.func
    name = getattr(function, "__qualname__", None)
    if not isinstance(name, str):
        return short(function)
    return f"{getattr(function, '__module__', None) or '?'}.{name}()"


def coroutine_name(coro: object) -> str:
    """Return how to call a coroutine: the name of its function."""
    return f"{getattr(coro, '__qualname__', type(coro).__name__)}()"


def short(value: object, longest: int = 200) -> str:
    """Return the repr of a value, cut where it is too long to read."""
    text = repr(value)
    return text if len(text) <= longest else f"{text[:longest]}..."


def callback_name(handle: asyncio.Handle) -> str:
    """Return how to call what a handle calls."""
    callback = callback_of(handle)
    return short(handle) if callback is None else name_of(callback)


def duration(seconds: float) -> str:
    """Return a time with three digits or all those before the point, never as 3.6e+03."""
    return f"{seconds:.0f} s" if abs(seconds) >= 999.5 else f"{seconds:.3g} s"
