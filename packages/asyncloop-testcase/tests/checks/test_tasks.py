"""The check pending_tasks."""

import asyncio
import gc
import re
import sys
from collections.abc import AsyncIterator

import pytest
from asyncloop_testcase import TestCase, fail_on, lenient, strict
from checking import verdict_of
from running import passed


async def work() -> None:
    await asyncio.get_running_loop().create_future()


def test_pending_task() -> None:
    class Case(TestCase):
        @fail_on(pending_tasks=True)
        async def test(self) -> None:
            asyncio.create_task(work(), name="worker")
            await asyncio.sleep(0)

    verdict = verdict_of(Case, "pending_tasks")
    assert (
        re.sub("<Future pending.*>", "<Future>", verdict)
        == """\
pending_tasks: tasks are left pending
  Task 'worker', coroutine work()
    created at File "test_tasks.py", in test
      asyncio.create_task(work(), name="worker")
    File "test_tasks.py", in work
      await asyncio.get_running_loop().create_future()
    waits for <Future>"""
    )


def test_several_tasks_are_listed_by_name() -> None:
    class Case(TestCase):
        @fail_on(pending_tasks=True)
        async def test(self) -> None:
            for name in ("b", "c", "a"):
                asyncio.create_task(work(), name=name)
            await asyncio.sleep(0)

    assert re.findall("Task '(.)'", verdict_of(Case, "pending_tasks")) == ["a", "b", "c"]


def test_task_in_python() -> None:
    class Case(TestCase):
        @fail_on(pending_tasks=True)
        async def test(self) -> None:
            loop = asyncio.get_running_loop()
            self.task = asyncio.tasks._PyTask(work(), loop=loop, name="worker")
            await asyncio.sleep(0)

    assert "Task 'worker', coroutine work()" in verdict_of(Case, "pending_tasks")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks are new in 3.12")
def test_eager_task() -> None:
    class Case(TestCase):
        @fail_on(pending_tasks=True)
        async def test(self) -> None:
            asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
            asyncio.create_task(asyncio.sleep(0), name="short")
            asyncio.create_task(work(), name="worker")

    assert re.findall("Task '(.*?)'", verdict_of(Case, "pending_tasks")) == ["worker"]


def test_synchronous_test() -> None:
    class Case(TestCase):
        @fail_on(pending_tasks=True)
        def test(self) -> None:
            self.task = self.loop.create_task(work(), name="worker")
            self.loop.run_until_complete(asyncio.sleep(0))

    assert "Task 'worker'" in verdict_of(Case, "pending_tasks")


def test_tasks_that_end_within_one_turn_are_no_leak() -> None:
    class Case(TestCase):
        @strict
        async def test(self) -> None:
            asyncio.create_task(asyncio.sleep(0))
            cancelled = asyncio.create_task(asyncio.sleep(60))
            await asyncio.sleep(0)
            cancelled.cancel()

    passed(Case)


def test_task_that_needs_a_second_turn_is_a_leak() -> None:
    async def turns() -> None:
        for _ in range(3):
            await asyncio.sleep(0)

    class Case(TestCase):
        @fail_on(pending_tasks=True)
        async def test(self) -> None:
            asyncio.create_task(turns(), name="worker")

    assert "Task 'worker'" in verdict_of(Case, "pending_tasks")


def test_pending_task_is_reported_if_it_is_the_only_check() -> None:
    @lenient
    class Case(TestCase):
        @fail_on(pending_tasks=True)
        async def test(self) -> None:
            self.task = asyncio.create_task(asyncio.sleep(3600))

    verdict_of(Case, "pending_tasks")


def test_finalizer_made_task_is_no_leak() -> None:
    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            for _ in range(30):
                await asyncio.sleep(0)

    class Case(TestCase):
        @strict
        async def test(self) -> None:
            async for _ in numbers():
                break

    passed(Case)
    gc.collect()


def test_tasks_that_end_are_no_leak() -> None:
    class Case(TestCase):
        @strict
        async def test(self) -> None:
            await asyncio.gather(*(asyncio.sleep(0.001) for _ in range(10)))
            self.addAsyncCleanup(asyncio.wait, [asyncio.create_task(asyncio.sleep(0.001))])

    passed(Case)


def test_task_of_an_earlier_test_that_ended_is_not_listed_with_the_leak() -> None:
    async def turn() -> None:
        await asyncio.sleep(0)

    class Case(TestCase):
        use_default_loop = True

        @fail_on(pending_tasks=True)
        async def test(self) -> None:
            self.task = asyncio.create_task(work(), name="worker")
            await asyncio.sleep(0)

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        older = loop.create_task(turn(), name="older")
        assert re.findall("Task '(.*?)'", verdict_of(Case, "pending_tasks")) == ["worker"]
        assert older.done()
        loop.run_until_complete(asyncio.sleep(0))
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        asyncio.set_event_loop(None)
        loop.close()


def test_leak_of_an_earlier_test_is_not_blamed_on_a_later_one() -> None:
    class First(TestCase):
        use_default_loop = True

        async def test(self) -> None:
            self.tasks.append(asyncio.create_task(work()))

    First.tasks = []

    @fail_on(pending_tasks=True)
    class Second(First):
        async def test(self) -> None:
            await asyncio.sleep(0)

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        passed(First)
        passed(Second)
        First.tasks[0].cancel()
        loop.run_until_complete(asyncio.sleep(0))
    finally:
        asyncio.set_event_loop(None)
        loop.close()
