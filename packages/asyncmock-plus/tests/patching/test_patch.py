"""patch, patch.object, patch.multiple: what they replace, and what they refuse."""

import asyncio
import inspect
import json
import os
import sys
import types
import unittest.mock

import pytest
from asyncmock_plus import (
    DEFAULT,
    AsyncMock,
    CoroutineMock,
    MagicMock,
    NonCallableMagicMock,
    Patch,
    patch,
    sentinel,
)
from asyncmock_plus._patching.layers import covered


class Backend:
    limit = 10

    def fetch(self, key):
        return key

    async def load(self, key):
        return key

    @staticmethod
    def parse(text):
        return text

    @classmethod
    async def connect(cls, host):
        return cls()


def test_with_statement_binds_the_mock_and_restores_the_original():
    original = json.dumps

    with patch("json.dumps", return_value="{}") as dumps:
        assert json.dumps is dumps
        assert json.dumps(1) == "{}"

    assert json.dumps is original


def test_the_original_is_back_after_an_exception():
    original = json.dumps

    with pytest.raises(KeyboardInterrupt), patch("json.dumps"):
        raise KeyboardInterrupt

    assert json.dumps is original


def test_new_is_put_there_and_bound():
    with patch.object(Backend, "limit", 20) as limit:
        assert limit == Backend.limit == 20

    assert Backend.limit == 10


def test_an_attribute_of_an_instance_is_removed_again_from_the_instance():
    backend = Backend()

    with patch.object(backend, "limit", 20):
        assert vars(backend) == {"limit": 20}

    assert vars(backend) == {}


def test_an_inherited_attribute_is_removed_again_from_the_subclass():
    class Derived(Backend):
        pass

    with patch.object(Derived, "fetch"):
        assert "fetch" in vars(Derived)

    assert "fetch" not in vars(Derived)
    assert Derived.fetch is Backend.fetch


@pytest.mark.parametrize("name", ["fetch", "parse", "connect", "limit"])
def test_what_a_class_dictionary_holds_is_back_as_it_was(name):
    original = vars(Backend)[name]

    with patch.object(Backend, name):
        assert vars(Backend)[name] is not original

    assert vars(Backend)[name] is original


def test_an_attribute_in_a_slot_is_restored():
    class Point:
        __slots__ = ("x",)

    point = Point()
    point.x = 1

    with patch.object(point, "x", 2):
        assert point.x == 2

    assert point.x == 1


def test_the_docstring_of_a_class_is_restored():
    class Documented:
        """As it was."""

    with patch.object(Documented, "__doc__", "changed"):
        assert Documented.__doc__ == "changed"

    assert Documented.__doc__ == "As it was."


def test_a_proxy_that_passes_deletions_on_gets_its_attribute_back():
    class Proxy:
        def __getattr__(self, name):
            return getattr(Backend, name)

        def __setattr__(self, name, value):
            setattr(Backend, name, value)

        def __delattr__(self, name):
            delattr(Backend, name)

    with patch.object(Proxy(), "limit", 20, create=True):
        assert Backend.limit == 20

    assert Backend.limit == 10


def test_a_proxy_that_passes_on_only_what_is_set_gets_its_attribute_back():
    class Proxy:
        def __getattr__(self, name):
            return getattr(Backend, name)

        def __setattr__(self, name, value):
            setattr(Backend, name, value)

    with patch.object(Proxy(), "limit", 20):
        assert Backend.limit == 20

    assert Backend.limit == 10


@pytest.mark.parametrize("name", ["limit", "fetch"])
def test_an_attribute_that_the_code_has_deleted_is_restored(name):
    backend = Backend()
    original = getattr(backend, name)

    with patch.object(backend, name, 20):
        delattr(backend, name)

    assert getattr(backend, name) == original
    assert vars(backend) == {}


def test_a_created_attribute_that_the_code_has_deleted_stays_away():
    with patch("json.missing", create=True):
        del json.missing

    assert not hasattr(json, "missing")


def test_create_makes_an_attribute_and_removes_it():
    with patch("json.missing", create=True) as missing:
        assert json.missing is missing

    assert not hasattr(json, "missing")


