"""Running a test case that a test has defined, and reading what came out."""

import unittest


def run(case: type[unittest.TestCase], method: str = "test") -> unittest.TestResult:
    """Run one test of *case* into a result of its own."""
    result = unittest.TestResult()
    case(method).run(result)
    return result


def passed(case: type[unittest.TestCase], method: str = "test") -> bool:
    """Run one test, and fail here with its traceback unless it passed."""
    result = run(case, method)
    assert result.testsRun == 1
    assert result.errors == []
    assert result.failures == []
    return result.wasSuccessful()


def error_of(case: type[unittest.TestCase], method: str = "test") -> str:
    """Run a test that must have exactly one error and no failure; return what a user reads."""
    result = run(case, method)
    assert result.failures == []
    assert len(result.errors) == 1
    return result.errors[0][1]


def failure_of(case: type[unittest.TestCase], method: str = "test") -> str:
    """Run a test that must have exactly one failure and no error; return what a user reads."""
    result = run(case, method)
    assert result.errors == []
    assert len(result.failures) == 1
    return result.failures[0][1]
