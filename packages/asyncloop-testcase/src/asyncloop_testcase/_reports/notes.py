"""Telling with an exception that goes on its way what else was found."""

from __future__ import annotations

import sys

__unittest = __tracebackhide__ = True


def add_note(error: BaseException, text: str) -> None:
    """Add a note to an exception, also on 3.10, where pytest alone shows it."""
    if sys.version_info >= (3, 11):
        error.add_note(text)
    else:
        notes: list[str] = [*getattr(error, "__notes__", ()), text]
        setattr(error, "__notes__", notes)  # noqa: B010 - type checkers do not know it


def add_visible_note(error: BaseException, text: str) -> None:
    """Add a note to an exception; where nobody shows notes, as a first exception before all."""
    add_note(error, text)
    if sys.version_info < (3, 11) and "exceptiongroup" not in sys.modules:
        first = error
        while (before := first.__cause__ or first.__context__) is not None:
            first = before
        if not first.__suppress_context__:
            first.__context__ = AssertionError(text)
