"""Children: of which class the mock of an attribute, or of a result, is."""

from __future__ import annotations

from typing import Any

from asyncmock_plus._cpython import (
    ALL_MAGICS,
    ALL_SYNC_MAGICS,
    ASYNC_METHOD_MAGICS,
    AsyncMockMixin,
    CallableMixin,
    MagicMixin,
    std,
)
from asyncmock_plus._specs.returns import gives_awaitable
from asyncmock_plus._specs.spec import is_async_function, is_async_generator, is_context_manager

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
    kinds = mock._mock_kinds
    kind = _specified_kind(mock, name)
    if kind is None and wraps is not None and name != "()":
        kind = _wrapping_kind(kinds, own, wraps)
    if kind is not None:
        return kind
    if wants_async(mock, name):
        return kinds.AsyncMock
    if name in ASYNC_METHOD_MAGICS and issubclass(own, MagicMixin):
        return kinds.AsyncMock
    if issubclass(own, AsyncMockMixin):
        known = mock._mock_methods and mock._mock_has_method(name)
        return kinds.MagicMock if known or name in ALL_SYNC_MAGICS else kinds.AsyncMock
    if not issubclass(own, CallableMixin):
        return kinds.MagicMock if issubclass(own, std.NonCallableMagicMock) else kinds.Mock
    return mock._mock_home[0].plan.owner


def wants_async(mock: Any, name: Any) -> bool:
    """Return whether the mock was made with ``async_children``, and this is one."""
    options = mock._mock_watch
    if options is None or not options.async_children:
        return False
    return name != "()" and name not in ALL_MAGICS


def _specified_kind(mock: Any, name: Any) -> Any:
    """Return the class that the spec asks for, None when it does not."""
    spec, kinds = mock._mock_spec, mock._mock_kinds
    if spec is None or name == "()":
        return None
    if spec.is_async(name):
        return kinds.AsyncMock
    member = spec.members.get(name)
    if member is None:
        return None
    if is_async_generator(member):
        return kinds.AsyncGeneratorMock
    if is_context_manager(member):
        # Whatever the parent is: the result has to be entered.
        return kinds.MagicMock
    if gives_awaitable(member):
        return kinds.AwaitableFunctionMock
    return None


def _wrapping_kind(kinds: Any, own: type, wraps: Any) -> Any:
    """Return the class of a mock that passes its calls on to an async, or sync, callable."""
    if is_async_function(wraps):
        return kinds.AsyncMock
    return kinds.MagicMock if issubclass(own, AsyncMockMixin) and callable(wraps) else None
