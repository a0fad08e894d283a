"""Whether a test of unittest has failed (``TestCase._outcome``; 3.10 to 3.15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unittest import TestCase

__all__ = ["test_has_failed"]


def test_has_failed(case: TestCase) -> bool:
    """Whether a test that unittest runs has failed (``_outcome.success``, 3.10 to 3.15)."""
    outcome = getattr(case, "_outcome", None)
    return outcome is not None and not outcome.success
