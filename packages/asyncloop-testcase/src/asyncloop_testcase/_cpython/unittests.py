"""What unittest keeps of a test that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import unittest

__unittest = __tracebackhide__ = True


def outcome_of(case: unittest.TestCase) -> Any:
    """
    Return what a test has come to until now (``TestCase._outcome``, 3.10 to 3.15).

    It has ``testPartExecutor()``, in which errors are noted, ``success``, ``expectedFailure`` and
    ``expecting_failure``.
    """
    return case._outcome  # type: ignore[attr-defined]
