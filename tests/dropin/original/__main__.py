"""
Run the tests of asynctest 0.13.0 itself against the drop-in: ``python tests/original``.

The sdist is fetched by name into a temporary folder and adapted there; nothing of it is kept. Each
test runs in a process of its own, as some leave patches or loops behind.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import adaptations
import one_by_one
import sdist

NAME = "asynctest==0.13.0"
TESTS = 220


def main(argv: list[str] | None = None) -> int:
    """Return the exit status: 0 when all tests pass."""
    parser = argparse.ArgumentParser(prog="python tests/original", description=__doc__)
    parser.add_argument("-k", metavar="WORD", default="", help="only tests that have WORD in them")
    parser.add_argument("--adaptations", action="store_true", help="list what is adapted, and why")
    arguments = parser.parse_args(argv)
    if arguments.adaptations:
        for row in adaptations.ADAPTATIONS:
            print(f"{row.pattern}  ->  {row.replacement!r}\n    {row.reason}")
        return 0
    with tempfile.TemporaryDirectory() as away:
        folder = sdist.fetch(NAME, Path(away)) / "test"
        adaptations.adapt(folder)
        (folder / "removed.py").write_text(
            Path(__file__).with_name("removed.py").read_text("utf-8")
        )
        alone = Path(away) / "alone"
        alone.mkdir()
        folder.rename(alone / "test")
        passed, failed = one_by_one.run(alone, "test", arguments.k)
    for name, report in failed:
        print(f"{'=' * 70}\n{name}\n{report}")
    print(f"{passed} of {passed + len(failed)} tests of {NAME} passed on Python {sys.version}")
    complete = bool(arguments.k) or passed + len(failed) == TESTS
    if not complete:
        print(f"there should have been {TESTS}")
    return 0 if complete and not failed else 1


sys.exit(main())
