"""What the attributes of an autospecced mock are: told without running the object's code."""

import asyncio
import functools
import inspect

import asyncmock_plus as mock
import pytest
from asyncmock_plus import coroutines

MODULES = pytest.mark.parametrize("module", [mock, coroutines], ids=["plus", "coroutines"])


class Service:
    async def call(self, method, path): ...

    def plain(self, method, path): ...

    get = functools.partialmethod(call, "GET")
    head = functools.partialmethod(plain, "HEAD")

    @classmethod
    async def build(cls, a, b): ...

    @staticmethod
    async def check(a, b): ...

    built = functools.partialmethod(build, 1)
    checked = functools.partialmethod(check, 1)


WAYS = {
    "instance": lambda m: m.create_autospec(Service, instance=True),
    "object": lambda m: m.create_autospec(Service()),
    "class": lambda m: m.create_autospec(Service),
    "result": lambda m: m.create_autospec(Service)(),
}


@MODULES
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["get", "built", "checked"])
def test_a_partial_method_of_a_coroutine_function_is_one(module, way, name) -> None:
    method = getattr(WAYS[way](module), name)

    assert inspect.iscoroutinefunction(method)
    asyncio.run(method("/"))
    method.assert_awaited_once_with("/")
    with pytest.raises(TypeError, match="^too many positional arguments"):
        method("/", "too", "many")


@pytest.mark.parametrize("way", WAYS)
def test_a_partial_method_of_a_plain_function_is_plain(way) -> None:
    method = WAYS[way](mock).head

    method.return_value = 3
    assert method("/") == 3
    assert not inspect.iscoroutinefunction(method)


@pytest.mark.parametrize(("name", "args"), [("get", ["/"]), ("call", ["GET", "/"])])
def test_methods_of_a_class_take_an_instance_or_leave_it_out(name, args) -> None:
    specified = mock.create_autospec(Service)
    method = getattr(specified, name)

    service = Service()
    asyncio.run(method(service, *args))
    method.assert_awaited_once_with(service, *args)
    asyncio.run(method(*args))
    assert method.await_count == 2
    with pytest.raises(TypeError):
        method(service, *args, "too", "many")


def test_a_partial_method_is_patched_by_what_is_awaited() -> None:
    for options in ({}, {"autospec": True}, {"spec": True}):
        with mock.patch.object(Service, "get", **options) as get:
            assert inspect.iscoroutinefunction(get), options
    assert inspect.iscoroutinefunction(mock.create_autospec(Service.get))


class Double:
    def __call__(self, x):
        return 2 * x


class Holder:
    double = Double()

    def __call__(self, y): ...


@pytest.mark.parametrize(
    "make",
    [
        lambda: mock.create_autospec(Holder, instance=True).double,
        lambda: mock.create_autospec(Holder()).double,
        lambda: mock.create_autospec(Holder).double,
        lambda: mock.create_autospec(Double()),
        lambda: mock.create_autospec(Double, instance=True),
        lambda: mock.create_autospec(Double)(),
    ],
)
def test_calls_of_a_callable_object_can_be_asserted(make) -> None:
    double = make()

    double(1)
    double.assert_called_once_with(1)
    double.assert_called_once_with(x=1)
    double.assert_has_calls([mock.call(x=1)])
    with pytest.raises(AssertionError):
        double.assert_called_with(2)
    with pytest.raises(TypeError):
        double(1, 2)


class Loud:
    """A descriptor that must not run."""

    def __get__(self, instance, owner=None):
        if instance is not None:
            raise ConnectionError("a field was read")
        return self


class LoudData(Loud):
    def __get__(self, instance, owner=None):
        raise ConnectionError("a field was read")

    def __set__(self, instance, value):
        raise ConnectionError("a field was written")


class Record:
    __slots__ = ("filled", "slot")

    field = Loud()
    data = LoudData()

    @property
    def computed(self):
        raise ConnectionError("a property was read")

    @functools.cached_property
    def cached(self):
        raise ConnectionError("a cached property was read")

    @classmethod
    def build(cls, x): ...

    def method(self, x): ...


def record() -> Record:
    made = Record()
    made.filled = {"a": 1}
    return made


@pytest.mark.parametrize("make", [lambda: mock.create_autospec(record()),
                                  lambda: mock.create_autospec(Record, instance=True),
                                  lambda: mock.create_autospec(Record)()])  # fmt: skip
@pytest.mark.parametrize("name", ["field", "data", "computed", "cached"])
def test_no_descriptor_runs(make, name) -> None:
    child = getattr(make(), name)

    assert isinstance(child, mock.MagicMock)
    child.anything.at_all.return_value = 3
    assert child.anything.at_all() == 3


def test_values_in_slots_are_specified_and_empty_ones_are_missing() -> None:
    specified = mock.create_autospec(record())

    assert isinstance(specified.filled, dict)
    specified.method(1)
    specified.build(1)
    for name in ("method", "build"):
        with pytest.raises(TypeError):
            getattr(specified, name)()


def test_what_getattr_answers_by_itself_is_asked_for_but_may_fail() -> None:
    class Proxy:
        def __dir__(self):
            return ["works", "fails", "lies"]

        def __getattr__(self, name):
            if name == "works":
                return lambda x: x
            raise {"fails": ValueError}.get(name, AttributeError)(name)

    specified = mock.create_autospec(Proxy())

    with pytest.raises(TypeError):
        specified.works()
    assert isinstance(specified.fails, mock.MagicMock)
    assert isinstance(specified.lies, mock.MagicMock)


class Store:
    def __init__(self):
        self.rows = {"k": 1}

    def get(self, key):
        return self.rows[key]

    def put(self, key, value):
        self.rows[key] = value

    async def load(self, key):
        return self.rows[key]

    @staticmethod
    def kind():
        return "store"


@MODULES
@pytest.mark.parametrize("spec", [Store, Store()], ids=["class", "object"])
def test_reads_pass_to_a_wrapped_object_and_writes_are_stubbed(module, spec) -> None:
    store = Store()
    made = module.create_autospec(spec, instance=isinstance(spec, type), wraps=store)
    made.put.return_value = None

    assert made.get("k") == 1
    assert asyncio.run(made.load("k")) == 1
    assert made.kind() == "store"
    made.put("k", 2)
    assert store.rows == {"k": 1}
    made.put.assert_called_once_with("k", 2)
    with pytest.raises(TypeError):
        made.get()


def test_an_instance_of_a_wrapped_class_has_mocks_for_what_needs_the_instance() -> None:
    made = mock.create_autospec(Store, wraps=Store)()

    assert isinstance(made.get("k"), mock.MagicMock)
    assert made.kind() == "store"
