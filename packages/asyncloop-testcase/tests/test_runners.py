"""The decorators of aio.testing."""

import asyncio
import contextlib
import gc
import inspect
import math
import sys
import unittest
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from asyncloop_testcase import (
    TestCase,
    child_loop,
    current_loop,
    run_forever,
    run_until_complete,
)
from running import error_of, failure_of, passed


async def coroutine_function(seen: list[Any]) -> None:
    await asyncio.sleep(0)
    seen.append(asyncio.get_running_loop())


def generator_function(seen: list[Any]) -> Any:
    yield from asyncio.sleep(0)  # type: ignore[misc]
    seen.append(asyncio.get_running_loop())


def plain_function(seen: list[Any]) -> Any:
    return coroutine_function(seen)


def synchronous_function(seen: list[Any]) -> None:
    seen.append(asyncio.get_running_loop())


KINDS = [coroutine_function, generator_function, plain_function, synchronous_function]
DECORATORS = {
    "run_until_complete": run_until_complete,
    "run_until_complete()": run_until_complete(),
    "run_forever": run_forever(timeout=0),
    "run_forever()": run_forever(timeout=0, sleep=0),
}


@pytest.fixture
def parent_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


class TestBoth:
    @pytest.mark.parametrize("decorator", DECORATORS.values(), ids=DECORATORS)
    @pytest.mark.parametrize("function", KINDS)
    def test_function_of_any_kind_runs_on_a_new_loop_that_is_closed(
        self, function: Any, decorator: Any
    ) -> None:
        seen: list[asyncio.AbstractEventLoop] = []
        test = decorator(function)

        assert test(seen) is None
        assert test(seen) is None

        assert len(seen) == len(set(seen)) == 2
        assert all(loop.is_closed() for loop in seen)

    @pytest.mark.parametrize("decorator", DECORATORS.values(), ids=DECORATORS)
    def test_loop_is_current_and_the_parents_loop_is_restored(
        self, decorator: Any, parent_loop: asyncio.AbstractEventLoop
    ) -> None:
        seen: list[asyncio.AbstractEventLoop] = []

        @decorator
        def test() -> None:
            seen.append(asyncio.get_event_loop())

        test()

        assert seen[0] is not parent_loop
        assert asyncio.get_event_loop() is parent_loop

    @pytest.mark.parametrize("decorator", DECORATORS.values(), ids=DECORATORS)
    @pytest.mark.parametrize("error", [AssertionError, OSError, KeyboardInterrupt, SystemExit])
    def test_exception_comes_out_and_everything_is_restored(
        self, decorator: Any, error: type[BaseException], parent_loop: asyncio.AbstractEventLoop
    ) -> None:
        seen: list[asyncio.AbstractEventLoop] = []

        @decorator
        async def test() -> None:
            seen.append(asyncio.get_running_loop())
            raise error("on purpose")

        with pytest.raises(error, match="on purpose"):
            test()
        assert seen[0].is_closed()
        assert asyncio.get_event_loop() is parent_loop

    @pytest.mark.parametrize("decorator", DECORATORS.values(), ids=DECORATORS)
    @pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
    def test_interruption_is_not_logged_as_an_exception_that_was_never_retrieved(
        self, decorator: Any, error: type[BaseException], caplog: pytest.LogCaptureFixture
    ) -> None:
        tasks: list[weakref.ref[Any]] = []
        gc.collect()
        caplog.clear()  # of what other tests left

        @decorator
        async def test() -> None:
            tasks.append(weakref.ref(asyncio.current_task()))
            raise error("on purpose")

        with pytest.raises(error, match="on purpose") as caught:
            test()
        del caught
        gc.collect()

        assert tasks[0]() is None
        assert [each.message for each in caplog.records if "never retrieved" in each.message] == []

    @pytest.mark.parametrize("decorator", DECORATORS.values(), ids=DECORATORS)
    def test_method_keeps_its_name_and_gets_self(self, decorator: Any) -> None:
        class Case(unittest.TestCase):
            @decorator
            async def test(self) -> None:
                """First line."""
                await asyncio.sleep(0)
                self.assertTrue(True)

        assert Case("test").shortDescription() == "First line."
        assert not inspect.iscoroutinefunction(Case.test)
        assert passed(Case)

    @pytest.mark.parametrize(
        "decorator",
        [run_until_complete(loop=current_loop), run_forever(timeout=0, loop=current_loop)],
    )
    def test_current_loop_is_used_and_left_open(
        self, decorator: Any, parent_loop: asyncio.AbstractEventLoop
    ) -> None:
        seen: list[asyncio.AbstractEventLoop] = []

        decorator(coroutine_function)(seen)

        assert seen == [parent_loop]
        assert not parent_loop.is_closed()

    @pytest.mark.parametrize("decorate", [run_until_complete, run_forever])
    def test_decorated_test_in_our_test_case_can_use_its_loop(self, decorate: Any) -> None:
        options = {} if decorate is run_until_complete else {"timeout": 0}

        class Case(TestCase):
            @decorate(loop=current_loop, **options)
            async def test(self) -> None:
                assert asyncio.get_running_loop() is self.loop

        assert passed(Case)


