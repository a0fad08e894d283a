"""How the reports call things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncloop_testcase._cpython.handles import callback_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable

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


def nearest(wrong: object, known: Iterable[str]) -> str | None:
    """Return the name that somebody has probably meant, None if there is none like it."""
    import difflib  # which takes a millisecond to import

    return next(iter(difflib.get_close_matches(str(wrong), sorted(known), n=1)), None)


def did_you_mean(wrong: object, known: Iterable[str]) -> str:
    """Return the end of a sentence that refuses a name: the nearest one, or all there are."""
    names = [*known]
    meant = nearest(wrong, names)
    return f"; did you mean {meant!r}?" if meant else f"; there are {', '.join(names)}"
