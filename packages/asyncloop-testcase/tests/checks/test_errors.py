"""The check unhandled_exceptions."""

import asyncio
import gc
import logging
import sys
from unittest import mock

import pytest
from asyncloop_testcase import TestCase, check_loop, fail_on, lenient
from checking import verdict_of
from running import passed, run

pytestmark = pytest.mark.filterwarnings("error")


async def fail() -> None:
    raise ValueError("boom")


def fail_callback() -> None:
    raise KeyError("lost")


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Let asyncio log into pytest's memory."""


def test_task_that_is_still_referenced() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            self.task = asyncio.create_task(fail(), name="worker")
            await asyncio.sleep(0)

    assert (
        verdict_of(Case, "unhandled_exceptions")
        == """\
unhandled_exceptions: exceptions were raised where nobody asked for them
  Task 'worker', coroutine fail()
    created at File "test_errors.py", in test
      self.task = asyncio.create_task(fail(), name="worker")
    Traceback (most recent call last):
      File "test_errors.py", in fail
        raise ValueError("boom")
    ValueError: boom"""
    )


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks are new in 3.12")
def test_eager_task_that_failed_at_once_is_not_called_by_a_coroutine_it_has_forgotten() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            self.loop.set_task_factory(asyncio.eager_task_factory)
            asyncio.create_task(fail(), name="worker")

    assert (
        verdict_of(Case, "unhandled_exceptions")
        == """\
unhandled_exceptions: exceptions were raised where nobody asked for them
  Task 'worker'
    Traceback (most recent call last):
      File "test_errors.py", in fail
        raise ValueError("boom")
    ValueError: boom"""
    )


def test_task_that_was_dropped() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            asyncio.create_task(fail(), name="worker")
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    assert "Task 'worker', coroutine fail()" in verdict_of(Case, "unhandled_exceptions")


def test_task_in_a_reference_cycle() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            cycle = [asyncio.create_task(fail(), name="worker")]
            cycle.append(cycle)
            await asyncio.sleep(0)

    gc.disable()
    try:
        assert "Task 'worker', coroutine fail()" in verdict_of(Case, "unhandled_exceptions")
    finally:
        gc.enable()


def test_task_in_python() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            loop = asyncio.get_running_loop()
            self.task = asyncio.tasks._PyTask(fail(), loop=loop, name="worker")
            await asyncio.sleep(0)

    assert "Task 'worker', coroutine fail()" in verdict_of(Case, "unhandled_exceptions")


def test_future() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            self.future = asyncio.get_running_loop().create_future()
            self.future.set_exception(ValueError("boom"))

    assert (
        verdict_of(Case, "unhandled_exceptions")
        == """\
unhandled_exceptions: exceptions were raised where nobody asked for them
  <Future finished exception=ValueError('boom')>
    ValueError: boom"""
    )


def test_callback() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            asyncio.get_running_loop().call_soon(fail_callback)
            await asyncio.sleep(0)

    assert (
        verdict_of(Case, "unhandled_exceptions")
        == """\
unhandled_exceptions: exceptions were raised where nobody asked for them
  callback test_errors.fail_callback()
    Traceback (most recent call last):
      File "test_errors.py", in fail_callback
        raise KeyError("lost")
    KeyError: 'lost'"""
    )


def test_exception_is_reported_if_nothing_else_is_checked() -> None:
    @lenient
    class Case(TestCase):
        @fail_on(unhandled_exceptions=True)
        async def test(self) -> None:
            asyncio.get_running_loop().call_soon(fail_callback)
            await asyncio.sleep(0)

    verdict_of(Case, "unhandled_exceptions")


def test_exception_of_nothing_but_a_message() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            error = ConnectionError("gone")
            context = {"message": "the pipe is broken", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)

    verdict = verdict_of(Case, "unhandled_exceptions")
    assert "\n  the pipe is broken\n" in verdict
    assert verdict.endswith("ConnectionError: gone")


def test_everything_at_once_is_one_report() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            asyncio.get_running_loop().call_soon(fail_callback)
            self.tasks = [asyncio.create_task(fail(), name=f"worker {i}") for i in range(2)]
            await asyncio.sleep(0)

    verdict = verdict_of(Case, "unhandled_exceptions")
    assert verdict.count("Traceback") == 3


def test_exceptions_are_logged_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    class Case(TestCase):
        async def test(self) -> None:
            asyncio.get_running_loop().call_soon(fail_callback)
            await asyncio.sleep(0)

    run(Case)
    assert "Exception in callback fail_callback()" in caplog.text


def test_reported_exception_is_not_lost_again(caplog: pytest.LogCaptureFixture) -> None:
    tasks = []

    class Case(TestCase):
        async def test(self) -> None:
            tasks.append(asyncio.create_task(fail()))
            await asyncio.sleep(0)

    verdict_of(Case, "unhandled_exceptions")
    tasks.clear()
    gc.collect()
    assert "ValueError: boom" not in caplog.text


