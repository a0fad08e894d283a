"""How a test ends: what is judged, what is told, what is restored."""

import asyncio
import gc
import os
import selectors
import signal
import socket
import sys
import unittest
import weakref
from typing import Any

import pytest
from asyncloop_testcase import TestCase, _selector, fail_on, lenient, strict
from running import error_of, failure_of, passed, run


async def fails() -> None:
    raise ZeroDivisionError("in the background")


async def start_failing_task() -> None:
    task = asyncio.ensure_future(fails())
    await asyncio.sleep(0)
    assert task.done()


def leak_a_timer(case: TestCase) -> None:
    case.loop.call_later(1000, print)


class TestReports:
    def test_finding_is_a_failure_with_the_report_as_its_text(self) -> None:
        @strict
        class Case(TestCase):
            async def test(self) -> None:
                leak_a_timer(self)

        text = failure_of(Case)

        assert "a check failed: active_handles" in text
        assert "timers are left on the loop" in text

    def test_finding_is_a_failure_of_the_kind_that_the_class_has(self) -> None:
        class MyFailure(Exception):
            pass

        @strict
        class Case(TestCase):
            failureException = MyFailure

            async def test(self) -> None:
                leak_a_timer(self)

        assert "MyFailure: a check failed: active_handles" in failure_of(Case)

    def test_cleanups_come_before_the_checks(self) -> None:
        @strict
        class Case(TestCase):
            async def test(self) -> None:
                timer = self.loop.call_later(1000, print)
                self.addCleanup(timer.cancel)

        assert passed(Case)

    def test_test_that_fails_is_told_what_it_left_below_its_failure(self) -> None:
        @strict
        class Case(TestCase):
            async def test(self) -> None:
                leak_a_timer(self)
                self.fail("on purpose")

        (_, first), (_, second) = run(Case).failures
        assert "AssertionError: on purpose" in first
        assert "a check failed: active_handles (the test failed as well" in second

    def test_test_that_is_skipped_is_not_blamed_for_what_it_left(self) -> None:
        @strict
        class Case(TestCase):
            async def test(self) -> None:
                leak_a_timer(self)
                self.skipTest("on purpose")

        result = run(Case)

        assert result.wasSuccessful()
        assert [reason for _, reason in result.skipped] == ["on purpose"]

    def test_function_that_is_skipped_need_not_run_the_loop(self) -> None:
        class Case(TestCase):
            def test(self) -> None:
                self.skipTest("on purpose")

        assert run(Case).wasSuccessful()

    def test_test_that_fails_is_told_of_lost_exceptions_which_may_be_the_cause(self) -> None:
        @strict
        class Case(TestCase):
            async def test(self) -> None:
                leak_a_timer(self)
                await start_failing_task()
                self.fail("on purpose")

        result = run(Case)

        texts = [text for _, text in result.failures]
        assert len(texts) == 2
        assert "AssertionError: on purpose" in texts[0]
        assert "2 checks failed: unhandled_exceptions, active_handles (the test fai" in texts[1]
        assert "ZeroDivisionError: in the background" in texts[1]

    def test_test_that_fails_as_expected_is_not_blamed_for_what_it_left(self) -> None:
        @strict
        class Case(TestCase):
            @unittest.expectedFailure
            async def test(self) -> None:
                leak_a_timer(self)
                raise ConnectionError

        result = run(Case)

        assert result.failures == result.errors == []
        assert len(result.expectedFailures) == 1

    @pytest.mark.parametrize("at_class", [True, False])
    def test_expected_failure_covers_what_the_checks_find(self, at_class: bool) -> None:
        @strict
        class Case(TestCase):
            async def test(self) -> None:
                leak_a_timer(self)

        if at_class:
            unittest.expectedFailure(Case)
        else:
            unittest.expectedFailure(Case.test)
        result = run(Case)

        assert result.failures == result.errors == []
        (_, text), *others = result.expectedFailures
        assert "a check failed: active_handles" in text
        assert others == result.unexpectedSuccesses == []

    def test_expected_failure_covers_no_failed_set_up(self) -> None:
        @strict
        class Case(TestCase):
            async def setUp(self) -> None:
                leak_a_timer(self)
                self.fail("on purpose")

            @unittest.expectedFailure
            async def test(self) -> None:
                """Do nothing."""

        result = run(Case)
        assert len(result.failures) == 2
        assert "active_handles" in result.failures[1][1]
        assert result.expectedFailures == []

    def test_interrupted_test_is_not_judged(self) -> None:
        @strict
        class Case(TestCase):
            async def test(self) -> None:
                await start_failing_task()
                raise SystemExit("on purpose")

        assert "SystemExit: on purpose" in error_of(Case)

    def test_debug_raises_the_report(self) -> None:
        @strict
        class Case(TestCase):
            async def test(self) -> None:
                leak_a_timer(self)

        with pytest.raises(AssertionError, match="a check failed: active_handles"):
            Case("test").debug()

    def test_report_and_error_of_the_closing_are_both_told(self) -> None:
        @strict
        class Case(TestCase):
            def closeLoop(self, loop: asyncio.AbstractEventLoop) -> None:
                super().closeLoop(loop)
                raise OSError("while closing")

            async def test(self) -> None:
                leak_a_timer(self)

        result = run(Case)

        assert "active_handles" in result.failures[0][1]
        assert "OSError: while closing" in result.errors[0][1]
        assert len(result.failures) == len(result.errors) == 1

    def test_run_goes_on_after_a_failed_check(self) -> None:
        @strict
        class Case(TestCase):
            async def test_first(self) -> None:
                leak_a_timer(self)

            async def test_second(self) -> None:
                """Leave nothing."""

        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)

        assert result.testsRun == 2
        assert len(result.failures) == 1


