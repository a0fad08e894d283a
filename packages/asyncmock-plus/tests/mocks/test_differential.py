"""
The same done to our mock and to the standard library's has the same effect.

Hypothesis makes up what is done: configure, set, delete, attach, call, await, raise, reset, seal
and assert, on the mock and on its children. After each operation the results, errors, records and
reprs of both mocks are compared. What differs on purpose is not done here: it stands in the
documentation, and has tests of its own.
"""

import re
import sys
import types
import unittest.mock

import asyncmock_plus
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

# Where a coroutine is an argument, or has an attribute got, nobody awaits it.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

MODULES = (unittest.mock, asyncmock_plus)
NAMES = ("a", "b", "method")


class Specified:
    """A specification without anything that specs of ours treat differently."""

    a = None

    def __call__(self, x):
        pass

    def __len__(self):
        return 3

    def method(self, x, y=2):
        pass


class AsyncSpecified:
    async def a(self):
        pass

    async def method(self, x, y=2):
        pass


def plain(text):
    """Leave out addresses, names of modules and base classes, what ours add, the last full stop."""
    text = re.sub(r"(, nor has its spec, \w+)?(\. Did you mean: '\w+'\?)?$", "", str(text))
    text = re.sub(r"(argument.*): [\w.<>]+\(.*\)$", r"\1", text)
    text = re.sub(r"^side_effect of '.*' is exhausted: it had \d+ results?$", "", text)
    pattern = r"id='\d+'|0x[0-9a-f]+|\b(asyncmock_plus|unittest)\.[\w.]+\.|\b\w+\.(?=assert_)|\.$"
    return re.sub(pattern, "", text)


def outcome(module, function):
    """Return what it returned or raised, in a form that can be compared."""
    try:
        result = function()
        if isinstance(result, types.CoroutineType):
            return "awaited", outcome(module, lambda: run(result))
        return "returned", described(result)
    except (Exception, StopIteration) as error:
        return "raised", type(error).__name__, plain(error)


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it was suspended")


def described(value):
    if isinstance(value, (unittest.mock.NonCallableMock, list, tuple)):
        return plain(repr(value))
    return value if isinstance(value, (int, str, bool, type(None))) else type(value).__name__


def at(mock, path):
    for name in path:
        mock = mock.return_value if name == "()" else getattr(mock, name)
    return mock


SIDE_EFFECTS = {
    "none": lambda: None,
    "error": lambda: KeyError("side effect"),
    "error type": lambda: ValueError,
    "values": lambda: [1, KeyError("second"), 3],
    "function": lambda: lambda *args, **kwargs: ("computed", args),
    "stops": lambda: iter([]),
}
KINDS = ("Mock", "MagicMock", "NonCallableMock", "AsyncMock")
MAGIC = {
    "len": len,
    "bool": bool,
    "int": int,
    "item": lambda mock: mock["key"],
    "iter": list,
    "in": lambda mock: "x" in mock,
    "eq": lambda mock: mock == 1,
    "add": lambda mock: mock + 1,
    "less": lambda mock: mock < 1,
    "with": lambda mock: mock.__enter__(),
    "hash": lambda mock: hash(mock) == hash(mock),
}


def deep(result, kwargs):
    if isinstance(result, types.CoroutineType):
        result = run(result)
    return result.method(**kwargs)


OPERATIONS = {
    "call": lambda module, mock, args, kwargs: mock(*args, **kwargs),
    "call method": lambda module, mock, args, kwargs: mock.method(*args, **kwargs),
    "call deep": lambda module, mock, args, kwargs: deep(mock.a.b(*args), kwargs),
    "get": lambda module, mock, name: getattr(mock, name),
    "has": lambda module, mock, name: hasattr(mock, name),
    "set": lambda module, mock, name, value: setattr(mock, name, value),
    "delete": lambda module, mock, name: delattr(mock, name),
    "return": lambda module, mock, value: setattr(mock, "return_value", value),
    "raise": lambda module, mock, effect: setattr(mock, "side_effect", SIDE_EFFECTS[effect]()),
    "configure": lambda module, mock, name, value: mock.configure_mock(
        **{name: value, "method.return_value": value}
    ),
    "attach": lambda module, mock, name, kind: mock.attach_mock(getattr(module, kind)(), name),
    "set mock": lambda module, mock, name, kind: setattr(mock, name, getattr(module, kind)()),
    "set named": lambda module, mock, name, kind: setattr(
        mock, name, getattr(module, kind)(name="named")
    ),
    "return mock": lambda module, mock, kind: setattr(
        mock, "return_value", getattr(module, kind)()
    ),
    "reset": lambda module, mock, everything: mock.reset_mock(
        return_value=everything, side_effect=everything
    ),
    "seal": lambda module, mock: module.seal(mock),
    "assert": lambda module, mock, name, args, kwargs: getattr(mock, name)(*args, **kwargs),
    "assert calls": lambda module, mock, args, any_order: mock.assert_has_calls(
        [module.call(*args), module.call.method()], any_order=any_order
    ),
    "magic": lambda module, mock, name: MAGIC[name](mock),
    "misspelt": lambda module, mock: mock.asert_called,
    "repr": lambda module, mock: plain(repr(mock)),
    "spec": lambda module, mock: mock.mock_add_spec(["method", "a"]),
}

