"""Which mock is made: of which class attributes, results and magic methods are, by one rule."""

import asyncio
import contextlib
import inspect
import sys
import unittest.mock as std

import asyncmock_plus as mock
import pytest
from asyncmock_plus import coroutines


class Session:
    async def fetch(self): ...

    @classmethod
    async def build(cls): ...

    @staticmethod
    async def check(): ...

    def close(self): ...


async def fetch(): ...


ASYNC = ("fetch", "build", "check")

# Every way to a mock of a Session.
WAYS = {
    "Mock(spec)": lambda m: m.Mock(spec=Session),
    "Mock(spec_set)": lambda m: m.Mock(spec_set=Session),
    "Mock(spec)()": lambda m: m.Mock(spec=Session)(),
    "MagicMock(spec)": lambda m: m.MagicMock(spec=Session),
    "MagicMock(spec)()": lambda m: m.MagicMock(spec=Session)(),
    "MagicMock(object)": lambda m: m.MagicMock(spec=Session()),
    "MagicMock(wraps)": lambda m: m.MagicMock(wraps=Session()),
    "NonCallableMock(spec)": lambda m: m.NonCallableMock(spec=Session),
    "NonCallableMagicMock(spec)": lambda m: m.NonCallableMagicMock(spec=Session),
    "mock_add_spec": lambda m: added(m),
    "create_autospec(class)": lambda m: m.create_autospec(Session),
    "create_autospec(class)()": lambda m: m.create_autospec(Session)(),
    "create_autospec(instance)": lambda m: m.create_autospec(Session, instance=True),
    "create_autospec(object)": lambda m: m.create_autospec(Session()),
    "patch(autospec)": lambda m: patched(m, autospec=True),
    "patch(autospec)()": lambda m: patched(m, autospec=True)(),
    "patch(spec)": lambda m: patched(m, spec=True),
    "patch(spec)()": lambda m: patched(m, spec=True)(),
}


def added(module):
    made = module.MagicMock()
    made.mock_add_spec(Session)
    return made


def patched(module, **options):
    with module.patch.object(sys.modules[__name__], "Session", **options) as made:
        return made


def kind(made):
    return type(made).__mro__[1]


@pytest.fixture(params=WAYS)
def way(request):
    return WAYS[request.param]


@pytest.mark.parametrize("name", ASYNC)
def test_coroutine_functions_of_a_spec_are_async_mocks_and_so_are_their_results(way, name) -> None:
    child = getattr(way(mock), name)

    assert kind(child) is mock.AsyncMock
    if child._mock_wraps is None:
        assert kind(asyncio.run(child())) is mock.AsyncMock


def test_all_else_of_a_spec_is_no_async_mock(way) -> None:
    assert not isinstance(way(mock).close, mock.AsyncMock)


@pytest.mark.parametrize("name", ASYNC)
def test_coroutine_mocks_all_the_way_down_have_magic_mocks_as_results(way, name) -> None:
    child = getattr(way(coroutines), name)

    assert kind(child) is coroutines.CoroutineMock
    if child._mock_wraps is None:
        assert kind(asyncio.run(child())) is coroutines.MagicMock


def test_all_else_of_a_spec_is_of_the_family_as_well(way) -> None:
    child = way(coroutines).close

    assert issubclass(kind(child), coroutines.Mock)
    assert not isinstance(child, mock.AsyncMock)


def test_functions() -> None:
    assert kind(mock.create_autospec(fetch).mock) is mock.AsyncMock
    assert kind(asyncio.run(mock.create_autospec(fetch)())) is mock.AsyncMock
    assert kind(coroutines.create_autospec(fetch).mock) is coroutines.CoroutineMock
    assert kind(asyncio.run(coroutines.create_autospec(fetch)())) is coroutines.MagicMock
    with mock.patch.object(sys.modules[__name__], "fetch") as made:
        assert kind(made) is mock.AsyncMock
    with coroutines.patch.object(sys.modules[__name__], "fetch") as made:
        assert kind(made) is coroutines.CoroutineMock


