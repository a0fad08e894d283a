"""What the attributes and the results of an autospecced mock are: made when they are touched."""

from __future__ import annotations

import builtins
import sys
from dataclasses import fields, is_dataclass
from functools import partialmethod
from types import FunctionType, MethodType
from typing import Any

from asyncmock_plus._cpython import AsyncMockMixin, FunctionTypes, InvalidSpecError, LruCacheWrapper
from asyncmock_plus._specs.lookup import ABSENT, UNKNOWN, attribute_of
from asyncmock_plus._specs.returns import gives_awaitable
from asyncmock_plus._specs.seal import seal
from asyncmock_plus._specs.signatures import Check
from asyncmock_plus._specs.spec import (
    instance_dictionary,
    is_async_function,
    is_async_generator,
    origin_of,
    static_attribute,
)

__unittest = __tracebackhide__ = True


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
        if original is ABSENT:
            return None
        if original is UNKNOWN:
            kind = mock._mock_kinds.MagicMock
            child = kind(parent=mock, name=name, _new_name=name, _new_parent=mock)
        elif isinstance(original, FunctionTypes):
            child = self._function_child(mock, name, original)
        else:
            child = self._other_child(mock, name, original)
        if mock._mock_sealed:
            seal(child)
        return child

    def _original(self, mock: Any, name: str) -> Any:
        if self._is_type and self._instance and is_dataclass(self._spec):
            for field in fields(self._spec):
                if field.name == name:
                    return self._field_type(field.type)
        spec = mock._mock_spec
        return attribute_of(self._spec, name, spec and spec.members.get(name))

    def _field_type(self, annotation: Any) -> Any:
        """Return what a field is annotated with, as far as it is a class that can be found."""
        if isinstance(annotation, str):
            module = sys.modules.get(self._spec.__module__)
            annotation = vars(module or builtins).get(annotation) or vars(builtins).get(annotation)
        annotation = origin_of(annotation)
        return annotation if isinstance(annotation, type) else UNKNOWN

    def _function_child(self, mock: Any, name: str, original: Any) -> Any:
        eat_self = self._eats_self(mock, name)
        options: dict[str, Any] = {"spec_set" if self._spec_set else "spec": original}
        wrapped = self._wrapped
        if wrapped is not None and not (eat_self and self._instance and isinstance(wrapped, type)):
            # A method of the class would lack the instance, which is a mock.
            wraps = getattr(wrapped, name, None)
            if wraps is not None:
                options["wraps"] = wraps
        kinds = mock._mock_kinds
        kind = kinds.MagicMock
        if is_async_function(original):
            kind = kinds.AsyncMock
        elif is_async_generator(original):
            kind = kinds.AsyncGeneratorMock
        elif gives_awaitable(original):
            kind = kinds.AwaitableFunctionMock
        child = kind(
            parent=mock, name=name, _new_name=name, _new_parent=mock, _eat_self=eat_self, **options
        )
        takes_self = self._spec if eat_self and not self._instance else None
        check = Check(original, as_instance=False, eat_self=eat_self, owner=takes_self)
        child.__dict__.update(_mock_check=check, _mock_autospec=METHOD_RESULT)
        return child

    def _eats_self(self, mock: Any, name: str) -> bool:
        """Return whether the function takes the instance, which callers of the mock do not pass."""
        if not self._is_type and name in instance_dictionary(self._spec):
            return False
        member = static_attribute(self._spec if self._is_type else type(self._spec), name, ABSENT)
        if member is ABSENT or isinstance(
            member, (FunctionType, LruCacheWrapper, MethodType, partialmethod)
        ):
            return self._is_type
        return False

    def _other_child(self, mock: Any, name: str, original: Any) -> Any:
        try:
            return mock._mock_kinds.create_autospec(original, self._spec_set, False, mock, name)
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
        made = mock._mock_kinds.create_autospec(
            self._spec, self._spec_set, True, _parent=mock, _name="()", wraps=self._wrapped
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
        kinds = mock._mock_kinds
        kind = kinds.MagicMock
        if isinstance(mock, AsyncMockMixin):
            kind = kinds.AsyncResult
        elif isinstance(mock, kinds.AsyncGeneratorMock):
            kind = kinds.AsyncIteratorMock
        elif isinstance(mock, kinds.AwaitableFunctionMock):
            kind = kinds.AwaitableMock
        made = kind(_new_name="()", _new_parent=mock)
        if mock._mock_sealed:
            seal(made)
        return made


METHOD_RESULT = MethodResult()