def test_later_test_is_not_blamed() -> None:
    tasks = []

    class First(TestCase):
        @fail_on(unhandled_exceptions=False)
        async def test(self) -> None:
            tasks.append(asyncio.create_task(fail()))
            await asyncio.sleep(0)

    class Second(TestCase):
        async def test(self) -> None:
            tasks.clear()
            gc.collect()

    passed(First)
    passed(Second)


@pytest.mark.parametrize("level", ["task", "timer"])
def test_work_of_an_earlier_test_on_the_same_loop_is_not_blamed_on_a_later_one(level: str) -> None:
    tasks = []

    async def fail_later() -> None:
        await asyncio.sleep(3600)
        raise ValueError("late")

    class First(TestCase):
        use_default_loop = True

        async def test(self) -> None:
            if level == "task":
                tasks.append(asyncio.create_task(fail_later()))
            else:
                asyncio.get_running_loop().call_later(3600, fail_callback)

    class Second(TestCase):
        use_default_loop = True

        async def test(self) -> None:
            later = loop.time() + 7200
            with mock.patch.object(loop, "time", lambda: later):
                for _ in range(5):
                    await asyncio.sleep(0)
            tasks.clear()

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        passed(First)
        passed(Second)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_exception_of_this_test_is_blamed_on_it_beside_work_of_an_earlier_one() -> None:
    loop = asyncio.new_event_loop()
    earlier = loop.create_task(asyncio.sleep(3600))
    loop.run_until_complete(asyncio.sleep(0))
    with pytest.raises(AssertionError, match="unhandled_exceptions"), check_loop(loop):
        loop.call_soon(fail_callback)
        loop.run_until_complete(asyncio.sleep(0))
    earlier.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


class TestNotLost:
    """Exceptions that somebody asked for."""

    def test_retrieved_exception(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                self.task = asyncio.create_task(fail())
                await asyncio.wait([self.task])
                assert isinstance(self.task.exception(), ValueError)

        passed(Case)

    def test_awaited_task_and_gathered_ones(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                self.task = asyncio.create_task(fail())
                with self.assertRaises(ValueError):
                    await self.task
                self.results = asyncio.gather(fail(), fail(), return_exceptions=True)
                await self.results
                self.failed = asyncio.gather(fail(), fail())
                with self.assertRaises(ValueError):
                    await self.failed

        passed(Case)

    def test_cancelled_task(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                self.task = asyncio.create_task(asyncio.sleep(60))
                await asyncio.sleep(0)
                self.task.cancel()

        passed(Case)

    def test_handler_of_the_test(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                contexts = []
                loop = asyncio.get_running_loop()
                loop.set_exception_handler(lambda loop, context: contexts.append(context))
                loop.call_soon(fail_callback)
                await asyncio.sleep(0)
                assert len(contexts) == 1

        passed(Case)

    def test_handler_of_the_loop_factory_stays(self) -> None:
        contexts = []

        def factory() -> asyncio.AbstractEventLoop:
            loop = asyncio.new_event_loop()
            loop.set_exception_handler(lambda loop, context: contexts.append(context))
            return loop

        class Case(TestCase):
            loop_factory = staticmethod(factory)

            async def test(self) -> None:
                asyncio.get_running_loop().call_soon(fail_callback)
                await asyncio.sleep(0)

        passed(Case)
        assert len(contexts) == 1

    @pytest.mark.parametrize("logger", ["asyncio", ""])
    def test_captured_log(self, logger: str) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                with self.assertLogs(logger, logging.ERROR) as logs:
                    asyncio.get_running_loop().call_soon(fail_callback)
                    await asyncio.sleep(0)
                assert "Exception in callback" in logs.output[0]

        passed(Case)

    def test_reset_connection_of_a_writer_that_nobody_waits_for(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                accepted = asyncio.get_running_loop().create_future()
                server = await asyncio.start_server(
                    lambda reader, writer: accepted.set_result(writer), "127.0.0.1", 0
                )
                host = server.sockets[0].getsockname()
                self.reader, self.writer = await asyncio.open_connection(*host)
                (await accepted).transport.abort()
                self.writer.transport._force_close(ConnectionResetError("gone"))
                with self.assertRaises(ConnectionResetError):
                    await self.reader.read()
                server.close()

        passed(Case)


def test_checks_inside_of_checks_report_to_the_inner_ones() -> None:
    class Inner(TestCase):
        async def test(self) -> None:
            asyncio.get_running_loop().call_soon(fail_callback)
            await asyncio.sleep(0)

    class Outer(TestCase):
        @fail_on(unused_loop=False)
        def test(self) -> None:
            assert "fail_callback" in verdict_of(Inner, "unhandled_exceptions")

    passed(Outer)


def test_handler_is_restored() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    class Case(TestCase):
        use_default_loop = True

        async def test(self) -> None:
            assert loop.get_exception_handler() is None
            assert "default_exception_handler" in vars(loop)

    try:
        passed(Case)
        assert "default_exception_handler" not in vars(loop)
    finally:
        asyncio.set_event_loop(None)
        loop.close()
