"""The fields of mocks: attributes that stand in the class until they differ, or in the identity."""

from __future__ import annotations

import weakref
from types import FunctionType
from typing import Any

from asyncmock_plus._mocks.identity import identity_of, touch
from asyncmock_plus._specs.signatures import read_signature

__unittest = __tracebackhide__ = True


class DataclassFields:
    """
    ``__dataclass_fields__`` of mocks of dataclasses.

    A mock, as every attribute is; but `dataclasses` looks into it for the fields.
    """

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    def __get__(self, mock: Any, owner: Any = None) -> Any:
        if mock is None:
            return self.fields
        made = mock._mock_kinds.MagicMock(name="__dataclass_fields__")
        made.__iter__.return_value = list(self.fields)
        made.items.return_value = self.fields.items()
        made.values.return_value = self.fields.values()
        return made  # and not kept: fields cannot be copied, and mocks are


class OnFirstTouch:
    """An attribute that every mock may have, made when somebody asks for it."""

    def __init__(self, make: Any) -> None:
        self.make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, mock: Any, owner: Any = None) -> Any:
        if mock is None:
            return self
        return mock.__dict__.setdefault(self.name, self.make())


class Asked:
    """An attribute computed each time, which the mock's dictionary may override."""

    def __init__(self, compute: Any) -> None:
        self.compute = compute

    def __get__(self, mock: Any, owner: Any = None) -> Any:
        return self if mock is None else self.compute(mock)


def relative(slot: str) -> property:
    def get(self: Any) -> Any:
        identity = getattr(self._mock_home[0], slot)
        return identity and identity()

    def set_(self: Any, mock: Any) -> None:
        setattr(self._mock_home[0], slot, identity_of(mock))
        touch()

    return property(get, set_)


def own_name(slot: str) -> property:
    def get(self: Any) -> Any:
        return getattr(self._mock_home[0], slot)

    def set_(self: Any, name: Any) -> None:
        setattr(self._mock_home[0], slot, name)
        touch()

    return property(get, set_)


def _of_spec(mock: Any) -> Any:
    """Return the signature that the spec of the parent has for a method, which is not checked."""
    if mock is None:
        return None
    parent = mock._mock_parent
    spec = None if parent is None else parent._mock_spec
    member = None if spec is None else spec.members.get(mock._mock_name)
    if isinstance(member, (staticmethod, classmethod)):
        return read_signature(member.__func__, False, isinstance(member, classmethod))
    return read_signature(member, False, True) if type(member) is FunctionType else None


class SignatureOfCheck:
    """``__signature__`` of mocks that check one; others, and the classes, do not have it."""

    def __get__(self, mock: Any, owner: Any = None) -> Any:
        check = None if mock is None else mock._mock_check
        signature = _of_spec(mock) if check is None else check.signature
        if signature is None:
            msg = "__signature__"
            raise AttributeError(msg)
        return signature


def get_delegate(mock: Any) -> Any:
    """Return the autospecced function that the mock stands behind. It holds the mock, not we it."""
    reference = mock._mock_home[0].delegate
    return None if reference is None else reference()


def _reference(obj: Any) -> Any:
    try:
        return weakref.ref(obj)
    except TypeError:  # whatever somebody made the delegate
        return lambda: obj


def set_delegate(mock: Any, function: Any) -> None:
    me = mock._mock_home[0]
    me.route = None
    me.delegate = None if function is None else _reference(function)
