"""
Write into ``differences.md`` which releases of Python have which fault in ``unittest.mock``.

``python docs/differences_seen.py`` runs the claims of asyncmock-plus's ``test_differences.py`` on
the mocks of the Python that it is run with, and sets or adds the column of that release. It needs
the package and pytest. Tests hold the claims against our mocks alone: what the standard library
does is seen here, and any release may put it right.
"""

from __future__ import annotations

import gc
import platform
import runpy
import sys
import warnings
from pathlib import Path
from unittest import mock

import pytest

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "differences.md"
TESTS = DOCS.parent / "packages" / "asyncmock-plus" / "tests"
FILES = (TESTS / "mocks" / "test_differences.py", TESTS / "patching" / "test_differences.py")
BEGIN, END = "<!-- seen: begin -->", "<!-- seen: end -->"

Table = dict[str, dict[str, str]]


def claims(file: Path) -> list[str]:
    """Return the names of the claims in a file of tests."""
    return [check.__name__ for check in runpy.run_path(str(file))["CLAIMS"]]


def is_right(file: Path, number: int) -> bool:
    """Return whether a claim holds on the standard library's mocks, in a module of its own."""
    check = runpy.run_path(str(file))["CLAIMS"][number]
    try:
        check(mock)
    except (Exception, pytest.fail.Exception):
        return False
    finally:
        gc.collect()
    return True


def seen() -> dict[str, str]:
    """Return for each claim what this Python does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            name: "right" if is_right(file, number) else "fault"
            for file in FILES
            for number, name in enumerate(claims(file))
        }


def between_markers(text: str) -> str:
    """Return what stands between the markers of the page."""
    return text.partition(BEGIN)[2].partition(END)[0]


def read(text: str) -> Table:
    """Return the table of a page: what each release does, by claim."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in between_markers(text).splitlines()
        if line.startswith("|")
    ]
    if not rows:
        return {}
    releases = rows[0][1:]
    return {row[0]: dict(zip(releases, row[1:], strict=True)) for row in rows[2:]}


def _order(release: str) -> list[int]:
    return [int(part) for part in release.split(".")]


def written(known: Table, release: str, found: dict[str, str]) -> str:
    """Return the table with the column of a release, and without claims that are gone."""
    columns = {each for row in known.values() for each in row} | {release}
    releases = sorted(columns, key=_order)
    lines = [["On `unittest.mock` of", *releases], [":--", *[":--" for _ in releases]]]
    for name, outcome in found.items():
        title = name.replace("_", " ")
        row = {**known.get(title, {}), release: outcome}
        lines.append([title, *[row.get(each, "not seen") for each in releases]])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    """Run the claims, and write what was seen."""
    release = platform.python_version().partition("+")[0]
    if sys.version_info.releaselevel != "final":
        msg = f"only final releases are written down, and this is {platform.python_version()!r}"
        raise SystemExit(msg)
    text = PAGE.read_text("utf-8")
    table = written(read(text), release, seen())
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", "utf-8")
    print(f"{PAGE}: {release}")


if __name__ == "__main__":
    main()
