"""Words of reports that pytest users read."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__unittest = __tracebackhide__ = True


def did_you_mean(wrong: object, known: Iterable[str]) -> str:
    """Return the end of a sentence that refuses a name: the nearest one, or all there are."""
    names = [*known]
    [*near] = difflib.get_close_matches(str(wrong), names, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there are {', '.join(names)}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 test``, ``2 tests``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