names = st.sampled_from(NAMES)
values = st.sampled_from([0, 1, "x", None])
args = st.lists(values, max_size=2).map(tuple)
kwargs = st.dictionaries(st.sampled_from(["x", "y", "z"]), values, max_size=2)
kinds = st.sampled_from(KINDS)
assertions = st.sampled_from(
    [
        "assert_called",
        "assert_called_once",
        "assert_called_with",
        "assert_called_once_with",
        "assert_any_call",
        "assert_not_called",
        "assert_awaited_once_with",
        "assert_awaited",
        "assert_any_await",
    ]
)
ARGUMENTS = {
    "call": (args, kwargs),
    "call method": (args, kwargs),
    "call deep": (args, kwargs),
    "get": (names,),
    "has": (names,),
    "set": (names, values),
    "delete": (names,),
    "return": (values,),
    "raise": (st.sampled_from(sorted(SIDE_EFFECTS)),),
    "configure": (names, values),
    "attach": (names, kinds),
    "set mock": (names, kinds),
    "set named": (names, kinds),
    "return mock": (kinds,),
    "reset": (st.booleans(),),
    "seal": (),
    "assert": (assertions, args, kwargs),
    "assert calls": (args, st.booleans()),
    "magic": (st.sampled_from(sorted(MAGIC)),),
    "misspelt": (),
    "repr": (),
    "spec": (),
}
assert ARGUMENTS.keys() == OPERATIONS.keys()

paths = st.lists(st.sampled_from([*NAMES, "()"]), max_size=2)
operations = st.lists(
    st.sampled_from(["call", "call method", *ARGUMENTS]).flatmap(
        lambda name: st.tuples(st.just(name), paths, st.tuples(*ARGUMENTS[name]))
    ),
    min_size=1,
    max_size=12,
)

RECORDS = ("called", "call_count", "call_args", "call_args_list", "mock_calls", "method_calls")
AWAITS = ("await_count", "await_args", "await_args_list")


def state(mock, asynchronous):
    records = (*RECORDS, *AWAITS) if asynchronous else RECORDS
    return [plain(repr(mock)), *(plain(repr(getattr(mock, name))) for name in records)]


def apply(module, mock, path, operation, arguments):
    mock = at(mock, path)
    if not isinstance(mock, unittest.mock.NonCallableMock):
        return None  # a return value, such as the sentinel DEFAULT, which all share
    return operation(module, mock, *arguments)


def compare(make, operations, *, asynchronous=False):
    mocks = [make(module) for module in MODULES]
    done = {name for name, _, _ in operations}
    if "spec" in done:
        # The standard library forgets to remove magic methods that a later spec does not have.
        operations = [each for each in operations if each[0] != "magic"]
    for name, path, arguments in operations:
        results = [
            outcome(module, lambda: apply(module, mock, path, OPERATIONS[name], arguments))
            for module, mock in zip(MODULES, mocks)
        ]
        if "_mock_children" in str(results[0]):
            # The standard library stumbles over children that have been deleted.
            return
        assert results[1] == results[0], (name, path, arguments)
        theirs, ours = (state(mock, asynchronous) for mock in mocks)
        assert ours == theirs, (name, path, arguments)
        assert mocks[0].mock_calls == mocks[1].mock_calls
    if "seal" not in done:
        # The standard library shows children that a sealed mock has refused.
        theirs, ours = ({each for each in dir(mock) if shared(each)} for mock in mocks)
        assert ours == theirs


def shared(name):
    """Return whether both have to show the name: magic methods stay behind when a spec is added."""
    return "await" not in name and not name.startswith("__")


def differential(function):
    return settings(max_examples=50, deadline=None, derandomize=True)(given(operations)(function))


@differential
def test_mock(operations):
    compare(lambda module: module.Mock(), operations)


@differential
def test_magic_mock(operations):
    compare(lambda module: module.MagicMock(name="named"), operations)


@differential
def test_non_callable_magic_mock(operations):
    compare(lambda module: module.NonCallableMagicMock(), operations)


@differential
def test_async_mock(operations):
    compare(lambda module: module.AsyncMock(), operations, asynchronous=True)


@differential
def test_magic_mock_with_a_spec(operations):
    # Of an instance: what the mock of a class returns is specified here.
    compare(lambda module: module.MagicMock(spec=Specified()), operations)


@differential
def test_mock_with_a_strict_spec(operations):
    compare(lambda module: module.Mock(spec_set=Specified()), operations)


@differential
def test_async_mock_with_a_spec(operations):
    compare(lambda module: module.AsyncMock(spec=AsyncSpecified), operations, asynchronous=True)


@differential
def test_autospec(operations):
    # The standard library checks expected calls by the signature of what has been replaced,
    # forgets the spec of the result when it is reset, and cannot call what is sealed (gh-91803).
    operations = [
        each
        for each in operations
        if each[0] not in ("assert calls", "seal") and (each[0], each[2]) != ("reset", (True,))
    ]
    compare(lambda module: module.create_autospec(Specified), operations)


@pytest.mark.skipif(
    sys.version_info < (3, 13), reason="the results of wrapped calls are those of Python 3.13"
)
@differential
def test_wrapping_mock(operations):
    compare(lambda module: module.MagicMock(wraps=Specified()), operations)
