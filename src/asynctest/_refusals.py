"""What asynctest had and nobody can serve any more: refused by name when a class is made."""

from __future__ import annotations

import unittest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__unittest = __tracebackhide__ = True

SEE = "see the page Migration of the documentation, docs/migration.md"

# Methods that an override would wait for in vain.
_CLOCK = "the clock is that of asyncio-fakeclock, which runs its timers itself: override advance()"
_RESULT = "unittest has no such hook on this Python: override run(), and look at the result"
_NOT_CALLED = {
    "_drain_loop": _CLOCK,
    "_next_scheduled": _CLOCK,
    "_addSkip": _RESULT,
    "_feedErrorsToResult": _RESULT,
}
_MAKES_ITS_OWN = "make the mock's class a subclass of Mock or MagicMock"
# The parts that asynctest's mocks were put together from.
_PARTS = {
    "AsyncMagicMixin": "MagicMock has the asynchronous magic methods",
    "FakeInheritanceMeta": _MAKES_ITS_OWN,
    "IsCoroutineArgMeta": _MAKES_ITS_OWN,
    "MockMetaMixin": _MAKES_ITS_OWN,
    "async_magic_coroutines": "MagicMock has the asynchronous magic methods",
}


def no_attribute(module: ModuleType, name: str) -> AttributeError:
    """Return the error about a name that a module does not have: it may be a part of mocks."""
    msg = f"module {module.__name__!r} has no attribute {name!r}"
    if name not in _PARTS:
        return AttributeError(msg, name=name, obj=module)
    # Without obj: Python would suggest a wrong name.
    return AttributeError(f"{msg} any more: {_PARTS[name]}; {SEE}", name=name)


def check_class(cls: type) -> None:
    """
    Refuse a new test class that relies on what is not there.

    Raises:
        TypeError: It overrides a method that nobody calls, calls one that is gone from unittest
            in a ``run()`` of its own, or is an ``IsolatedAsyncioTestCase`` as well.
    """
    for name, way_out in _NOT_CALLED.items():
        if name in cls.__dict__ and not hasattr(unittest.TestCase, name):
            msg = f"{cls.__qualname__}.{name}() is never called: {way_out}; {SEE}"
            raise TypeError(msg)
    code = getattr(cls.__dict__.get("run"), "__code__", None)
    for name in getattr(code, "co_names", ()):
        if name in ("_addSkip", "_feedErrorsToResult") and not hasattr(unittest.TestCase, name):
            msg = f"{cls.__qualname__}.run() calls {name}(), which is gone from unittest; {SEE}"
            raise TypeError(msg)
    if issubclass(cls, unittest.IsolatedAsyncioTestCase):
        msg = (
            f"{cls.__qualname__} is both an asynctest.TestCase and a "
            f"unittest.IsolatedAsyncioTestCase, and each runs its tests on a loop of its own: "
            f"take one of them; {SEE}"
        )
        raise TypeError(msg)
