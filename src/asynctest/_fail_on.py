"""
The decorators of checks as asynctest had them, over those of ``asyncloop_testcase``.

Every check is off until it is asked for. `DEFAULTS` and `_fail_on` can be extended as asynctest
documented it: a name in the first, a static method of that name on the second, and perhaps another
one with ``before_test_`` in front of the name. Such checks are called with the test case.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, TypeVar, overload

import asyncloop_testcase

if TYPE_CHECKING:
    from collections.abc import Callable

__unittest = __tracebackhide__ = True

T = TypeVar("T", bound="type[Any] | Callable[..., Any]")

_FAIL_ON_ATTR = "_asynctest_fail_on"

#: The checks and whether they are on by default.
DEFAULTS = {"unused_loop": False, "active_handles": False, "active_selector_callbacks": False}
# Those that the package implements; all others in DEFAULTS are somebody's own.
_OURS = frozenset(DEFAULTS)


class _fail_on:  # noqa: N801
    """
    What `fail_on` returns: a decorator that remembers checks, on a class or a function.

    Args:
        checks: Names of checks, and whether they are on.
    """

    def __init__(self, checks: dict[str, Any] | None = None) -> None:
        self.checks: dict[str, Any] = checks or {}

    def __call__(self, func: T) -> T:
        checker: _fail_on | None = getattr(func, _FAIL_ON_ATTR, None)
        merged = _fail_on(self.checks.copy()) if checker is None else checker.copy()
        merged.update(self.checks)
        package = {
            name: bool(value) if name in _OURS else value
            for name, value in self.checks.items()
            if not _is_custom(name)
        }
        asyncloop_testcase.fail_on(**package)(func)
        setattr(func, _FAIL_ON_ATTR, merged)
        return func

    def update(self, checks: dict[str, Any], override: bool = True) -> None:
        """Take over other checks; those that are known already only if *override* is true."""
        self.checks = {**self.checks, **checks} if override else {**checks, **self.checks}

    def copy(self) -> _fail_on:
        """Return another one with the same checks."""
        return _fail_on(self.checks.copy())

    def get_checks(self, case: object) -> dict[str, Any]:
        """Return all checks for a test case: the defaults, its class's, and these."""
        of_class: _fail_on | None = getattr(case, _FAIL_ON_ATTR, None)
        return {**DEFAULTS, **(of_class.checks if of_class else {}), **self.checks}

    def before_test(self, case: object) -> None:
        """Call what own checks have to do before a test."""
        for name in self._custom(case):
            before = getattr(self, f"before_test_{name}", None)
            if before is not None:
                before(case)

    def check_test(self, case: object) -> None:
        """Call the own checks; the package's are done when the test's cleanups have run."""
        for name in self._custom(case):
            getattr(self, name)(case)

    def _custom(self, case: object) -> list[str]:
        checks = self.get_checks(case)
        return [name for name in checks if checks[name] and _is_custom(name)]


def _is_custom(name: str) -> bool:
    return name in DEFAULTS and name not in _OURS


def fail_on(**checks: Any) -> _fail_on:
    """
    Switch checks on or off, for a test or for all the tests of a class.

    Args:
        checks: Names of checks, those of ``asyncloop_testcase`` too, and whether they are on.

    Raises:
        TypeError: There is no such check.

    Example:
        >>> import asynctest
        >>> @fail_on(unused_loop=True)
        ... class Tests(asynctest.TestCase):
        ...     def test(self):
        ...         pass
        >>> result = Tests("test").run()
        >>> "the loop did not run" in result.failures[0][1]
        True
    """
    asyncloop_testcase.fail_on(**{n: v for n, v in checks.items() if n not in DEFAULTS})
    return _fail_on(checks)


@overload
def strict(func: T) -> T: ...
@overload
def strict(func: None = None) -> _fail_on: ...
def strict(func: Any = None) -> Any:
    """Switch on all checks of `DEFAULTS`, with and without parentheses."""
    return _all(True, func)


@overload
def lenient(func: T) -> T: ...
@overload
def lenient(func: None = None) -> _fail_on: ...
def lenient(func: Any = None) -> Any:
    """Switch off all checks of `DEFAULTS`, with and without parentheses."""
    return _all(False, func)


def _all(on: bool, func: Any) -> Any:
    checker = _fail_on(dict.fromkeys(DEFAULTS, on))
    return checker if func is None else checker(func)


@overload
def ignore_loop(func: T) -> T: ...
@overload
def ignore_loop(func: None = None) -> _fail_on: ...
def ignore_loop(func: Any = None) -> Any:
    """
    Switch off the check ``unused_loop``.

    .. deprecated:: 1.0.0
        It was in asynctest 0.8. Use ``fail_on(unused_loop=False)``.
    """
    warnings.warn(
        "ignore_loop() is deprecated in favor of fail_on(unused_loop=False)",
        DeprecationWarning,
        stacklevel=2,
    )
    checker = _fail_on({"unused_loop": False})
    return checker if func is None else checker(func)


_applied: dict[str, Any] = {}


def follow_defaults(case: type[Any]) -> None:
    """Let the base class of all test cases have the checks that `DEFAULTS` has now."""
    wanted = {name: bool(DEFAULTS.get(name)) for name in _OURS}
    if wanted != _applied:
        asyncloop_testcase.fail_on(**wanted)(case)
        _applied.update(wanted)
