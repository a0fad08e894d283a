"""CoroutineMock has the semantics of asynctest 0.13; AsyncMock those of the standard library."""

import asyncio
import gc
import inspect
import types
import unittest.mock as std
import warnings

import asyncmock_plus as mock
import pytest


def run(coroutine):
    return asyncio.run(coroutine)


@pytest.mark.parametrize("kind", [mock.CoroutineMock, mock.AsyncMock])
def test_it_is_a_coroutine_function(kind) -> None:
    instance = kind(return_value=3)

    assert inspect.iscoroutinefunction(instance)
    coroutine = instance()
    assert inspect.iscoroutine(coroutine)
    assert run(coroutine) == 3


def test_side_effect_of_a_coroutine_mock_runs_at_the_call() -> None:
    events = []
    instance = mock.CoroutineMock(side_effect=lambda: events.append("ran"))

    coroutine = instance()

    assert events == ["ran"]
    run(coroutine)


def test_side_effect_of_an_async_mock_runs_at_the_await() -> None:
    events = []
    instance = mock.AsyncMock(side_effect=lambda: events.append("ran"))

    coroutine = instance()

    assert events == []
    run(coroutine)
    assert events == ["ran"]


def test_items_of_an_iterable_are_taken_in_the_order_of_the_calls() -> None:
    instance = mock.CoroutineMock(side_effect=[1, 2])
    first, second = instance(), instance()

    assert (run(second), run(first)) == (2, 1)


def test_exceptions_are_raised_at_the_await() -> None:
    instance = mock.CoroutineMock(side_effect=KeyError("gone"))
    coroutine = instance()

    with pytest.raises(KeyError, match="gone"):
        run(coroutine)
    assert instance.await_count == 1


def test_a_generator_is_awaited_only_if_it_is_a_coroutine() -> None:
    @types.coroutine
    def coroutine():
        yield from asyncio.sleep(0).__await__()
        return 3

    numbers = (number for number in [1, 2])
    instance = mock.CoroutineMock(side_effect=[coroutine(), numbers])

    assert run(instance()) == 3
    assert run(instance()) is numbers


def test_awaitable_outcomes_are_awaited() -> None:
    async def effect(value):
        await asyncio.sleep(0)
        return value + 1

    instance = mock.CoroutineMock(side_effect=effect)
    assert run(instance(1)) == 2
    assert run(mock.CoroutineMock(side_effect=lambda value: effect(value))(2)) == 3
    assert run(mock.CoroutineMock(wraps=effect)(3)) == 4


def test_default_of_a_coroutine_function_is_the_return_value() -> None:
    async def effect():
        return mock.DEFAULT

    assert run(mock.CoroutineMock(side_effect=effect, return_value=5)()) == 5
    assert run(mock.CoroutineMock(side_effect=lambda: mock.DEFAULT, return_value=6)()) == 6


def test_await_is_recorded_when_it_ends() -> None:
    async def main():
        release = asyncio.Event()
        instance = mock.CoroutineMock(side_effect=lambda value: release.wait())
        task = asyncio.ensure_future(instance("a"))
        await asyncio.sleep(0)
        before = instance.await_count
        release.set()
        await task
        return before, instance.await_args_list

    assert run(main()) == (0, [mock.call("a")])


def test_cancelled_await_is_recorded() -> None:
    async def main():
        instance = mock.CoroutineMock(side_effect=lambda: asyncio.Event().wait())
        task = asyncio.ensure_future(instance())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return instance.await_count

    assert run(main()) == 1


def test_reset_forgets_awaits() -> None:
    instance = mock.CoroutineMock()
    run(instance(1))
    instance.reset_mock()

    assert (instance.await_count, instance.await_args, instance.await_args_list) == (0, None, [])
    instance.assert_not_awaited()


def test_children_and_results_of_a_coroutine_mock_are_magic_mocks() -> None:
    instance = mock.CoroutineMock()

    for child in (instance.child, instance.return_value, run(instance())):
        assert isinstance(child, mock.MagicMock)
        assert not inspect.iscoroutinefunction(child)


