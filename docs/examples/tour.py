"""
The tour: what the four packages do, on suites that a user could have written.

First the example suites run, and old ones that were written for asynctest: all of their tests have
to pass. Then tests with planted bugs run: each has to be caught, and what is shown is the report
that its author would read. The exit status is 0 only if everything passed that should, and every
bug was caught.

Usage: ``python docs/examples/tour.py [--brief]``; brief leaves the reports out.
"""

from __future__ import annotations

import argparse
import importlib
import io
import itertools
import logging
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from asyncio_fakeclock import ClockedTestCase

HERE = Path(__file__).resolve().parent
SUITES = {
    "test_clock": "virtual time: advancing it, callbacks when expected",
    "test_mocked_socket": "a request and its response over a mocked socket",
    "test_coroutine_mocks": "mocks of coroutine functions, patches of coroutines",
    "test_checks": "checks after each test",
    "test_loops": "a loop for each test, the default loop, explicit loops",
    "test_runners": "the decorators run_until_complete and run_forever",
    "client.test_feed_client": "an application: reconnects, backs off, sends heartbeats",
}
LEGACY = HERE / "legacy"
LEGACY_SUITES = {
    "stubresolver.test_resolver": "2018: a DNS client with SocketMock and set_read_ready",
    "crontab.test_scheduler": "2018: a scheduler with ClockedTestCase",
    "orders.test_service": "2018: a service with CoroutineMock, patch scopes and fail_on",
}
# No Python of today can run @asyncio.coroutine: this one has to be migrated first.
MIGRATED_SUITES = {**LEGACY_SUITES, "birdhouse.test_station": "2018: generator coroutines"}


@dataclass
class Tally:
    """What the tour saw."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    caught: int = 0
    missed: list[str] = field(default_factory=list)
    virtual_seconds: float = 0.0


class Result(unittest.TestResult):
    """Counts the tests that passed, and the seconds that their clocks went through."""

    passed = 0
    seconds = 0.0

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.passed += 1

    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        if isinstance(test, ClockedTestCase):
            self.seconds += test.clock.time()

    def reports(self) -> list[str]:
        """Return the reports of all tests that did not pass."""
        unexpected = [f"{test}: unexpected success" for test in self.unexpectedSuccesses]
        return [text for _, text in self.failures + self.errors] + unexpected


def run(tests: unittest.TestSuite) -> Result:
    """Run the tests, their output put aside."""
    result = Result()
    tests.run(result)
    return result


def show_suites(tally: Tally, suites: dict[str, str]) -> None:
    """Run suites, all of which have to pass."""
    for name, subject in suites.items():
        result = run(unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(name)))
        tally.passed += result.passed
        tally.virtual_seconds += result.seconds
        tally.failed += result.reports()
        if not result.passed:
            tally.failed.append(f"{name}: no test ran")
        good = result.passed and not result.reports()
        show_suite(name, subject, result.passed, good=good)


def show_migrated_suites(tally: Tally) -> None:
    """Rewrite a copy of the old suites with asynctest.migrate, and run them in a new process."""
    try:
        importlib.import_module("libcst.native")
    except ImportError as error:
        print(f"  left out: asynctest.migrate needs libcst ({error})")
        return
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "legacy"
        without = shutil.ignore_patterns("__pycache__")
        # Not shutil.copy2: CPython's calls a function of Windows that Wine lacks.
        shutil.copytree(LEGACY, folder, ignore=without, copy_function=shutil.copy)
        python("-m", "asynctest.migrate", "--write", str(folder), cwd=HERE)
        for name, subject in MIGRATED_SUITES.items():
            package, module = name.split(".")
            # Found so even by a Python that does not look for modules in the current folder.
            suite = ("-s", package, "-t", ".", "-p", f"{module}.py")
            done = python("-m", "unittest", "discover", *suite, cwd=folder)
            ran = re.search(r"^Ran (\d+) tests", done.stderr, re.MULTILINE)
            good = ran is not None and done.returncode == 0
            passed = int(ran[1]) if ran and good else 0
            tally.passed += passed
            if not good:
                tally.failed.append(f"{name}, migrated:\n{done.stderr}")
            show_suite(name, subject, passed, good=good)


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, every warning an error."""
    command = [sys.executable, "-B", "-W", "error", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


def show_suite(name: str, subject: str, passed: int, *, good: bool) -> None:
    """Print the line of one suite."""
    print(f"  {'ok' if good else 'FAILED':7} {passed:2} tests  {name:26} {subject}")


def show_planted_bugs(tally: Tally, *, brief: bool) -> None:
    """Run tests with planted bugs, each of which has to be caught."""
    print("\nPlanted bugs, and what is reported of them\n")
    for bug in importlib.import_module("broken.planted_bugs").BUGS:
        result = run(unittest.defaultTestLoader.loadTestsFromTestCase(bug.case))
        report = "\n\n".join(message(text) for text in result.reports())
        caught = not result.passed and bug.evidence in report
        tally.caught += caught
        if not caught:
            tally.missed.append(f"{bug.what}\n{report or 'the test passed'}")
        print(f"  {'caught' if caught else 'MISSED'}  {bug.what}")
        if caught and not brief:
            print(textwrap.indent(report, " " * 10 + "| ", lambda line: True) + "\n")


def message(report: str) -> str:
    """Return what a report says below its last traceback."""
    lines = report.rstrip().splitlines()
    start = max((n for n, line in enumerate(lines) if line.startswith("Traceback")), default=-1) + 1
    frames = itertools.takewhile(lambda line: line.startswith("  "), lines[start:])
    return "\n".join(lines[start + len(list(frames)) :])


def conclude(tally: Tally, seconds: float) -> int:
    """Print the summary, and return the exit status."""
    for text in [*tally.failed, *tally.missed]:
        print("\n" + text)
    bugs = tally.caught + len(tally.missed)
    good = not tally.failed and not tally.missed and tally.passed and bugs
    print(f"\n{tally.passed} tests passed, {len(tally.failed)} failed.")
    print(f"{tally.caught} of {bugs} planted bugs were caught.")
    print(f"Virtual time lived: {timedelta(seconds=round(tally.virtual_seconds))}.")
    print(f"Real time spent: {seconds:.2f} s.")
    print("All is as it should be." if good else "NOT all is as it should be.")
    return 0 if good else 1


def main() -> int:
    """Run the tour."""
    parser = argparse.ArgumentParser(description="A tour of the four packages.")
    parser.add_argument("--brief", action="store_true", help="without the reports")
    options = parser.parse_args()
    sys.path[:0] = [str(HERE), str(LEGACY)]
    logging.basicConfig(stream=io.StringIO())  # the application's log is no part of the tour
    tally = Tally()
    start = time.perf_counter()
    print("The example suites\n")
    show_suites(tally, SUITES)
    print("\nSuites written for asynctest 0.13, as they are\n")
    show_suites(tally, LEGACY_SUITES)
    print("\nThe same, and one more, rewritten by python -m asynctest.migrate\n")
    show_migrated_suites(tally)
    show_planted_bugs(tally, brief=options.brief)
    return conclude(tally, time.perf_counter() - start)


if __name__ == "__main__":
    sys.exit(main())
