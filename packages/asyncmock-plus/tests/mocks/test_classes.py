"""The mock classes: what they are, and that none of them leaks into another."""

import copy
import inspect
import subprocess
import sys
import unittest.mock as std
from typing import Any

import asyncmock_plus as mock
import pytest
from asyncmock_plus._mocks.attributes import Attributes

KINDS = [
    "NonCallableMock",
    "Mock",
    "NonCallableMagicMock",
    "MagicMock",
    "AsyncMock",
    "PropertyMock",
]


@pytest.mark.parametrize("name", KINDS)
def test_classes_are_real_subclasses_of_the_standard_librarys(name: str) -> None:
    instance = getattr(mock, name)()

    assert isinstance(instance, getattr(std, name))
    assert isinstance(instance, mock.NonCallableMock)
    assert type(instance).__mro__[1] is getattr(mock, name)
    assert repr(type(instance)) == f"<class 'asyncmock_plus.{name}'>"


def test_every_public_name_of_the_newest_standard_library_is_there() -> None:
    newest = {
        "ANY", "AsyncMock", "DEFAULT", "FILTER_DIR", "MagicMock", "Mock", "NonCallableMagicMock",
        "NonCallableMock", "PropertyMock", "ThreadingMock", "call", "create_autospec", "mock_open",
        "patch", "seal", "sentinel",
    }  # fmt: skip
    assert newest | {*std.__all__} <= {*mock.__all__}


def test_all_names_exist() -> None:
    assert [name for name in mock.__all__ if not hasattr(mock, name)] == []