@pytest.mark.parametrize("kind", [mock.CoroutineMock, mock.AsyncMock])
def test_exhausted_results_end_like_an_async_iterator(kind) -> None:
    instance = kind(side_effect=[1])
    run(instance())

    with pytest.raises(StopAsyncIteration):
        run(instance())


def test_callable_that_raises_stop_iteration_surfaces_cleanly() -> None:
    def effect():
        raise StopIteration("done")

    with pytest.raises(StopAsyncIteration, match="done"):
        run(mock.CoroutineMock(side_effect=effect)())


def test_assertions_about_awaits() -> None:
    instance = mock.CoroutineMock()
    with pytest.raises(AssertionError, match="Expected mock to have been awaited."):
        instance.assert_awaited()
    run(instance(1))
    instance.assert_awaited_once_with(1)
    run(instance(2, a=3))

    instance.assert_awaited_with(2, a=3)
    instance.assert_any_await(1)
    instance.assert_has_awaits([mock.call(1), mock.call(2, a=3)])
    with pytest.raises(AssertionError, match="awaited once. Awaited 2 times"):
        instance.assert_awaited_once()
    with pytest.raises(AssertionError, match="await not found"):
        instance.assert_any_await(9)


def test_lists_of_awaits_that_were_handed_out_grow() -> None:
    instance = mock.AsyncMock()
    run(instance(1))
    awaits = instance.await_args_list
    run(instance(2))

    assert awaits == [mock.call(1), mock.call(2)]
    assert (instance.await_count, instance.await_args) == (2, mock.call(2))


def test_misspelt_assertion_is_refused() -> None:
    with pytest.raises(AttributeError, match="'assert_awaited_onced' is not a valid assertion"):
        mock.CoroutineMock().assert_awaited_onced()


def test_calls_of_coroutine_children_are_told_to_the_parent() -> None:
    parent = mock.Mock()
    parent.fetch = mock.CoroutineMock()
    run(parent.fetch(1))
    parent.close()

    assert parent.mock_calls == [mock.call.fetch(1), mock.call.close()]


def test_warning_names_the_mock_and_the_line() -> None:
    class Database:
        async def fetch(self, key): ...

    database = mock.Mock(spec=Database, name="database")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            database.fetch(1)
        gc.collect()

    assert [str(warning.message).splitlines()[0] for warning in caught] == [
        "coroutine 'database.fetch' was never awaited"
    ] * 2
    assert {warning.filename for warning in caught} == {__file__}


def test_async_with_and_async_for_on_a_magic_mock() -> None:
    async def main():
        instance = mock.MagicMock()
        instance.__aenter__.return_value = "entered"
        instance.__aiter__.return_value = (1, 2)
        with pytest.raises(KeyError):
            async with instance as entered:
                raise KeyError
        return entered, [item async for item in instance], [item async for item in instance]

    assert run(main()) == ("entered", [1, 2], [1, 2])


def test_call_without_a_result_left_fails_at_once() -> None:
    instance = mock.CoroutineMock(name="fetch", side_effect=[])

    with pytest.raises(
        StopIteration, match=r"^side_effect of 'fetch' is exhausted: it had 0 results$"
    ):
        instance()


def test_code_under_test_that_calls_once_too_often_says_which_mock_is_exhausted() -> None:
    """As in asynctest: StopIteration cannot leave a coroutine (PEP 479), but it is the cause."""
    instance = mock.CoroutineMock(name="fetch", side_effect=[1])

    async def fetch_all():
        return [await instance(), await instance()]

    with pytest.raises(RuntimeError, match="^coroutine raised StopIteration$") as caught:
        run(fetch_all())
    assert str(caught.value.__cause__) == "side_effect of 'fetch' is exhausted: it had 1 result"
    assert (instance.call_count, instance.await_count) == (2, 1)


@pytest.mark.parametrize("kind", [mock.CoroutineMock, mock.AsyncMock])
def test_side_effect_may_leave_the_result_to_the_mock(kind) -> None:
    instance = kind(side_effect=lambda: mock.DEFAULT, return_value=3)

    assert run(instance()) == 3


