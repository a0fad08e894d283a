"""Clocks of tests that are no coroutine functions."""

import pytest
from pytest_suites import outcomes, output_of

SUITE = """
import asyncio, pytest, time, unittest

@pytest.mark.fakeclock(auto=True)
def test_marked():
    asyncio.run(asyncio.sleep(3600))

def test_manual(fake_clock):
    async def main():
        sleeper = asyncio.create_task(asyncio.sleep(3600))
        await fake_clock.advance(3600)
        assert sleeper.done()
    asyncio.run(main())
    assert fake_clock.time() == 3600

@pytest.mark.fakeclock(auto=True, start=5)
def test_time_goes_on_from_loop_to_loop(fake_clock):
    asyncio.run(asyncio.sleep(10))
    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(asyncio.sleep(10, "x")) == "x"
    loop.close()
    assert fake_clock.time() == 25

def test_tidying_up_is_not_frozen(fake_clock):
    async def worker():
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(60)
    async def main():
        main.kept = asyncio.create_task(worker())
        await fake_clock.advance(1)
    asyncio.run(main())

def test_frozen(fake_clock):
    asyncio.run(asyncio.wait_for(asyncio.sleep(100), 3600))

@pytest.mark.fakeclock(auto=True)
class TestCase(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        await asyncio.sleep(100)

    async def test_unittest(self):
        await asyncio.sleep(3600)
        self.assertEqual(asyncio.get_running_loop().time(), 3700)

def test_real_time_is_back():
    async def main():
        return asyncio.get_running_loop().time()
    assert abs(asyncio.run(main()) - time.monotonic()) < 60

def test_plain_without_a_loop(fake_clock):
    assert fake_clock.time() == 0
"""
TESTS = {
    "test_marked": "PASSED",
    "test_manual": "PASSED",
    "test_time_goes_on_from_loop_to_loop": "PASSED",
    "test_tidying_up_is_not_frozen": "PASSED",
    "test_frozen": "FAILED",
    "test_unittest": "PASSED",
    "test_real_time_is_back": "PASSED",
    "test_plain_without_a_loop": "PASSED",
}


@pytest.mark.parametrize("name", TESTS)
def test_plain_function_has_virtual_time_on_the_loops_it_runs(name: str) -> None:
    output = output_of(SUITE)
    assert outcomes(output)[name] == TESTS[name], output


def test_frozen_time_is_told_at_once() -> None:
    assert "DeadlockError" in output_of(SUITE)
