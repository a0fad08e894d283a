"""
Runs a module of asyncio's own tests on loops that are born with an automatic clock.

``python asyncio_suite.py clock|plain NAME ... [-TEST ...]`` prints as JSON how many tests ran, how
long they took, and those that did not pass. A name is one of a module or of a test in it; tests
with a dash are left out. It is a process of its own: asyncio's tests change global state.

Every selector loop that is made has a clock, whoever makes it: the tests, ``asyncio.run()``, the
runner of ``IsolatedAsyncioTestCase``. ``TestLoop`` of ``test_utils`` is none; it has a time of its
own.
"""

from __future__ import annotations

import asyncio
import faulthandler
import functools
import io
import json
import logging
import signal
import sys
import time
import unittest
import warnings
from typing import TYPE_CHECKING, Any

from asyncio_fakeclock import FakeClock
from test import support

if TYPE_CHECKING:
    from collections.abc import Iterator

# Longer than any of them takes; a test that hangs says where.
HANGS = 100
TESTS = "test.test_asyncio."


def give_clocks() -> None:
    """Let every selector loop be born with a clock."""
    base: Any = asyncio.SelectorEventLoop
    make = base.__init__

    @functools.wraps(make)
    def make_with_clock(self: Any, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        FakeClock(self, auto=True, stall_timeout=3, max_jumps=20_000).install()

    base.__init__ = make_with_clock


def failures(result: unittest.TestResult) -> dict[str, str]:
    """Return what did not pass, by the name that the tests can be asked for by."""
    bad = {test.id().removeprefix(TESTS): text for test, text in result.errors + result.failures}
    bad |= {test.id().removeprefix(TESTS): "unexpected" for test in result.unexpectedSuccesses}
    return bad


def all_in(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    """Return the tests of a suite, one by one."""
    for each in suite:
        if isinstance(each, unittest.TestSuite):
            yield from all_in(each)
        else:
            yield each


def main(kind: str, *names: str) -> None:
    """Run tests, and print what came of them."""
    faulthandler.dump_traceback_later(HANGS, exit=True)
    # Ignored in whatever runs in the background of a shell; some tests interrupt themselves.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    warnings.simplefilter("ignore")  # they use what is deprecated, and test it
    logging.disable(logging.CRITICAL)
    support.use_resources = ["cpu", "subprocess", "walltime"]  # type: ignore[attr-defined]
    if kind == "clock":
        give_clocks()
    wanted = [TESTS + name for name in names if not name.startswith("-")]
    loaded = unittest.defaultTestLoader.loadTestsFromNames(wanted)
    chosen = (each for each in all_in(loaded) if f"-{each.id().rpartition('.')[2]}" not in names)
    tests = unittest.TestSuite(chosen)
    begun = time.perf_counter()
    result = unittest.TextTestRunner(io.StringIO(), verbosity=0).run(tests)
    report = {
        "run": result.testsRun - len(result.skipped),
        "bad": failures(result),
        "seconds": time.perf_counter() - begun,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