class TestRestoring:
    def test_failing_result_does_not_keep_the_loop_open(self) -> None:
        """pytest -x and others raise where a result is told of an error."""
        loops: list[asyncio.AbstractEventLoop] = []

        class Stop(BaseException):
            pass

        class Result(unittest.TestResult):
            def addError(self, *arguments: Any) -> None:
                raise Stop

        class Case(TestCase):
            async def test(self) -> None:
                loops.append(self.loop)
                raise OSError

        case = Case("test")
        with pytest.raises(Stop):
            case.run(Result())

        assert loops[0].is_closed()
        assert case.loop is None

    def test_error_while_closing_does_not_hide_keyboard_interrupt(self) -> None:
        class Case(TestCase):
            def closeLoop(self, loop: asyncio.AbstractEventLoop) -> None:
                super().closeLoop(loop)
                raise OSError("while closing")

            async def test(self) -> None:
                raise KeyboardInterrupt("on purpose")

        with pytest.raises(KeyboardInterrupt, match="on purpose"):
            run(Case)

    @pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
    @pytest.mark.parametrize("phase", ["setUp", "test", "tearDown", "cleanup"])
    def test_interruption_is_not_logged_as_an_exception_that_was_never_retrieved(
        self, kind: type[BaseException], phase: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The loop is one that does not turn any more, which would retrieve the exception."""
        tasks: list[weakref.ref[Any]] = []
        gc.collect()
        caplog.clear()  # of what other tests left

        class Case(TestCase):
            async def stop(self) -> None:
                tasks.append(weakref.ref(asyncio.current_task()))
                raise kind("on purpose")

            async def test(self) -> None:
                if phase == "cleanup":
                    self.addCleanup(self.stop)
                elif phase == "test":
                    await self.stop()

            def closeLoop(self, loop: asyncio.AbstractEventLoop) -> None:
                loop.close()

        if phase in {"setUp", "tearDown"}:
            setattr(Case, phase, Case.stop)
        with pytest.raises(kind, match="on purpose") as caught:
            Case("test").debug()
        del caught
        gc.collect()

        assert tasks[0]() is None
        assert [each.message for each in caplog.records if "never retrieved" in each.message] == []

    def test_interrupted_test_tidies_up_before_the_loop_is_closed(self) -> None:
        calls: list[str] = []

        class Case(TestCase):
            async def test(self) -> None:
                self.loop.call_soon(interrupt)
                try:
                    await asyncio.Event().wait()
                finally:
                    calls.append("tidied")

        def interrupt() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run(Case)
        assert calls == ["tidied"]

    @pytest.mark.skipif(sys.version_info < (3, 11), reason="exceptions have notes since 3.11")
    @pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
    def test_only_the_impatient_user_is_told_where_tasks_wait(
        self, kind: type[BaseException]
    ) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                self.task = asyncio.ensure_future(asyncio.Event().wait())
                await asyncio.sleep(0)
                raise kind

        with pytest.raises(kind) as caught:
            Case("test").debug()
        assert hasattr(caught.value, "__notes__") == (kind is KeyboardInterrupt)

    def test_same_case_can_run_again_after_an_interruption(self) -> None:
        interruptions = [KeyboardInterrupt()]

        class Case(TestCase):
            async def test(self) -> None:
                while interruptions:
                    raise interruptions.pop()

        case = Case("test")
        with pytest.raises(KeyboardInterrupt):
            case.run(unittest.TestResult())
        result = unittest.TestResult()
        case.run(result)

        assert result.wasSuccessful()

    def test_error_while_opening_leaves_the_current_loop_as_it_was(self) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)

        class Case(TestCase):
            def openLoop(self) -> asyncio.AbstractEventLoop:
                asyncio.set_event_loop(None)
                raise OSError("on purpose")

            async def test(self) -> None:
                """Never called."""

        try:
            assert "OSError: on purpose" in error_of(Case)
            assert asyncio.get_event_loop() is loop
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    @pytest.mark.parametrize("switch", [lenient, fail_on(unhandled_exceptions=False)])
    def test_lost_exception_of_the_closing_is_only_logged_without_its_check(
        self, switch: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                raise OSError("while tidying up")

        @switch
        class Case(TestCase):
            def test(self) -> None:  # no coroutine, so that all other checks apply
                self.task = self.loop.create_task(work())
                self.loop.run_until_complete(asyncio.sleep(0))

        assert passed(Case)
        assert "exception in a task that was cancelled when the loop was closed" in caplog.text

    def test_error_while_closing_leaves_the_default_loop_open(self) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)

        class Case(TestCase):
            use_default_loop = True

            def closeLoop(self, loop: asyncio.AbstractEventLoop) -> None:
                raise OSError("on purpose")

            async def test(self) -> None:
                """Do nothing."""

        try:
            assert "OSError: on purpose" in error_of(Case)
            assert not loop.is_closed()
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    def test_lifetime_that_is_closed_again_does_nothing(self) -> None:
        lifetimes: list[Any] = []

        class First(TestCase):
            forbid_get_event_loop = True

            async def test(self) -> None:
                lifetimes.append(self._asyncloop)

        class Second(TestCase):
            def test(self) -> None:
                self.loop.run_until_complete(asyncio.sleep(0))
                lifetimes[0].close()
                assert asyncio.get_event_loop() is self.loop

        class Third(First):
            def test(self) -> None:  # type: ignore[override]
                self.loop.run_until_complete(asyncio.sleep(0))
                lifetimes[0].close()
                with pytest.raises(AssertionError, match="forbid_get_event_loop is True"):
                    asyncio.get_event_loop()

        assert passed(First)
        assert passed(Second)
        assert passed(Third)

    def test_debug_mode_of_the_default_loop_stays_as_it_was(self) -> None:
        loop = asyncio.new_event_loop()
        loop.set_debug(True)
        asyncio.set_event_loop(loop)

        class Case(TestCase):
            use_default_loop = True

            async def test(self) -> None:
                """Do nothing."""

        try:
            assert passed(Case)
            assert loop.get_debug() is True
        finally:
            asyncio.set_event_loop(None)
            loop.close()


class CountingSelector(selectors.DefaultSelector):
    """Counts how often it is asked, hence the turns of the loop."""

    last: "CountingSelector"

    def __init__(self) -> None:
        super().__init__()
        CountingSelector.last = self
        self.looks = 0

    def select(self, timeout: float | None = None) -> list[tuple[Any, int]]:
        self.looks += 1
        return super().select(timeout)


class TestRunningTheLoop:
    def test_loop_that_is_stopped_too_early_is_told(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                self.loop.call_soon(self.loop.stop)
                await asyncio.sleep(3600)

        assert error_of(Case).endswith(
            "RuntimeError: the loop was stopped before the coroutine had ended: "
            "who called loop.stop()?\n"
        )

    def test_coroutine_left_by_a_stopped_loop_does_not_stop_it_again(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                self.event = asyncio.Event()
                self.loop.call_soon(self.loop.stop)
                await self.event.wait()

            async def asyncTearDown(self) -> None:  # noqa: N802 - unittest's style
                self.event.set()
                for _ in range(4):
                    await asyncio.sleep(0)

        assert "who called loop.stop()?" in error_of(Case)

    def test_loop_turns_once_more_when_the_coroutine_has_ended(self) -> None:
        class Case(TestCase):
            called = False

            async def test(self) -> None:
                self.loop.call_soon(setattr, self, "called", True)

            def tearDown(self) -> None:
                assert self.called

        assert passed(Case)

    def test_test_that_never_waits_takes_one_turn(self) -> None:
        class Case(TestCase):
            loop_factory = staticmethod(lambda: asyncio.SelectorEventLoop(CountingSelector()))

            async def test(self) -> None:
                """Do nothing."""

        assert passed(Case)
        assert CountingSelector.last.looks == 1

    def test_test_that_waits_takes_the_turns_that_asyncio_takes(self) -> None:
        async def wait() -> None:
            await asyncio.sleep(0)
            await asyncio.sleep(0)

        loop = asyncio.SelectorEventLoop(CountingSelector())
        loop.run_until_complete(wait())
        loop.close()
        theirs = CountingSelector.last.looks

        class Case(TestCase):
            loop_factory = staticmethod(lambda: asyncio.SelectorEventLoop(CountingSelector()))

            async def test(self) -> None:
                await wait()

        assert passed(Case)
        assert CountingSelector.last.looks == theirs

    @pytest.mark.parametrize("leave", ["timer", "reader", "task", "done callback"])
    def test_what_is_due_when_the_coroutine_has_ended_is_called_before_tear_down(
        self, leave: str
    ) -> None:
        ours, theirs = socket.socketpair()

        class Case(TestCase):
            called = False
            if leave == "reader":
                loop_factory = asyncio.SelectorEventLoop

            def call(self, *args: object) -> None:
                self.called = True
                if leave == "reader":
                    self.loop.remove_reader(ours)

            async def start(self) -> None:
                self.call()

            async def test(self) -> None:
                if leave == "timer":
                    self.loop.call_later(0, self.call)
                elif leave == "reader":
                    theirs.send(b"x")
                    self.loop.add_reader(ours, self.call)
                elif leave == "task":
                    self.task = self.loop.create_task(self.start())
                else:
                    task = asyncio.current_task()
                    assert task is not None
                    task.add_done_callback(self.call)

            def tearDown(self) -> None:
                assert self.called

        with ours, theirs:
            assert passed(Case)

    @pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="the loop handles no signals there")
    def test_signal_that_came_last_is_handled(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_selector, "_install", None)  # a TestSelector lets signals wait
        handled: list[str] = []

        class Case(TestCase):
            async def test(self) -> None:
                self.loop.add_signal_handler(signal.SIGUSR1, handled.append, "handled")
                os.kill(os.getpid(), signal.SIGUSR1)

        assert passed(Case)
        assert handled == ["handled"]

    def test_interrupt_in_a_method_of_its_own_is_passed_on(self) -> None:
        class Loop(asyncio.SelectorEventLoop):
            def run_until_complete(self, future: Any) -> Any:
                super().run_until_complete(future)
                raise KeyboardInterrupt

        class Case(TestCase):
            loop_factory = Loop

            async def test(self) -> None:
                """Do nothing."""

        with pytest.raises(KeyboardInterrupt):
            run(Case)

    def test_loop_with_a_method_of_its_own_is_run_by_it(self) -> None:
        class Loop(asyncio.SelectorEventLoop):
            runs = 0

            def run_until_complete(self, future: Any) -> Any:
                self.runs += 1
                return super().run_until_complete(future)

        class Case(TestCase):
            loop_factory = Loop

            async def test(self) -> None:
                assert self.loop.runs == 1

        assert passed(Case)

    def test_loop_runs_on_in_tear_down_after_system_exit(self) -> None:
        class Case(TestCase):
            ended = False

            async def test(self) -> None:
                raise SystemExit("on purpose")

            async def asyncTearDown(self) -> None:  # noqa: N802 - unittest's style
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                Case.ended = True

        assert "SystemExit: on purpose" in error_of(Case)
        assert Case.ended


class TestCleanupsCalledByTheTest:
    def test_function_is_called_at_once(self) -> None:
        calls: list[str] = []

        @lenient
        class Case(TestCase):
            def test(self) -> None:
                self.addCleanup(calls.append, "cleanup")
                self.doCleanups()
                calls.append("test")

        assert passed(Case)
        assert calls == ["cleanup", "test"]

    @pytest.mark.parametrize("kind", ["coroutine", "future"])
    def test_asynchronous_one_is_refused_while_the_loop_runs(self, kind: str) -> None:
        @lenient  # the check of coroutines closes those it finds
        class Case(TestCase):
            async def test(self) -> None:
                future = self.loop.create_future()
                self.addCleanup(self.tidy if kind == "coroutine" else lambda: future)
                self.doCleanups()

            async def tidy(self) -> None:
                """Never called."""

        text = error_of(Case)
        assert "is an asynchronous cleanup, and doCleanups() was called while the loop" in text

    def test_asynchronous_one_is_refused_when_the_loop_is_closed(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                """Do nothing."""

            async def tidy(self) -> None:
                """Never called."""

            def closeLoop(self, loop: asyncio.AbstractEventLoop) -> None:
                super().closeLoop(loop)
                self.addCleanup(self.tidy)
                self.doCleanups()

        assert "RuntimeError: the loop of the test is closed, nothing can be" in error_of(Case)


def test_options_may_be_those_of_another_object():
    class Options:
        def __init__(self, case):
            self.case = case

        def __getattr__(self, name):
            return getattr(TestCase, name)

        def openLoop(self):
            self.loop = self.case.loop = asyncio.new_event_loop()
            return self.loop

        def closeLoop(self, loop):
            loop.close()

    class Tests(TestCase):
        timeout = "not ours"
        loop_factory = "not ours"

        def _callSetUp(self):
            self._asyncloop_open(Options(self))
            self._asyncloop_enter_test()

        async def test(self):
            assert asyncio.get_running_loop() is self.loop

    assert passed(Tests)
