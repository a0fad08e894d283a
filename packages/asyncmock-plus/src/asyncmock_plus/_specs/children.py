"""Children: of which class the mock of an attribute, or of a result, is."""

from __future__ import annotations

from typing import Any

from asyncmock_plus._cpython import (
    ALL_SYNC_MAGICS,
    ASYNC_METHOD_MAGICS,
    AsyncMockMixin,
    CallableMixin,
    std,
)
from asyncmock_plus._specs.kinds import Kinds
from asyncmock_plus._specs.spec import is_async_function

__unittest = __tracebackhide__ = True


def child_kind(mock: Any, name: Any, wraps: Any) -> Any:
    """
    Return the class of a child.

    Args:
        mock: Its parent.
        name: Its name in ``mock_calls``; "()" for the result of a call.
        wraps: What it wraps, or None.
    """
    own = type(mock)
    kind = _specified_kind(mock, own, name)
    if kind is None and wraps is not None and name != "()":
        kind = _wrapping_kind(own, wraps)
    if kind is not None:
        return kind
    if issubclass(own, std.MagicMock) and name in ASYNC_METHOD_MAGICS:
        return Kinds.AsyncMock
    if issubclass(own, AsyncMockMixin):
        known = mock._mock_methods and mock._mock_has_method(name)
        return Kinds.MagicMock if known or name in ALL_SYNC_MAGICS else Kinds.AsyncMock
    if not issubclass(own, CallableMixin):
        return Kinds.MagicMock if issubclass(own, std.NonCallableMagicMock) else Kinds.Mock
    return mock._mock_home[0].plan.owner


def _specified_kind(mock: Any, own: type, name: Any) -> Any:
    """Return the class that the spec asks for, None when it does not."""
    spec = mock._mock_spec
    if spec is None or name == "()":
        return None
    if spec.is_async(name):
        return Kinds.AsyncMock if issubclass(own, AsyncMockMixin) else Kinds.CoroutineMock
    if spec.is_async_generator(name):
        return Kinds.AsyncGeneratorMock
    if spec.is_context_manager(name):
        # Whatever the parent is: the result has to be entered.
        return Kinds.MagicMock
    return None


def _wrapping_kind(own: type, wraps: Any) -> Any:
    """Return the class of a mock that passes its calls on to an async, or sync, callable."""
    if is_async_function(wraps):
        return Kinds.AsyncMock if issubclass(own, AsyncMockMixin) else Kinds.CoroutineMock
    return Kinds.MagicMock if issubclass(own, AsyncMockMixin) and callable(wraps) else None
