"""Asynchronous generators of a spec: iterated, sent to, thrown into, closed."""

import asyncio
import contextlib

import asyncmock_plus as mock
import pytest
from asyncmock_plus import coroutines


class Table:
    async def rows(self):
        yield 1


async def rows():
    yield 1


WAYS = [
    lambda m: m.Mock(spec=Table).rows,
    lambda m: m.MagicMock(spec=Table()).rows,
    lambda m: m.AsyncMock(spec=Table).rows if m is mock else m.CoroutineMock(spec=rows),
    lambda m: m.create_autospec(Table, instance=True).rows,
    lambda m: m.create_autospec(Table)().rows,
    lambda m: m.create_autospec(rows),
]
EVERY_WAY = pytest.mark.parametrize("make", [WAYS[0], WAYS[1], *WAYS[3:]])
MODULES = pytest.mark.parametrize("module", [mock, coroutines], ids=["plus", "coroutines"])


@MODULES
@EVERY_WAY
def test_results_are_iterated_and_closed(module, make) -> None:
    method = make(module)
    method.return_value = [1, 2, 3]

    async def main():
        async with contextlib.aclosing(method()) as found:
            async for row in found:
                break
            assert await found.asend(None) == 2
        assert [row async for row in found] == []
        assert [row async for row in method()] == [1, 2, 3]
        return row

    assert asyncio.run(main()) == 1


@MODULES
@EVERY_WAY
def test_an_exception_thrown_in_comes_out_and_ends_it(module, make) -> None:
    method = make(module)
    method.return_value = [1, 2]

    async def main():
        found = method()
        with pytest.raises(KeyError, match="x"):
            await found.athrow(KeyError("x"))
        with pytest.raises(StopAsyncIteration):
            await found.__anext__()
        with pytest.raises(KeyError):
            await method().athrow(KeyError)

    asyncio.run(main())


@MODULES
@EVERY_WAY
def test_a_result_that_nobody_has_configured_is_a_generator_too(module, make) -> None:
    async def main():
        method = make(module)
        async with contextlib.aclosing(method()) as found:
            assert [row async for row in found] == []
        found.aclose.assert_awaited_once_with()
        with pytest.raises(KeyError):
            await found.athrow(KeyError())
        method = make(module)
        method.return_value.__aiter__.return_value = [1]
        assert [row async for row in method()] == [1]

    asyncio.run(main())


def test_what_is_missing_is_missing_in_a_generator() -> None:
    method = mock.Mock(spec=Table).rows
    method.return_value = []

    with pytest.raises(AttributeError, match="'async_generator' object has no attribute 'fetch'"):
        method().fetch  # noqa: B018
    assert (method().ag_running, method().ag_frame, method().ag_await) == (False, None, None)
