"""The time limit of a test; its clock stands still until a test says that time is up."""

import asyncio
import bdb
import gc
import inspect
import io
import math
import sys
import threading
import unittest
from typing import Any

import pytest
from asyncloop_testcase import TestCase, timeout
from asyncloop_testcase._case import timeout as timeout_module
from asyncloop_testcase._case.timeout import Deadline, is_debugged
from asyncloop_testcase._checks.fail_on import lenient
from running import error_of, failure_of, passed, run


class Clock:
    """What the limits go by."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


CLOCK = Clock()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    # A machine that is busy must not end a test before it has come to what it is about.
    monkeypatch.setattr(timeout_module, "time", CLOCK)


def time_is_up() -> None:
    """Let more time pass than any test here has, or has to answer a cancellation."""
    CLOCK.now += 10


class Short(TestCase):
    timeout = 0.05  # also the real seconds after which a limit looks at its clock again
    cancel_timeout = 0.05


async def wait_for_ever() -> None:
    time_is_up()
    await asyncio.Event().wait()


class TestHangs:
    def test_hanging_test_fails_with_the_await_chain_of_every_task(self) -> None:
        class Case(Short):
            async def test(self) -> None:
                task = asyncio.ensure_future(self.work())
                task.set_name("worker")
                await asyncio.wait([task])

            async def work(self) -> None:
                await wait_for_ever()

        text = failure_of(Case)

        assert "AssertionError: the test took longer than its timeout of 0.05 s\n" in text
        assert "Task 'worker', coroutine " in text
        assert "await wait_for_ever()" in text
        assert "await asyncio.Event().wait()" in text
        assert "await asyncio.wait([task])" in text

    @pytest.mark.parametrize("phase", ["setUp", "asyncSetUp", "tearDown", "asyncTearDown"])
    def test_hang_in_another_phase_fails_the_test(self, phase: str) -> None:
        async def hang(self: TestCase) -> None:
            await wait_for_ever()

        async def test(self: TestCase) -> None:
            """Pass."""

        case = type("Case", (Short,), {"test": test, phase: hang})

        assert "the test took longer than its timeout" in failure_of(case)

    def test_cleanup_that_hangs_after_a_test_that_hangs_fails_too(self) -> None:
        calls: list[str] = []

        class Case(Short):
            async def test(self) -> None:
                self.addCleanup(calls.append, "last")
                self.addCleanup(wait_for_ever)
                await wait_for_ever()

        result = run(Case)

        assert len(result.failures) == 2
        assert calls == ["last"]

    def test_test_is_cancelled_so_that_it_can_tidy_up(self) -> None:
        calls: list[str] = []

        class Case(Short):
            async def test(self) -> None:
                try:
                    await wait_for_ever()
                finally:
                    calls.append("tidied")

        assert "timeout of 0.05 s" in failure_of(Case)
        assert calls == ["tidied"]

    def test_test_that_swallows_its_cancellation_is_reported_not_waited_for(self) -> None:
        class Case(Short):
            async def test(self) -> None:
                while True:
                    time_is_up()
                    try:
                        await asyncio.sleep(1000)
                    except asyncio.CancelledError:
                        pass

        result = run(lenient(Case))
        gc.collect()

        text = result.failures[0][1]
        assert "and did not end within 0.05 s after it was cancelled" in text
        assert "await asyncio.sleep(1000)" in text

    def test_test_that_ends_well_when_it_is_cancelled_has_failed_all_the_same(self) -> None:
        class Case(Short):
            async def test(self) -> None:
                try:
                    await wait_for_ever()
                except asyncio.CancelledError:
                    return

        assert "timeout of 0.05 s" in failure_of(Case)

    def test_exception_that_the_cancellation_causes_is_the_cause(self) -> None:
        class Case(Short):
            async def test(self) -> None:
                try:
                    await wait_for_ever()
                finally:
                    raise OSError("while tidying up")

        text = failure_of(Case)

        assert "OSError: while tidying up" in text
        assert "timeout of 0.05 s" in text

    def test_function_that_runs_the_loop_is_limited_too(self) -> None:
        class Case(Short):
            def test(self) -> None:
                self.loop.run_until_complete(wait_for_ever())

        text = failure_of(lenient(Case))

        assert "timeout of 0.05 s" in text
        assert "await asyncio.Event().wait()" in text

    def test_function_that_runs_a_loop_without_tasks_is_limited_too(self) -> None:
        class Case(Short):
            def test(self) -> None:
                self.loop.call_soon(time_is_up)
                self.loop.run_forever()

        assert "timeout of 0.05 s" in failure_of(lenient(Case))

    def test_cancellation_that_comes_after_its_phase_is_void(self) -> None:
        loop = asyncio.new_event_loop()
        deadline = Deadline(1000, 1, loop)
        deadline.begin()
        deadline.end()
        deadline.begin()

        deadline._cancel(1)

        assert deadline.end() is None
        deadline.close()
        loop.close()

    def test_blocked_loop_is_reported_at_once_and_fails_the_test_when_it_goes_on(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = threading.Event()

        class Stream(io.StringIO):
            def flush(self) -> None:
                told.set()

        class Case(Short):
            async def test(self) -> None:
                while not told.wait(0.01):
                    time_is_up()

        stream = Stream()
        monkeypatch.setattr(sys, "stderr", stream)
        text = failure_of(Case)

        assert "the loop was blocked by" in text
        assert "while not told.wait(0.01):" in text or "time_is_up()" in text
        assert "the loop is blocked by" in stream.getvalue()

    def test_subtests_count_together(self) -> None:
        class Case(Short):
            async def test(self) -> None:
                with self.subTest("hangs"):
                    await wait_for_ever()

        assert not run(Case).wasSuccessful()


class TestQuickTests:
    def test_test_in_time_passes_and_leaves_no_thread(self) -> None:
        class Case(TestCase):
            timeout = 60

            async def test(self) -> None:
                await asyncio.sleep(0)

        before = set(threading.enumerate())

        assert passed(Case)
        assert set(threading.enumerate()) <= before

    def test_interrupted_test_leaves_no_thread(self) -> None:
        class Case(TestCase):
            timeout = 60

            async def test(self) -> None:
                raise KeyboardInterrupt

        before = set(threading.enumerate())

        with pytest.raises(KeyboardInterrupt):
            run(Case)
        assert set(threading.enumerate()) <= before


class TestDecorator:
    def test_decorator_of_the_method_wins_over_the_class(self) -> None:
        class Case(TestCase):
            timeout = 60
            cancel_timeout = 0.05

            async def test(self) -> None:
                await wait_for_ever()

        timeout(0.05)(Case.test)

        assert "timeout of 0.05 s" in failure_of(Case)

    def test_class_can_be_decorated(self) -> None:
        @timeout(0.05)
        class Case(TestCase):
            async def test(self) -> None:
                await wait_for_ever()

        assert "timeout of 0.05 s" in failure_of(Case)

    def test_none_switches_the_limit_off(self) -> None:
        @timeout(0.01)
        class Case(TestCase):
            @timeout(None)
            async def test(self) -> None:
                time_is_up()
                await asyncio.sleep(0.05)

        assert passed(Case)

    @pytest.mark.parametrize("value", [-1, 0, -0.5, math.nan])
    def test_number_that_is_not_positive_is_refused(self, value: float) -> None:
        with pytest.raises(ValueError, match="^timeout must be more than 0 s, not"):
            timeout(value)

    @pytest.mark.parametrize("value", ["1", True, (1,)])
    def test_what_is_no_number_is_refused(self, value: Any) -> None:
        with pytest.raises(TypeError, match="^timeout must be a number of seconds or None, not"):
            timeout(value)


class TestAttribute:
    @pytest.mark.parametrize("value", [-1, 0, math.nan, "1"])
    def test_bad_value_is_an_error_of_the_test_and_the_run_goes_on(self, value: Any) -> None:
        calls: list[str] = []

        class Bad(TestCase):
            timeout = value

            async def test(self) -> None:
                """Never called."""

        class Good(TestCase):
            async def test(self) -> None:
                calls.append("called")

        result = unittest.TestResult()
        unittest.TestSuite([Bad("test"), Good("test")]).run(result)

        assert len(result.errors) == 1
        assert f"not {value!r}" in result.errors[0][1]
        assert calls == ["called"]

    def test_infinite_limit_is_a_limit(self) -> None:
        class Case(TestCase):
            timeout = math.inf

            async def test(self) -> None:
                await asyncio.sleep(0)

        assert passed(Case)


class Tracer(bdb.Bdb):
    """A debugger that traces and never stops."""

    def __init__(self) -> None:
        super().__init__()
        self.reset()


class TestDebuggers:
    def test_limit_is_off_while_a_debugger_traces_the_test(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = threading.Event()

        def ask(frame: Any) -> bool:
            answer = is_debugged(frame)
            asked.set()
            return answer

        monkeypatch.setattr(timeout_module, "is_debugged", ask)

        class Case(Short):
            async def test(self) -> None:
                sys.settrace(Tracer().trace_dispatch)
                try:
                    await self.traced()
                finally:
                    sys.settrace(None)

            async def traced(self) -> None:
                time_is_up()
                asked.wait()
                await asyncio.sleep(0)

            async def tearDown(self) -> None:
                await asyncio.sleep(0)

        before = sys.gettrace()
        try:
            assert passed(Case)
        finally:
            sys.settrace(before)

    def test_debugger_at_its_prompt_is_recognised(self) -> None:
        frames: list[Any] = []
        namespace = {"__name__": "pdb", "note": lambda: frames.append(inspect.currentframe())}
        exec("def prompt():\n    note()\n", namespace)
        namespace["prompt"]()  # type: ignore[operator]

        assert is_debugged(frames[0].f_back)

    def test_trace_function_of_coverage_is_no_debugger(self) -> None:
        frames: list[Any] = []

        def trace(frame: Any, event: str, argument: object) -> Any:
            return trace

        def traced() -> None:
            frames.append(inspect.currentframe())

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            traced()
        finally:
            sys.settrace(before)

        assert frames[0].f_trace is trace
        assert not is_debugged(frames[0])

    @pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with 3.12")
    def test_debugger_that_uses_sys_monitoring_is_recognised(self) -> None:
        tool = sys.monitoring.DEBUGGER_ID
        if sys.monitoring.get_tool(tool) is not None:
            pytest.skip("a debugger is at work")
        sys.monitoring.use_tool_id(tool, "test")
        try:
            assert is_debugged(None)
        finally:
            sys.monitoring.free_tool_id(tool)


def test_error_text_of_a_bad_attribute_tells_the_way_out() -> None:
    class Case(TestCase):
        timeout = -1

        async def test(self) -> None:
            """Never called."""

    assert "ValueError: timeout must be more than 0 s, not -1; None means no limit" in error_of(
        Case
    )
