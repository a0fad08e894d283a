"""Assertions about what happens while something is awaited."""

from __future__ import annotations

import inspect
import unittest
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from re import Pattern

__unittest = __tracebackhide__ = True

T = TypeVar("T")
E = TypeVar("E", bound=BaseException)

Kinds = type[E] | tuple[type[E], ...]


class AsyncAssertions(unittest.TestCase):
    """The four assertions; each is a coroutine function, so it has to be awaited."""

    async def assertAsyncRaises(  # noqa: N802 - unittest's style
        self, exception: Kinds[E], awaitable: Awaitable[object]
    ) -> E:
        """
        Fail unless awaiting *awaitable* raises *exception*.

        Args:
            exception: An exception class, or a tuple of them.
            awaitable: A coroutine, a future, or anything else that can be awaited.

        Returns:
            The exception that was raised.

        Raises:
            TypeError: *exception* is no exception class, or *awaitable* cannot be awaited.

        Example:
            >>> import asyncio
            >>> from asyncloop_testcase import TestCase
            >>> class Tests(TestCase):
            ...     async def test(self):
            ...         nap = asyncio.wait_for(asyncio.sleep(9), timeout=0)
            ...         await self.assertAsyncRaises(asyncio.TimeoutError, nap)
            >>> Tests("test").run()
            <unittest.result.TestResult run=1 errors=0 failures=0>
        """
        checked = _awaitable("assertAsyncRaises", awaitable)
        with _closing_if_refused(awaitable):
            context = self.assertRaises(exception)
        with context:
            await checked
        return context.exception

    async def assertAsyncRaisesRegex(  # noqa: N802
        self,
        exception: Kinds[E],
        regex: str | Pattern[str],
        awaitable: Awaitable[object],
    ) -> E:
        """
        Do what `assertAsyncRaises` does, and search *regex* in ``str()`` of the exception.

        Args:
            exception: An exception class, or a tuple of them.
            regex: A regular expression.
            awaitable: A coroutine, a future, or anything else that can be awaited.

        Returns:
            The exception that was raised.

        Raises:
            TypeError: *exception* is no exception class, or *awaitable* cannot be awaited.
        """
        checked = _awaitable("assertAsyncRaisesRegex", awaitable)
        with _closing_if_refused(awaitable):
            context = self.assertRaisesRegex(exception, regex)
        with context:
            await checked
        return context.exception

    async def assertAsyncWarns(  # noqa: N802
        self, warning: type[Warning] | tuple[type[Warning], ...], awaitable: Awaitable[T]
    ) -> T:
        """
        Fail unless *warning* is triggered while *awaitable* is awaited.

        Args:
            warning: A warning class, or a tuple of them.
            awaitable: A coroutine, a future, or anything else that can be awaited.

        Returns:
            What awaiting gives.

        Raises:
            TypeError: *warning* is no warning class, or *awaitable* cannot be awaited.
        """
        checked = _awaitable("assertAsyncWarns", awaitable)
        with _closing_if_refused(awaitable):
            context = self.assertWarns(warning)
        with context:
            return await checked

    async def assertAsyncWarnsRegex(  # noqa: N802
        self,
        warning: type[Warning] | tuple[type[Warning], ...],
        regex: str | Pattern[str],
        awaitable: Awaitable[T],
    ) -> T:
        """
        Do what `assertAsyncWarns` does, and search *regex* in the message of the warning.

        Args:
            warning: A warning class, or a tuple of them.
            regex: A regular expression.
            awaitable: A coroutine, a future, or anything else that can be awaited.

        Returns:
            What awaiting gives.

        Raises:
            TypeError: *warning* is no warning class, or *awaitable* cannot be awaited.
        """
        checked = _awaitable("assertAsyncWarnsRegex", awaitable)
        with _closing_if_refused(awaitable):
            context = self.assertWarnsRegex(warning, regex)
        with context:
            return await checked


def _awaitable(name: str, value: Awaitable[T]) -> Awaitable[T]:
    if inspect.isawaitable(value):
        return value
    way_out = "call it to get a coroutine" if callable(value) else "pass a coroutine or a future"
    msg = f"{name}() awaits what it is given, and {value!r} cannot be awaited: {way_out}"
    raise TypeError(msg)


class _closing_if_refused:  # noqa: N801 - used like a function
    """Closes a coroutine when the rest of the arguments is refused, for nobody will await it."""

    def __init__(self, awaitable: object) -> None:
        self._awaitable = awaitable

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None and inspect.iscoroutine(self._awaitable):
            self._awaitable.close()
