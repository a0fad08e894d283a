"""Reading the reports of checks."""

import gc
import re
import sys
import unittest

import running

STARTUP_FROZEN = 1000 if sys.version_info[:2] == (3, 12) else 0

_PLACE = re.compile(r'File "(?:.*[/\\])?(.*?)", line \d+, in (?:.*\.)?(\S+)')
_MODULE = re.compile(r"\btests\.(?:\w+\.)?(?=test_)")
_CARETS = re.compile(r"^[ ~^]*[~^]+[ ~^]*\n", re.MULTILINE)


def frozen_count() -> int:
    """Return how many objects are frozen; Python 3.12 freezes some itself when it starts."""
    count = gc.get_freeze_count()
    return count if count > STARTUP_FROZEN else 0


def plain(text: str) -> str:
    """Leave out of a report what differs between versions and machines."""
    text = _PLACE.sub(r'File "\1", in \2', text + "\n")
    text = _MODULE.sub("", text)
    return _CARETS.sub("", text).rstrip()


def report_of(case: type[unittest.TestCase], method: str = "test") -> str:
    """Run a test that must have exactly one failure; return the report, its places shortened."""
    failure = running.failure_of(case, method)
    return plain(failure.partition("AssertionError: ")[2])


def verdict_of(case: type[unittest.TestCase], check: str, method: str = "test") -> str:
    """Run a test that must fail for one check alone; return what is said of that check."""
    head, verdict, switch = report_of(case, method).split("\n\n")
    assert head == f"a check failed: {check}"
    assert switch == f"(if that is meant to be, say so with @fail_on({check}=False))"
    return verdict
