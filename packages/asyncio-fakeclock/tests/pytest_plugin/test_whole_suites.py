"""A clock for every test, by one line."""

import pytest
from pytest_suites import HEADS, outcomes, output_of

SUITE = """
import asyncio, time, unittest

async def test_async():
    await asyncio.sleep(3600)
    assert asyncio.get_running_loop().time() == 3600

@pytest.mark.fakeclock(False)
async def test_real():
    assert abs(asyncio.get_running_loop().time() - time.monotonic()) < 60

async def test_own_manual_clock(fake_clock):
    assert not fake_clock.auto

@pytest.mark.fakeclock(start=100)
async def test_own_options(fake_clock):
    assert fake_clock.auto
    await asyncio.sleep(1)
    assert fake_clock.time() == 101
"""
OTHERS = """
import asyncio, pytest, unittest
from asyncloop_testcase import TestCase

def test_plain():
    asyncio.run(asyncio.sleep(3600))

def test_without_a_loop():
    pass

class Isolated(unittest.IsolatedAsyncioTestCase):
    async def test_isolated(self):
        await asyncio.sleep(3600)

class Ours(TestCase):
    async def test_ours(self):
        await asyncio.sleep(3600)

@pytest.mark.fakeclock(False)
class Real(unittest.IsolatedAsyncioTestCase):
    async def test_marked(self):
        self.assertGreater(asyncio.get_running_loop().time(), 1)
"""


@pytest.mark.parametrize("runner", HEADS)
@pytest.mark.parametrize("how", ["--fakeclock", "ini"])
def test_every_coroutine_test_has_an_automatic_clock(runner: str, how: str) -> None:
    source = HEADS[runner] + SUITE.replace("(start=100)", "(auto=True, start=100)")
    if how == "ini":
        output = output_of(source, ini="fakeclock_auto = true\n")
    else:
        output = output_of(source, how)
    assert set(outcomes(output).values()) == {"PASSED"}, output
    assert len(outcomes(output)) == 4
    assert "lived through 3,601 virtual seconds" in output


def test_every_other_test_that_runs_a_loop_has_one_too() -> None:
    output = output_of(OTHERS, "--fakeclock")
    assert outcomes(output) == dict.fromkeys(
        ["test_plain", "test_without_a_loop", "test_isolated", "test_ours", "test_marked"],
        "PASSED",
    ), output
    assert "fake_clock: 3 tests lived through 10,800 virtual seconds" in output


def test_options_of_the_ini_file_hold_for_every_clock() -> None:
    source = HEADS["pytest-asyncio"] + (
        "import threading\n"
        "@pytest.mark.fakeclock(auto=True)\n"
        "async def test_stalled():\n"
        "    event = threading.Event()\n"
        "    future = asyncio.get_running_loop().run_in_executor(None, event.wait, 5)\n"
        "    try:\n"
        "        await asyncio.sleep(60)\n"
        "    finally:\n"
        "        event.set()\n"
    )
    output = output_of(source, ini="fakeclock_stall_timeout = 0.05\n")
    assert "StalledError" in output


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("fakeclock_stall_timeout = soon", "fakeclock_stall_timeout: cannot read 'soon': write a "),
        ("fakeclock_stall_timeout = -1", "fakeclock_stall_timeout: stall_timeout"),
    ],
)
def test_wrong_option_is_refused_before_any_test_runs(line: str, text: str) -> None:
    output = output_of("def test_it(): pass", ini=f"fakeclock_auto = true\n{line}\n")
    assert f"ERROR: {text}" in output
    assert "passed" not in output


def test_slowest_tests_by_virtual_time_are_told_with_durations() -> None:
    source = HEADS["pytest-asyncio"] + SUITE
    output = output_of(
        source.replace("(start=100)", "(auto=True, start=100)"), "--fakeclock", "--durations=1"
    )
    assert "slowest virtual durations" in output
    assert "3,600s virtual  test_suite.py::test_async" in output
    assert "1s virtual" not in output
