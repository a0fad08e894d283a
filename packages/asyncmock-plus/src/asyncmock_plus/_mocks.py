"""The mock classes: real subclasses of those in ``unittest.mock``."""

from __future__ import annotations

import inspect
from collections.abc import Coroutine
from typing import Any
from unittest import mock as _std

__unittest = True


class NonCallableMock(_std.NonCallableMock):
    """A mock that cannot be called."""

    def _get_child_mock(self, /, **kwargs: Any) -> Any:
        child = super()._get_child_mock(**kwargs)
        kind = _OURS.get(type(child).__mro__[1])
        return child if kind is None else kind(**kwargs)


class Mock(NonCallableMock, _std.Mock):
    """A mock that can be called."""


class NonCallableMagicMock(NonCallableMock, _std.NonCallableMagicMock):
    """A mock with magic methods that cannot be called."""


class MagicMock(Mock, _std.MagicMock):
    """A mock with magic methods."""


class AsyncMock(Mock, _std.AsyncMock):
    """A mock of a coroutine function, as the standard library's."""


class CoroutineMock(AsyncMock):
    """A mock of a coroutine function, as asynctest's."""

    def _get_child_mock(self, /, **kwargs: Any) -> Any:
        return MagicMock(**kwargs)

    def _mock_call(self, /, *args: Any, **kwargs: Any) -> Coroutine[Any, Any, Any]:
        outcome: Any
        try:
            outcome = _std.CallableMixin._execute_mock_call(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001
            outcome = _raise(error)
        return self._mock_await(outcome, args, kwargs)

    async def _mock_await(self, outcome: Any, args: Any, kwargs: Any) -> Any:
        try:
            return await outcome if inspect.isawaitable(outcome) else outcome
        finally:
            call = _std._Call((args, kwargs), two=True)
            self.await_count += 1
            self.await_args = call
            self.await_args_list.append(call)


async def _raise(error: Exception) -> Any:
    raise error


class PropertyMock(Mock, _std.PropertyMock):
    """A mock of a property."""

    def _get_child_mock(self, /, **kwargs: Any) -> Any:
        return MagicMock(**kwargs)


_OURS = {
    _std.Mock: Mock,
    _std.MagicMock: MagicMock,
    _std.NonCallableMock: NonCallableMock,
    _std.NonCallableMagicMock: NonCallableMagicMock,
    _std.AsyncMock: AsyncMock,
}
