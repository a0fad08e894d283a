"""What is called when the set-up of a test fails: the same as in the standard library."""

import unittest

import pytest
from asyncloop_testcase import TestCase


def steps_of(base: type[unittest.TestCase], failing: str) -> list[str]:
    """Return the steps of a test, one of which fails, that were called."""
    steps: list[str] = []

    def take(step: str) -> None:
        steps.append(step)
        if step == failing:
            raise ZeroDivisionError(step)

    class Case(base):  # type: ignore[misc, valid-type]
        def setUp(self) -> None:
            self.addCleanup(take, "cleanup")
            take("setUp")

        async def asyncSetUp(self) -> None:
            self.addAsyncCleanup(self.clean)
            take("asyncSetUp")

        async def clean(self) -> None:
            take("asynchronous cleanup")

        async def test(self) -> None:
            take("test")

        async def asyncTearDown(self) -> None:
            take("asyncTearDown")

        def tearDown(self) -> None:
            take("tearDown")

    result = unittest.TestResult()
    Case("test").run(result)
    assert len(result.errors) == 1
    return steps


def test_no_tear_down_is_called_after_an_asynchronous_set_up_that_failed() -> None:
    steps = steps_of(TestCase, "asyncSetUp")

    assert steps == ["setUp", "asyncSetUp", "asynchronous cleanup", "cleanup"]


@pytest.mark.parametrize("failing", ["setUp", "asyncSetUp", "test", "asyncTearDown", "tearDown"])
def test_the_steps_are_those_of_the_standard_library(failing: str) -> None:
    assert steps_of(TestCase, failing) == steps_of(unittest.IsolatedAsyncioTestCase, failing)
