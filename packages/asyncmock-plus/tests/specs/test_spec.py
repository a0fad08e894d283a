"""Specs: which attributes a mock has, and what is read of the object for it."""

import asyncio
import enum
import functools
import gc
import inspect
import unittest.mock as std
import weakref

import asyncmock_plus as mock
import pytest


class Reader:
    def __len__(self): ...

    def read(self, size): ...

    @property
    def costly(self):
        raise RuntimeError("a getter ran")


@pytest.mark.parametrize("spec", [Reader, Reader(), ["read", "costly", "__len__"]])
@pytest.mark.parametrize("kind", [mock.Mock, mock.MagicMock, mock.AsyncMock])
def test_only_attributes_of_the_spec_exist(kind, spec) -> None:
    reader = kind(spec=spec)
    reader.read, reader.costly

    with pytest.raises(AttributeError, match="Mock object has no attribute 'write'"):
        reader.write


def test_spec_set_refuses_to_set_others() -> None:
    reader = mock.Mock(spec_set=Reader)
    reader.read = 1
    with pytest.raises(AttributeError, match="Mock object has no attribute 'write'"):
        reader.write = 1
    reader.return_value, reader.side_effect = 1, None
    reader.reset_mock()
    mock.seal(reader)


def test_magic_methods_are_those_of_the_spec() -> None:
    reader = mock.MagicMock(spec=Reader)

    assert len(reader) == 0
    with pytest.raises(TypeError):
        reader[0]
    assert not hasattr(reader, "__getitem__")
    assert bool(mock.MagicMock(spec=["read"]))


def test_class_of_the_spec_is_shown() -> None:
    reader = mock.Mock(spec=Reader())

    assert isinstance(reader, Reader)
    assert reader.__class__ is Reader
    assert "spec='Reader'" in repr(reader)


def test_class_without_length_is_shown_as_well() -> None:
    class Empty(enum.Enum):
        pass

    assert mock.Mock(spec=Empty).__class__ is Empty


def test_instances_are_not_kept_alive_by_their_mocks() -> None:
    gc.disable()
    try:
        reader = Reader()
        reader.own = mock.Mock(spec=reader)
        reader.bound = mock.Mock(spec=reader.read)
        reference = weakref.ref(reader)
        del reader
        assert reference() is None
    finally:
        gc.enable()


class Adder:
    def __call__(self, a, b): ...


@pytest.mark.parametrize("spec", [len, lambda a: None, "text", Adder(), Adder])
@pytest.mark.parametrize("module", [mock, std])
def test_result_is_an_ordinary_mock_unless_the_spec_is_a_class_to_be_called(module, spec) -> None:
    result = module.Mock(spec=spec)(1)

    assert result.__class__ is type(result)
    assert isinstance(result.anything, module.Mock)


@pytest.mark.parametrize("cls", [Reader, Adder])
def test_instance_is_not_asynchronous_because_its_class_can_be_called(cls) -> None:
    assert not isinstance(mock.create_autospec(cls, instance=True), std.AsyncMockMixin)


@pytest.mark.parametrize("kind", [mock.Mock, mock.MagicMock])
def test_names_that_the_metaclass_lists_count(kind) -> None:
    class Meta(type):
        def __dir__(cls):
            return ["dynamic"]

    class Client(metaclass=Meta):
        def get(self): ...

    client = kind(spec=Client)
    client.dynamic
    with pytest.raises(AttributeError):
        client.get


def test_calls_match_by_the_signature_of_the_spec() -> None:
    def function(a, b=2): ...

    specified = mock.Mock(spec=function)
    specified(1, b=3)

    specified.assert_called_once_with(a=1, b=3)
    specified.assert_called_with(1, 3)
    with pytest.raises(AssertionError):
        specified.assert_called_with(1, 4)


def test_spec_can_be_added_later() -> None:
    reader = mock.MagicMock()
    reader.write, reader["item"]
    reader.mock_add_spec(Reader)

    with pytest.raises(AttributeError):
        reader.write
    with pytest.raises(TypeError):
        reader["item"]
    assert len(reader) == 0


def test_custom_dir_counts() -> None:
    class Dynamic:
        def __dir__(self):
            return ["anything"]

    specified = mock.Mock(spec=Dynamic())
    specified.anything
    with pytest.raises(AttributeError):
        specified.other


def test_awaitable_coroutine_functions_are_found_under_decorators() -> None:
    class Store:
        @staticmethod
        async def check(): ...

        @classmethod
        async def build(cls): ...

    store = mock.MagicMock(spec=Store)
    assert inspect.iscoroutinefunction(store.check)
    assert inspect.iscoroutinefunction(store.build)


