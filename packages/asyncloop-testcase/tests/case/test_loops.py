"""Where a test's loop comes from, and how it is closed."""

import asyncio
import functools
import gc
import socket
import threading
import time
import unittest
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asyncloop_testcase import TestCase
from asyncloop_testcase._case import loops
from asyncloop_testcase._checks.fail_on import lenient
from running import error_of, passed, run


class MyLoop(asyncio.SelectorEventLoop):
    pass


def plain_function() -> asyncio.AbstractEventLoop:
    return MyLoop()


def with_default(debug: bool = False) -> asyncio.AbstractEventLoop:
    assert debug is False
    return MyLoop()


class Callable_:
    def __call__(self) -> asyncio.AbstractEventLoop:
        return MyLoop()


class TestLoopFactory:
    @pytest.mark.parametrize(
        "factory",
        [
            MyLoop,
            plain_function,
            with_default,
            lambda: MyLoop(),
            lambda self: MyLoop() if isinstance(self, TestCase) else None,
            staticmethod(plain_function),
            classmethod(lambda cls: MyLoop() if issubclass(cls, TestCase) else None),
            property(lambda self: MyLoop),
            functools.partial(MyLoop),
            Callable_(),
        ],
        ids=[
            "class",
            "function",
            "function with default",
            "lambda",
            "method",
            "staticmethod",
            "classmethod",
            "property",
            "partial",
            "callable",
        ],
    )
    def test_any_callable_makes_the_loop(self, factory: Any) -> None:
        class Case(TestCase):
            loop_factory = factory

            async def test(self) -> None:
                assert type(asyncio.get_running_loop()) is MyLoop

        assert passed(Case)

    def test_instance_attribute_counts(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                assert type(asyncio.get_running_loop()) is MyLoop

        case = Case("test")
        case.loop_factory = MyLoop
        result = unittest.TestResult()
        case.run(result)

        assert result.wasSuccessful(), result.errors

    @pytest.mark.parametrize("made", [None, 3, "loop"])
    def test_factory_that_makes_no_loop_is_an_error(self, made: object) -> None:
        class Case(TestCase):
            loop_factory = staticmethod(lambda: made)  # type: ignore[assignment]

            async def test(self) -> None:
                """Never called."""

        text = error_of(Case)

        assert f"TypeError: loop_factory returned {made!r}, which is not an event loop" in text
        assert "such as asyncio.SelectorEventLoop" in text

    def test_coroutine_function_as_factory_is_an_error(self) -> None:
        class Case(TestCase):
            async def loop_factory() -> Any:  # type: ignore[override, misc]
                """Never run."""

            async def test(self) -> None:
                """Never called."""

        assert "which is not an event loop" in error_of(Case)

    def test_factory_that_cannot_be_called_is_an_error(self) -> None:
        class Case(TestCase):
            loop_factory = 3  # type: ignore[assignment]

            async def test(self) -> None:
                """Never called."""

        assert "TypeError: loop_factory must be a callable" in error_of(Case)

    def test_closed_loop_is_an_error(self) -> None:
        loop = asyncio.new_event_loop()
        loop.close()

        class Case(TestCase):
            loop_factory = staticmethod(lambda: loop)

            async def test(self) -> None:
                """Never called."""

        assert "RuntimeError: loop_factory returned a loop that is closed" in error_of(Case)

    def test_running_loop_is_an_error(self) -> None:
        texts: list[str] = []

        async def main() -> None:
            class Case(TestCase):
                loop_factory = staticmethod(asyncio.get_running_loop)

                async def test(self) -> None:
                    """Never called."""

            texts.append(error_of(Case))

        asyncio.run(main())

        assert "loop_factory returned a loop that is running" in texts[0]

    def test_error_of_the_factory_is_an_error_of_the_test_and_the_run_goes_on(self) -> None:
        opened: list[asyncio.AbstractEventLoop] = []

        class Case(TestCase):
            def loop_factory(self) -> asyncio.AbstractEventLoop:  # type: ignore[override]
                if self._testMethodName == "test_first":
                    raise OSError("too many files")
                return asyncio.new_event_loop()

            async def test_first(self) -> None:
                """Never called."""

            async def test_second(self) -> None:
                opened.append(self.loop)

        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)

        assert "OSError: too many files" in result.errors[0][1]
        assert len(result.errors) == len(opened) == 1


