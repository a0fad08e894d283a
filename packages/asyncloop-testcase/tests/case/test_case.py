"""The phases of a test, what they may be made of, and the attributes of the class."""

import asyncio
import contextlib
import contextvars
import inspect
import types
import unittest
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from asyncloop_testcase import TestCase, lenient
from running import error_of, failure_of, passed, run

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


class TestPhases:
    def test_phases_run_in_the_order_of_isolated_asyncio_test_case(self) -> None:
        def make(base: type[unittest.TestCase], calls: list[str]) -> type[unittest.TestCase]:
            class Case(base):  # type: ignore[valid-type, misc]
                def setUp(self) -> None:
                    calls.append("setUp")
                    self.addCleanup(calls.append, "cleanup")

                async def asyncSetUp(self) -> None:
                    calls.append("asyncSetUp")
                    self.addAsyncCleanup(self.tidy)

                async def test(self) -> None:
                    calls.append("test")

                async def asyncTearDown(self) -> None:
                    calls.append("asyncTearDown")

                def tearDown(self) -> None:
                    calls.append("tearDown")

                async def tidy(self) -> None:
                    calls.append("async cleanup")

            return Case

        ours: list[str] = []
        theirs: list[str] = []

        assert passed(make(TestCase, ours))
        assert passed(make(unittest.IsolatedAsyncioTestCase, theirs))

        assert ours == theirs

    @pytest.mark.parametrize(
        "kind", ["coroutine function", "function", "types.coroutine", "future"]
    )
    def test_anything_awaitable_runs_on_the_loop(self, kind: str) -> None:
        calls: list[asyncio.AbstractEventLoop] = []

        async def note(*_: object) -> None:
            await asyncio.sleep(0)
            calls.append(asyncio.get_running_loop())

        @types.coroutine
        def old(*_: object) -> Any:
            yield from asyncio.sleep(0).__await__()
            calls.append(asyncio.get_running_loop())

        function = {
            "coroutine function": note,
            "function": lambda *_: note(),
            "types.coroutine": old,
            "future": lambda self: asyncio.ensure_future(note(), loop=self.loop),
        }[kind]

        class Case(TestCase):
            setUp = test = tearDown = function  # type: ignore[assignment]

            def asyncSetUp(self) -> Any:
                self.addCleanup(function, self)
                return function(self)

        assert passed(Case)
        assert len(calls) == 5
        assert len(set(calls)) == 1

    def test_plain_functions_need_no_coroutine_at_all(self) -> None:
        class Case(TestCase):
            def setUp(self) -> None:
                self.value = self.loop.run_until_complete(asyncio.sleep(0, "value"))

            def test(self) -> None:
                assert self.loop.run_until_complete(asyncio.sleep(0, self.value)) == "value"

        assert passed(Case)

    def test_all_phases_share_one_context(self) -> None:
        seen: list[str] = []

        class Case(TestCase):
            def setUp(self) -> None:
                variable.set("setUp")

            async def asyncSetUp(self) -> None:
                seen.append(variable.get())
                variable.set("asyncSetUp")

            async def test(self) -> None:
                seen.append(variable.get())
                variable.set("test")
                self.addCleanup(lambda: seen.append(variable.get()))

            async def asyncTearDown(self) -> None:
                seen.append(variable.get())
                variable.set("asyncTearDown")

            def tearDown(self) -> None:
                seen.append(variable.get())
                variable.set("tearDown")

        assert passed(Case)
        assert seen == ["setUp", "asyncSetUp", "test", "asyncTearDown", "tearDown"]

    def test_context_does_not_leak_to_the_next_test_or_out(self) -> None:
        seen: list[str] = []

        class Case(TestCase):
            async def test(self) -> None:
                seen.append(variable.get())
                variable.set("leaked")

        case = Case("test")
        case.run(unittest.TestResult())
        case.run(unittest.TestResult())

        assert [*seen, variable.get()] == ["unset"] * 3

    def test_context_begins_with_what_was_set_outside(self) -> None:
        seen: list[str] = []

        class Case(TestCase):
            async def test(self) -> None:
                seen.append(variable.get())

        contextvars.copy_context().run(lambda: (variable.set("outside"), passed(Case)))

        assert seen == ["outside"]

    def test_token_of_one_phase_is_good_in_another(self) -> None:
        class Case(TestCase):
            async def setUp(self) -> None:
                self.token = variable.set("setUp")

            async def test(self) -> None:
                pass

            def tearDown(self) -> None:
                variable.reset(self.token)

        assert passed(Case)

    def test_do_cleanups_may_be_called_by_the_test(self) -> None:
        calls: list[str] = []

        async def tidy() -> None:
            calls.append("tidied")

        class Case(TestCase):
            def test(self) -> None:
                self.addCleanup(tidy)
                self.doCleanups()
                calls.append("test")
                assert not self.loop.is_closed()

        assert passed(Case)
        assert calls == ["tidied", "test"]

    def test_do_cleanups_in_a_coroutine_cannot_run_coroutines_and_says_so(self) -> None:
        async def tidy() -> None:
            """Never awaited."""

        class Case(TestCase):
            async def test(self) -> None:
                self.addCleanup(tidy)
                self.doCleanups()

        assert "doCleanups() was called while the loop runs" in error_of(Case)

    def test_instance_attribute_stands_in_for_a_phase(self) -> None:
        """pytest --pdb replaces tearDown so."""
        calls: list[str] = []

        class Case(TestCase):
            async def test(self) -> None:
                """Do nothing."""

        case = Case("test")
        case.tearDown = lambda: calls.append("tearDown")  # type: ignore[method-assign]
        case.setUp = lambda: calls.append("setUp")  # type: ignore[method-assign]
        case.run(unittest.TestResult())

        assert calls == ["setUp", "tearDown"]

    def test_value_of_a_cleanup_is_of_no_interest(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                self.addCleanup([1, 2].pop)

        assert passed(Case)


class TestEnterContext:
    def test_context_is_left_with_the_cleanups_on_every_python(self) -> None:
        calls: list[str] = []

        @contextlib.contextmanager
        def manager() -> Iterator[str]:
            calls.append("enter")
            yield "value"
            calls.append("exit")

        class Case(TestCase):
            async def test(self) -> None:
                calls.append(self.enterContext(manager()))

            def tearDown(self) -> None:
                calls.append("tearDown")

        assert passed(Case)
        assert calls == ["enter", "value", "tearDown", "exit"]


class TestEnterAsyncContext:
    def test_context_is_left_with_the_cleanups(self) -> None:
        calls: list[str] = []

        @contextlib.asynccontextmanager
        async def manager() -> AsyncIterator[str]:
            calls.append("enter")
            yield "value"
            calls.append("exit")

        class Case(TestCase):
            async def test(self) -> None:
                calls.append(await self.enterAsyncContext(manager()))

            def tearDown(self) -> None:
                calls.append("tearDown")

        assert passed(Case)
        assert calls == ["enter", "value", "tearDown", "exit"]

    @pytest.mark.parametrize(
        ("manager", "text"),
        [
            (contextlib.nullcontext, None),
            (object, "is not an asynchronous context manager\n"),
            (contextlib.ExitStack, "asynchronous context manager; enter it with enterContext()"),
        ],
    )
    def test_anything_else_is_refused(self, manager: Any, text: str | None) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                await self.enterAsyncContext(manager())

        if text is None:
            assert passed(Case)
        else:
            assert text in error_of(Case)


class TestLoops:
    def test_each_test_has_a_new_loop_which_is_closed_after_it(self) -> None:
        loops: list[asyncio.AbstractEventLoop] = []

        class Case(TestCase):
            async def test(self) -> None:
                assert asyncio.get_running_loop() is self.loop
                loops.append(self.loop)

        case = Case("test")
        case.run(unittest.TestResult())
        case.run(unittest.TestResult())

        assert loops[0] is not loops[1]
        assert all(loop.is_closed() for loop in loops)
        assert case.loop is None

    def test_loop_is_the_current_one_in_functions(self) -> None:
        class Case(TestCase):
            def setUp(self) -> None:
                assert asyncio.get_event_loop() is self.loop

            def test(self) -> None:
                assert asyncio.get_event_loop() is self.loop
                self.loop.run_until_complete(asyncio.sleep(0))

            def tearDown(self) -> None:
                assert asyncio.get_event_loop() is self.loop

        assert passed(Case)

    @pytest.mark.parametrize("before", [False, True], ids=["none", "one"])
    def test_current_loop_is_restored(self, before: bool) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                asyncio.set_event_loop(None)

        loop = asyncio.new_event_loop() if before else None
        asyncio.set_event_loop(loop)
        try:
            assert passed(Case)
            if loop is None:
                with pytest.raises(RuntimeError, match="no current event loop"):
                    asyncio.get_event_loop()
            else:
                assert asyncio.get_event_loop() is loop
        finally:
            asyncio.set_event_loop(None)
            if loop is not None:
                loop.close()

    def test_test_may_close_its_loop_itself(self) -> None:
        class Case(TestCase):
            def test(self) -> None:
                self.loop.run_until_complete(asyncio.sleep(0))
                self.loop.close()

        assert passed(Case)

    def test_coroutine_after_the_test_closed_its_loop_is_an_error(self) -> None:
        class Case(TestCase):
            def test(self) -> None:
                self.loop.run_until_complete(asyncio.sleep(0))
                self.loop.close()

            async def tearDown(self) -> None:
                """Never awaited."""

        assert "Event loop is closed" in error_of(Case)

    def test_cleanup_that_cannot_run_any_more_is_not_called_unawaited(self) -> None:
        coros: list[Any] = []

        @lenient  # the check of coroutines closes those it finds
        class Case(TestCase):
            def test(self) -> None:
                self.loop.run_until_complete(asyncio.sleep(0))
                self.addAsyncCleanup(self.clean_up)
                self.loop.close()

            def clean_up(self) -> Any:
                coros.append(asyncio.sleep(0))
                return coros[0]

        assert "Event loop is closed" in error_of(Case)
        assert inspect.getcoroutinestate(coros[0]) == inspect.CORO_CLOSED

    def test_hooks_open_and_close_the_loop(self) -> None:
        calls: list[str] = []

        class Case(TestCase):
            def openLoop(self) -> asyncio.AbstractEventLoop:
                calls.append("open")
                return super().openLoop()

            def closeLoop(self, loop: asyncio.AbstractEventLoop) -> None:
                assert loop is self.loop
                assert not loop.is_closed()
                calls.append("close")
                super().closeLoop(loop)

            async def setUp(self) -> None:
                calls.append("setUp")
                self.addCleanup(calls.append, "cleanup")

            async def test(self) -> None:
                calls.append("test")

        assert passed(Case)
        assert calls == ["open", "setUp", "test", "cleanup", "close"]

    @pytest.mark.parametrize("value", [True, False])
    def test_loop_debug_is_the_debug_mode_of_the_loop(self, value: bool) -> None:
        class Case(TestCase):
            loop_debug = value

            async def test(self) -> None:
                assert self.loop.get_debug() is value

        assert passed(Case)

    def test_debug_in_a_class_body_means_loop_debug_and_leaves_the_method_alone(self) -> None:
        class Case(TestCase):
            debug = True  # type: ignore[assignment]

            async def test(self) -> None:
                assert self.loop.get_debug()

        assert passed(Case)
        Case("test").debug()  # type: ignore[misc]


class TestForbidGetEventLoop:
    def test_get_event_loop_raises_where_no_loop_runs(self) -> None:
        class Case(TestCase):
            forbid_get_event_loop = True

            def test(self) -> None:
                self.loop.run_until_complete(asyncio.sleep(0))
                asyncio.get_event_loop()

        assert "forbid_get_event_loop is True" in failure_of(Case)

    def test_running_loop_is_not_forbidden(self) -> None:
        class Case(TestCase):
            forbid_get_event_loop = True

            async def test(self) -> None:
                assert asyncio.get_event_loop() is self.loop

        assert passed(Case)

    def test_get_event_loop_is_as_before_after_the_test(self) -> None:
        class Case(TestCase):
            forbid_get_event_loop = True

            async def test(self) -> None:
                raise KeyboardInterrupt

        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            with pytest.raises(KeyboardInterrupt):
                run(Case)
            assert asyncio.get_event_loop() is loop
        finally:
            asyncio.set_event_loop(None)
            loop.close()


class TestOutsideOfARun:
    def test_cleanups_called_by_hand_run_as_in_unittest(self) -> None:
        calls: list[object] = []

        class Case(TestCase):
            async def test(self) -> None:
                """Never called."""

        case = Case("test")
        case.addCleanup(calls.append, "cleanup")
        assert case.doCleanups()

        assert calls == ["cleanup"]