def test_builtins_are_patched_for_one_module():
    module = types.ModuleType("reader")
    sys.modules["reader"] = module
    try:
        with patch("reader.open") as opened:
            assert module.open is opened
            assert open is not opened
    finally:
        del sys.modules["reader"]

    assert not hasattr(module, "open")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("fetch", MagicMock),
        ("load", AsyncMock),
        ("parse", MagicMock),
        ("connect", AsyncMock),
        ("limit", MagicMock),
    ],
)
def test_coroutine_functions_are_replaced_by_async_mocks(name, kind):
    with patch.object(Backend, name) as mock:
        assert isinstance(mock, kind)
        assert isinstance(mock, AsyncMock) is (kind is AsyncMock)


def test_a_plain_function_that_wraps_a_coroutine_function_is_no_coroutine_function():
    async def fetch():
        pass

    namespace = types.SimpleNamespace()

    def fetch_now():
        return asyncio.run(fetch())

    fetch_now.__wrapped__ = fetch
    namespace.fetch = fetch_now

    with patch.object(namespace, "fetch") as mock:
        assert not isinstance(mock, AsyncMock)


def test_the_mock_is_named_after_the_attribute():
    with patch("json.dumps") as dumps, patch.object(Backend, "load") as load:
        assert repr(dumps).startswith("<MagicMock name='dumps' id=")
        assert repr(load).startswith("<AsyncMock name='load' id=")


def test_keyword_arguments_configure_the_mock():
    with patch("json.dumps", side_effect=[1, 2], **{"encoder.indent": 4}) as dumps:
        assert [dumps(), dumps(), dumps.encoder.indent] == [1, 2, 4]


def test_new_callable_makes_the_mock():
    with patch("json.dumps", new_callable=dict, indent=2) as dumps:
        assert dumps == {"indent": 2}


def test_autospec_checks_the_arguments():
    with patch.object(Backend, "fetch", autospec=True):
        with pytest.raises(TypeError, match="missing a required argument: 'key'"):
            Backend().fetch()


def test_autospec_of_a_coroutine_function_gives_one():
    with patch.object(Backend, "load", autospec=True, return_value=1):
        assert inspect.iscoroutinefunction(Backend.load)
        assert asyncio.run(Backend().load("key")) == 1


def test_autospec_may_be_another_object():
    with patch.object(Backend, "limit", autospec=Backend.fetch) as limit:
        with pytest.raises(TypeError):
            limit()


def test_spec_true_takes_what_is_replaced():
    with patch(f"{__name__}.Backend", spec=True) as mocked:
        assert not hasattr(mocked, "store")
        assert not hasattr(mocked.return_value, "store")
        assert isinstance(mocked.return_value, NonCallableMagicMock)


def test_spec_set_refuses_new_attributes():
    with patch(f"{__name__}.Backend", spec_set=True) as mocked:
        with pytest.raises(AttributeError):
            mocked.store = 1


def test_a_spec_with_an_async_call_method_is_async():
    async def load():
        pass

    with patch.object(Backend, "limit", spec=load) as mock:
        assert isinstance(mock, AsyncMock)


def test_start_returns_the_mock_and_stop_restores():
    original = json.dumps
    patcher = patch("json.dumps")

    mock = patcher.start()

    assert json.dumps is mock
    assert patcher.is_started
    patcher.stop()
    assert json.dumps is original
    assert not patcher.is_started


def test_stop_without_start_does_nothing():
    assert patch("json.dumps").stop() is None


def test_a_patch_can_be_started_again_after_it_was_stopped():
    patcher = patch("json.dumps")
    first = patcher.start()
    patcher.stop()

    second = patcher.start()
    patcher.stop()

    assert first is not second


@pytest.mark.parametrize("again", ["start", "__enter__"])
def test_a_patch_in_force_cannot_be_started_again(again):
    original = json.dumps
    patcher = patch("json.dumps")

    with patcher:
        with pytest.raises(
            RuntimeError, match=r"already started: <patch of 'dumps', started>.*copy\(\)"
        ):
            getattr(patcher, again)()

    assert json.dumps is original


def test_stopall_stops_what_was_started_the_last_one_first():
    original = json.dumps
    first = patch("json.dumps").start()
    second = patch("json.dumps").start()
    settings = {}
    patch.dict(settings, indent=2).start()

    with patch("json.loads") as loads:
        assert json.dumps is second is not first
        patch.stopall()
        assert json.loads is loads

    assert json.dumps is original
    assert settings == {}


def test_what_is_known_while_a_patch_is_in_force():
    patcher = patch.object(Backend, "limit", 20)

    with patcher:
        assert (patcher.target, patcher.temp_original, patcher.is_local) == (Backend, 10, True)

    with pytest.raises(AttributeError, match="'target' of a patch is known only while"):
        patcher.target