@pytest.fixture
def current_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


class TestUseDefaultLoop:
    def test_current_loop_is_used_and_stays_open(
        self, current_loop: asyncio.AbstractEventLoop
    ) -> None:
        class Case(TestCase):
            use_default_loop = True

            async def test(self) -> None:
                assert self.loop is current_loop

        assert passed(Case)
        assert passed(Case)
        assert not current_loop.is_closed()
        assert asyncio.get_event_loop() is current_loop

    def test_debug_mode_and_exception_handler_are_restored(
        self, current_loop: asyncio.AbstractEventLoop
    ) -> None:
        class Case(TestCase):
            use_default_loop = True
            loop_debug = True

            async def test(self) -> None:
                assert self.loop.get_debug()

        assert passed(Case)
        assert not current_loop.get_debug()
        assert current_loop.get_exception_handler() is None

    def test_without_a_current_loop_one_is_made_for_all_tests(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at_exit: list[Callable[[], None]] = []
        monkeypatch.setattr(loops.atexit, "register", at_exit.append)
        opened: list[asyncio.AbstractEventLoop] = []

        class Case(TestCase):
            use_default_loop = True

            async def test(self) -> None:
                opened.append(self.loop)

        asyncio.set_event_loop(None)
        assert passed(Case)
        assert passed(Case)

        assert opened[0] is opened[1]
        assert not opened[0].is_closed()
        (close,) = at_exit
        close()
        assert opened[0].is_closed()


@pytest.fixture
def only_own_garbage() -> Iterator[None]:
    """Keep ``gc.collect()`` from finding what other tests left, whose warnings are not ours."""
    gc.freeze()
    yield
    gc.unfreeze()


class TestClosing:
    def test_transport_closed_at_the_last_moment_closes_its_socket(self) -> None:
        ours, theirs = socket.socketpair()

        class Case(TestCase):
            async def test(self) -> None:
                transport, _ = await self.loop.create_connection(asyncio.Protocol, sock=ours)
                transport.close()

        with theirs:
            assert passed(Case)
            assert ours.fileno() == -1

    def test_tasks_that_are_left_are_cancelled_and_tidy_up(self) -> None:
        calls: list[str] = []

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0.01)
                calls.append("tidied")

        class Case(TestCase):
            async def test(self) -> None:
                self.task = asyncio.ensure_future(work())
                await asyncio.sleep(0)

        assert passed(lenient(Case))
        assert calls == ["tidied"]

    def test_all_tasks_that_are_left_are_waited_for(self) -> None:
        ended: list[int] = []

        async def work(turns: int) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                for _ in range(turns):
                    await asyncio.sleep(0)
                ended.append(turns)

        class Case(TestCase):
            async def test(self) -> None:
                self.tasks = [asyncio.ensure_future(work(turns)) for turns in (1, 30, 5)]
                await asyncio.sleep(0)

        assert passed(lenient(Case))
        assert ended == [1, 5, 30]

    def test_async_generators_are_closed(self) -> None:
        calls: list[str] = []

        async def numbers() -> Any:
            try:
                yield 1
            finally:
                await asyncio.sleep(0)
                calls.append("closed")

        class Case(TestCase):
            async def test(self) -> None:
                self.numbers = numbers()
                await self.numbers.__anext__()

        assert passed(lenient(Case))
        assert calls == ["closed"]

    def test_executor_is_shut_down(self) -> None:
        threads: list[threading.Thread] = []

        class Case(TestCase):
            async def test(self) -> None:
                threads.append(await self.loop.run_in_executor(None, threading.current_thread))

        assert passed(Case)
        assert not threads[0].is_alive()

    def test_job_of_the_executor_that_ends_soon_is_waited_for(self) -> None:
        ended: list[bool] = []

        def job() -> None:
            time.sleep(0.05)
            ended.append(True)

        class Case(TestCase):
            async def test(self) -> None:
                self.loop.run_in_executor(None, job)

        assert passed(lenient(Case))
        assert ended == [True]

    def test_job_of_the_executor_that_does_not_end_is_reported_not_waited_for(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(loops, "LEAST_FOR_THREADS", 0.05)
        event = threading.Event()

        class Case(TestCase):
            cancel_timeout = 0.05

            async def test(self) -> None:
                self.loop.run_in_executor(None, event.wait)

        try:
            text = error_of(lenient(Case))
        finally:
            event.set()

        assert "RuntimeError: jobs of the loop's executor do not end" in text
        assert "Thread 'asyncio_0'" in text
        assert "in wait" in text

    def test_task_that_swallows_its_cancellation_is_reported_not_waited_for(
        self, only_own_garbage: None, caplog: pytest.LogCaptureFixture
    ) -> None:
        """To wait for the task would never end; asyncio does not log what is reported already."""

        async def stubborn() -> None:
            while True:
                try:
                    await asyncio.sleep(1000)
                except asyncio.CancelledError:
                    pass

        class Case(TestCase):
            cancel_timeout = 0.05

            async def test(self) -> None:
                task = asyncio.ensure_future(stubborn())
                task.set_name("mule")
                await asyncio.sleep(0)

        text = error_of(lenient(Case))
        gc.collect()

        assert [each.message for each in caplog.records if "mule" in each.message] == []
        assert "not ended after 0.05 s; does it swallow the cancellation?" in text
        assert "Task 'mule', coroutine " in text
        assert "await asyncio.sleep(1000)" in text

    def test_task_that_swallows_one_cancellation_ends_with_the_second_and_is_reported(
        self,
    ) -> None:
        async def slow() -> None:
            try:
                await asyncio.sleep(1000)
            finally:
                await asyncio.sleep(1000)

        class Case(TestCase):
            cancel_timeout = 0.05

            async def test(self) -> None:
                self.task = asyncio.ensure_future(slow())
                await asyncio.sleep(0)

        assert "not ended after 0.05 s" in error_of(lenient(Case))

    def test_asyncgen_that_does_not_close_is_reported_not_waited_for(self) -> None:
        async def stubborn() -> Any:
            try:
                yield 1
            finally:
                await asyncio.Event().wait()

        class Case(TestCase):
            cancel_timeout = 0.05

            async def test(self) -> None:
                self.numbers = stubborn()
                await self.numbers.__anext__()

        case = lenient(Case)("test")
        result = unittest.TestResult()
        case.run(result)

        assert "not ended after 0.05 s" in result.errors[0][1]
        assert "shutdown_asyncgens" in result.errors[0][1]

    def test_exception_of_a_cancelled_task_reaches_the_loops_handler(self) -> None:
        contexts: list[dict[str, Any]] = []

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                raise OSError("while tidying up")

        class Case(TestCase):
            async def test(self) -> None:
                self.loop.set_exception_handler(lambda loop, context: contexts.append(context))
                self.task = asyncio.ensure_future(work())
                await asyncio.sleep(0)

        assert passed(lenient(Case))
        assert str(contexts[0]["exception"]) == "while tidying up"
        assert contexts[0]["message"].startswith("exception in a task that was cancelled when")

    def test_exception_of_a_cancelled_task_fails_the_test(self) -> None:
        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                raise OSError("while tidying up")

        class Case(TestCase):
            async def test(self) -> None:
                self.task = asyncio.ensure_future(work())
                await asyncio.sleep(0)

        result = run(Case)

        assert not result.wasSuccessful()
        assert "OSError: while tidying up" in (result.failures + result.errors)[0][1]

    def test_error_of_the_hook_still_closes_the_loop(self) -> None:
        opened: list[asyncio.AbstractEventLoop] = []

        class Case(TestCase):
            def closeLoop(self, loop: asyncio.AbstractEventLoop) -> None:
                raise OSError("on purpose")

            async def test(self) -> None:
                opened.append(self.loop)

        assert "OSError: on purpose" in error_of(Case)
        assert opened[0].is_closed()