class TestRunUntilComplete:
    def test_failure_of_a_callback_fails_the_test_with_that_error(self) -> None:
        @run_until_complete
        async def test() -> None:
            asyncio.get_running_loop().call_soon(lambda: {}["k"])
            await asyncio.sleep(0)

        with pytest.raises(KeyError, match="k"):
            test()

    def test_failure_of_a_task_that_nobody_waits_for_fails_the_test_with_that_error(self) -> None:
        async def work() -> None:
            raise ZeroDivisionError("in the background")

        @run_until_complete
        async def test() -> None:
            asyncio.create_task(work())
            await asyncio.sleep(0)

        with pytest.raises(ZeroDivisionError, match="in the background"):
            test()

    def test_failure_of_the_test_itself_comes_first(self) -> None:
        @run_until_complete
        async def test() -> None:
            asyncio.get_running_loop().call_soon(lambda: {}["k"])
            await asyncio.sleep(0)
            raise ZeroDivisionError("in the test")

        with pytest.raises(ZeroDivisionError, match="in the test"):
            test()

    def test_error_that_a_handler_of_the_test_has_taken_does_not_fail_it(self) -> None:
        seen: list[dict[str, Any]] = []

        @run_until_complete
        async def test() -> None:
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _, context: seen.append(context))
            loop.call_soon(lambda: {}["k"])
            await asyncio.sleep(0)

        test()

        assert isinstance(seen[0]["exception"], KeyError)


