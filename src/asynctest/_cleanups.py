"""``doCleanups()`` of asynctest was a coroutine function: what calls it, and what it returns."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from typing import TYPE_CHECKING, Any

from asynctest import _cpython

if TYPE_CHECKING:
    import unittest
    from collections.abc import Generator, Iterator

__unittest = __tracebackhide__ = True


class Cleanups:
    """
    The cleanups of a test: true, and awaitable.

    Args:
        case: The test.
        success: Whether nothing has failed; None if the cleanups are called when it is awaited.
    """

    def __init__(self, case: Any, *, success: bool | None = None) -> None:
        self._case = case
        self._success = success

    def __await__(self) -> Generator[Any, Any, bool | None]:
        if self._success is None:
            return _cleaned(self._case).__await__()
        return _known(self._success).__await__()

    __iter__ = __await__  # for ``yield from``

    def __bool__(self) -> bool:
        return self._success is not False


async def _known(success: bool) -> bool:
    return success


async def _cleaned(case: Any) -> bool | None:
    """Call the cleanups of a test from within its running loop."""
    outcome = _cpython.outcome_of(case)
    cleanups = _cpython.cleanups_of(case)
    while cleanups:
        function, args, kwargs = cleanups.pop()
        with contextlib.nullcontext() if outcome is None else outcome.testPartExecutor(case):
            result = function(*args, **kwargs)
            if asyncio.iscoroutine(result) or inspect.iscoroutinefunction(function):
                await result
    return None if outcome is None else bool(outcome.success)


@contextlib.contextmanager
def awaited_cleanups(case: Any, base: type[unittest.TestCase]) -> Iterator[None]:
    """
    Have unittest, which does not await, run an override of ``doCleanups`` that is to be awaited.

    It becomes the first of the cleanups: what it raises is an error of the test.
    """
    override = case.doCleanups
    if override.__func__ is base.doCleanups:
        yield
        return

    def do_cleanups() -> Any:
        lifetime = case._asyncloop
        if lifetime is None or lifetime.in_phase:
            return override()
        case.addCleanup(override)
        return base.doCleanups(case)

    case.doCleanups = do_cleanups
    try:
        yield
    finally:
        del case.doCleanups
