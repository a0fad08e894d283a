"""A unittest test case with an event loop for each test, and checks for what a test leaves behind."""

from asyncloop_testcase._case import FunctionTestCase, TestCase
from asyncloop_testcase._version import __version__

__all__ = [
    "FunctionTestCase",
    "TestCase",
    "__version__",
]
