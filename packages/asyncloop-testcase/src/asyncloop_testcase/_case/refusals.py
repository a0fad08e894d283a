"""What a test case cannot do for its users, and what to do instead."""

from __future__ import annotations

import inspect
import sys
import types
import warnings
from typing import TYPE_CHECKING, Any

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
    _warn_at(method, msg)


def _warn_at(function: Any, message: str) -> None:
    """Warn of a function where it is defined: it has returned already, no frame is its own."""
    function = inspect.unwrap(getattr(function, "__func__", function))
    code = getattr(function, "__code__", None)
    if code is None:
        warnings.warn(message, DeprecationWarning, stacklevel=5)
        return
    names = function.__globals__
    warnings.warn_explicit(
        message,
        DeprecationWarning,
        code.co_filename,
        code.co_firstlineno,
        names.get("__name__"),
        names.setdefault("__warningregistry__", {}),
    )


# By these methods unittest runs a test. Whoever has them before us runs it in another way.
PHASES = ("run", "_callSetUp", "_callTestMethod", "_callTearDown", "_callCleanup")


def refuse_other_base(cls: type, ours: type) -> None:
    """Raise TypeError if a class has, beside our test case, another one that runs tests."""
    mro = cls.__mro__
    others = [each for each in mro if not issubclass(each, ours) and each is not object]
    # Whoever has not imported that class cannot have it for a base, and does without it.
    module = sys.modules.get("unittest.async_case")
    isolated: type | None = module.IsolatedAsyncioTestCase if module else None
    other = isolated if isolated in others else None
    if other is None:
        before = (each for each in others if mro.index(each) < mro.index(ours))
        other = next((each for each in before if not vars(each).keys().isdisjoint(PHASES)), None)
    if other is not None:
        msg = (
            f"{cls.__qualname__} has two bases that run its tests, {_name(other)} and "
            f"{_name(ours)}, one of which would do nothing, without a word: leave one out "
            "(asyncloop_testcase.TestCase has what IsolatedAsyncioTestCase has)"
        )
        raise TypeError(msg)


# Names that look like those of unittest, but that nobody calls.
UNKNOWN = ("asyncSetUpClass", "asyncTearDownClass")


def refuse_unknown_fixtures(cls: type) -> None:
    """Raise TypeError if a class defines a fixture that would never be called."""
    for name in UNKNOWN:
        if name in vars(cls):
            msg = (
                f"{cls.__qualname__}.{name}() would never be called, as no loop outlives a test: "
                "use asyncSetUp(), or setUpClass() as a plain method that calls asyncio.run()"
            )
            raise TypeError(msg)


def _name(cls: type) -> str:
    return f"{cls.__module__.partition('.')[0]}.{cls.__qualname__}"


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
