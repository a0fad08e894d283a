"""The types of the test case and of what belongs to it: read by type checkers, never run."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any

from asyncloop_testcase import (
    FunctionTestCase,
    TestCase,
    child_loop,
    current_loop,
    exhaust_callbacks,
    run_forever,
    run_until_complete,
    timeout,
)
from typing_extensions import assert_type


@asynccontextmanager
async def connection() -> AsyncIterator[str]:
    yield "connection"


async def divide(a: int, b: int) -> float:
    return a / b


@timeout(10)
class Case(TestCase):
    use_default_loop = False
    forbid_get_event_loop = True
    loop_factory = asyncio.SelectorEventLoop
    loop_debug = True
    timeout = 5
    cancel_timeout = 0.5

    def openLoop(self) -> asyncio.AbstractEventLoop:  # noqa: N802
        return super().openLoop()

    def closeLoop(self, loop: asyncio.AbstractEventLoop) -> None:  # noqa: N802
        super().closeLoop(loop)

    async def asyncSetUp(self) -> None:
        self.addAsyncCleanup(divide, 1, b=2)
        self.addCleanup(divide, 1, b=2)

    async def test(self) -> None:
        assert_type(self.loop, asyncio.AbstractEventLoop)
        assert_type(await self.enterAsyncContext(connection()), str)
        assert_type(
            await self.assertAsyncRaises(ZeroDivisionError, divide(1, 0)), ZeroDivisionError
        )
        assert_type(await self.assertAsyncRaisesRegex(OSError, "no", divide(1, 0)), OSError)
        await self.assertAsyncRaisesRegex((OSError, ValueError), re.compile("no"), divide(1, 0))
        assert_type(await self.assertAsyncWarns(UserWarning, divide(1, 0)), float)
        assert_type(await self.assertAsyncWarnsRegex(UserWarning, "no", divide(1, 0)), float)
        assert_type(await exhaust_callbacks(self.loop), None)
        assert_type(self.setUp(), Any)  # so pyright lets a subclass make it a coroutine function
        assert_type(self.tearDown(), Any)


class Decorated(TestCase):
    @timeout(0.5)
    async def test(self) -> None: ...

    @timeout(None)
    def test_function(self) -> Awaitable[None]:
        return self.test()


def test_function() -> None: ...


FunctionTestCase(test_function)
FunctionTestCase(lambda: divide(1, 1), setUp=test_function, tearDown=None, description="text")


@run_until_complete
async def complete(number: int) -> None: ...


@run_until_complete(loop=current_loop)
def complete_old(number: int) -> Any:
    yield from ()


@run_forever
async def forever() -> Callable[[], None]:
    return test_function


@run_forever(timeout=1, sleep=0.5, loop=child_loop)
async def forever_with_options(number: int) -> None: ...


assert_type(complete(3), None)
assert_type(complete_old(3), None)
assert_type(forever(), None)
assert_type(forever_with_options(3), None)
loops: list[Callable[[], AbstractContextManager[asyncio.AbstractEventLoop]]] = [
    child_loop,
    current_loop,
]
with child_loop() as loop:
    assert_type(loop, asyncio.AbstractEventLoop)
