"""ClockedTestCase: test cases defined in a test, and run into a result."""

import asyncio
import contextlib
import gc
import io
import time
import unittest
from typing import Any

import pytest
from asyncio_fakeclock import ClockedTestCase, DeadlockError, FakeClock, fakeclock


def run(case: unittest.TestCase) -> unittest.TestResult:
    result = unittest.TestResult()
    case.run(result)
    return result


def passes(case: unittest.TestCase) -> None:
    result = run(case)
    assert (result.testsRun, result.errors, result.failures) == (1, [], [])


def test_clock_begins_at_zero_and_is_manual() -> None:
    class Tests(ClockedTestCase):
        async def test(self) -> None:
            self.assertEqual(self.loop.time(), 0)
            self.assertIsInstance(self.clock, FakeClock)
            self.assertFalse(self.clock.auto)

    passes(Tests("test"))


def test_advance_moves_the_loop_and_not_the_wall() -> None:
    class Tests(ClockedTestCase):
        async def test(self) -> None:
            base_loop_time, base_wall_time = self.loop.time(), time.time()
            await self.advance(10)
            self.assertEqual(base_loop_time + 10, self.loop.time())
            self.assertLess(time.time() - base_wall_time, 9)

    passes(Tests("test"))


def test_callbacks_run_when_expected() -> None:
    class Tests(ClockedTestCase):
        async def test(self) -> None:
            results: list[float] = []
            self.loop.call_later(1, lambda: results.append(self.loop.time()))
            self.loop.call_at(7, lambda: results.append(self.loop.time()))
            self.assertEqual(results, [])
            await self.advance(10)
            self.assertEqual(results, [1, 7])

    passes(Tests("test"))


def test_setup_cleanup_and_teardown_can_advance() -> None:
    seen = []

    class Tests(ClockedTestCase):
        async def setUp(self) -> None:
            self.addCleanup(self.advance, 100)
            self.addCleanup(lambda: seen.append(self.loop.time()))
            await self.advance(1)

        async def test(self) -> None:
            await self.advance(10)

        async def tearDown(self) -> None:
            await self.advance(5)

    passes(Tests("test"))
    assert seen == [16.0]


def test_synchronous_test_can_run_the_loop() -> None:
    class Tests(ClockedTestCase):
        def test(self) -> None:
            self.loop.run_until_complete(self.advance(10))
            self.assertEqual(self.loop.time(), 10)

    passes(Tests("test"))


def test_auto_is_an_attribute_of_the_class() -> None:
    class Tests(ClockedTestCase):
        auto = True

        async def test(self) -> None:
            await asyncio.sleep(3600)
            self.assertEqual(self.loop.time(), 3600)

    passes(Tests("test"))


def test_decorator_of_a_test_counts_before_that_of_its_class() -> None:
    @fakeclock(auto=True, start=100)
    class Tests(ClockedTestCase):
        @fakeclock(start=5)
        async def test(self) -> None:
            await asyncio.sleep(1)
            self.assertEqual(self.loop.time(), 6)

    passes(Tests("test"))


def test_class_counts_before_its_parent() -> None:
    @fakeclock(auto=True, start=100)
    class Parent(ClockedTestCase):
        async def test(self) -> None:
            self.assertEqual((self.clock.auto, self.loop.time()), (False, 100))

    class Child(Parent):
        auto = False

    passes(Child("test"))


def test_unknown_option_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match=r"^unknown option 'begin' of a clock: there are auto, "):
        fakeclock(begin=5)


def test_bad_option_is_an_error_of_the_test() -> None:
    class Tests(ClockedTestCase):
        @fakeclock(start="now")
        async def test(self) -> None:
            pass

    [(_, text)] = run(Tests("test")).errors

    assert "TypeError: start must be a number, not 'now'" in text


def test_frozen_test_is_an_error_that_says_so() -> None:
    class Tests(ClockedTestCase):
        async def test(self) -> None:
            await asyncio.sleep(5)

    [(_, text)] = run(Tests("test")).errors

    assert "DeadlockError: time is frozen at 0 s: " in text
    assert "await asyncio.sleep(5)" in text


def test_stuck_task_is_cancelled_and_tidies_up(caplog: pytest.LogCaptureFixture) -> None:
    tidied: list[str] = []

    class Tests(ClockedTestCase):
        async def test(self) -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                tidied.append("cancelled")
                raise

    [(_, text)] = run(Tests("test")).errors
    gc.collect()

    assert "DeadlockError: deadlock at 0 s" in text
    assert tidied == ["cancelled"]
    assert caplog.messages == []


def test_time_limit_of_the_test_case_does_not_hold_time_back() -> None:
    class Tests(ClockedTestCase):
        auto = True
        timeout = 30

        async def test(self) -> None:
            await asyncio.sleep(3600)

    begun = time.monotonic()
    passes(Tests("test"))
    assert time.monotonic() - begun < 20  # the stall timeout would be 30 s


def test_cancelled_task_tidies_up_in_virtual_time() -> None:
    seen: list[Any] = []

    class Tests(ClockedTestCase):
        cancel_timeout = 20.0

        async def test(self) -> None:
            async def worker() -> None:
                try:
                    await asyncio.Event().wait()
                finally:
                    await asyncio.sleep(10)
                    seen.append("tidy")

            self.task = asyncio.create_task(worker())
            await self.advance(1)

    passes(Tests("test"))
    assert seen == ["tidy"]


def test_clock_is_gone_after_the_test() -> None:
    case: Any = None

    class Tests(ClockedTestCase):
        async def test(self) -> None:
            pass

    case = Tests("test")
    passes(case)
    assert not case.clock.installed


def test_loop_that_cannot_be_clocked_is_an_error_of_the_test() -> None:
    uvloop = pytest.importorskip("uvloop")

    class Tests(ClockedTestCase):
        loop_factory = uvloop.new_event_loop

        async def test(self) -> None:
            pass

    [(_, text)] = run(Tests("test")).errors

    assert "loop_factory=asyncio.SelectorEventLoop" in text


def failing() -> type[ClockedTestCase]:
    class Tests(ClockedTestCase):
        @fakeclock(trace=True, auto=True)
        async def test_fails(self) -> None:
            await asyncio.sleep(5)
            self.fail()

        @fakeclock(trace=True, auto=True)
        async def test_passes(self) -> None:
            await asyncio.sleep(5)

    return Tests


def test_traced_test_that_fails_prints_its_timeline() -> None:
    output = io.StringIO()
    with contextlib.redirect_stderr(output):
        run(failing()("test_fails"))

    assert "Tests.test_fails: timeline of 1 timer\n" in output.getvalue()
    assert "  5 s  " in output.getvalue()


def test_traced_test_that_passes_prints_nothing() -> None:
    output = io.StringIO()
    with contextlib.redirect_stderr(output):
        run(failing()("test_passes"))

    assert output.getvalue() == ""


def test_deadlock_is_raised_by_debug_too() -> None:
    class Tests(ClockedTestCase):
        async def test(self) -> None:
            await asyncio.Event().wait()

    with pytest.raises(DeadlockError):
        Tests("test").debug()


def test_timers_left_behind_are_seen_by_the_check_for_them() -> None:
    fail_on = pytest.importorskip("asyncloop_testcase").fail_on

    class Tests(ClockedTestCase):
        @fail_on(active_handles=True)
        async def test_leaves(self) -> None:
            self.loop.call_later(5, print)

        @fail_on(active_handles=True)
        async def test_advances(self) -> None:
            self.loop.call_later(5, int)
            await self.advance(5)

    assert len(run(Tests("test_leaves")).failures) == 1
    passes(Tests("test_advances"))
