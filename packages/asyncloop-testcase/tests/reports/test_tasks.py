"""The words in which a waiting task is described."""

import asyncio
import contextlib
import sys
from collections.abc import Callable
from typing import Any

import pytest
from asyncloop_testcase._reports.tasks import (
    LONGEST_CHAIN,
    add_task_report,
    describe_task,
    describe_tasks,
)


def describe(start: Callable[[], Any]) -> str:
    """Return the description of a task of ``start()`` that has begun to wait."""

    async def main() -> str:
        task = asyncio.get_running_loop().create_task(start(), name="the task")
        for _ in range(3):
            await asyncio.sleep(0)
        text = describe_task(task)
        task.cancel()
        await asyncio.wait([task])
        return text

    return asyncio.run(main())


async def wait_for_ever() -> None:
    await asyncio.Event().wait()


def test_chain_goes_from_the_outermost_coroutine_to_the_innermost() -> None:
    async def outer() -> None:
        await wait_for_ever()

    lines = describe(outer).splitlines()

    assert lines[0].startswith("Task 'the task', coroutine ")
    assert lines[0].endswith("outer()")
    assert lines.index("    await wait_for_ever()") < lines.index(
        "    await asyncio.Event().wait()"
    )
    assert lines[-1].startswith("  waits for <Future pending")
    assert f'File "{__file__}", line ' in lines[1]


async def numbers() -> Any:
    yield 1
    await wait_for_ever()


async def iterate() -> None:
    async for _ in numbers():
        pass


async def ask_for_next() -> None:
    generator = numbers()
    await generator.__anext__()
    await anext(generator, None)


async def close() -> None:
    async def generate() -> Any:
        try:
            yield 1
        finally:
            await wait_for_ever()

    generator = generate()
    await generator.__anext__()
    await generator.aclose()


async def enter() -> None:
    @contextlib.asynccontextmanager
    async def connection() -> Any:
        await wait_for_ever()
        yield

    async with connection():
        pass


class Request:
    def __await__(self) -> Any:
        return wait_for_ever().__await__()


async def delegate() -> None:
    await Request()


@pytest.mark.parametrize("start", [iterate, ask_for_next, close, enter, delegate])
def test_chain_leads_through_async_generators_and_awaitable_objects(
    start: Callable[[], Any],
) -> None:
    assert "    await asyncio.Event().wait()" in describe(start).splitlines()


def test_tasks_that_gather_waits_for_are_named() -> None:
    async def outer() -> None:
        loop = asyncio.get_running_loop()
        await asyncio.gather(loop.create_task(wait_for_ever(), name="child"))

    assert "    which waits for task 'child'" in describe(outer)


def test_awaited_task_is_named() -> None:
    async def outer() -> None:
        await asyncio.get_running_loop().create_task(wait_for_ever(), name="child")

    assert describe(outer).endswith("  waits for task 'child'")


@pytest.mark.skipif(sys.version_info < (3, 14), reason="asyncio has a call graph since 3.14")
def test_tasks_that_wait_for_it_are_named_from_the_call_graph() -> None:
    async def main() -> str:
        loop = asyncio.get_running_loop()
        child = loop.create_task(wait_for_ever(), name="child")

        async def parent() -> None:
            await child

        task = loop.create_task(parent(), name="parent")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        text = describe_task(child)
        task.cancel()
        await asyncio.wait([task])
        return text

    assert asyncio.run(main()).endswith("  awaited by task 'parent'")


def test_task_that_has_not_begun_is_about_to_run() -> None:
    async def main() -> str:
        task = asyncio.ensure_future(wait_for_ever())
        text = describe_task(task)
        task.cancel()
        return text

    assert asyncio.run(main()).endswith("  runs, or is about to")


def test_finished_task_is_done() -> None:
    async def main() -> str:
        task = asyncio.ensure_future(asyncio.sleep(0))
        await task
        return describe_task(task)

    assert asyncio.run(main()).endswith("  done")


def test_deep_chain_is_shown_by_its_ends() -> None:
    async def dive(depth: int) -> None:
        await (dive(depth - 1) if depth else wait_for_ever())

    text = describe(lambda: dive(100))

    assert text.count("await (dive(depth - 1) if depth else wait_for_ever())") < LONGEST_CHAIN
    assert "  ... 63 frames ..." in text
    assert "await asyncio.Event().wait()" in text


def test_tasks_are_sorted_by_name() -> None:
    async def main() -> str:
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(wait_for_ever(), name=name) for name in "cab"]
        await asyncio.sleep(0)
        text = describe_tasks(tasks)
        for task in tasks:
            task.cancel()
        return text

    text = asyncio.run(main())

    assert [line[6] for line in text.splitlines() if line.startswith("Task ")] == ["a", "b", "c"]


def test_report_is_noted_on_an_exception() -> None:
    error = KeyboardInterrupt()

    async def main() -> None:
        task = asyncio.get_running_loop().create_task(wait_for_ever(), name="worker")
        await asyncio.sleep(0)
        add_task_report(error, asyncio.get_running_loop())
        task.cancel()

    asyncio.run(main())

    noted = error.__notes__[0] if sys.version_info >= (3, 11) else error.args[0]
    assert noted.startswith("The test was interrupted while these tasks were there:\nTask '")
    assert "Task 'worker'" in noted


def test_nothing_is_noted_without_tasks() -> None:
    loop = asyncio.new_event_loop()
    error = KeyboardInterrupt()

    add_task_report(error, loop)
    loop.close()

    assert not hasattr(error, "__notes__")
    assert error.args == ()


@pytest.mark.skipif(sys.version_info >= (3, 11), reason="exceptions have notes since 3.11")
def test_exception_without_notes_keeps_the_text_it_has() -> None:
    error = KeyboardInterrupt("on purpose")

    async def main() -> None:
        add_task_report(error, asyncio.get_running_loop())

    asyncio.run(main())

    assert error.args == ("on purpose",)


def test_code_without_a_file_is_named_without_its_line() -> None:
    made: dict[str, Any] = {"asyncio": asyncio}
    code = "async def work():\n    await asyncio.Event().wait()\n"
    exec(compile(code, "<no file>", "exec"), made)

    lines = describe(made["work"]).splitlines()

    assert lines[1] == '  File "<no file>", line 2, in work'
    assert lines[2].startswith("  File ")
