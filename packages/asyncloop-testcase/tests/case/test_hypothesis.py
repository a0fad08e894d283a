"""Tests of Hypothesis that are coroutine functions."""

import asyncio

import pytest
from asyncloop_testcase import TestCase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import failure_of, passed, run

QUICK = settings(
    max_examples=10, deadline=None, database=None, suppress_health_check=[*HealthCheck]
)


def test_each_example_is_awaited_on_the_loop_of_the_test() -> None:
    seen = []

    class Case(TestCase):
        async def setUp(self) -> None:
            seen.append("setUp")

        @QUICK
        @given(st.integers())
        async def test(self, number: int) -> None:
            await asyncio.sleep(0)
            assert asyncio.get_running_loop() is self.loop
            seen.append(number)

    passed(Case)
    assert seen.count("setUp") == 1
    assert len(seen) > 5
    passed(Case)  # what was replaced is there again


def test_failing_example_is_shrunk() -> None:
    class Case(TestCase):
        @settings(QUICK, max_examples=200, derandomize=True)
        @given(st.integers(min_value=0))
        async def test(self, number: int) -> None:
            await asyncio.sleep(0)
            assert number < 100

    text = failure_of(Case)
    assert "number=100" in text or "assert number < 100" in text


def test_checks_look_at_the_whole_test() -> None:
    class Case(TestCase):
        @QUICK
        @given(st.just(1))
        async def test(self, number: int) -> None:
            self.loop.call_soon(lambda: 1 / 0)

    assert "unhandled_exceptions" in failure_of(Case)


@pytest.mark.parametrize("kind", ["plain"])
def test_plain_functions_are_called_as_ever(kind: str) -> None:
    class Case(TestCase):
        @QUICK
        @given(st.just(kind))
        def test(self, value: str) -> None:
            assert value == kind
            self.loop.run_until_complete(asyncio.sleep(0))

    assert run(Case).wasSuccessful()
