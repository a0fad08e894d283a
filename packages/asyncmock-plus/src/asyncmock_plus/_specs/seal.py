"""``seal``: from now on, a mock makes no new attributes."""

from __future__ import annotations

from typing import Any

from asyncmock_plus._specs.spec import extract_mock, is_mock

__unittest = __tracebackhide__ = True


def seal(mock: Any) -> None:
    """
    Let a mock, and all mocks that are its attributes, make no further attributes.

    Autospecced attributes remain, as they belong to the spec.

    Example:
        >>> from asyncmock_plus import Mock
        >>> mock = Mock(**{"read.return_value": b""})
        >>> seal(mock)
        >>> mock.read()
        b''
        >>> mock.write
        Traceback (most recent call last):
        AttributeError: mock.write
    """
    mock._mock_sealed = True
    target = extract_mock(mock)
    for name in _names(target):
        if name in _NEVER_MOCKS:
            continue
        try:
            child = getattr(mock, name)
        except AttributeError:
            continue
        if is_mock(child) and _belongs_to(child, target):
            seal(child)


def _names(mock: Any) -> Any:
    """Return the attributes to look at. Autospecced ones not made yet are sealed when they are."""
    fields = mock.__dict__
    if fields.get("_mock_autospec") is None:  # nor do mocks of the standard library have one
        return dir(mock)
    names = {*fields, *fields.get("_mock_children", ())}
    return names | {"return_value"} if "_mock_return_value" in fields else names


def _belongs_to(child: Any, mock: Any) -> bool:
    return child._mock_new_parent is mock


# Reading these would turn the raw record into objects, and they hold no mocks.
_NEVER_MOCKS = frozenset(
    {"await_args", "await_args_list", "awaited", "call_args", "call_args_list", "method_calls"}
    | {"mock_calls"}
)
