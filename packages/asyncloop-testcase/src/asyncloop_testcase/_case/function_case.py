"""The test case that is made of functions."""

from __future__ import annotations

import unittest
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._case.case import TestCase

if TYPE_CHECKING:
    from collections.abc import Callable

__unittest = __tracebackhide__ = True


class FunctionTestCase(TestCase, unittest.FunctionTestCase):
    """
    A test case made of functions, each of which may be a coroutine function.

    Args:
        testFunc: The test.
        setUp: Called before it.
        tearDown: Called after it, if ``setUp`` succeeded.
        description: What is shown instead of the first line of the test's docstring.

    Raises:
        TypeError: One of the functions cannot be called.

    Example:
        >>> import asyncio
        >>> async def check():
        ...     await asyncio.sleep(0)
        >>> FunctionTestCase(check).run()
        <unittest.result.TestResult run=1 errors=0 failures=0>

    .. versionadded:: 1.0.0
    """

    __test__ = False  # pytest is not to collect the class where it was imported

    def __init__(
        self,
        testFunc: Callable[[], object],  # noqa: N803 - unittest's names
        setUp: Callable[[], object] | None = None,
        tearDown: Callable[[], object] | None = None,
        description: str | None = None,
    ) -> None:
        # A loader that found the class in a module that imports it gives the name of a method.
        named: object = testFunc
        test = _nothing_to_test if isinstance(named, str) else testFunc
        _check_functions(testFunc=test, setUp=setUp or test, tearDown=tearDown or test)
        unittest.FunctionTestCase.__init__(self, test, setUp, tearDown, description)
        self._asyncloop_functions = (setUp, test, tearDown)
        self._asyncloop_decorated = test

    # unittest's own methods would drop what the functions return.

    def setUp(self) -> Any:
        """Call the first function."""
        function = self._asyncloop_functions[0]
        return function and function()

    def runTest(self) -> Any:  # noqa: N802
        """Call the test function."""
        return self._asyncloop_functions[1]()

    def tearDown(self) -> Any:
        """Call the last function."""
        function = self._asyncloop_functions[2]
        return function and function()


def _nothing_to_test() -> None:
    msg = "FunctionTestCase is no test itself, it was imported"
    raise unittest.SkipTest(msg)


def _check_functions(**functions: object) -> None:
    for name, function in functions.items():
        if not callable(function):
            msg = f"FunctionTestCase({name}={function!r}): {name} must be a function"
            raise TypeError(msg)
