"""What ``unittest`` removed since asynctest's days: aliases in 3.12, functions in 3.13."""

# The names are unittest's.
# ruff: noqa: N802, N803, N815

from __future__ import annotations

import functools
import unittest
import warnings
from collections.abc import Callable, Mapping
from typing import Any
from unittest.util import three_way_cmp

__unittest = __tracebackhide__ = True

__all__ = ["RemovedAssertions", "findTestCases", "getTestCaseNames", "makeSuite"]

Compare = Callable[[str, str], int]
SuiteClass = Callable[..., unittest.TestSuite]
_Assertion = Callable[..., Any]


def _renamed(name: str) -> Callable[..., Any]:
    """Return a method that warns and calls the one called *name*."""

    @functools.wraps(getattr(unittest.TestCase, name))
    def alias(self: unittest.TestCase, *args: Any, **kwargs: Any) -> Any:
        warnings.warn(f"Please use {name} instead.", DeprecationWarning, stacklevel=2)
        return getattr(self, name)(*args, **kwargs)

    return alias


class RemovedAssertions(unittest.TestCase):
    """The assertion methods under the names that Python 3.12 removed."""

    assertEquals: _Assertion = _renamed("assertEqual")
    failUnlessEqual: _Assertion = assertEquals
    assertNotEquals: _Assertion = _renamed("assertNotEqual")
    failIfEqual: _Assertion = assertNotEquals
    assertAlmostEquals: _Assertion = _renamed("assertAlmostEqual")
    failUnlessAlmostEqual: _Assertion = assertAlmostEquals
    assertNotAlmostEquals: _Assertion = _renamed("assertNotAlmostEqual")
    failIfAlmostEqual: _Assertion = assertNotAlmostEquals
    assert_: _Assertion = _renamed("assertTrue")
    failUnless: _Assertion = assert_
    failIf: _Assertion = _renamed("assertFalse")
    failUnlessRaises: _Assertion = _renamed("assertRaises")
    assertRaisesRegexp: _Assertion = _renamed("assertRaisesRegex")
    assertRegexpMatches: _Assertion = _renamed("assertRegex")
    assertNotRegexpMatches: _Assertion = _renamed("assertNotRegex")

    def assertDictContainsSubset(
        self, subset: Mapping[Any, Any], dictionary: Mapping[Any, Any], msg: Any = None
    ) -> None:
        """Fail unless *dictionary* has all the items of *subset*."""
        warnings.warn("assertDictContainsSubset is deprecated", DeprecationWarning, stacklevel=2)
        missing = sorted(repr(key) for key in subset if key not in dictionary)
        mismatched = [
            f"{key!r}, expected: {value!r}, actual: {dictionary[key]!r}"
            for key, value in subset.items()
            if key in dictionary and dictionary[key] != value
        ]
        findings = []
        if missing:
            findings.append(f"Missing: {','.join(missing)}")
        if mismatched:
            findings.append(f"Mismatched values: {','.join(mismatched)}")
        if findings:
            self.fail(self._formatMessage(msg, "; ".join(findings)))


def _loader(prefix: str, compare: Compare, suite: SuiteClass) -> unittest.TestLoader:
    loader = unittest.TestLoader()
    loader.testMethodPrefix = prefix
    loader.sortTestMethodsUsing = compare
    loader.suiteClass = suite
    return loader


def makeSuite(
    testCaseClass: type[unittest.TestCase],
    prefix: str = "test",
    sortUsing: Compare = three_way_cmp,
    suiteClass: SuiteClass = unittest.TestSuite,
) -> unittest.TestSuite:
    """Return the tests of a class, as ``TestLoader.loadTestsFromTestCase`` does."""
    return _loader(prefix, sortUsing, suiteClass).loadTestsFromTestCase(testCaseClass)


def getTestCaseNames(
    testCaseClass: type[unittest.TestCase],
    prefix: str = "test",
    sortUsing: Compare = three_way_cmp,
    testNamePatterns: list[str] | None = None,
) -> Any:
    """Return the names of the tests of a class, as ``TestLoader.getTestCaseNames`` does."""
    loader = _loader(prefix, sortUsing, unittest.TestSuite)
    loader.testNamePatterns = testNamePatterns
    return loader.getTestCaseNames(testCaseClass)


def findTestCases(
    module: Any,
    prefix: str = "test",
    sortUsing: Compare = three_way_cmp,
    suiteClass: SuiteClass = unittest.TestSuite,
) -> unittest.TestSuite:
    """Return the tests of a module, as ``TestLoader.loadTestsFromModule`` does."""
    return _loader(prefix, sortUsing, suiteClass).loadTestsFromModule(module)
