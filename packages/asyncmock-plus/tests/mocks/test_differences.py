"""
What the standard library gets wrong, or did.

A claim is a function of the module under test, and holds here. Which releases of Python it fails
on is no matter of tests, as any of them may put it right: ``docs/differences_seen.py`` writes that
into the documentation.
"""

import asyncio
import functools
import gc
import inspect
import sys
import traceback
import warnings
import weakref
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncmock_plus as ours
import pytest

CLAIMS = []


def claim(check):
    CLAIMS.append(check)
    return check


class Client:
    async def fetch(self, key): ...

    def close(self): ...

    async def rows(self):
        yield 1

    @asynccontextmanager
    async def session(self):
        yield 1


class AsyncCallable:
    async def __call__(self, value):
        return value + 1


class Echo:
    async def fetch(self, key):
        return key

    def close(self):
        return "closed"


class WithProperty:
    runs = 0

    @property
    def costly(self):
        type(self).runs += 1
        return 1

    @functools.cached_property
    def cached(self):
        type(self).runs += 1
        return 1


@claim
def autospec_runs_no_property_getters(mock):
    WithProperty.runs = 0
    mock.create_autospec(WithProperty()).costly
    mock.create_autospec(WithProperty()).cached
    assert WithProperty.runs == 0


@claim
def async_methods_of_a_wrapped_object_are_counted(mock):
    async def main():
        wrapper = mock.Mock(wraps=Echo())
        assert await wrapper.fetch("a") == "a"
        wrapper.fetch.assert_awaited_once_with("a")

    asyncio.run(main())


@claim
def sync_methods_of_a_wrapped_object_stay_sync(mock):
    assert mock.AsyncMock(wraps=Echo()).close() == "closed"


@claim
def a_wrapped_coroutine_function_is_one(mock):
    assert inspect.iscoroutinefunction(mock.Mock(wraps=Echo().fetch))


@claim
def a_spec_with_an_async_call_is_async(mock):
    assert inspect.iscoroutinefunction(mock.Mock(spec=AsyncCallable()))
    assert inspect.iscoroutinefunction(mock.create_autospec(AsyncCallable, instance=True))


@claim
def a_side_effect_with_an_async_call_is_awaited(mock):
    assert asyncio.run(mock.AsyncMock(side_effect=AsyncCallable())(1)) == 2


@claim
def async_generator_functions_become_async_iterables(mock):
    async def main(client):
        client.rows.return_value = [1, 2]
        return [row async for row in client.rows()]

    assert asyncio.run(main(mock.create_autospec(Client, instance=True))) == [1, 2]
    assert asyncio.run(main(mock.Mock(spec=Client))) == [1, 2]


@claim
def methods_that_give_async_context_managers_can_be_entered(mock):
    async def main():
        client = mock.Mock(spec=Client)
        client.session.return_value.__aenter__.return_value = "session"
        async with client.session() as session:
            return session

    assert asyncio.run(main()) == "session"


@claim
def partials_have_their_own_signature(mock):
    def function(a, b): ...

    specified = mock.create_autospec(functools.partial(function, 1))
    specified(2)
    with pytest.raises(TypeError):
        specified(2, 3)


@claim
def partial_methods_do_not_ask_for_self(mock):
    class Door:
        def set(self, state, *, hard=False): ...

        slam = functools.partialmethod(set, "shut")

    door = mock.create_autospec(Door, instance=True)
    door.slam(hard=True)
    with pytest.raises(TypeError):
        door.slam("a", "b", "c")


@claim
def partial_coroutine_methods_are_async(mock):
    class Store:
        async def get(self, key): ...

        first = functools.partialmethod(get, 1)

    assert inspect.iscoroutinefunction(mock.Mock(spec=Store).first)


@claim
def fields_of_a_dataclass_are_in_its_spec(mock):
    @dataclass
    class Point:
        x: int
        y: int

    assert mock.Mock(spec=Point).x is not None


@claim
def fields_of_a_dataclass_are_in_its_autospec(mock):
    @dataclass
    class Point:
        x: int

    assert mock.create_autospec(Point, instance=True).x is not None


@claim
def the_result_of_the_mock_of_a_class_is_specified(mock):
    instance = mock.Mock(Client)()
    assert isinstance(instance, Client)
    assert inspect.iscoroutinefunction(instance.fetch)
    with pytest.raises(AttributeError):
        instance.missing


@claim
def arguments_are_released_with_the_mock(mock):
    class Argument: ...

    def record():
        service = mock.MagicMock()
        argument = Argument()
        service(argument)
        service.child.method(argument)
        service[argument]
        assert service != argument
        return weakref.ref(argument)

    gc.disable()
    try:
        assert record()() is None
    finally:
        gc.enable()


@claim
def a_coroutine_that_was_not_awaited_has_the_name_of_its_mock(mock):
    service = mock.AsyncMock(name="service")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        service.database.fetch()
        line = sys._getframe().f_lineno - 1
        gc.collect()
    messages = [(str(warning.message).splitlines()[0], warning.lineno) for warning in caught]
    assert messages == [("coroutine 'service.database.fetch' was never awaited", line)]


@claim
def an_attached_autospecced_function_is_reset_with_its_parent(mock):
    def function(a): ...

    manager = mock.Mock()
    manager.attach_mock(mock.create_autospec(function), "function")
    manager.function(1)
    manager.reset_mock()
    assert manager.function.call_count == 0


@claim
def async_iteration_takes_async_iterables(mock):
    async def rows():
        yield 1

    async def main():
        table = mock.MagicMock()
        table.__aiter__.return_value = rows()
        return [row async for row in table]

    assert asyncio.run(main()) == [1]


@claim
def a_failed_assertion_shows_the_line_that_called_it(mock):
    with pytest.raises(AssertionError) as caught:
        mock.Mock().assert_called_once_with(1)
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    shown = [frame for frame in frames if "__unittest" not in frame.f_globals]
    assert [frame.f_code.co_filename for frame in shown] == [__file__]


@pytest.mark.parametrize("check", CLAIMS, ids=lambda check: check.__name__)
def test_claim_holds(check) -> None:
    check(ours)
