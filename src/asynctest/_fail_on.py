"""
The checks of asynctest, and the decorators that switch them.

Every check is off until it is asked for. `DEFAULTS` and `_fail_on` can be extended as asynctest
documented it: a name in the first, a static method of that name on the second, and perhaps another
one with ``before_test_`` in front of the name. They are called with the test case: before
``setUp``, and after ``tearDown``. The checks of ``asyncloop_testcase`` can be asked for by name,
too; these look when the cleanups have run.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, TypeVar, overload

import asyncloop_testcase

from asynctest import _checks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__unittest = __tracebackhide__ = True

T = TypeVar("T", bound="type[Any] | Callable[..., Any]")

_FAIL_ON_ATTR = "_asynctest_fail_on"

#: The checks and whether they are on by default.
DEFAULTS = {"unused_loop": False, "active_handles": False, "active_selector_callbacks": False}


class _fail_on:  # noqa: N801
    """
    What `fail_on` returns: a decorator that remembers checks, on a class or a function.

    Args:
        checks: Names of checks, and whether they are on.
    """

    unused_loop: Callable[[Any], None] = staticmethod(_checks.unused_loop)
    active_handles: Callable[[Any], None] = staticmethod(_checks.active_handles)
    active_selector_callbacks: Callable[[Any], None] = staticmethod(
        _checks.active_selector_callbacks
    )
    before_test_active_selector_callbacks: Callable[[Any], None] = staticmethod(
        _checks.note_selector_callbacks
    )

    def __init__(self, checks: dict[str, Any] | None = None) -> None:
        self.checks: dict[str, Any] = checks or {}

    def __call__(self, func: T) -> T:
        checker: _fail_on | None = getattr(func, _FAIL_ON_ATTR, None)
        merged = _fail_on(self.checks.copy()) if checker is None else checker.copy()
        merged.update(self.checks)
        package = {name: value for name, value in self.checks.items() if not self._is_ours(name)}
        if package:
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
        """Call what the checks have to do before a test."""
        for name in self._active(case):
            before = getattr(self, f"before_test_{name}", None)
            if before is not None:
                before(case)

    def check_test(self, case: object) -> None:
        """Call the checks that are on."""
        for name in self._active(case):
            getattr(self, name)(case)

    def _active(self, case: object) -> Iterator[str]:
        checks = self.get_checks(case)
        return (name for name in checks if checks[name] and self._is_ours(name))

    @classmethod
    def _is_ours(cls, name: str) -> bool:
        return name in DEFAULTS or hasattr(cls, name)


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
        >>> "Loop did not run during the test" in result.failures[0][1]
        True
    """
    others = {name: value for name, value in checks.items() if name not in DEFAULTS}
    for name in others:
        _check_name(name)
    asyncloop_testcase.fail_on(**others)
    return _fail_on(checks)


def _check_name(name: str) -> None:
    try:
        asyncloop_testcase.fail_on(**{name: False})
    except TypeError as error:
        msg = f"fail_on() got an unexpected keyword argument '{name}': {error}"
        raise TypeError(msg) from None


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
