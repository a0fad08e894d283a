"""What type checkers make of the mock classes; read by them, never run."""

from typing import Any
from unittest import mock as std

from asyncmock_plus import (
    AsyncMock,
    CoroutineMock,
    MagicMock,
    Mock,
    NonCallableMagicMock,
    NonCallableMock,
    PropertyMock,
    ThreadingMock,
)
from typing_extensions import assert_type

# A mock is of the class that was called, and of the standard library's.
assert_type(Mock(), Mock)
assert_type(MagicMock(spec=int), MagicMock)
assert_type(AsyncMock(return_value=1), AsyncMock)
assert_type(CoroutineMock(side_effect=KeyError), CoroutineMock)
assert_type(NonCallableMock(), NonCallableMock)
assert_type(NonCallableMagicMock(), NonCallableMagicMock)
assert_type(PropertyMock(), PropertyMock)
assert_type(ThreadingMock(timeout=1), ThreadingMock)
theirs: std.Mock = Mock()
theirs_too: std.AsyncMock = CoroutineMock()
anything: int = Mock()


class Own(MagicMock):
    pass


assert_type(Own(), Own)

# What is recorded has the types that typeshed knows.
mock = AsyncMock()
assert_type(mock.called, bool)
assert_type(mock.call_count, int)
assert_type(mock.await_count, int)
assert_type(mock.call_args.kwargs["a"], Any)
mock.mock_calls.append(std.call(1))
assert_type(mock.return_value, Any)
assert_type(mock.child.grandchild(1), Any)
assert_type(mock.assert_called_once_with(1, a=2), None)


async def waits() -> None:
    await mock.awaited.wait(timeout=1)
    assert_type(bool(mock.awaited), bool)
    assert_type(await mock(1), Any)


assert_type(Mock(record_times=True, copy_arguments=True).call_times, list[float])
