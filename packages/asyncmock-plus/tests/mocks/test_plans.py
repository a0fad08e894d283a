"""The classes of mocks: what they derive from, and how they lose magic methods."""

from __future__ import annotations

import unittest.mock as std
from typing import Any, Generic, TypeVar

import asyncmock_plus as mock
import pytest

T = TypeVar("T")


class AsyncCallable:
    """A spec that makes mocks asynchronous."""

    def __len__(self) -> int:
        return 5

    async def __call__(self) -> None: ...


class Sized:
    """Defines a magic method outside of all mock classes."""

    def __len__(self) -> int:
        return 5


class Derived(mock.MagicMock):
    """Defines a magic method itself."""

    def __len__(self) -> int:
        return 5


class Beside(Sized, mock.MagicMock):
    """Inherits a magic method from somebody else."""


class Typed(mock.MagicMock, Generic[T]):
    """Has a base that cannot be derived from just so."""


@pytest.mark.parametrize("kind", [Derived, Beside])
def test_mocked_magic_methods_hide_those_of_a_subclass(kind: Any) -> None:
    instance = kind()
    assert len(instance) == 0
    instance.__len__.assert_called_once_with()


def test_a_generic_subclass_has_magic_methods() -> None:
    instance: Typed[int] = Typed()
    assert len(instance) == 0
    assert type(instance).__mro__[1] is Typed


def test_a_deleted_magic_method_is_gone_and_the_others_stay() -> None:
    instance = mock.MagicMock()
    instance.__getitem__.return_value = 3
    del instance.__len__

    with pytest.raises(TypeError):
        len(instance)
    assert not hasattr(instance, "__len__")
    assert instance[0] == 3


def test_a_deleted_magic_method_is_not_missed_by_other_mocks() -> None:
    instance, other = mock.MagicMock(), mock.MagicMock()
    del instance.__len__
    assert len(other) == len(mock.MagicMock()) == len(instance.child) == 0


def test_a_deleted_magic_method_can_be_set_again() -> None:
    instance = mock.MagicMock()
    del instance.__len__
    instance.__len__ = mock.Mock(return_value=4)
    assert len(instance) == 4


def test_a_magic_method_is_not_deleted_twice() -> None:
    instance = mock.MagicMock()
    instance.__len__.return_value = 1
    del instance.__len__
    with pytest.raises(AttributeError):
        del instance.__len__


def test_a_magic_method_that_was_set_can_be_deleted() -> None:
    instance = mock.MagicMock()
    instance.__len__ = lambda self: 4
    del instance.__len__
    with pytest.raises(TypeError):
        len(instance)


@pytest.mark.parametrize("make", [mock.AsyncMock, lambda: mock.MagicMock(spec=AsyncCallable())])
def test_an_asynchronous_mock_loses_a_magic_method_only(make: Any) -> None:
    instance = make()
    del instance.__len__
    assert not hasattr(instance, "__len__")
    assert isinstance(instance, std.AsyncMockMixin)


def test_a_later_spec_takes_magic_methods_away_and_brings_them_back() -> None:
    instance = mock.MagicMock()
    instance.mock_add_spec(["__len__"])
    assert len(instance) == 0
    assert not hasattr(instance, "__getitem__")

    instance.mock_add_spec(["__getitem__"])
    instance.__getitem__.return_value = 2
    assert instance[0] == 2
    assert not hasattr(instance, "__len__")


def test_a_later_spec_takes_away_a_magic_method_that_was_set() -> None:
    instance = mock.MagicMock()
    instance.__len__ = lambda self: 4
    instance.mock_add_spec(["size"])
    with pytest.raises(TypeError):
        len(instance)


@pytest.mark.parametrize("name", ["Mock", "MagicMock", "AsyncMock"])
def test_class_and_instance_show_the_docstring_of_the_mock_class(name: str) -> None:
    kind = getattr(mock, name)
    assert kind.__doc__
    assert type(kind()).__doc__ == kind().__doc__ == kind.__doc__


def test_the_docstring_of_one_mock_can_be_set() -> None:
    instance = mock.MagicMock()
    instance.__doc__ = "mine"
    assert instance.__doc__ == "mine"
    assert mock.MagicMock().__doc__ == mock.MagicMock.__doc__


@pytest.mark.parametrize("kind", [mock.Mock, mock.MagicMock])
def test_a_child_is_made_once(kind: Any) -> None:
    instance = kind()
    assert instance.assets is instance.assets
    assert instance.child is instance.child
    assert repr(instance.child).startswith(f"<{kind.__name__} name='mock.child' id=")


def test_a_child_that_was_deleted_is_not_made_again() -> None:
    instance = mock.Mock()
    del instance.child
    with pytest.raises(AttributeError):
        instance.child  # noqa: B018


def test_a_mock_that_shows_another_class_has_children() -> None:
    instance = mock.Mock()
    instance.__class__ = int
    assert isinstance(instance.child, mock.Mock)
    assert isinstance(instance, int)


def test_an_unsafe_mock_has_misspelt_assertions_as_children() -> None:
    assert isinstance(mock.Mock(unsafe=True).assert_caled, mock.Mock)
    with pytest.raises(AttributeError):
        mock.Mock().assert_caled  # noqa: B018
