"""What is told at the end of a run: the checks that found something, and the baseline."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._pytest import baseline
from asyncloop_testcase._pytest.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pytest

    from asyncloop_testcase._pytest.options import Options

__unittest = __tracebackhide__ = True

Told = "dict[str, list[list[Any]]]"
MOST_STALE = 10
STATUS = {"new": "", "warned": " (warned)", "known": " (known)", "ignored": " (ignored)"}


def lines(told: dict[str, list[list[Any]]], options: Options) -> Iterator[str]:
    """
    Return the lines of the summary.

    Args:
        told: What was found in each test that was judged.
        options: What holds for the suite.
    """
    tests: dict[tuple[str, str], set[str]] = {}
    for nodeid, findings in told.items():
        for status, check, *_ in findings:
            tests.setdefault((check, status), set()).add(nodeid)
    if not tests:
        if options.said.layers:
            yield f"asyncloop: nothing found in {counted(len(told), 'test')}"
    else:
        found = [
            f"{check} in {counted(len(names), 'test')}{STATUS[status]}"
            for (check, status), names in sorted(tests.items())
        ]
        yield f"asyncloop: {', '.join(found)}; {counted(len(told), 'test')} checked"
    if options.baseline is not None:
        yield from _baseline_lines(told, options)


def _baseline_lines(told: dict[str, list[list[Any]]], options: Options) -> Iterator[str]:
    path = options.baseline
    assert path is not None
    entries = {
        (nodeid, check, creator)
        for nodeid, findings in told.items()
        for status, check, _, _, _, creator in findings
        if status != "ignored"
    }
    known = baseline.read(path)
    if options.update:
        new = baseline.updated(known, entries, told)
        baseline.write(path, new)
        yield f"asyncloop: {counted(len(new), 'known finding')} written to {path}"
        return
    gone = baseline.stale(known, entries, told)
    if gone:
        yield (
            f"asyncloop: {counted(len(gone), 'known finding')} not found any more; "
            f"take out of {path}, or run with --fail-on-update:"
        )
        yield from (f"  {baseline.SEPARATOR.join(entry)}" for entry in gone[:MOST_STALE])
        if len(gone) > MOST_STALE:
            yield f"  ... and {len(gone) - MOST_STALE} more"


def github_commands(told: dict[str, list[list[Any]]], root: str) -> Iterator[str]:
    """Return commands for GitHub Actions, which shows them at the lines that made the leaks."""
    for nodeid, findings in told.items():
        for status, check, what, filename, line, _ in findings:
            if status in {"new", "warned"}:
                level = "error" if status == "new" else "warning"
                where = os.path.relpath(filename, root) if filename.startswith(root) else filename
                fields = f"file={_escaped(where, ':,')},line={line},title={_escaped(check, ':,')}"
                yield f"::{level} {fields}::{_escaped(f'{nodeid}: {what}')}"


def _escaped(text: str, more: Sequence[str] = "") -> str:
    for character in ("%", "\r", "\n", *more):
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def collect(told: dict[str, list[list[Any]]], report: pytest.TestReport) -> None:
    """Take from a report what the plugin has to tell of its test."""
    findings = getattr(report, "asyncloop", {}).get("findings")
    if findings is not None:
        told[report.nodeid] = findings