def test_import_changes_nothing_in_the_standard_library() -> None:
    program = """
import sys, unittest.mock as std
def state():
    found = {}
    for name, value in vars(std).items():
        found[name] = id(value)
        if isinstance(value, type):
            found.update(((name, key), id(member)) for key, member in vars(value).items())
    return found
before = state()
import asyncmock_plus
asyncmock_plus.MagicMock(spec=dict).update()
after = state()
print([key for key in before.keys() | after.keys() if before.get(key) != after.get(key)])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=600
    )
    assert done.stdout == "[]\n"


def test_copies_share_children_and_calls_are_their_own() -> None:
    original = mock.MagicMock(name="original")
    original.child(1)
    duplicate = copy.copy(original)
    duplicate.child(2)

    assert duplicate.child is original.child
    assert "name='original'" in repr(duplicate)
    assert original.child.call_count == 2


def test_deep_copies_are_apart() -> None:
    original = mock.MagicMock()
    original.child(1)
    original.size = 3
    duplicate = copy.deepcopy(original)
    duplicate.child(2)

    assert duplicate.size == 3
    assert original.child.mock_calls == [mock.call(1)]


class Copied:
    def method(self) -> None: ...

    @classmethod
    def of_class(cls) -> None: ...

    async def fetch(self) -> None: ...


@pytest.mark.parametrize("kind", ["Mock", "MagicMock", "AsyncMock", "CoroutineMock"])
def test_signature_of_a_mock_without_a_spec_has_no_annotations(kind: str) -> None:
    made = getattr(mock, kind)()

    assert inspect.signature(made) == inspect.signature(std.MagicMock())
    assert made.__call__.__annotations__ == {}


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
@pytest.mark.parametrize("make", [mock.MagicMock, mock.AsyncMock, mock.create_autospec])
def test_copies_of_specified_mocks_have_the_spec(make: Any, copied: Any) -> None:
    original = make(Copied)
    original.of_class()
    duplicate = copied(original)

    assert isinstance(duplicate, Copied)
    assert duplicate.of_class.call_count == 1
    assert inspect.iscoroutinefunction(duplicate.fetch)
    with pytest.raises(AttributeError, match="Mock object has no attribute 'missing'"):
        _ = duplicate.missing


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
@pytest.mark.parametrize("spec", [Copied, ["method"]])
def test_copies_have_the_magic_methods_of_the_spec_only(spec: Any, copied: Any) -> None:
    duplicate = copied(mock.MagicMock(spec=spec))

    assert bool(duplicate) is True
    with pytest.raises(TypeError, match=r"has no len\(\)"):
        len(duplicate)


def test_calls_of_a_copy_do_not_count_for_the_original() -> None:
    original = mock.Mock()
    copy.copy(original)(1)

    assert original.call_count == 0
    assert not original.called
    assert original.call_args is None


@pytest.mark.parametrize(
    "hook", ["_get_child_mock", "_mock_call", "_increment_mock_call", "_execute_mock_call"]
)
def test_hooks_that_a_subclass_overrides_are_called(hook: str) -> None:
    called = []

    class Hooked(mock.MagicMock):
        pass

    def override(self, /, *args, **kwargs):
        called.append(hook)
        return getattr(super(Hooked, self), hook)(*args, **kwargs)

    setattr(Hooked, hook, override)
    instance = Hooked()
    instance(1)
    instance(2)
    instance.child

    assert len(called) >= 2


def test_hooks_that_are_set_on_a_mock_are_called() -> None:
    instance = mock.Mock()
    instance(1)
    instance._mock_call = lambda *args, **kwargs: "hooked"

    assert instance(2) == "hooked"
    assert instance.call_count == 2


def test_subclasses_may_derive_from_builtins_too() -> None:
    class FakeError(mock.Mock, ValueError):
        pass

    with pytest.raises(ValueError):
        raise FakeError


def test_class_keyword_attributes_and_dotted_names_configure() -> None:
    instance = mock.Mock(**{"rows.return_value": [1], "size": 2})

    assert (instance.rows(), instance.size) == ([1], 2)


def test_is_coroutine_marks_a_non_callable_mock() -> None:
    marked = mock.NonCallableMock(is_coroutine=True)

    assert mock.NonCallableMock().is_coroutine is False
    assert isinstance(mock.Mock().is_coroutine, mock.Mock)
    assert marked.is_coroutine is True
    assert inspect.iscode(marked.__code__)
    assert marked.__code__.co_flags & inspect.CO_COROUTINE


def test_filter_dir_is_the_packages_own(monkeypatch) -> None:
    instance = mock.Mock()
    assert "_mock_children" not in dir(instance)

    monkeypatch.setattr(mock, "FILTER_DIR", False)
    assert "_mock_children" in dir(instance)
    assert "__init__" in dir(instance)


def test_mocks_of_both_libraries_tell_each_other() -> None:
    ours, theirs = mock.Mock(name="ours"), std.Mock(name="theirs")
    outer = mock.Mock()
    outer.inner = std.Mock()
    outer.inner.method(1)
    theirs.inner = child = mock.Mock()
    child.method(2)
    ours.attach_mock(std.Mock(), "attached")
    ours.attached(3)

    assert outer.mock_calls == [mock.call.inner.method(1)]
    assert theirs.mock_calls == [mock.call.inner.method(2)]
    assert theirs.method_calls == [mock.call.inner.method(2)]
    assert ours.mock_calls == [mock.call.attached(3)]
    assert repr(child.method).startswith("<Mock name='theirs.inner.method'")


def test_child_that_another_thread_has_made_meanwhile_is_the_child(monkeypatch) -> None:
    instance, made = mock.Mock(spec=["child"]), []

    class Busy:
        """A lock that is held by a thread that makes the child."""

        def __enter__(self) -> None:
            monkeypatch.undo()
            made.append(instance.child)

        def __exit__(self, *exc_info: object) -> None: ...

    monkeypatch.setattr(Attributes, "_lock", Busy())

    assert instance.child is made[0]
    assert instance._mock_children == {"child": made[0]}


def test_seal_of_the_standard_library_seals_ours() -> None:
    instance = mock.Mock()
    instance.known = 1
    std.seal(instance)

    with pytest.raises(AttributeError, match=r"^mock\.unknown$"):
        instance.unknown


@pytest.mark.parametrize("parent", [mock.Mock, std.Mock])
@pytest.mark.parametrize("child", [mock.Mock, std.Mock])
def test_children_are_sealed_whosever_mocks_they_are(parent, child) -> None:
    instance = parent()
    instance.child = child()
    mock.seal(instance)

    with pytest.raises(AttributeError, match=r"^mock\.unknown"):
        instance.unknown
    with pytest.raises(AttributeError, match=r"^mock\.child\.unknown"):
        instance.child.unknown


@pytest.mark.parametrize("seal", [mock.seal, std.seal])
@pytest.mark.parametrize("kind", [mock.Mock, std.Mock])
def test_children_of_another_mock_are_not_sealed(kind, seal) -> None:
    instance = mock.Mock()
    instance.child = kind().child
    seal(instance)

    instance.child.unknown


@pytest.mark.parametrize("name", KINDS)
def test_names_of_a_class_can_be_looked_up_in_the_class(name: str) -> None:
    cls = getattr(mock, name)
    missing = {key for key in dir(cls) if not hasattr(cls, key)}

    assert missing <= {key for key in dir(getattr(std, name)) if not hasattr(cls, key)} | {
        "__signature__"
    }


def test_a_mock_without_a_signature_says_so_as_any_object() -> None:
    assert not hasattr(mock.Mock(spec=["read"]), "__signature__")
