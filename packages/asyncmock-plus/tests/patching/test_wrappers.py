"""Decorated functions: their kind, their arguments, their order."""

import asyncio
import functools
import inspect
import types
import unittest
import unittest.mock

import pytest
from asyncmock_plus import DEFAULT, LIMITED, MagicMock, patch


class Backend:
    limit = 10
    timeout = 1

    def fetch(self):
        pass


def function(a, b=2, *, c: int = 3) -> int:
    """Documented."""


async def coroutine_function(a, b=2, *, c: int = 3) -> int:
    """Documented."""


def generator_function(a, b=2, *, c: int = 3) -> int:
    """Documented."""
    yield


async def async_generator_function(a, b=2, *, c: int = 3) -> int:
    """Documented."""
    yield


@types.coroutine
def generator_based_coroutine_function(a, b=2, *, c: int = 3) -> int:
    """Documented."""
    yield


KINDS = [
    function,
    coroutine_function,
    generator_function,
    async_generator_function,
    generator_based_coroutine_function,
]
DECORATORS = {
    "object": lambda **scope: patch.object(Backend, "limit", 20, **scope),
    "multiple": lambda **scope: patch.multiple(Backend, limit=20, **scope),
    "dict": lambda **scope: patch.dict({}, **scope),
    "name": lambda **scope: patch("json.dumps", 1, **scope),
}