class TestBadInput:
    @pytest.mark.parametrize(
        "name", ["assert_called_onced", "asert_called", "assret_any", "called_once"]
    )
    def test_misspelt_assertions_are_refused(self, name: str) -> None:
        with pytest.raises(AttributeError, match=f"'{name}' is not a valid assertion"):
            getattr(mock.Mock(), name)
        assert isinstance(getattr(mock.Mock(unsafe=True), name), mock.Mock)

    def test_unsupported_magic_methods_are_refused(self) -> None:
        with pytest.raises(AttributeError, match="unsupported magic method '__init__'"):
            mock.Mock().__init__ = 1

    def test_exhausted_results(self) -> None:
        with pytest.raises(StopIteration):
            mock.Mock(side_effect=[])()


def test_names_can_be_added_to_a_spec() -> None:
    # unittest.mock does so for the fields of dataclasses.
    reader = mock.Mock(spec=Reader)
    reader._mock_extend_spec_methods(["size"])

    assert isinstance(reader.size, mock.Mock)
    with pytest.raises(AttributeError):
        reader.write


def test_a_wider_spec_gives_magic_methods_back() -> None:
    reader = mock.MagicMock(spec=["read"])
    with pytest.raises(TypeError):
        len(reader)
    reader.mock_add_spec(Reader)

    assert len(reader) == 0


def test_spec_that_shows_another_class_has_the_attributes_of_both() -> None:
    class Proxy:
        own = 1

        @property
        def __class__(self):
            return Reader

        def __getattr__(self, name):
            return getattr(Reader(), name)

    reader = mock.Mock(spec=Proxy())

    reader.read, reader.own
    with pytest.raises(AttributeError):
        reader.write


@pytest.mark.parametrize("module", [mock, std])
def test_no_call_that_the_spec_refuses_is_the_expected_one(module) -> None:
    instance = module.Mock(spec=lambda a: None)
    instance()

    with pytest.raises(AssertionError):
        instance.assert_called_with()


def test_names_of_coroutine_functions_in_a_spec_are_known() -> None:
    class Client:
        def get(self): ...

        async def fetch(self): ...

    assert mock.Mock(spec=Client)._spec_asyncs == ["fetch"]
    assert mock.Mock()._spec_asyncs == []


def test_a_function_wrapped_by_itself_is_an_ordinary_one() -> None:
    def function(): ...

    function.__wrapped__ = function
    client = mock.Mock(spec=type("Client", (), {"function": function}))

    assert type(client.function).__mro__[1] is mock.Mock


async def _coroutine_function(): ...


async def _async_generator_function():
    yield


@pytest.mark.parametrize("wrapped", [_coroutine_function, _async_generator_function])
def test_a_plain_function_is_plain_whatever_it_wraps(wrapped) -> None:
    @functools.wraps(wrapped)
    def wrapper(*args):
        return ["plain"]

    class Service:
        go = wrapper
        partly = functools.partialmethod(wrapper, 1)
        fixed = staticmethod(wrapper)

    ways = [
        mock.create_autospec(wrapper),
        mock.create_autospec(functools.partial(wrapper)),
        mock.create_autospec(Service, instance=True).go,
        mock.create_autospec(Service, instance=True).partly,
        mock.create_autospec(Service, instance=True).fixed,
        mock.create_autospec(Service()).go,
        mock.Mock(spec=Service).go,
        mock.MagicMock(spec=Service()).partly,
        mock.MagicMock(wraps=wrapper),
        mock.Mock(spec=wrapper),
    ]
    with mock.patch.object(Service, "go") as patched:
        ways.append(patched)
    for made in ways:
        assert not inspect.iscoroutinefunction(made)
        made.return_value = ["plain"]
        assert made() == ["plain"]


def test_attributes_that_only_an_instance_has_are_told_by_their_kind() -> None:
    class Client: ...

    async def fetch(): ...

    client = Client()
    client.fetch, client.get = fetch, lambda: None
    spec = mock.Mock(spec=client)

    assert isinstance(spec.fetch, mock.AsyncMock)
    assert not isinstance(spec.get, mock.AsyncMock)


def test_instances_are_not_asynchronous_because_their_metaclass_is() -> None:
    class Meta(type):
        async def __call__(cls) -> None:
            """Do nothing."""

    class Client(metaclass=Meta):
        """Nothing that calls its instances."""

    client = object.__new__(Client)
    assert not inspect.iscoroutinefunction(mock.create_autospec(Client, instance=True))
    assert not inspect.iscoroutinefunction(mock.create_autospec(client))
    assert not inspect.iscoroutine(mock.Mock(spec=client)())


def test_functions_marked_by_asyncio_are_coroutine_functions() -> None:
    def function(): ...

    function._is_coroutine = asyncio.coroutines._is_coroutine

    class Client:
        go = function
        static = staticmethod(function)
        of_class = classmethod(function)
        plain = len

    made = mock.Mock(spec=Client)
    names = ("go", "static", "of_class", "plain")
    kinds = {name: isinstance(getattr(made, name), mock.AsyncMock) for name in names}

    assert kinds == {"go": True, "static": True, "of_class": True, "plain": False}
    with mock.patch.object(Client, "go") as go, mock.patch.object(Client, "static") as static:
        assert isinstance(go, mock.AsyncMock)
        assert isinstance(static, mock.AsyncMock)
