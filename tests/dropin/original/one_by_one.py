"""
Run each test of a package in a process of its own.

Where there is ``fork`` the package is imported once, and a test costs some milliseconds; elsewhere
each process imports it anew.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import unittest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 60


def run(folder: Path, package: str, word: str) -> tuple[int, list[tuple[str, str]]]:
    """
    Run the tests whose names have *word* in them.

    Returns:
        How many passed, and the names of the others with their reports.
    """
    sys.path.insert(0, str(folder))
    suite = unittest.defaultTestLoader.loadTestsFromName(package)
    tests = [test for test in _flat(suite) if word in test.id()]
    alone = _forked if hasattr(os, "fork") else _spawned
    failed = []
    for test in tests:
        report = alone(test, folder)
        if report:
            failed.append((test.id(), report))
    return len(tests) - len(failed), failed


def _flat(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _flat(test)
        else:
            yield test


def report_of(test: unittest.TestCase) -> str:
    """Run one test; return what went wrong."""
    output = io.StringIO()
    result = unittest.TextTestRunner(stream=output, verbosity=0).run(unittest.TestSuite([test]))
    return "" if result.wasSuccessful() else output.getvalue()


def _forked(test: unittest.TestCase, folder: Path) -> str:
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            # A test registers descriptor 0: it has to be something that can be watched.
            os.dup2(os.pipe()[0], 0)
            with open(writing, "wb") as pipe:
                pipe.write(pickle.dumps(report_of(test)))
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        sent = pipe.read()
    _, status = os.waitpid(child, 0)
    return pickle.loads(sent) if sent else f"the process ended with status {status}"


def _spawned(test: unittest.TestCase, folder: Path) -> str:
    command = [sys.executable, *(f"-W{option}" for option in sys.warnoptions)]
    command += ["-m", "unittest", "-q", test.id()]
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.PIPE,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.stderr if done.returncode else ""
