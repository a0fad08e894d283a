"""A test case with an event loop for each test, and checks for what a test leaves behind."""

from asyncloop_testcase._callbacks import exhaust_callbacks
from asyncloop_testcase._case import FunctionTestCase, TestCase
from asyncloop_testcase._runners import (
    child_loop,
    current_loop,
    run_forever,
    run_until_complete,
)
from asyncloop_testcase._timeout import timeout
from asyncloop_testcase._version import __version__

__all__ = [
    "FunctionTestCase",
    "TestCase",
    "__version__",
    "child_loop",
    "current_loop",
    "exhaust_callbacks",
    "run_forever",
    "run_until_complete",
    "timeout",
]
