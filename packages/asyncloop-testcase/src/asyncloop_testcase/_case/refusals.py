"""What a test case cannot do for its users, and what to do instead."""

from __future__ import annotations

import inspect
import types
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__unittest = __tracebackhide__ = True


def refuse_result(method: object, result: object, *, awaited: bool) -> None:
    """
    Raise TypeError because a test returned *result*.

    What came out of an awaitable is only warned about, as unittest does, unless it should have
    been awaited itself.
    """
    name = getattr(method, "__qualname__", repr(method))
    if inspect.isawaitable(result) or not awaited:
        shown = repr(result)
        if isinstance(result, (types.GeneratorType, types.CoroutineType)):
            result.close()
        msg = f"{name}() returned {shown}, and {_way_out(result)}"
        raise TypeError(msg)
    msg = f"{name}() returned {result!r}: it is deprecated to return a value from a test"
    warnings.warn(msg, DeprecationWarning, stacklevel=4)


def _way_out(result: object) -> str:
    if inspect.isawaitable(result):
        return "that was never awaited: await it in the test"
    if isinstance(result, types.GeneratorType):
        return "its body did not run: define the test with async def, and await where it yields"
    if isinstance(result, types.AsyncGeneratorType):
        return "its body did not run: a test must not yield"
    return "a test returns None or something to await: assert on the value instead"


def refusal_of(name: str) -> Callable[[type], None]:
    """Return what stands in for a class fixture that is a coroutine function, and refuses it."""

    def refuse(cls: type) -> None:
        msg = (
            f"{cls.__qualname__}.{name}() is a coroutine function, but no loop outlives a test: "
            "use an async def setUp(), or a plain method that calls asyncio.run()"
        )
        raise TypeError(msg)

    return refuse