def test_subclass_of_an_async_mock_may_return_something_else_to_await() -> None:
    class Eager(mock.AsyncMock):
        def _execute_mock_call(self, /, *args, **kwargs):
            future = asyncio.get_running_loop().create_future()
            future.set_result(args)
            return future

    async def main():
        eager = Eager()
        assert await eager(1) == (1,)
        assert await eager(2) == (2,)
        assert eager.mock_calls == [mock.call(1), mock.call(2)]

    run(main())


def test_sealed_coroutine_mock_says_what_it_lacks() -> None:
    instance = mock.CoroutineMock(name="fetch")
    mock.seal(instance)

    with pytest.raises(AttributeError, match="^fetch.child$"):
        instance.child


def test_coroutine_functions_in_the_spec_of_a_coroutine_mock_are_coroutine_mocks() -> None:
    class Fetch:
        async def __call__(self): ...

        async def retry(self): ...

        def cancel(self): ...

    fetch = mock.CoroutineMock(spec=Fetch())

    assert type(fetch.retry).__mro__[1] is mock.CoroutineMock
    assert isinstance(fetch.cancel, mock.MagicMock)


def test_coroutine_mock_is_an_asynchronous_context_manager() -> None:
    async def main():
        instance = mock.CoroutineMock()
        instance.__aenter__.return_value = 3
        async with instance as value:
            assert value == 3
        assert instance.__aenter__.await_count == instance.__aexit__.await_count == 1

    run(main())


@pytest.mark.parametrize("kind", [mock.CoroutineMock, mock.AsyncMock])
def test_calls_of_a_coroutine_function_are_told_to_whom_it_belongs_then(kind) -> None:
    parent, grandparent = mock.Mock(), mock.Mock()
    child = parent.child = kind()
    for number in range(3):
        child(number).close()
    assert parent.mock_calls == [mock.call.child(number) for number in range(3)]

    grandparent.parent = parent
    child(3).close()
    assert grandparent.mock_calls == [mock.call.parent.child(3)]


@pytest.mark.parametrize("kind", [mock.CoroutineMock, mock.AsyncMock])
def test_the_last_of_several_awaits_is_shown_beside_the_list_of_all(kind) -> None:
    instance = kind()
    for number in range(3):
        run(instance(number))

    assert instance.await_args_list == [mock.call(number) for number in range(3)]
    assert instance.await_args == mock.call(2)


def test_result_of_an_async_mock_wins_over_what_it_wraps() -> None:
    async def wrapped():
        return "wrapped"

    assert run(mock.AsyncMock(wraps=wrapped)()) == "wrapped"
    assert run(mock.AsyncMock(wraps=lambda: "plain")()) == "plain"
    assert run(mock.AsyncMock(wraps=wrapped, return_value=3)()) == 3
    assert run(mock.AsyncMock(wraps=wrapped, return_value=mock.ANY)()) is mock.ANY


def test_result_of_an_async_mock_is_its_return_value() -> None:
    instance = mock.AsyncMock()

    assert run(instance()) is instance.return_value
    assert run(mock.AsyncMock(side_effect=lambda: mock.ANY, return_value=3)()) is mock.ANY


@pytest.mark.parametrize("module", [mock, std])
def test_outcome_that_a_subclass_of_an_async_mock_computes_is_taken(module) -> None:
    class Loud(module.AsyncMock):
        @property
        def return_value(self):
            return super().return_value.upper()

        @return_value.setter
        def return_value(self, value):
            module.AsyncMock.return_value.fset(self, value)

    class Counting(module.AsyncMock):
        @property
        def side_effect(self):
            return lambda: self.await_count

        @side_effect.setter
        def side_effect(self, value): ...

    loud, counting = Loud(), Counting()
    loud.return_value = "word"

    assert [run(loud()), run(loud())] == ["WORD", "WORD"]
    assert [run(counting()), run(counting())] == [1, 2]


@pytest.mark.parametrize("module", [mock, std])
def test_function_that_raises_stop_iteration_is_an_error_of_the_coroutine(module) -> None:
    def effect():
        raise StopIteration

    with pytest.raises(RuntimeError, match="raised StopIteration"):
        run(module.AsyncMock(side_effect=effect)())
