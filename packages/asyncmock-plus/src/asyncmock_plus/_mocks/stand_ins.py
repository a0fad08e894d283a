"""
What `inspect` finds in mocks of functions and methods.

A mock whose spec is a function passes for one, so `inspect.iscoroutinefunction` looks into its
``__code__``, and into the ``__func__`` of one that passes for a method. A mock in their place is
an error (``flags & 1``) or, being a MagicMock, truth: real objects stand there.
"""

from __future__ import annotations

import inspect
import sys
from types import FunctionType, MethodType
from typing import Any

from asyncmock_plus._cpython import COROUTINE_MARKER, AsyncMockMixin

__unittest = __tracebackhide__ = True


async def AsyncMock(*args: Any, **kwargs: Any) -> None:  # noqa: N802
    """Lend its code object to all asynchronous mocks."""


def mock(*args: Any, **kwargs: Any) -> None:
    """Lend its code object to all mocks of other functions."""


FIELDS = {
    # inspect.iscoroutinefunction() looks at __code__; asyncio's did at the marker, up to 3.13.
    "_is_coroutine": COROUTINE_MARKER,
    "__code__": AsyncMock.__code__,
    "__name__": "AsyncMock",
    "__defaults__": (),
    "__annotations__": None,
}

if sys.version_info >= (3, 12):
    # The mark is looked at first, also of what cannot be called.
    FIELDS.update(vars(inspect.markcoroutinefunction(FunctionType(AsyncMock.__code__, {}))))

# By name, for which shown class, the object in mocks of coroutine functions, and in all others.
STAND_INS: dict[str, tuple[type, Any, Any]] = {
    "__code__": (FunctionType, AsyncMock.__code__, mock.__code__),
    "__func__": (MethodType, AsyncMock, mock),
}


def stand_in(instance: Any, name: str) -> Any:
    """Return what a mock has under a name in `STAND_INS`, None when it is a child as any other."""
    shown, asynchronous, other = STAND_INS[name]
    if instance._spec_class is not shown:
        return None
    return asynchronous if isinstance(instance, AsyncMockMixin) else other