class TestRunForever:
    @pytest.mark.parametrize("check", KINDS)
    def test_callable_of_any_kind_is_called_after_the_body(self, check: Any) -> None:
        seen: list[Any] = []

        @run_forever(timeout=0)
        async def test() -> Any:
            seen.append("body")
            return lambda: check(seen) if check is not generator_function else None

        @run_forever(timeout=0)
        def generator_test() -> Any:
            yield from asyncio.sleep(0)  # type: ignore[misc]
            seen.append("body")

            def callback() -> Any:
                yield from asyncio.sleep(0)  # type: ignore[misc]
                seen.append("callback")

            return callback

        generator_test()
        assert seen == ["body", "callback"]
        seen.clear()
        test()
        assert seen[0] == "body"

    def test_callable_that_wants_self_gets_it(self) -> None:
        """As in the example of aio.testing."""
        seen: list[object] = []

        class Case(unittest.TestCase):
            @run_forever(timeout=0)
            def test(self) -> Any:
                yield from asyncio.sleep(0)  # type: ignore[misc]

                def callback_test(self: object) -> Any:
                    yield from asyncio.sleep(0)  # type: ignore[misc]
                    seen.append(self)

                return callback_test

        case = Case("test")
        result = unittest.TestResult()
        case.run(result)

        assert result.wasSuccessful(), result.errors
        assert seen == [case]

    def test_interruption_by_a_callback_comes_out(self) -> None:
        seen: list[asyncio.AbstractEventLoop] = []

        def interrupt() -> None:
            raise KeyboardInterrupt("on purpose")

        @run_forever(timeout=1000)
        async def test() -> None:
            seen.append(asyncio.get_running_loop())
            seen[0].call_soon(interrupt)

        with pytest.raises(KeyboardInterrupt, match="on purpose"):
            test()
        assert seen[0].is_closed()

    def test_callable_without_a_signature_is_called_without_arguments(self) -> None:
        class Case(unittest.TestCase):
            @run_forever(timeout=0)
            async def test(self) -> Any:
                return int  # which would refuse a test case

        result = unittest.TestResult()
        Case("test").run(result)

        assert result.wasSuccessful(), result.errors

    def test_bound_generator_method_is_run_to_its_end(self) -> None:
        calls: list[str] = []

        class Case(unittest.TestCase):
            @run_forever(timeout=0)
            async def test(self) -> Any:
                return self.check

            def check(self) -> Any:
                yield from asyncio.sleep(0)  # type: ignore[misc]
                calls.append("checked")

        result = unittest.TestResult()
        Case("test").run(result)

        assert result.wasSuccessful(), result.errors
        assert calls == ["checked"]

    def test_times_are_counted_by_the_loops_clock(self) -> None:
        seen: list[tuple[str, float]] = []

        @contextlib.contextmanager
        def virtual() -> Iterator[asyncio.AbstractEventLoop]:
            with child_loop() as loop:
                jumps = Jumps(loop)
                loop.time = jumps.time  # type: ignore[method-assign]
                loop._selector = jumps  # type: ignore[attr-defined]
                yield loop
                seen.append(("end", jumps.now))
                loop._selector = jumps.selector  # type: ignore[attr-defined]

        @run_forever(timeout=100, sleep=1000, loop=virtual)
        async def test() -> Any:
            await asyncio.sleep(10)

            def check() -> None:
                seen.append(("check", asyncio.get_running_loop().time()))

            return check

        test()

        assert [(name, round(when)) for name, when in seen] == [("check", 110), ("end", 1110)]

    def test_loop_runs_on_while_it_waits(self) -> None:
        seen: list[str] = []

        @run_forever(timeout=0.02)
        async def test() -> Any:
            asyncio.get_running_loop().call_later(0.001, seen.append, "timer")
            return lambda: seen.append("check")

        test()

        assert seen == ["timer", "check"]

    def test_failure_of_the_callable_fails_the_test(self) -> None:
        class Case(unittest.TestCase):
            @run_forever(timeout=0)
            async def test(self) -> Any:
                async def check() -> None:
                    self.assertEqual(1, 2)

                return check

        assert "AssertionError: 1 != 2" in failure_of(Case)

    def test_failure_of_a_task_that_nobody_waits_for_fails_the_test(self) -> None:
        async def work() -> None:
            raise ZeroDivisionError("in the background")

        class Case(unittest.TestCase):
            @run_forever(timeout=0.001)
            async def test(self) -> None:
                self.task = asyncio.ensure_future(work())

        assert "ZeroDivisionError: in the background" in failure_of(Case)

    def test_failure_of_a_callback_fails_the_test(self) -> None:
        class Case(unittest.TestCase):
            @run_forever(timeout=0.001)
            async def test(self) -> None:
                asyncio.get_running_loop().call_soon(lambda: 1 / 0)

        text = error_of(Case)
        assert "ZeroDivisionError: division by zero" in text
        assert "AssertionError" not in text
        if sys.version_info >= (3, 11):
            assert "unhandled_exceptions: exceptions were raised where nobody asked" in text

    def test_loop_that_was_stopped_says_so(self) -> None:
        class Case(unittest.TestCase):
            @run_forever(timeout=1000)
            async def test(self) -> None:
                asyncio.get_running_loop().stop()

        assert "the loop was stopped: test failed to run" in error_of(Case)


