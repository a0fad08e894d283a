"""Failures of clocks as pytest shows them: the line of the test, then the report."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NoReturn

from asyncio_fakeclock._errors import DeadlockError, LivelockError, StalledError

if TYPE_CHECKING:
    import pytest

__unittest = __tracebackhide__ = True

REPORTS = (DeadlockError, LivelockError, StalledError)

# A frame of who runs the test: of runners of the field, and of pytest plugins as this one.
RUNNERS = re.compile(
    r"\s+at \S*(anyio|pytest_asyncio|_pytest)[/\\](_backends[/\\])?\w+\.py:\d+ in "
)


def is_report(error: BaseException) -> bool:
    """Tell whether the loop raised it, with a report: what is above it is the loop's own work."""
    return isinstance(error, REPORTS)


def without_runners(text: str) -> str:
    """Return a report without the frames of who runs the test, nor tasks that are theirs alone."""
    paragraphs: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.startswith("  Task "):
            paragraphs.append([])
        paragraphs[-1].append(line)
    shown = [paragraphs[0]]
    for lines in paragraphs[1:]:
        kept = [line for line in lines if not RUNNERS.match(line)]
        if len(kept) == len(lines) or any(line.lstrip().startswith("at ") for line in kept):
            shown.append(kept)
    return "\n".join(line for lines in shown for line in lines)


def at_line_of_test(item: pytest.Function, error: BaseException) -> BaseException:
    """Return the error with the line of the test as its traceback, as far as its report tells."""
    path = str(item.path)
    found = re.search(rf"{re.escape(path)}:(\d+) in (\w+)", str(error))
    if found is not None:
        line, name = int(found[1]), found[2]
    else:
        _, start, name = item.location
        line = (start or 0) + 1
    if len(error.args) == 1:
        error.args = (without_runners(str(error)),)
    try:
        _raise_at(path, line, name, error.with_traceback(None))
    except BaseException as raised:
        traceback = raised.__traceback__
        while traceback is not None and traceback.tb_next is not None:
            traceback = traceback.tb_next
        return raised.with_traceback(traceback)


def _raise_at(path: str, line: int, name: str, error: BaseException) -> NoReturn:
    tree = ast.parse("raise error")
    for node in ast.walk(tree):
        # No columns: there is nothing in the line to be underlined.
        vars(node).update(lineno=1, end_lineno=1, col_offset=0, end_col_offset=0)
    code = compile(tree, path, "exec").replace(co_firstlineno=line, co_name=name)
    exec(code, {"error": error})
    raise error  # pragma: no cover - the line before has
