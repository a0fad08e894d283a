"""
Specs: which attributes a mock has, read off the specified object without running its code.

Only the names are read when the mock is made. Whether an attribute is a coroutine function, and
the signature of a callable, are found out when somebody needs them.
"""

from __future__ import annotations

import contextlib
import inspect
from dataclasses import fields
from functools import partial, partialmethod
from types import FunctionType, GeneratorType, MethodType
from typing import Any

from asyncmock_plus._cpython import (
    ALIASES,
    ANNOTATION_NAMES,
    COROUTINE_MARKER,
    PARTIALMETHOD_NAMES,
    InvalidSpecError,
    annotated_names,
    std,
)
from asyncmock_plus._specs.marked import FUNCTIONS
from asyncmock_plus._specs.signatures import Check, read_signature

__all__ = ["InvalidSpecError"]

__unittest = __tracebackhide__ = True

_missing = object()

PARTIALS = frozenset(PARTIALMETHOD_NAMES)


def origin_of(spec: Any) -> Any:
    """Return the class of ``Class[int]``, any other object itself."""
    return spec.__origin__ if type(spec) in ALIASES else spec


def is_mock(obj: Any) -> bool:
    """Return whether it is a mock, ours or the standard library's, whatever class it shows."""
    return issubclass(type(obj), std.NonCallableMock)


def extract_mock(obj: Any) -> Any:
    """Return the mock behind an autospecced function, any other object itself."""
    if type(obj) in FUNCTIONS and "mock" in obj.__dict__:
        return obj.__dict__["mock"]
    if type(obj) is MethodType and hasattr(obj, "mock"):
        return obj.mock  # pyright: ignore[reportAttributeAccessIssue]
    return obj


def static_attribute(cls: type, name: str, default: Any = None) -> Any:
    """Return an attribute of a class as it stands in a class dictionary; no getter is run."""
    for base in cls.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return inspect.getattr_static(cls, name, default)


def _call_method(cls: type) -> Any:
    """Return what calls the instances of a class; that of its metaclass calls the class."""
    calls = (base.__dict__["__call__"] for base in cls.__mro__ if "__call__" in base.__dict__)
    return next(calls, None)


def is_plain(obj: Any) -> bool:
    """Return whether it is a function that nobody has marked or wrapped: its code says it all."""
    return type(obj) is FunctionType and not obj.__dict__


def unwrapped(obj: Any) -> Any:
    """
    Return the function under class methods, static methods, methods and partials.

    Decorators are not looked through: what a wrapper returns is decided by the wrapper.
    """
    while True:
        if isinstance(obj, (staticmethod, classmethod, MethodType)):
            obj = obj.__func__
        elif isinstance(obj, (partial, partialmethod)):
            obj = obj.func
        elif is_plain(obj):
            return obj
        elif type(obj) is FunctionType and not PARTIALS.isdisjoint(obj.__dict__):
            obj = next(obj.__dict__[name] for name in PARTIALS if name in obj.__dict__)
        else:
            return obj


def is_async_function(obj: Any) -> bool:
    """Return whether calling it gives an awaitable: a coroutine function, or an object like one."""
    obj = unwrapped(obj)
    if is_plain(obj):
        return bool(obj.__code__.co_flags & inspect.CO_COROUTINE)
    if type(obj) is FunctionType:
        return inspect.iscoroutinefunction(obj) or is_marked(obj)
    if is_mock(obj):
        return isinstance(obj, std.AsyncMock)
    if isinstance(obj, type):
        return False
    # An object that answers for its attributes itself is not asked: that would run its code.
    if not _answers_itself(type(obj)) and inspect.iscoroutinefunction(obj):
        return True
    if is_marked(obj):
        return True
    call = _call_method(type(obj))
    return type(call) is FunctionType and inspect.iscoroutinefunction(call)


def _answers_itself(cls: type) -> bool:
    getter = static_attribute(cls, "__getattribute__")
    return static_attribute(cls, "__getattr__") is not None or type(getter) is FunctionType


def is_marked(obj: Any) -> bool:
    """Return whether it has the mark of ``@asyncio.coroutine``, which Python 3.10 still has."""
    if COROUTINE_MARKER is None:
        return False
    mark = instance_dictionary(obj).get("_is_coroutine")
    return COROUTINE_MARKER is (mark or static_attribute(type(obj), "_is_coroutine"))


def is_async_object(obj: Any) -> bool:
    """Return whether the mock of this object has to be awaited."""
    if is_mock(obj):
        return isinstance(obj, std.AsyncMock)
    if isinstance(obj, (type, list, tuple)):
        return False
    return is_async_function(obj) or is_awaitable(obj)