@pytest.mark.parametrize("scope", [{}, {"scope": LIMITED}], ids=["global", "limited"])
@pytest.mark.parametrize("decorator", DECORATORS.values(), ids=DECORATORS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_decorated_function_is_of_the_kind_it_was(kind, decorator, scope):
    decorated = decorator(**scope)(kind)

    for is_kind in (
        inspect.iscoroutinefunction,
        inspect.isgeneratorfunction,
        inspect.isasyncgenfunction,
    ):
        assert is_kind(decorated) is is_kind(kind)
    iterable = inspect.CO_ITERABLE_COROUTINE
    assert decorated.__code__.co_flags & iterable == kind.__code__.co_flags & iterable
    assert inspect.signature(decorated) == inspect.signature(kind)
    assert decorated.__name__ == kind.__name__
    assert decorated.__doc__ == "Documented."
    assert decorated.__wrapped__ is kind


def run(kind, call):
    """Exhaust what a decorated function of any kind returned."""
    if kind == "function":
        return call()
    if kind == "generator":
        return next(call())
    if kind == "async generator":
        return asyncio.run(anext_of(call()))
    if kind == "generator-based":
        with pytest.raises(StopIteration) as stop:
            call().send(None)
        return stop.value.value
    return asyncio.run(call())


async def anext_of(generator):
    result = await generator.__anext__()
    await generator.aclose()
    return result


def body(kind):
    """Return a function of the kind that returns its arguments and the patched value."""

    def plain(*args, **kwargs):
        return args, kwargs, Backend.limit

    async def coroutine(*args, **kwargs):
        await asyncio.sleep(0)
        return args, kwargs, Backend.limit

    def generator(*args, **kwargs):
        yield args, kwargs, Backend.limit

    async def async_generator(*args, **kwargs):
        await asyncio.sleep(0)
        yield args, kwargs, Backend.limit

    @types.coroutine
    def generator_based(*args, **kwargs):
        yield from ()
        return args, kwargs, Backend.limit

    return {
        "function": plain,
        "coroutine": coroutine,
        "generator": generator,
        "async generator": async_generator,
        "generator-based": generator_based,
    }[kind]


BODIES = ["function", "coroutine", "generator", "async generator", "generator-based"]


@pytest.mark.parametrize("kind", BODIES)
class TestEveryKind:
    def test_it_runs_patched(self, kind):
        decorated = patch.object(Backend, "limit", 20)(body(kind))

        assert run(kind, decorated) == ((), {}, 20)
        assert Backend.limit == 10

    def test_mocks_follow_the_arguments_the_innermost_first(self, kind):
        decorated = patch.object(Backend, "limit")(
            patch.object(Backend, "timeout", 2)(patch.object(Backend, "fetch")(body(kind)))
        )

        args, kwargs, limit = run(kind, lambda: decorated(1, b=2))

        assert [type(each).__mro__[1] for each in args[1:]] == [MagicMock, MagicMock]
        assert [repr(each).split("'")[1] for each in args[1:]] == ["fetch", "limit"]
        assert args[0] == 1
        assert kwargs == {"b": 2}
        assert limit is args[2]

    def test_mocks_of_multiple_are_passed_by_name(self, kind):
        decorated = patch.multiple(Backend, limit=DEFAULT, timeout=DEFAULT, fetch=1)(body(kind))

        args, kwargs, limit = run(kind, lambda: decorated(1))

        assert args == (1,)
        assert list(kwargs) == ["limit", "timeout"]
        assert kwargs["limit"] is limit

    def test_each_call_gets_a_mock_of_its_own(self, kind):
        decorated = patch.object(Backend, "limit")(body(kind))

        assert run(kind, decorated)[2] is not run(kind, decorated)[2]

    def test_a_call_that_overlaps_another_gets_a_mock_of_its_own(self, kind):
        decorated = patch.object(Backend, "limit")(body(kind))

        @patch.object(Backend, "limit")
        def outer(limit):
            assert run(kind, decorated)[2] is not limit
            assert Backend.limit is limit

        outer()

        assert Backend.limit == 10

    def test_the_decorators_of_the_standard_library_may_be_mixed_in(self, kind):
        theirs = unittest.mock.patch.object(Backend, "timeout")
        if kind in ("function", "coroutine"):
            inner = patch.object(Backend, "limit")(theirs(body(kind)))
            args, _, limit = run(kind, inner)
            assert [repr(each).split("'")[1] for each in args] == ["timeout", "limit"]
            assert limit is args[1]

        outer = theirs(patch.object(Backend, "limit")(body(kind)))

        args, _, limit = run(kind, outer)
        assert [repr(each).split("'")[1] for each in args] == ["limit", "timeout"]
        assert limit is args[0]
        assert (Backend.limit, Backend.timeout) == (10, 1)

    def test_a_patch_that_cannot_start_undoes_the_others(self, kind):
        decorated = patch.object(Backend, "missing")(patch.object(Backend, "limit")(body(kind)))

        with pytest.raises(AttributeError, match="does not have the attribute 'missing'"):
            run(kind, decorated)

        assert Backend.limit == 10


def test_a_decorated_function_may_call_itself():
    @patch.object(Backend, "limit")
    def count_down(number, limit):
        assert Backend.limit is limit
        if number:
            count_down(number - 1)
        assert Backend.limit is limit

    count_down(3)

    assert Backend.limit == 10


def test_partials_are_decorated_as_what_they_call():
    decorated = patch.object(Backend, "limit", 20)(functools.partial(body("coroutine"), 1, b=2))

    assert inspect.iscoroutinefunction(decorated)
    assert asyncio.run(decorated()) == ((1,), {"b": 2}, 20)


@pytest.mark.skipif(
    not hasattr(inspect, "markcoroutinefunction"), reason="inspect marks them since Python 3.12"
)
@pytest.mark.parametrize("scope", [{}, {"scope": LIMITED}], ids=["global", "limited"])
def test_functions_marked_as_coroutine_functions_may_return_any_awaitable(scope):
    class Answer:
        def __await__(self):
            return iter(())

    @patch.object(Backend, "limit", 20, **scope)
    @inspect.markcoroutinefunction
    def answer():
        assert Backend.limit == 20
        return Answer()

    assert inspect.iscoroutinefunction(answer)
    assert asyncio.run(answer()) is None
    assert Backend.limit == 10


def test_pytest_finds_the_number_of_mocks():
    @patch.object(Backend, "limit")
    @patch.object(Backend, "timeout", 2)
    @patch.multiple(Backend, fetch=DEFAULT)
    def test(limit, fetch): ...

    mocks = [each for each in test.patchings if not each.attribute_name and each.new is DEFAULT]
    assert len(mocks) == 1
    assert unittest.mock.DEFAULT is DEFAULT


def test_a_second_decorator_leaves_the_decorated_function_alone():
    once = patch.object(Backend, "limit", 20)(body("function"))

    twice = patch.object(Backend, "timeout")(once)

    assert once() == ((), {}, 20)
    assert len(twice()[0]) == 1
    assert once.patchings != twice.patchings


def test_attributes_set_between_two_decorators_are_kept():
    once = patch.object(Backend, "limit", 20)(body("function"))
    once.mark = "slow"

    assert patch.object(Backend, "timeout")(once).mark == "slow"


def test_decorators_with_another_one_between_them_keep_the_order_of_mocks():
    def other(function):
        @functools.wraps(function)
        def wrapper(*args):
            return function("other", *args)

        return wrapper

    decorated = patch.object(Backend, "limit")(
        other(patch.object(Backend, "timeout")(body("function")))
    )

    args, _, limit = decorated()
    assert args[0] == "other"
    assert [repr(each).split("'")[1] for each in args[1:]] == ["timeout", "limit"]
    assert limit is args[2]


def test_tracebacks_show_the_code_under_test():
    class Case(unittest.TestCase):
        @patch.object(Backend, "limit")
        def test(self, limit):
            raise AssertionError("shown")

    result = unittest.TestResult()
    Case("test").run(result)

    assert 'raise AssertionError("shown")' in result.failures[0][1]


def test_the_warning_of_a_coroutine_that_was_never_awaited_names_the_function():
    decorated = patch.object(Backend, "limit")(body("coroutine"))

    with pytest.warns(RuntimeWarning, match=r"coroutine 'body\.<locals>\.coroutine' was never"):
        decorated()

    assert Backend.limit == 10


@pytest.mark.parametrize("value", [1, 2])
@patch.object(Backend, "timeout", 2)
@patch.object(Backend, "limit")
def test_parametrized_tests_get_their_mocks(limit, value):
    assert Backend.limit is limit
    assert value in (1, 2)


class TestInheritedBase:
    @pytest.mark.parametrize("value", [1, 2])
    @patch.object(Backend, "limit")
    def test_it(self, limit, value):
        assert Backend.limit is limit


class TestInherited(TestInheritedBase):
    """Decorated, parametrized methods run in a subclass as well."""