class Jumps:
    """A selector and a clock: instead of waiting, the time jumps."""

    def __init__(self, loop: Any) -> None:
        self.now = 0.0
        self.selector = loop._selector

    def time(self) -> float:
        return self.now

    def select(self, timeout: float | None) -> Any:
        self.now += timeout or 0
        return self.selector.select(0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.selector, name)


class TestContextManagers:
    def test_child_loop_is_current_and_closed_after_it(
        self, parent_loop: asyncio.AbstractEventLoop
    ) -> None:
        with child_loop() as loop:
            assert asyncio.get_event_loop() is loop

        assert loop.is_closed()
        assert asyncio.get_event_loop() is parent_loop

    def test_child_loop_is_closed_after_an_exception(self) -> None:
        with pytest.raises(KeyboardInterrupt), child_loop() as loop:
            raise KeyboardInterrupt
        assert loop.is_closed()

    def test_current_loop_gives_the_current_loop(
        self, parent_loop: asyncio.AbstractEventLoop
    ) -> None:
        with current_loop() as loop:
            assert loop is parent_loop
        assert not loop.is_closed()

    def test_current_loop_without_one_is_an_error_and_makes_none(self) -> None:
        asyncio.set_event_loop(None)
        with pytest.raises(RuntimeError, match="^there is no current event loop: set one"):
            with current_loop():
                """Never entered."""


class TestBadArguments:
    @pytest.mark.parametrize("decorate", [run_until_complete, run_forever])
    @pytest.mark.parametrize("value", [5, "test", [1]])
    def test_what_is_no_function_is_refused(self, decorate: Any, value: object) -> None:
        with pytest.raises(TypeError, match="decorates a function, not .*given by name"):
            decorate(value)

    @pytest.mark.parametrize("decorate", [run_until_complete(), run_forever()])
    def test_what_is_no_function_is_refused_by_the_decorator(self, decorate: Any) -> None:
        with pytest.raises(TypeError, match="decorates a function, not 5"):
            decorate(5)

    @pytest.mark.parametrize("decorate", [run_until_complete, run_forever])
    def test_loop_that_is_no_callable_is_refused(self, decorate: Any) -> None:
        with pytest.raises(TypeError, match="loop must be a callable that returns a context"):
            decorate(loop=3)

    @pytest.mark.parametrize("name", ["timeout", "sleep"])
    @pytest.mark.parametrize("value", [-1, math.nan, math.inf])
    def test_number_out_of_range_is_refused(self, name: str, value: float) -> None:
        with pytest.raises(ValueError, match=f"{name} must be 0 or more seconds"):
            run_forever(**{name: value})

    @pytest.mark.parametrize("name", ["timeout", "sleep"])
    @pytest.mark.parametrize("value", ["1", None, True])
    def test_what_is_no_number_is_refused(self, name: str, value: Any) -> None:
        with pytest.raises(TypeError, match=f"{name} must be a number of seconds"):
            run_forever(**{name: value})

    def test_unknown_option_is_refused(self) -> None:
        with pytest.raises(TypeError, match="seconds"):
            run_forever(seconds=1)  # type: ignore[call-overload]

    @pytest.mark.parametrize("made", [None, 3])
    def test_context_that_gives_no_loop_is_an_error(self, made: object) -> None:
        test = run_until_complete(loop=lambda: contextlib.nullcontext(made))(coroutine_function)  # type: ignore[arg-type]

        with pytest.raises(TypeError, match="which is no event loop"):
            test([])

    def test_context_that_gives_a_closed_loop_is_an_error(self) -> None:
        loop = asyncio.new_event_loop()
        loop.close()
        test = run_until_complete(loop=lambda: contextlib.nullcontext(loop))(coroutine_function)

        with pytest.raises(RuntimeError, match="gave a loop that is closed"):
            test([])

    def test_running_loop_is_an_error(self) -> None:
        async def main() -> None:
            loop = asyncio.get_running_loop()
            run_until_complete(loop=lambda: contextlib.nullcontext(loop))(coroutine_function)([])

        with pytest.raises(RuntimeError, match="gave a loop that is running"):
            asyncio.run(main())