def is_awaitable(obj: Any) -> bool:
    """Return whether it can be awaited. `collections.abc` is not asked: it remembers classes."""
    if hasattr(type(obj), "__await__"):
        return True
    return type(obj) is GeneratorType and bool(obj.gi_code.co_flags & inspect.CO_ITERABLE_COROUTINE)


def _anything(*args: Any, **kwargs: Any) -> None: ...


def is_async_instance(cls: Any) -> bool:
    """Return whether instances of the class are called like coroutine functions."""
    return isinstance(cls, type) and is_async_function(_call_method(cls))


def members_of(spec: Any) -> dict[str, Any]:
    """
    Return the names that ``dir()`` lists, with what the class dictionaries hold under them.

    One pass over the dictionaries, no getter is run. Values of instances are left out (None), so
    that nobody is kept alive. A ``__dir__`` of the user's is called, and then the names count.
    """
    if isinstance(spec, type):
        if type(spec).__dir__ is type.__dir__:
            members = class_members(spec)
            if "__dataclass_fields__" in members:  # fields without defaults are not in the class
                members.update(
                    (field.name, None) for field in fields(spec) if field.name not in members
                )
            if any(map(members.__contains__, ANNOTATION_NAMES)):
                # Nor is what is annotated only, such as the attributes of a protocol.
                for base in spec.__mro__:
                    if base.__dict__.get("__dataclass_fields__") is None:
                        for name in annotated_names(base):
                            members.setdefault(name, None)
            return members
        return {name: static_attribute(spec, name) for name in dir(spec)}
    cls = type(spec)
    if static_attribute(cls, "__dir__") is not object.__dict__["__dir__"]:
        return {name: static_attribute(cls, name) for name in dir(spec)}
    members = class_members(cls)
    if spec.__class__ is not cls:
        members.update((name, None) for name in dir(spec) if name not in members)
    return {**members, **dict.fromkeys(instance_dictionary(spec))}


def class_members(cls: type) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        members.update(base.__dict__)
    return members


def instance_dictionary(obj: Any) -> dict[str, Any]:
    """Return what the instance itself holds; nothing when it has slots."""
    try:
        found: dict[str, Any] = object.__getattribute__(obj, "__dict__")
    except AttributeError:
        return {}
    return found


def is_async_generator(obj: Any) -> bool:
    """Return whether calling it gives an asynchronous generator."""
    obj = unwrapped(obj)
    if is_plain(obj):
        return bool(obj.__code__.co_flags & inspect.CO_ASYNC_GENERATOR)
    return inspect.isasyncgenfunction(obj)


def is_context_manager(obj: Any) -> bool:
    """Return whether it was decorated with a context manager decorator of `contextlib`."""
    obj = unwrapped(obj)
    return isinstance(obj, FunctionType) and obj.__globals__ is vars(contextlib)


class Spec:
    """
    What a mock was specified with, as far as it is needed later.

    Objects are not held, only their classes: a mock that held its spec would often be a cycle.
    """

    __slots__ = (
        "_asyncs",
        "_check",
        "_eat_self",
        "_instance",
        "_signature",
        "_source",
        "makes_instances",
        "members",
    )

    def __init__(self, spec: Any, members: Any, *, instance: bool, eat_self: bool) -> None:
        self.members: dict[str, Any] = members
        self._check: Any = None
        self._instance = instance
        self._eat_self = eat_self
        self._signature: Any = _missing
        self._asyncs: frozenset[str] | None = None
        self._source: Any = spec
        # The mock of a class is called like the class, unless its instances can be called.
        self.makes_instances = isinstance(spec, type) and not instance and "__call__" not in members
        if isinstance(spec, (type, FunctionType)):
            return
        self._signature = read_signature(spec, instance, eat_self)
        self._source = None
        own = instance_dictionary(spec)
        self._asyncs = frozenset(name for name, value in own.items() if is_async_function(value))

    def __deepcopy__(self, memo: Any) -> Spec:
        return self  # it is about a class, which is not copied either

    @property
    def signature(self) -> Any:
        """The signature of the specified callable, None when it has none."""
        if self._signature is _missing:
            self._signature = read_signature(self._source, self._instance, self._eat_self)
        return self._signature

    def accepts(self, args: Any, kwargs: Any) -> bool:
        """Return whether the specified callable, if it is one, can be called like this."""
        check = self._check
        if check is None:
            source = self._source
            if source is None:
                check = _anything if self._signature is None else self._signature.bind
            else:
                check = Check(source, as_instance=self._instance, eat_self=self._eat_self)
            self._check = check
        try:
            check(*args, **kwargs)
        except TypeError:
            return False
        return True

    def is_async(self, name: Any) -> bool:
        """Return whether the attribute of this name is a coroutine function."""
        if self._asyncs and name in self._asyncs:
            return True
        member = self.members.get(name)
        return member is not None and is_async_function(member)
