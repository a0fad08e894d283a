"""Reading the reports of checks."""

import re
import unittest

import running

_PLACE = re.compile(r'File "(?:.*/)?(.*?)", line \d+, in (?:.*\.)?(\S+)')
_CARETS = re.compile(r"^[ ~^]*[~^]+[ ~^]*\n", re.MULTILINE)


def plain(text: str) -> str:
    """Leave out of a report what differs between versions and machines."""
    text = _PLACE.sub(r'File "\1", in \2', text + "\n").replace("tests.test_", "test_")
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
