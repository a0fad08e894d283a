"""Tasks that run in a given context."""

import asyncio
import contextvars
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from asyncloop_testcase._case.context import ContextCoroutine, create_task


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.SelectorEventLoop()
    yield loop
    loop.close()


class TestCreateTask:
    def test_task_runs_in_the_context_itself(self, loop: asyncio.AbstractEventLoop) -> None:
        variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
        context = contextvars.copy_context()

        async def work() -> None:
            variable.set("one")
            await asyncio.sleep(0)
            with_timeout = asyncio.wait_for(asyncio.sleep(0), 10)
            await with_timeout
            variable.set(variable.get() + " two")

        loop.run_until_complete(create_task(loop, work(), context))

        assert context[variable] == "one two"

    def test_task_in_a_context_can_be_cancelled(self, loop: asyncio.AbstractEventLoop) -> None:
        seen: list[str] = []

        async def work() -> None:
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                seen.append("cancelled")
                raise

        task = create_task(loop, work(), contextvars.copy_context())
        loop.call_soon(task.cancel)
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(task)

        assert seen == ["cancelled"]

    def test_coroutine_of_a_task_in_a_context_is_described_as_usual(
        self, loop: asyncio.AbstractEventLoop
    ) -> None:
        async def work() -> None:
            await asyncio.sleep(0)

        loop.set_debug(True)
        task = create_task(loop, work(), contextvars.copy_context())
        assert "work()" in repr(task)
        assert task.get_stack()
        loop.run_until_complete(task)

    def test_coroutine_in_a_context_can_be_closed_thrown_into_and_awaited(self) -> None:
        variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
        context = contextvars.copy_context()

        async def work() -> str:
            try:
                await asyncio.sleep(0)
            except OSError:
                variable.set("caught")
            return "result"

        coro = ContextCoroutine(work(), context)
        coro.send(None)
        with pytest.raises(StopIteration, match="result"):
            coro.throw(OSError("instance"))
        assert context[variable] == "caught"
        other = ContextCoroutine(work(), context)
        other.send(None)
        with pytest.raises(StopIteration, match="result"):
            other.throw(OSError, OSError("old form"), None)
        by_class = ContextCoroutine(work(), context)
        by_class.send(None)
        with pytest.raises(StopIteration, match="result"):
            by_class.throw(OSError)
        third = ContextCoroutine(work(), context)
        third.send(None)
        third.close()
        assert inspect.getcoroutinestate(third._coro) == inspect.CORO_CLOSED
        assert asyncio.run(_await(ContextCoroutine(work(), context))) == "result"


async def _await(awaitable: Any) -> Any:
    return await awaitable
