"""
``create_autospec``: mocks that look like something else, all the way down.

Nothing but the names is read when the mock is made. The mocks of the attributes, of the instance
and their signatures are made when they are touched; until then the mock behaves as if all of them
were there: ``dir``, missing attributes, sealing, reset, signatures.
"""

from __future__ import annotations

import inspect
from dataclasses import fields, is_dataclass
from functools import cached_property, partialmethod
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, overload

from asyncmock_plus._cpython import (
    FunctionTypes,
    InvalidSpecError,
    is_callable,
    is_instance_callable,
)
from asyncmock_plus._specs.functions import function_for
from asyncmock_plus._specs.kinds import Kinds
from asyncmock_plus._specs.seal import seal
from asyncmock_plus._specs.signatures import Check
from asyncmock_plus._specs.spec import (
    class_members,
    instance_dictionary,
    is_async_function,
    is_async_generator,
    is_mock,
    static_attribute,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from asyncmock_plus.typing import (
        AnyClass,
        AutospecClass,
        AutospecCoroutineFunction,
        AutospecFunction,
        AutospecInstance,
    )

    _P = ParamSpec("_P")
    _R = TypeVar("_R")
    _T = TypeVar("_T")

__unittest = __tracebackhide__ = True

_TYPOS = ("autospect", "auto_spec", "set_spec")
_GETTERS = (property, cached_property)
_absent = object()


if TYPE_CHECKING:

    @overload
    def create_autospec(
        spec: type[_T],
        spec_set: Any = False,
        *,
        instance: Literal[True],
        unsafe: bool = False,
        **kwargs: Any,
    ) -> AutospecInstance[_T]: ...
    @overload
    def create_autospec(  # abstract classes and protocols
        spec: Callable[..., _T],
        spec_set: Any = False,
        *,
        instance: Literal[True],
        unsafe: bool = False,
        **kwargs: Any,
    ) -> AutospecInstance[_T]: ...
    @overload
    def create_autospec(  # mypy
        spec: AnyClass[_P, _T],
        spec_set: Any = False,
        instance: Literal[False] = False,
        _parent: Any = None,
        _name: Any = None,
        *,
        unsafe: bool = False,
        **kwargs: Any,
    ) -> AutospecClass[_P, _T]: ...
    @overload
    def create_autospec(  # pyright
        spec: type[_T],
        spec_set: Any = False,
        instance: Literal[False] = False,
        _parent: Any = None,
        _name: Any = None,
        *,
        unsafe: bool = False,
        **kwargs: Any,
    ) -> AutospecClass[..., _T]: ...
    @overload
    def create_autospec(
        spec: Callable[_P, Coroutine[Any, Any, _R]],
        spec_set: Any = False,
        instance: Literal[False] = False,
        _parent: Any = None,
        _name: Any = None,
        *,
        unsafe: bool = False,
        **kwargs: Any,
    ) -> AutospecCoroutineFunction[_P, _R]: ...
    @overload
    def create_autospec(
        spec: Callable[_P, _R],
        spec_set: Any = False,
        instance: Literal[False] = False,
        _parent: Any = None,
        _name: Any = None,
        *,
        unsafe: bool = False,
        **kwargs: Any,
    ) -> AutospecFunction[_P, _R]: ...
    @overload
    def create_autospec(
        spec: _T,
        spec_set: Any = False,
        instance: bool = False,
        _parent: Any = None,
        _name: Any = None,
        *,
        unsafe: bool = False,
        **kwargs: Any,
    ) -> AutospecInstance[_T]: ...


def create_autospec(
    spec: Any,
    spec_set: Any = False,
    instance: bool = False,
    _parent: Any = None,
    _name: Any = None,
    *,
    unsafe: bool = False,
    **kwargs: Any,
) -> Any:
    """
    Return a mock with the attributes of *spec*, whose attributes are specified in the same way.

    Functions and methods check their arguments against the signature of the original. Coroutine
    functions are mocked by coroutine functions. The result of a mocked class is a mock of its
    instances. Property getters are never run.

    Args:
        spec: The object to look like.
        spec_set: Refuse to set attributes that *spec* does not have.
        instance: Look like an instance of the class *spec*.
        unsafe: Do not refuse misspelt arguments such as ``autospect``.
        kwargs: Passed to the mock, as `MagicMock` takes them.

    Raises:
        RuntimeError: An argument is misspelt, or *instance* is given for a coroutine function.
        InvalidSpecError: *spec* is a mock.

    Example:
        >>> class Store:
        ...     def get(self, key): ...
        >>> store = create_autospec(Store, instance=True)
        >>> store.get("a", "b")
        Traceback (most recent call last):
        TypeError: too many positional arguments
    """
    target: Any = type(spec) if type(spec) in (list, tuple) else spec
    if is_mock(target):
        msg = f"Cannot autospec a Mock object. [object={target!r}]"
        raise InvalidSpecError(msg)
    if not unsafe:
        _refuse_typos(kwargs)
    is_async = isinstance(target, FunctionTypes) and is_async_function(target)
    if is_async and instance:
        msg = (
            f"Instance can not be True when create_autospec is mocking an async function: {spec!r}"
        )
        raise RuntimeError(msg)
    name = kwargs.pop("name", _name)
    mock = _mock_for(target, spec_set, instance, _parent, name, is_async, kwargs)
    if _parent is not None and not instance:
        _parent._mock_children[name] = mock
    wrapped = kwargs.pop("wraps", None)
    autospec = mock.__dict__["_mock_autospec"] = Autospec(target, spec_set, instance, wrapped)
    if isinstance(target, FunctionTypes):
        return _function_of(mock, target, is_async=is_async)
    if wrapped is not None and "return_value" not in kwargs:
        # The result is specified as well: calls do not go through to the wrapped object.
        result = autospec.result(mock)
        if result is not None:
            mock.return_value = result
    if kwargs:
        # Configured once more: now the attributes are those of the spec.
        mock.__dict__.pop("_mock_children", None)
        mock.configure_mock(**kwargs)
    return mock


def _function_of(mock: Any, target: Any, *, is_async: bool) -> Any:
    """Return the function that calls the mock, with mocks of the functions that *target* has."""
    function = function_for(mock, target, is_async=is_async)
    for attribute, value in instance_dictionary(target).items():
        if type(value) in FunctionTypes and attribute != "__wrapped__":
            setattr(function, attribute, getattr(mock, attribute))
    return function


def _refuse_typos(kwargs: dict[str, Any]) -> None:
    for typo in _TYPOS:
        if typo in kwargs:
            msg = f"{typo!r} might be a typo; use unsafe=True if this is intended"
            raise RuntimeError(msg)


def _mock_for(
    spec: Any, spec_set: Any, instance: bool, parent: Any, name: Any, is_async: bool, kwargs: Any
) -> Any:
    """Return the mock of the kind that *spec* asks for, without any of its attributes."""
    options: dict[str, Any] = {}
    is_data = inspect.isdatadescriptor(spec)
    is_type = isinstance(spec, type)
    if spec is not None and not is_data:
        options["spec_set" if spec_set else "spec"] = spec
        if instance:
            options["_spec_as_instance"] = True
    kind = Kinds.MagicMock
    if is_data:
        pass  # what it will give is not known
    elif is_async:
        kind = Kinds.CoroutineMock
    elif not is_callable(spec) or (is_type and instance and not is_instance_callable(spec)):
        kind = Kinds.NonCallableMagicMock
    if parent is not None:
        options.update(parent=parent, _new_parent=parent, _new_name=name)
    mock = kind(name=name, **options, **kwargs)
    if is_type and not instance and is_dataclass(spec):
        members_owner: Any = spec
        # The mock of the class itself: fields without defaults belong to instances.
        mock.__dict__["_mock_methods"] = class_members(members_owner)
    if not isinstance(spec, FunctionTypes):
        mock.__dict__["_mock_check"] = Check(spec, as_instance=instance, eat_self=is_type)
    return mock


class Autospec:
    """What the attributes and the result of an autospecced mock are made of."""

    __slots__ = ("_instance", "_is_type", "_spec", "_spec_set", "_wrapped")

    def __init__(self, spec: Any, spec_set: Any, instance: bool, wrapped: Any) -> None:
        self._spec = spec
        self._spec_set = spec_set
        self._instance = instance
        self._is_type = isinstance(spec, type)
        self._wrapped = wrapped

    def child(self, mock: Any, name: str) -> Any:
        """Return the mock of an attribute, None when nothing is known of it."""
        if name[:2] == "__" == name[-2:] or not mock._mock_has_method(name):
            return None
        original = self._original(mock, name)
        if original is _absent:
            return None
        if isinstance(original, FunctionTypes):
            child = self._function_child(mock, name, original)
        else:
            child = self._other_child(mock, name, original)
        if mock._mock_sealed:
            seal(child)
        return child

    def _original(self, mock: Any, name: str) -> Any:
        spec = mock._mock_spec
        member = _absent if spec is None else spec.members.get(name, _absent)
        if isinstance(member, _GETTERS):
            return member
        if self._is_type and type(member) is FunctionType:
            return member
        if self._is_type and self._instance and is_dataclass(self._spec):
            for field in fields(self._spec):
                if field.name == name:
                    return field.type
        try:
            return getattr(self._spec, name)
        except AttributeError:
            return _absent

    def _function_child(self, mock: Any, name: str, original: Any) -> Any:
        eat_self = self._eats_self(mock, name)
        options: dict[str, Any] = {"spec_set" if self._spec_set else "spec": original}
        if self._wrapped is not None and hasattr(self._wrapped, name):
            options["wraps"] = original
        kind = Kinds.MagicMock
        if is_async_function(original):
            kind = Kinds.CoroutineMock
        elif is_async_generator(original):
            kind = Kinds.AsyncGeneratorMock
        child = kind(
            parent=mock, name=name, _new_name=name, _new_parent=mock, _eat_self=eat_self, **options
        )
        check = Check(original, as_instance=False, eat_self=eat_self)
        child.__dict__.update(_mock_check=check, _mock_autospec=_METHOD_RESULT)
        return child

    def _eats_self(self, mock: Any, name: str) -> bool:
        """Return whether the function takes the instance, which callers of the mock do not pass."""
        if not self._is_type and name in instance_dictionary(self._spec):
            return False
        member = static_attribute(self._spec if self._is_type else type(self._spec), name, _absent)
        if member is _absent or isinstance(member, (FunctionType, MethodType, partialmethod)):
            return self._is_type
        return False

    def _other_child(self, mock: Any, name: str, original: Any) -> Any:
        try:
            return create_autospec(original, self._spec_set, False, mock, name)
        except InvalidSpecError:
            target = mock._mock_name or mock
            msg = (
                f"Cannot autospec attr {name!r} from target {target!r} as it has already been "
                f"mocked out. [target={mock!r}, attr={original!r}]"
            )
            raise InvalidSpecError(msg) from None

    def function_child(self, mock: Any, name: str) -> Any:
        """Return the child of a name when it is a function, so that its signature is known."""
        if isinstance(self._original(mock, name), FunctionTypes):
            return getattr(mock, name, None)
        return None

    def result(self, mock: Any) -> Any:
        """Return the mock of an instance, None when the mock is not one of a class."""
        if not self._is_type or self._instance:
            return None
        made = create_autospec(
            self._spec, self._spec_set, True, _name="()", _parent=mock, wraps=self._wrapped
        )
        if mock._mock_sealed:
            seal(made)
        return made


class MethodResult:
    """The result of an autospecced method, which is there before the mock is sealed."""

    __slots__ = ()

    def child(self, mock: Any, name: str) -> None:
        """Know nothing of attributes."""

    function_child = child

    def result(self, mock: Any) -> Any:
        """Return the mock of the result."""
        made = Kinds.MagicMock(_new_name="()", _new_parent=mock)
        if mock._mock_sealed:
            seal(made)
        return made


_METHOD_RESULT = MethodResult()

Kinds.create_autospec = create_autospec
