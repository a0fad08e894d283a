"""Coroutine functions are told from other ones by `inspect`, and by asyncio up to 3.13."""

import asyncio
import inspect
import sys

import asyncmock_plus as mock
import pytest

KINDS = ["Mock", "MagicMock", "NonCallableMock", "NonCallableMagicMock"]


def function(a): ...


def generator(a):
    yield


async def coroutine(a): ...


async def async_generator(a):
    yield


class Store:
    def close(self): ...

    def rows(self):
        yield

    @classmethod
    def name(cls): ...

    @staticmethod
    def size(a): ...

    async def fetch(self, a): ...

    async def stream(self):
        yield

    @classmethod
    async def build(cls, a): ...

    @staticmethod
    async def check(a): ...


ASYNC_METHODS = ["fetch", "build", "check"]
SYNC_METHODS = ["close", "rows", "name", "size", "stream"]
METHODS = [(name, True) for name in ASYNC_METHODS] + [(name, False) for name in SYNC_METHODS]
FUNCTIONS = [
    pytest.param(coroutine, True, id="coroutine"),
    *(pytest.param(each, False, id=each.__name__) for each in (function, generator)),
    pytest.param(async_generator, False, id="async generator"),
    *(pytest.param(getattr(Store(), name), is_async, id=name) for name, is_async in METHODS),
    *(
        pytest.param(getattr(Store, name), is_async, id=f"Store.{name}")
        for name, is_async in METHODS
    ),
]


def answers(obj):
    found = {inspect.iscoroutinefunction(obj)}
    if sys.version_info < (3, 14):
        found.add(asyncio.iscoroutinefunction(obj))
    return found


@pytest.mark.parametrize(("spec", "is_async"), FUNCTIONS)
@pytest.mark.parametrize("argument", ["spec", "spec_set"])
@pytest.mark.parametrize("kind", KINDS)
def test_mock_of_a_function_is_a_coroutine_function_when_the_spec_is(
    kind, argument, spec, is_async
) -> None:
    assert answers(getattr(mock, kind)(**{argument: spec})) == {is_async}


@pytest.mark.parametrize(("spec", "is_async"), FUNCTIONS)
@pytest.mark.parametrize("spec_set", [False, True])
def test_autospec_of_a_function_is_a_coroutine_function_when_the_spec_is(
    spec_set, spec, is_async
) -> None:
    assert answers(mock.create_autospec(spec, spec_set=spec_set)) == {is_async}


@pytest.mark.parametrize("kind", ["AsyncMock", "CoroutineMock"])
def test_asynchronous_mocks_stay_so_whatever_the_spec_is(kind) -> None:
    for spec in (function, Store().close, Store):
        assert answers(getattr(mock, kind)(spec=spec)) == {True}


@pytest.mark.parametrize(("name", "is_async"), METHODS)
@pytest.mark.parametrize(
    "make",
    [
        lambda: mock.create_autospec(Store),
        lambda: mock.create_autospec(Store)(),
        lambda: mock.create_autospec(Store, instance=True),
        lambda: mock.create_autospec(Store()),
        *(lambda kind=kind: getattr(mock, kind)(spec=Store) for kind in KINDS),
        *(lambda kind=kind: getattr(mock, kind)(spec=Store()) for kind in KINDS),
    ],
)
def test_methods_are_async_mocks_when_those_of_the_spec_are_coroutine_functions(
    make, name, is_async
) -> None:
    child = getattr(make(), name)

    assert answers(child) == {is_async}
    assert isinstance(child, mock.AsyncMock) is is_async


@pytest.mark.parametrize("name", ASYNC_METHODS)
def test_autospec_of_a_coroutine_method_is_awaited(name) -> None:
    function = mock.create_autospec(getattr(Store(), name), return_value=3)

    assert asyncio.run(function(1)) == 3
    function.assert_awaited_once_with(1)
    with pytest.raises(TypeError):
        asyncio.run(function())


@pytest.mark.parametrize("kind", ["Mock", "MagicMock"])
def test_other_questions_about_a_mock_of_a_function_are_answered(kind) -> None:
    instance = getattr(mock, kind)(spec=function)
    mock.seal(instance)

    assert not inspect.isgeneratorfunction(instance)
    assert not inspect.isasyncgenfunction(instance)
    assert "__code__" not in instance._mock_children


@pytest.mark.parametrize("name", ["__code__", "__func__"])
def test_code_is_a_child_as_any_other_unless_the_mock_passes_for_a_function(name) -> None:
    instance = mock.Mock(spec=[name])
    child = getattr(instance, name)

    assert isinstance(child, mock.Mock)
    assert instance._mock_children == {name: child}


def recognised(instance):
    """What cannot be called is recognised by `inspect` on Python 3.12 and newer."""
    if sys.version_info >= (3, 12):
        (answer,) = answers(instance)
        return answer
    return asyncio.iscoroutinefunction(instance)


@pytest.mark.parametrize("options", [{}, {"spec": ["read"]}, {"spec_set": ["read"]}])
@pytest.mark.parametrize("kind", ["NonCallableMock", "NonCallableMagicMock"])
def test_is_coroutine_may_be_set_and_taken_back_later(kind, options) -> None:
    instance = getattr(mock, kind)(**options)
    assert not recognised(instance)

    instance.is_coroutine = True
    assert recognised(instance)
    assert instance.is_coroutine is True

    instance.is_coroutine = False
    assert not recognised(instance)
    assert instance.is_coroutine is False


def test_is_coroutine_of_the_constructor_is_recognised() -> None:
    assert recognised(mock.NonCallableMock(is_coroutine=True))
