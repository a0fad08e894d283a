"""
Mocks as asynctest 0.13 made them: what is asynchronous is a `CoroutineMock`, all the way down.

The classes differ from those of the package itself in what they make. Attributes that are
coroutine functions of a spec, and ``__aenter__``, ``__aexit__`` and ``__anext__``, are
`CoroutineMock`, whose default results are these `MagicMock`.

Example:
    >>> import asyncio
    >>> from asyncmock_plus.coroutines import MagicMock
    >>> async def rows(client):
    ...     async with client.transaction() as transaction:
    ...         return [row async for row in transaction.select("everything")]
    >>> client = MagicMock()
    >>> transaction = client.transaction.return_value.__aenter__.return_value
    >>> transaction.select.return_value.__aiter__.return_value = [1, 2]
    >>> asyncio.run(rows(client))
    [1, 2]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import ANY, DEFAULT, call, sentinel

from asyncmock_plus._mocks import classes as _plus
from asyncmock_plus._mocks.coroutines import CoroutineSemantics
from asyncmock_plus._mocks.flattening import flattened
from asyncmock_plus._mocks.plans import know_hooks, simple_kinds
from asyncmock_plus._once import return_once
from asyncmock_plus._open import mock_open as _mock_open
from asyncmock_plus._open import open_spec
from asyncmock_plus._patching.patch import Patch
from asyncmock_plus._patching.scope import GLOBAL, LIMITED, PatchScope
from asyncmock_plus._specs.autospec import specified
from asyncmock_plus._specs.kinds import ASYNCTEST

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ANY",
    "DEFAULT",
    "GLOBAL",
    "LIMITED",
    "CoroutineMock",
    "MagicMock",
    "Mock",
    "NonCallableMagicMock",
    "NonCallableMock",
    "PatchScope",
    "PropertyMock",
    "call",
    "create_autospec",
    "mock_open",
    "patch",
    "return_once",
    "sentinel",
]


class NonCallableMock(_plus.NonCallableMock):
    """A mock that cannot be called."""

    _mock_kinds = ASYNCTEST


class Mock(_plus.Mock, NonCallableMock):
    """A mock that makes its attributes as they are asked for."""

    _mock_kinds = ASYNCTEST


class NonCallableMagicMock(_plus.NonCallableMagicMock, NonCallableMock):
    """A `NonCallableMock` with magic methods."""

    _mock_kinds = ASYNCTEST


class MagicMock(_plus.MagicMock, Mock):
    """A `Mock` with magic methods, which are `CoroutineMock` where they are asynchronous."""

    _mock_kinds = ASYNCTEST


@flattened
class CoroutineMock(CoroutineSemantics, _plus.AsyncMock, Mock):
    """
    A mock of a coroutine function, with the semantics of asynctest.

    The outcome is decided when the mock is *called*: the side effect runs then, and what it gives
    is awaited if it is awaitable. The await is recorded when it *ends*, also with an exception or
    by cancellation. Attributes and default results are `MagicMock`, those of this
    family.

    Example:
        >>> import asyncio
        >>> from asyncmock_plus import CoroutineMock
        >>> fetch = CoroutineMock(return_value=b"ok")
        >>> coroutine = fetch("a")
        >>> fetch.await_count, asyncio.run(coroutine), fetch.await_count
        (0, b'ok', 1)
    """

    __module__ = "asyncmock_plus"
    _mock_kinds = ASYNCTEST


class PropertyMock(_plus.PropertyMock, Mock):
    """A mock to be used as a property."""

    _mock_kinds = ASYNCTEST


class AsyncGeneratorMock(_plus.AsyncGeneratorMock, MagicMock):
    """The mock of an async generator function of a spec."""

    _mock_kinds = ASYNCTEST


class AsyncIteratorMock(_plus.AsyncIteratorMock, MagicMock):
    """The mock of an async generator."""

    _mock_kinds = ASYNCTEST


class AwaitableFunctionMock(_plus.AwaitableFunctionMock, MagicMock):
    """The mock of a plain function that is annotated to return what is awaited or entered."""

    _mock_kinds = ASYNCTEST


class AwaitableMock(_plus.AwaitableMock, MagicMock):
    """The result of such a function."""

    _mock_kinds = ASYNCTEST


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
    """Return a mock that looks like *spec*: `asyncmock_plus.create_autospec` with these classes."""
    return specified(ASYNCTEST, spec, spec_set, instance, _parent, _name, unsafe, kwargs)


def mock_open(
    mock: Any = None, read_data: str | bytes | Mapping[Any, str | bytes] | None = ""
) -> Any:
    """Make a mock of ``open``: `asyncmock_plus.mock_open` with these classes."""
    if mock is None:
        mock = MagicMock(name="open", spec=open_spec())
    return _mock_open(mock, read_data)


for _kind in (
    Mock,
    NonCallableMagicMock,
    MagicMock,
    AsyncGeneratorMock,
    AsyncIteratorMock,
    AwaitableFunctionMock,
    AwaitableMock,
):
    setattr(ASYNCTEST, _kind.__name__, _kind)
ASYNCTEST.AsyncMock, ASYNCTEST.AsyncResult = CoroutineMock, MagicMock
ASYNCTEST.create_autospec = create_autospec
simple_kinds.update((Mock, MagicMock))
know_hooks(CoroutineMock)

patch: Patch = Patch(
    magic_mock=MagicMock,
    async_mock=CoroutineMock,
    non_callable_magic_mock=NonCallableMagicMock,
    create_autospec=create_autospec,
)
patch._limits_calls_only = True
