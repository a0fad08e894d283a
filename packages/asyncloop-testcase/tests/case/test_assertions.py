"""The four assertions about awaiting."""

import asyncio
import inspect
import warnings
from collections.abc import Awaitable
from typing import Any

import pytest
from asyncloop_testcase import TestCase
from running import error_of, failure_of, passed


async def fails(error: BaseException) -> None:
    await asyncio.sleep(0)
    raise error


async def warns(text: str) -> str:
    await asyncio.sleep(0)
    warnings.warn(text, UserWarning, stacklevel=1)
    return "result"


async def nothing() -> None:
    await asyncio.sleep(0)


class TestAsyncRaises:
    def test_exception_is_returned(self) -> None:
        error = ZeroDivisionError("on purpose")

        class Case(TestCase):
            async def test(self) -> None:
                assert await self.assertAsyncRaises(ZeroDivisionError, fails(error)) is error

        assert passed(Case)

    def test_tuple_of_exceptions_and_subclasses_count(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                await self.assertAsyncRaises((OSError, ArithmeticError), fails(ZeroDivisionError()))

        assert passed(Case)

    def test_future_can_be_awaited(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                future = self.loop.create_future()
                self.loop.call_soon(future.set_exception, OSError())
                await self.assertAsyncRaises(OSError, future)

        assert passed(Case)

    def test_no_exception_is_a_failure(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                await self.assertAsyncRaises(OSError, nothing())

        assert failure_of(Case).endswith("AssertionError: OSError not raised\n")

    def test_other_exception_is_an_error(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                await self.assertAsyncRaises(OSError, fails(KeyError("other")))

        assert error_of(Case).endswith("KeyError: 'other'\n")

    def test_cancellation_can_be_asserted(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                task = asyncio.ensure_future(asyncio.sleep(1000))
                self.loop.call_soon(task.cancel)
                await self.assertAsyncRaises(asyncio.CancelledError, task)

        assert passed(Case)


class TestAsyncRaisesRegex:
    def test_message_that_matches_passes(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                error = await self.assertAsyncRaisesRegex(
                    OSError, r"no \w+", fails(OSError("no d"))
                )
                assert str(error) == "no d"

        assert passed(Case)

    def test_other_message_is_a_failure(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                await self.assertAsyncRaisesRegex(OSError, "yes", fails(OSError("no")))

        assert '"yes" does not match "no"' in failure_of(Case)


class TestAsyncWarns:
    def test_result_is_returned(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                assert await self.assertAsyncWarns(UserWarning, warns("text")) == "result"

        assert passed(Case)

    def test_no_warning_is_a_failure(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                await self.assertAsyncWarns(UserWarning, nothing())

        assert "UserWarning not triggered" in failure_of(Case)


class TestAsyncWarnsRegex:
    def test_message_that_matches_passes(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                result = await self.assertAsyncWarnsRegex(UserWarning, "te.t", warns("text"))
                assert result == "result"

        assert passed(Case)

    def test_other_message_is_a_failure(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    await self.assertAsyncWarnsRegex(UserWarning, "other", warns("text"))

        assert '"other" does not match "text"' in failure_of(Case)


ASSERTIONS = [
    ("assertAsyncRaises", (OSError,)),
    ("assertAsyncRaisesRegex", (OSError, "text")),
    ("assertAsyncWarns", (UserWarning,)),
    ("assertAsyncWarnsRegex", (UserWarning, "text")),
]


@pytest.mark.parametrize(("name", "arguments"), ASSERTIONS)
class TestBadArguments:
    def test_coroutine_function_is_refused(self, name: str, arguments: tuple[Any, ...]) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                await getattr(self, name)(*arguments, nothing)

        text = error_of(Case)

        assert f"TypeError: {name}() awaits what it is given" in text
        assert "call it to get a coroutine" in text

    def test_what_cannot_be_awaited_is_refused(self, name: str, arguments: tuple[Any, ...]) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                await getattr(self, name)(*arguments, 3)

        assert "3 cannot be awaited: pass a coroutine or a future" in error_of(Case)

    def test_what_is_no_exception_class_is_refused_and_the_coroutine_closed(
        self, name: str, arguments: tuple[Any, ...]
    ) -> None:
        coroutines: list[Any] = []

        class Case(TestCase):
            async def test(self) -> None:
                coroutines.append(nothing())
                await getattr(self, name)("OSError", *arguments[1:], coroutines[0])

        assert "TypeError" in error_of(Case)
        assert inspect.getcoroutinestate(coroutines[0]) == inspect.CORO_CLOSED

    def test_assertion_is_a_coroutine_function(self, name: str, arguments: tuple[Any, ...]) -> None:
        assert inspect.iscoroutinefunction(getattr(TestCase, name))


def test_object_with_await_method_can_be_awaited() -> None:
    class Thing:
        def __await__(self) -> Any:
            return fails(OSError()).__await__()

    class Case(TestCase):
        async def test(self) -> None:
            thing: Awaitable[Any] = Thing()
            await self.assertAsyncRaises(OSError, thing)

    assert passed(Case)
