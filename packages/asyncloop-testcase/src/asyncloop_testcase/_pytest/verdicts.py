"""From what was found in a test to its verdict: whose it is, what is known, and how it is told."""

from __future__ import annotations

import ast
import inspect
import os
import types
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

from asyncloop_testcase._reports.creators import creator_of, is_among
from asyncloop_testcase._reports.report import Report, Site, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pytest

    from asyncloop_testcase._reports.owners import Owner
    from asyncloop_testcase._reports.report import Finding

__unittest = __tracebackhide__ = True

SWITCH = "@pytest.mark.fail_on"


@dataclass(frozen=True)
class Found:
    """
    A finding, and what has to be known of it beyond the process of the test.

    Attributes:
        check: The name of the check.
        finding: The finding.
        place: Where it was made.
        creator: The module and function that made it, for `asyncloop_ignore` and the baseline.
    """

    check: str
    finding: Finding
    place: Site
    creator: str

    def told(self, status: str) -> list[Any]:
        """Return what reports carry from process to process."""
        place = self.place
        return [status, self.check, self.finding.what, place.filename, place.line, self.creator]


class Fixtures:
    """The functions of the fixtures seen so far, by which one tells what they made."""

    def __init__(self) -> None:
        self._codes: dict[types.CodeType, Owner] = {}

    def see(self, func: Callable[..., Any], owner: Owner) -> None:
        """Remember whose function it is."""
        code = getattr(inspect.unwrap(func), "__code__", None)
        if code is not None:
            self._codes[code] = owner

    def owner_of(self, finding: Finding) -> Owner | None:
        """Return the fixture that made it, by what it is known or in whose lines that was."""
        site = finding.created
        if finding.owner is not None or site is None:
            return finding.owner
        for code, owner in self._codes.items():
            if code.co_filename == site.filename:
                first, last = _lines_of(code)
                if first <= site.line <= last:
                    return owner
        return None


def _lines_of(code: types.CodeType) -> tuple[int, int]:
    inner = [each for each in code.co_consts if isinstance(each, types.CodeType)]
    lines = [line for _, _, line in code.co_lines() if line is not None]
    return code.co_firstlineno, max([*lines, *(_lines_of(each)[1] for each in inner)])


def sort_out(
    item: pytest.Item, verdicts: Iterable[Verdict], fixtures: Fixtures
) -> Iterator[tuple[str, Found]]:
    """Return the summary of its check with each finding that is the test's or its fixtures'."""
    seen = set()
    for verdict in verdicts:
        for finding in verdict.findings:
            owner = fixtures.owner_of(finding)
            if owner is not None and owner.lasting:
                continue
            key = verdict.check, finding.what, finding.created
            if key in seen:
                continue  # as seen from two loops, or of one more example of hypothesis
            seen.add(key)
            what = finding
            if owner is not None:
                what = replace(finding, what=f"{finding.what}, left by the fixture {owner.name!r}")
            yield verdict.summary, found_in(item, verdict.check, what)


def found_in(item: pytest.Item, check: str, finding: Finding) -> Found:
    """Return a finding of a test with its place, which is the test if that is all one knows."""
    place = finding.created or _place_of(item)
    return Found(check, finding, place, creator_of(place))


def _place_of(item: pytest.Item) -> Site:
    path, line, name = item.location
    code = getattr(inspect.unwrap(getattr(item, "function", None)), "__code__", None)  # type: ignore[arg-type]
    if code is not None:
        return Site(code.co_filename, code.co_firstlineno, code.co_name)
    return Site(os.path.join(item.config.rootpath, path), (line or 0) + 1, name)


def is_ignored(found: Found, ignore: Sequence[str]) -> bool:
    """Tell whether the module or function that made it is one of those to ignore."""
    return is_among(found.creator, ignore)


def text_of(found: Sequence[tuple[str, Found]]) -> str:
    """Return the report of findings, in the words of pytest users."""
    verdicts: dict[str, Verdict] = {}
    for summary, each in found:
        before = verdicts.get(each.check, Verdict(each.check, summary, ()))
        verdicts[each.check] = before._replace(findings=[*before.findings, each.finding])
    return Report([*verdicts.values()]).text(SWITCH)


def fail_at(place: Site, message: str) -> NoReturn:
    """Raise an AssertionError as if that line had done it, which pytest then shows."""
    __tracebackhide__ = True
    tree = ast.parse("raise error")
    for node in ast.walk(tree):
        # No columns: there is nothing in the line to be underlined.
        vars(node).update(lineno=1, end_lineno=1, col_offset=0, end_col_offset=0)
    code = compile(tree, place.filename, "exec")
    code = code.replace(co_firstlineno=place.line, co_name=place.name)
    exec(code, {"error": AssertionError(message)})
    raise AssertionError(message)  # pragma: no cover - the line before has