def test_a_result_of_an_autospecced_coroutine_function_is_awaited_and_so_are_its_methods() -> None:
    async def main():
        with mock.patch("asyncio.create_subprocess_exec", autospec=True) as create:
            create.return_value.stdout.readline.return_value = b"line"
            process = await asyncio.create_subprocess_exec("ls")
            assert await process.stdout.readline() == b"line"
        with coroutines.patch("asyncio.create_subprocess_exec", autospec=True) as create:
            create.return_value.stdout.readline.return_value = b"line"
            process = await asyncio.create_subprocess_exec("ls")
            assert process.stdout.readline() == b"line"

    asyncio.run(main())


def test_the_side_effect_of_a_specified_coroutine_function_runs_in_the_task() -> None:
    async def main():
        made = mock.create_autospec(Session, instance=True)
        made.fetch.side_effect = asyncio.current_task
        task = asyncio.create_task(made.fetch())
        assert await task is task

    asyncio.run(main())


@pytest.mark.parametrize("name", ["MagicMock", "NonCallableMagicMock", "AsyncMock"])
def test_every_magic_mock_can_be_entered_and_iterated_over(name) -> None:
    async def main():
        made = getattr(mock, name)()
        made.__aiter__.return_value = [1, 2]
        async with made as entered:
            assert kind(entered) is mock.AsyncMock
        assert [item async for item in made] == [1, 2]
        assert kind(made.__aenter__) is kind(made.__aexit__) is mock.AsyncMock

    asyncio.run(main())


@pytest.mark.parametrize("name", ["MagicMock", "NonCallableMagicMock", "CoroutineMock"])
def test_magic_methods_are_coroutine_mocks_whose_results_are_magic_mocks(name) -> None:
    async def main():
        made = getattr(coroutines, name)()
        async with made as transaction:
            assert kind(transaction) is coroutines.MagicMock
            transaction.select.return_value.__aiter__.return_value = [1]
            assert [row async for row in transaction.select()] == [1]
            async with transaction.nested() as nested:
                assert kind(nested) is coroutines.MagicMock
        for magic in ("__aenter__", "__aexit__", "__anext__"):
            if magic != "__anext__":
                assert kind(getattr(made, magic)) is coroutines.CoroutineMock

    asyncio.run(main())


def test_the_classes_are_related_as_those_of_asynctest_were() -> None:
    for name in coroutines.__all__:
        ours, theirs = getattr(coroutines, name), getattr(mock, name)
        if not isinstance(ours, type):
            continue
        assert issubclass(ours, theirs)
        if name.endswith("Mock"):
            assert issubclass(ours, coroutines.NonCallableMock)
            assert issubclass(ours, coroutines.Mock) is not name.startswith("NonCallable")
    assert coroutines.CoroutineMock is mock.CoroutineMock
    assert isinstance(coroutines.mock_open(), coroutines.MagicMock)


def test_children_are_of_the_class_of_their_parent() -> None:
    for module in (mock, coroutines):
        for name in ("Mock", "MagicMock"):
            made = getattr(module, name)()
            assert kind(made.child) is kind(made()) is kind(made.child.child) is kind(made)
        assert kind(module.NonCallableMock().child) is module.Mock
        assert kind(module.NonCallableMagicMock().child) is module.MagicMock
        assert kind(module.PropertyMock().child) is module.MagicMock


@pytest.mark.parametrize("way", WAYS)
def test_the_same_as_the_standard_library(way) -> None:
    """Where the running Python's own mocks are asynchronous, ours are."""
    theirs = WAYS[way](std)
    with contextlib.suppress(AttributeError):
        for name in (*ASYNC, "close"):
            if isinstance(getattr(theirs, name), std.AsyncMock):
                ours = getattr(WAYS[way](mock), name)
                assert inspect.iscoroutinefunction(ours)
                assert kind(ours).__name__ == "AsyncMock"
