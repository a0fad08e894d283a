"""
``create_autospec``: mocks that look like something else, all the way down.

Nothing but the names is read when the mock is made. The mocks of the attributes, of the instance
and their signatures are made when they are touched; until then the mock behaves as if all of them
were there: ``dir``, missing attributes, sealing, reset, signatures.
"""

from __future__ import annotations

import inspect
from types import MethodType
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, overload

from asyncmock_plus._cpython import (
    FunctionTypes,
    InvalidSpecError,
    is_instance_callable,
)
from asyncmock_plus._specs.functions import function_for
from asyncmock_plus._specs.kinds import STANDARD, Kinds
from asyncmock_plus._specs.members import Autospec
from asyncmock_plus._specs.signatures import Check
from asyncmock_plus._specs.spec import (
    class_members,
    instance_dictionary,
    is_async_function,
    is_async_generator,
    is_mock,
    origin_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncmock_plus.typing import AnyClass, AutospecClass, AutospecFunction, AutospecInstance

    _P = ParamSpec("_P")
    _R = TypeVar("_R")
    _T = TypeVar("_T")

__unittest = __tracebackhide__ = True

_TYPOS = ("autospect", "auto_spec", "set_spec")


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
    def create_autospec(  # by position
        spec: Callable[..., _T],
        spec_set: Any,
        instance: Literal[True],
        _parent: Any = None,
        _name: Any = None,
        *,
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
        TypeError: too many positional arguments: Store.get(key)
    """
    return specified(STANDARD, spec, spec_set, instance, _parent, _name, unsafe, kwargs)


def specified(
    kinds: Kinds,
    spec: Any,
    spec_set: Any,
    instance: bool,
    parent: Any,
    name: Any,
    unsafe: bool,
    kwargs: dict[str, Any],
) -> Any:
    """Do what `create_autospec` does, with the mocks of one family."""
    target: Any = type(spec) if type(spec) in (list, tuple) else origin_of(spec)
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
    name = kwargs.pop("name", name)
    mock = _mock_for(kinds, target, spec_set, instance, parent, name, is_async, kwargs)
    if parent is not None and not instance:
        parent._mock_children[name] = mock
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


def _can_be_called(spec: Any) -> bool:
    """Return whether the class of the object makes it callable; the object itself is not asked."""
    if isinstance(spec, (staticmethod, classmethod, MethodType)):
        return _can_be_called(spec.__func__)
    return callable(spec)


def _mock_for(
    kinds: Kinds,
    spec: Any,
    spec_set: Any,
    instance: bool,
    parent: Any,
    name: Any,
    is_async: bool,
    kwargs: Any,
) -> Any:
    """Return the mock of the kind that *spec* asks for, without any of its attributes."""
    options: dict[str, Any] = {}
    is_data = inspect.isdatadescriptor(spec)
    is_type = isinstance(spec, type)
    if spec is not None and not is_data:
        options["spec_set" if spec_set else "spec"] = spec
        if instance:
            options["_spec_as_instance"] = True
    kind = kinds.MagicMock
    if is_data:
        pass  # what it will give is not known
    elif is_async:
        kind = kinds.AsyncMock
    elif isinstance(spec, FunctionTypes) and is_async_generator(spec):
        kind = kinds.AsyncGeneratorMock
    elif not _can_be_called(spec) or (is_type and instance and not is_instance_callable(spec)):
        kind = kinds.NonCallableMagicMock
    if parent is not None:
        options.update(parent=parent, _new_parent=parent, _new_name=name)
    # A class's function takes an instance, which nobody passes; an object has its own bound.
    options["_eat_self"] = is_type
    mock = kind(name=name, **options, **kwargs)
    if is_type and not instance:
        # The mock of the class itself: what is annotated, and has no value, belongs to instances.
        methods = mock.__dict__.get("_mock_methods")
        own = class_members(spec)
        if isinstance(methods, dict) and len(own) < len(methods):
            mock.__dict__["_mock_methods"] = own
    if not isinstance(spec, FunctionTypes):
        mock.__dict__["_mock_check"] = Check(spec, as_instance=instance, eat_self=is_type)
    return mock


STANDARD.create_autospec = create_autospec
