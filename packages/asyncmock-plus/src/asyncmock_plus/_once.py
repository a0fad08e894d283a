"""Side effects that change after the first call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class return_once(Iterator[Any]):  # noqa: N801
    """
    A ``side_effect`` that gives *value* to the first call, and *then* to all others.

    Args:
        value: The result of the first call. An exception, or an exception type, is raised.
        then: The result of all further calls, alike.

    Example:
        >>> from asyncmock_plus import Mock, return_once
        >>> recv = Mock(side_effect=return_once(b"data", then=b""))
        >>> recv(), recv(), recv()
        (b'data', b'', b'')

    The source of this is asynctest 0.4.
    """

    __slots__ = ("_first", "_then")

    def __init__(self, value: Any, then: Any = None) -> None:
        self._first = [value]
        self._then = then

    def __next__(self) -> Any:
        return self._first.pop() if self._first else self._then
