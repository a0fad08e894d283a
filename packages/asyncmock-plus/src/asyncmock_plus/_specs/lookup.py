"""
What an attribute of a specified object is, found without running any code of the object.

``getattr`` would run getters, descriptors and metaclasses of other people. Here values are taken
out of the dictionaries they stand in, and only the descriptors of the interpreter bind. There is
one exception: a class is asked for what a descriptor of the user's gives it, as decorators that
are written as descriptors give a function then, whose signature CPython's tests hold mocks to. It
is asked when the attribute is touched, not when the spec is read.
"""

from __future__ import annotations

import types
from functools import cached_property, partialmethod
from types import FunctionType, MethodType
from typing import Any

from asyncmock_plus._cpython import LruCacheWrapper
from asyncmock_plus._specs.spec import instance_dictionary, static_attribute

__unittest = __tracebackhide__ = True

ABSENT: Any = object()

# There is something, and what it is, only its own code could tell.
UNKNOWN: Any = object()

# Binding these runs nothing of the user's, whatever they are bound to.
_BINDING = (
    types.ClassMethodDescriptorType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
)


def attribute_of(spec: Any, name: str, member: Any = None) -> Any:
    """
    Return the attribute of an object, `UNKNOWN` or `ABSENT`.

    Methods of an instance are bound to it, those of a class are not.

    Args:
        spec: The object.
        name: The attribute.
        member: What was in the dictionary of its class at an earlier time, None if unknown.
    """
    is_type = isinstance(spec, type)
    if not is_type:
        own = instance_dictionary(spec)
        if name in own:
            return own[name]
    if member is None:
        member = static_attribute(spec if is_type else type(spec), name, ABSENT)
    if member is ABSENT:
        return _dynamic(spec, name)
    return _bound(member, spec, is_type)


def _dynamic(spec: Any, name: str) -> Any:
    """Return what is in no dictionary: ``__dir__`` has listed it, ``__getattr__`` has it."""
    try:
        return getattr(spec, name)
    except AttributeError:
        return ABSENT
    except Exception:  # the object's own, and not the test's
        return UNKNOWN


def _bound(member: Any, spec: Any, is_type: bool) -> Any:
    owner = spec if is_type else type(spec)
    kind = type(member)
    if kind is FunctionType:
        return member if is_type else MethodType(member, spec)
    if kind is LruCacheWrapper:
        return _bound(member.__wrapped__, spec, is_type)
    if kind is staticmethod:
        return member.__func__
    if kind is classmethod:
        function = member.__func__
        is_plain = type(function) in (FunctionType, *_BINDING)
        return MethodType(function, owner) if is_plain else UNKNOWN
    if kind is types.MemberDescriptorType:
        return _slot(member, spec, is_type)
    if kind in _BINDING:
        return member.__get__(None if is_type else spec, owner)
    if kind is partialmethod:
        if type(member.func) in (FunctionType, staticmethod, classmethod):
            return member.__get__(None if is_type else spec, owner)
        return UNKNOWN
    if not _binds(kind):
        return member
    return _given_to_class(member, spec) if is_type and not _is_data(kind) else UNKNOWN


def _given_to_class(member: Any, cls: type) -> Any:
    try:
        found = member.__get__(None, cls)
    except Exception:  # the descriptor's own, and not the test's
        return UNKNOWN
    return UNKNOWN if found is member else found


def _slot(member: Any, spec: Any, is_type: bool) -> Any:
    if is_type:
        return UNKNOWN
    try:
        return member.__get__(spec)
    except AttributeError:
        return ABSENT


def _binds(kind: type) -> bool:
    """Return whether objects of this class are descriptors."""
    if kind in (MethodType, types.BuiltinMethodType) or issubclass(kind, type):
        return False
    return static_attribute(kind, "__get__") is not None


def _is_data(kind: type) -> bool:
    return issubclass(kind, cached_property) or any(
        static_attribute(kind, name) is not None for name in ("__set__", "__delete__")
    )
