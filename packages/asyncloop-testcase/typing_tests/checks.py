"""The types of the checks, as users write them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from asyncloop_testcase import (
    Check,
    Finding,
    TestCase,
    check_loop,
    fail_on,
    lenient,
    register_check,
    strict,
)
from typing_extensions import assert_type


@fail_on(pending_tasks=True, slow_callbacks=0.5)
@strict
class Tests(TestCase):
    @fail_on(pending_tasks=False)
    async def test(self) -> int:
        return 1

    @lenient()
    def test_synchronous(self) -> str:
        return ""


assert_type(Tests(), Tests)


async def test_types(tests: Tests) -> None:
    assert_type(await tests.test(), int)
    assert_type(tests.test_synchronous(), str)


@register_check
class Cwd(Check):
    name = "cwd"
    default = True

    def finish(self) -> Iterable[Finding]:
        yield Finding("x", waits=["y"])


assert_type(register_check(Cwd), type[Cwd])


async def block(loop: asyncio.AbstractEventLoop) -> None:
    with check_loop(loop, level="strict", slow_callbacks=1):
        pass
    async with check_loop(pending_tasks=True) as nothing:
        assert_type(nothing, None)


Function = Callable[[Any], Awaitable[None]]
