"""The plugin, in pytest runs of their own: one for each library that runs coroutines."""

import re
import subprocess
import sys

import pytest
from pytest_suites import HEADS, outcomes, output_of

SUITE = """
async def test_fixture_is_a_manual_clock_at_zero(fake_clock):
    sleeper = asyncio.create_task(asyncio.sleep(3600))
    assert asyncio.get_running_loop().time() == 0
    await fake_clock.advance(3600)
    assert sleeper.done()
    assert fake_clock.time() == 3600

@pytest.mark.fakeclock(auto=True, start=100)
async def test_marker_sets_the_options():
    await asyncio.sleep(3600)
    assert asyncio.get_running_loop().time() == 3700

@pytest.mark.fakeclock(start=5)
class TestMarked:
    @pytest.mark.fakeclock(auto=True)
    async def test_nearer_marker_counts(self, fake_clock):
        await asyncio.sleep(1)
        assert fake_clock.time() == 6

@async_fixture
async def early():
    await asyncio.sleep(10)
    return asyncio.get_running_loop().time()

@async_fixture
async def around():
    await asyncio.sleep(10)
    yield asyncio.get_running_loop().time()
    await asyncio.sleep(10)
    assert asyncio.get_running_loop().time() == 120

@pytest.mark.fakeclock(auto=True)
async def test_clock_is_there_in_async_fixtures(early, around):
    assert (early, around) == (10, 20)
    await asyncio.sleep(90)

class TestMethods:
    @async_fixture
    async def own(self):
        self.value = "mine"
        await asyncio.sleep(5)

    @pytest.mark.fakeclock(auto=True)
    async def test_clock_is_there_in_fixtures_of_a_class(self, own, fake_clock):
        assert self.value == "mine"
        assert fake_clock.time() == 5

@async_fixture
async def service(fake_clock):
    await fake_clock.advance(10)
    yield
    await fake_clock.advance(5)

async def test_fixture_can_advance_the_clock(service, fake_clock):
    assert fake_clock.time() == 10

async def test_without_the_fixture_time_is_real():
    import time
    assert abs(asyncio.get_running_loop().time() - time.monotonic()) < 60

@pytest.mark.fakeclock(auto=True)
async def test_deadlock():
    await asyncio.Event().wait()

@pytest.mark.fakeclock(auto=True)
async def test_after_a_deadlock_the_next_test_is_fine():
    await asyncio.sleep(5)

kept = []

async def worker():
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(60)

async def test_cleanup_of_a_cancelled_task_does_not_freeze(fake_clock):
    kept.append(asyncio.create_task(worker()))
    await fake_clock.advance(1)

@pytest.mark.fakeclock(auto=True, trace=True)
async def test_traced():
    await asyncio.sleep(5)
    assert False

from hypothesis import HealthCheck, given, settings, strategies as st

@pytest.mark.fakeclock(auto=True)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=5,
          database=None, deadline=None)
@given(seconds=st.integers(1, 100))
async def test_hypothesis_test_has_a_clock(seconds):
    before = asyncio.get_running_loop().time()
    await asyncio.sleep(seconds)
    assert asyncio.get_running_loop().time() == before + seconds
"""

UNDER_XDIST = """
import asyncio, pytest
pytestmark = pytest.mark.asyncio

async def test_one(fake_clock):
    await fake_clock.advance(3600)

@pytest.mark.fakeclock(auto=True)
async def test_time_is_not_held_back():
    await asyncio.sleep(1800)

@pytest.mark.fakeclock(auto=True)
async def test_deadlock():
    await asyncio.Event().wait()
"""


TESTS = re.findall(r"async def (test_\w+)", SUITE)
BROKEN = {"test_deadlock", "test_traced"}


@pytest.mark.parametrize("runner", HEADS)
@pytest.mark.parametrize("name", TESTS)
def test_of_the_suite(runner: str, name: str) -> None:
    output = output_of(HEADS[runner] + SUITE)

    assert outcomes(output).get(name) == ("FAILED" if name in BROKEN else "PASSED"), output


@pytest.mark.parametrize("runner", HEADS)
def test_deadlock_is_what_fails_the_test(runner: str) -> None:
    output = output_of(HEADS[runner] + SUITE)

    assert "DeadlockError: deadlock at 0 s: " in output
    assert "in test_deadlock(): await asyncio.Event().wait()" in output


@pytest.mark.parametrize("runner", HEADS)
def test_traced_test_that_fails_shows_its_timeline(runner: str) -> None:
    output = output_of(HEADS[runner] + SUITE)

    assert re.search(r"-+ virtual timeline -+\n(.*\n)+? +5 s  .*wakes", output), output


@pytest.mark.parametrize("runner", HEADS)
def test_summary_tells_the_time_lived_through(runner: str) -> None:
    output = output_of(HEADS[runner] + SUITE)

    line = r"fake_clock: 11 tests lived through 7,[\d.]+ virtual seconds in \d+\.\d\d real seconds"
    assert re.search(line, output), output


def test_summary_says_nothing_without_clocks() -> None:
    assert "fake_clock" not in output_of("def test_it(): pass")


def test_thread_of_xdist_neither_holds_time_back_nor_hides_a_deadlock() -> None:
    pytest.importorskip("xdist")
    output = output_of(UNDER_XDIST, "-n", "1")

    assert outcomes(output) == {
        "test_one": "PASSED",
        "test_time_is_not_held_back": "PASSED",
        "test_deadlock": "FAILED",
    }
    assert "DeadlockError: deadlock at 0 s: " in output


def test_summary_counts_the_workers_of_xdist() -> None:
    pytest.importorskip("xdist")
    output = output_of(UNDER_XDIST, "-n", "1")

    assert "fake_clock: 3 tests lived through 5,400 virtual seconds in " in output


def test_marker_is_known() -> None:
    assert "@pytest.mark.fakeclock(auto=False, start=0.0, ...): " in output_of("", "--markers")


def test_plugin_imports_nothing_of_the_package() -> None:
    program = (
        "import sys, _asyncio_fakeclock_pytest\n"
        "print([name for name in sys.modules if name.startswith(('asyncio_', 'asyncloop'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout == "[]\n", done.stderr
