"""A test case with an event loop for each test, and checks for what a test leaves behind."""

from asyncloop_testcase._callbacks import exhaust_callbacks
from asyncloop_testcase._case.case import TestCase
from asyncloop_testcase._case.function_case import FunctionTestCase
from asyncloop_testcase._case.timeout import timeout
from asyncloop_testcase._checks.base import (
    CannotCheckError,
    Check,
    UncheckedWarning,
    register_check,
)
from asyncloop_testcase._checks.block import check_loop
from asyncloop_testcase._checks.fail_on import fail_on, ignore_loop, lenient, strict
from asyncloop_testcase._reports.report import Finding, LeakWarning, Site
from asyncloop_testcase._runners import (
    child_loop,
    current_loop,
    run_forever,
    run_until_complete,
)
from asyncloop_testcase._version import __version__

__all__ = [
    "CannotCheckError",
    "Check",
    "Finding",
    "FunctionTestCase",
    "LeakWarning",
    "Site",
    "TestCase",
    "UncheckedWarning",
    "__version__",
    "check_loop",
    "child_loop",
    "current_loop",
    "exhaust_callbacks",
    "fail_on",
    "ignore_loop",
    "lenient",
    "register_check",
    "run_forever",
    "run_until_complete",
    "strict",
    "timeout",
]
