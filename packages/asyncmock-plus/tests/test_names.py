"""The names of ``unittest.mock``, private ones too, are there and fit what ours makes."""

import asyncio
from unittest import mock as std

import asyncmock_plus as mock
import pytest

NAMES = [name for name in dir(std) if not (name.startswith("__") and name.endswith("__"))]
# Where ours differ from what the running Python has, and why.
OURS = {*std.__all__, "InvalidSpecError", "_get_target", "_importer", "_patch", "_patch_dict"}
OURS |= {"_patch_multiple", "_patch_object", "_patch_stopall"}


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_the_running_python_is_there(name: str) -> None:
    found = getattr(mock, name)

    assert name in OURS or found is getattr(std, name)


def test_a_name_that_unittest_mock_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'asyncmock_plus' has no attribute 'Mok'$"):
        mock.Mok


def test_dir_shows_no_more_than_the_package_offers() -> None:
    assert "_CallList" not in dir(mock)
    assert not {"asyncio", "inspect", "pprint"} & set(dir(mock))


def test_what_unittest_mock_sets_later_is_what_it_is_then() -> None:
    before = std.file_spec
    try:
        std.file_spec = ["read"]
        assert mock.file_spec == ["read"]
    finally:
        std.file_spec = before


def made(module) -> dict[str, object]:
    """Return by the name of a class something that the module makes of it."""
    called = module.MagicMock()
    called(1)
    return {
        "AsyncMockMixin": module.AsyncMock(),
        "AsyncMagicMixin": module.AsyncMock(),
        "Base": called,
        "CallableMixin": called,
        "MagicMixin": called,
        "_Call": called.call_args,
        "_CallList": called.mock_calls,
        "_Sentinel": module.sentinel,
        "_SentinelObject": module.sentinel.one,
        "_ANY": module.ANY,
        "_patch": module.patch("json.dumps"),
        "_patch_dict": module.patch.dict({}),
    }


@pytest.mark.parametrize("name", made(std))
def test_what_is_made_is_an_instance_of_the_private_class(name: str) -> None:
    assert isinstance(made(std)[name], getattr(std, name))
    assert isinstance(made(mock)[name], getattr(mock, name))


def test_functions_behind_patch_are_those_of_patch() -> None:
    assert mock._patch_object == mock.patch.object
    assert mock._patch_multiple == mock.patch.multiple
    assert mock._patch_stopall is mock.patch.stopall


def test_patches_share_the_list_of_the_active_ones() -> None:
    patcher = mock.patch("json.dumps")
    patcher.start()
    try:
        assert mock._patch._active_patches[-1] is patcher
    finally:
        patcher.stop()


DERIVED = {
    "async": ("AsyncMockMixin", "Mock"),
    "async magic": ("AsyncMockMixin", "MagicMock"),
    "async magic mixin": ("AsyncMagicMixin", "AsyncMockMixin", "Mock"),
    "callable": ("CallableMixin", "NonCallableMock"),
    "magic": ("MagicMixin", "Mock"),
}


def behaviour(module, bases: tuple[str, ...]) -> list[object]:
    """Return what a class derived from private classes of the module does."""
    cls = type("Derived", tuple(getattr(module, name) for name in bases), {})
    seen: list[object] = []
    for options in ({"return_value": 3}, {"side_effect": [4, 5]}):
        instance = cls(**options)
        result = instance(1, a=2)
        if asyncio.iscoroutine(result):
            result = asyncio.run(result)
            instance.assert_awaited_once_with(1, a=2)
            seen.append(instance.await_args_list)
        instance.child
        seen += [result, instance.call_args, list(instance.mock_calls), instance.call_count]
        seen += [type(instance.child).__name__, isinstance(instance, cls)]
        instance.reset_mock()
        seen += [instance.called, list(instance.mock_calls)]
    return [*seen, hasattr(cls(spec=int), "real"), hasattr(cls(spec=int), "unreal")]


@pytest.mark.parametrize("bases", DERIVED.values(), ids=list(DERIVED))
def test_classes_derived_from_private_ones_behave_alike(bases: tuple[str, ...]) -> None:
    assert behaviour(mock, bases) == behaviour(std, bases)


def test_patch_derived_from_the_private_class_makes_ours() -> None:
    import json

    class Derived(mock._patch):
        pass

    arguments = (lambda: json, "dumps", mock.DEFAULT, None, False, None, None, None, {})
    with Derived(*arguments) as made:
        assert json.dumps is made
        assert isinstance(made, mock.MagicMock)


def test_dictionary_patch_derived_from_the_private_class_works() -> None:
    class Derived(mock._patch_dict):
        pass

    settings = {"a": 1}
    with Derived(settings, {"b": 2}, clear=True):
        assert settings == {"b": 2}
    assert settings == {"a": 1}
