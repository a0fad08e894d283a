"""One task for all phases of a test, on request."""

import asyncio
import contextvars
import sys
import unittest

import anyio
import pytest
from asyncloop_testcase import TestCase, strict, timeout
from running import error_of, passed, run

NUMBER: contextvars.ContextVar[int] = contextvars.ContextVar("number")


class OneTask(TestCase):
    one_task = True


def test_all_phases_run_in_one_task() -> None:
    tasks = []

    async def note() -> None:
        await asyncio.sleep(0)
        tasks.append(asyncio.current_task())

    @strict
    class Case(OneTask):
        setUp = asyncSetUp = test = asyncTearDown = tearDown = lambda self: note()

    class Cleaned(Case):
        async def test(self) -> None:
            self.addAsyncCleanup(note)
            await note()

    passed(Cleaned)
    assert len(tasks) == 6
    assert len(set(tasks)) == 1


def test_without_it_each_phase_has_a_task() -> None:
    tasks = []

    class Case(TestCase):
        async def asyncSetUp(self) -> None:
            tasks.append(asyncio.current_task())

        async def test(self) -> None:
            tasks.append(asyncio.current_task())

    passed(Case)
    assert tasks[0] is not tasks[1]


def test_phases_share_a_context() -> None:
    class Case(OneTask):
        def setUp(self) -> None:
            NUMBER.set(1)

        async def asyncSetUp(self) -> None:
            assert NUMBER.get() == 1
            NUMBER.set(2)

        def tearDown(self) -> None:
            assert NUMBER.get() == 3

        async def test(self) -> None:
            assert NUMBER.get() == 2
            NUMBER.set(3)

    passed(Case)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.timeout() is new in 3.11")
def test_timeout_that_the_set_up_has_entered_guards_the_test() -> None:
    torn_down = []

    class Case(OneTask):
        async def asyncSetUp(self) -> None:
            await self.enterAsyncContext(asyncio.timeout(0.01))

        async def test(self) -> None:
            await asyncio.Event().wait()

        async def asyncTearDown(self) -> None:
            await asyncio.sleep(0)
            torn_down.append(True)

    result = run(Case)
    assert "TimeoutError" in result.errors[-1][1]
    assert torn_down == [True]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="TaskGroup is new in 3.11")
def test_task_group_that_the_set_up_has_entered_ends_the_test() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    class Case(OneTask):
        async def asyncSetUp(self) -> None:
            self.group = await self.enterAsyncContext(asyncio.TaskGroup())

        async def test(self) -> None:
            self.group.create_task(fail())
            await asyncio.Event().wait()

    assert "ZeroDivisionError" in run(Case).errors[-1][1]


def test_task_group_of_anyio_spans_the_phases() -> None:
    seen = []

    class Case(OneTask):
        async def asyncSetUp(self) -> None:
            self.group = await self.enterAsyncContext(anyio.create_task_group())

        async def test(self) -> None:
            self.group.start_soon(self.work)
            await anyio.sleep(0)

        async def work(self) -> None:
            seen.append(1)

    passed(Case)
    assert seen == [1]


@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.CancelledError, AssertionError])
def test_phases_after_an_error_run_all_the_same(error: type[BaseException]) -> None:
    seen = []

    class Case(OneTask):
        async def test(self) -> None:
            raise error("on purpose")

        async def tearDown(self) -> None:
            await asyncio.sleep(0)
            seen.append("tearDown")

    result = run(Case)
    ((_, text),) = [*result.errors, *result.failures]
    assert "on purpose" in text
    assert seen == ["tearDown"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_interruption_goes_its_way(error: type[BaseException]) -> None:
    class Case(OneTask):
        async def test(self) -> None:
            raise error("on purpose")

    if error is KeyboardInterrupt:
        with pytest.raises(error, match="on purpose"):
            run(Case)
    else:
        assert "SystemExit: on purpose" in error_of(Case)


def test_test_that_hangs_fails_by_its_timeout() -> None:
    class Case(OneTask):
        @timeout(0.05)
        async def test(self) -> None:
            await asyncio.Event().wait()

    assert "took longer than its timeout" in run(Case).failures[0][1]


def test_loop_that_is_stopped_is_told() -> None:
    class Case(OneTask):
        async def test(self) -> None:
            self.loop.stop()
            await asyncio.sleep(3600)

    assert "who called loop.stop()?" in error_of(Case)


def test_functions_need_no_task() -> None:
    class Case(OneTask):
        def test(self) -> None:
            self.loop.run_until_complete(asyncio.sleep(0))

    passed(Case)


def test_debug() -> None:
    class Case(OneTask):
        async def test(self) -> None:
            await asyncio.sleep(0)

    Case("test").debug()


def test_default_is_a_task_for_each_phase() -> None:
    assert TestCase.one_task is False
    assert issubclass(TestCase, unittest.TestCase)
