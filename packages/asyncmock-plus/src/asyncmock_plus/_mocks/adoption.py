"""Adoption: a mock that is set as attribute or result reports its calls to its new parent."""

from __future__ import annotations

from typing import Any

from asyncmock_plus._mocks.identity import identity_of, touch
from asyncmock_plus._specs.spec import extract_mock, is_mock

__unittest = __tracebackhide__ = True


def adopt(parent: Any, value: Any, name: str | None, new_name: str) -> bool:
    """
    Make *parent* the parent of a mock that has neither name nor parent.

    Args:
        parent: The mock on which the value was set.
        value: Any object; a mock is adopted.
        name: Its name in ``method_calls``, None when it shall not appear there.
        new_name: Its name in ``mock_calls``.

    Returns:
        Whether the value was adopted.
    """
    value = extract_mock(value)
    if not is_mock(value):
        return False
    child = identity_of(value)
    if child.name or child.new_name or child.parent is not None or child.new_parent is not None:
        return False
    mine = ancestor = identity_of(parent)
    while ancestor is not None:
        # A mock that is its own child or result stays as it is.
        if ancestor() is value:
            return False
        ancestor = ancestor.new_parent
    if type(child) is not type(mine):
        _adopt_stranger(parent, value, name, new_name)
        return True
    child.new_parent, child.new_name = mine, new_name
    if name:
        child.parent, child.name = mine, name
    touch()
    return True


def _adopt_stranger(parent: Any, value: Any, name: str | None, new_name: str) -> None:
    value._mock_new_parent, value._mock_new_name = parent, new_name
    if name:
        value._mock_parent, value._mock_name = parent, name