def test_multiple_patches_several_attributes():
    with patch.multiple(Backend, fetch=DEFAULT, load=DEFAULT, limit=20) as mocks:
        assert mocks == {"fetch": Backend.fetch, "load": Backend.load}
        assert isinstance(mocks["load"], AsyncMock)
        assert Backend.limit == 20

    assert Backend.limit == 10


def test_multiple_takes_a_name():
    with patch.multiple("json", dumps=1, loads=2):
        assert (json.dumps, json.loads) == (1, 2)


def test_multiple_restores_everything_when_one_is_missing():
    with pytest.raises(AttributeError, match="does not have the attribute 'store'"):
        patch.multiple(Backend, limit=20, store=1).start()

    assert Backend.limit == 10


def test_the_target_is_imported_when_the_patch_starts():
    patcher = patch("not_there_yet.value", 1)
    module = types.ModuleType("not_there_yet")
    module.value = 0

    with patch.dict(sys.modules, not_there_yet=module), patcher:
        assert module.value == 1

    assert module.value == 0


def test_own_classes_of_mocks():
    class OurMock(MagicMock):
        pass

    ours = Patch(magic_mock=OurMock, async_mock=CoroutineMock)

    with ours.object(Backend, "load") as load, ours.object(Backend, "fetch") as fetch:
        assert isinstance(load, CoroutineMock)
        assert isinstance(fetch, OurMock)


def test_own_autospec():
    calls = []

    def autospec(spec, **kwargs):
        calls.append((spec, kwargs))
        return sentinel.mock

    with Patch(create_autospec=autospec)("json.dumps", autospec=True) as mock:
        assert mock is sentinel.mock

    assert calls == [(json.dumps, {"spec_set": False, "_name": "dumps"})]


def test_prefixes_of_test_methods_are_independent():
    ours = Patch()
    ours.TEST_PREFIX = "check"

    @ours.object(Backend, "limit", 20)
    @ours.dict(os.environ, {"CHECKED": "1"})
    class Checks:
        def check(self):
            return Backend.limit, os.environ.get("CHECKED")

        def test(self):
            return Backend.limit, os.environ.get("CHECKED")

    assert Checks().check() == (20, "1")
    assert Checks().test() == (10, None)
    assert patch.TEST_PREFIX == "test"


def test_test_prefix_can_be_patched():
    with patch.object(patch, "TEST_PREFIX", "check"):

        @patch.object(Backend, "limit", 20)
        class Checks:
            def check(self):
                return Backend.limit

    assert Checks().check() == 20
    assert patch.TEST_PREFIX == "test"


def test_patches_of_the_standard_library_are_not_ours_to_stop():
    patcher = unittest.mock.patch("json.dumps")
    mock = patcher.start()
    try:
        patch.stopall()
        assert json.dumps is mock
    finally:
        patcher.stop()


def test_what_is_there_can_be_asked_for_without_a_start():
    assert patch.object(Backend, "limit").get_original() == (10, True)
    with pytest.raises(AttributeError, match="does not have the attribute 'missing'"):
        patch.object(Backend, "missing").get_original()


def test_patches_of_one_call_can_be_started_by_others():
    # Libraries that decorate test methods themselves call it.
    patcher = patch.object(Backend, "limit")

    @patcher
    def function(mock): ...

    with patcher.decoration_helper(function, (1,), {"key": 2}) as (args, kwargs):
        assert args == (1, Backend.limit)
        assert kwargs == {"key": 2}
    assert Backend.limit == 10


def test_an_attribute_that_cannot_be_removed_again_is_an_error():
    class Sticky:
        def __delattr__(self, name):
            raise AttributeError("sticky")

    patcher = patch.object(Sticky(), "made", 1, create=True)
    patcher.start()

    with pytest.raises(AttributeError, match="^sticky$"):
        patcher.stop()


def test_a_refused_value_leaves_the_patches_that_are_in_force():
    class Picky:
        limit = 1

        def __setattr__(self, name, value):
            if value == 13:
                raise ValueError(name)
            super().__setattr__(name, value)

    target = Picky()
    with patch.object(target, "limit", 2):
        with pytest.raises(ValueError, match="limit"):
            patch.object(target, "limit", 13).start()
        assert target.limit == 2
        with patch.object(target, "limit", 3):
            assert target.limit == 3
        assert target.limit == 2

    assert target.limit == 1
    assert vars(target) == {}
    assert not covered
