"""Words of reports that pytest users read."""

from __future__ import annotations

__unittest = __tracebackhide__ = True


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 test``, ``2 tests``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
