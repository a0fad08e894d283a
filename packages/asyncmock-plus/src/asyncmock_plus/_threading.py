"""``ThreadingMock``: waiting for calls that happen in other threads. On all versions."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, cast
from unittest import mock as _std

from asyncmock_plus._mocks.classes import MagicMock

__unittest = __tracebackhide__ = True

_UNSET: Any = object()


if TYPE_CHECKING:
    _Base = _std.MagicMock
else:
    # The standard library has it since Python 3.13.
    _Base = getattr(_std, "ThreadingMock", _std.MagicMock)


class ThreadingMock(MagicMock, _Base):
    """
    A `MagicMock` whose calls other threads can wait for.

    Args:
        timeout: Seconds that waiting takes at most, None for ever. The default of all mocks is
            the class attribute ``DEFAULT_TIMEOUT``.
        args: As those of `MagicMock`.
        kwargs: As those of `MagicMock`.

    Example:
        >>> import threading
        >>> mock = ThreadingMock(timeout=5)
        >>> threading.Thread(target=mock, args=["done"]).start()
        >>> mock.wait_until_any_call_with("done")
    """

    __module__ = "asyncmock_plus"

    DEFAULT_TIMEOUT: float | None = None

    def __init__(self, /, *args: Any, timeout: Any = _UNSET, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.__dict__.update(
            _mock_event=threading.Event(),
            _mock_calls_events=[],
            _mock_calls_events_lock=threading.Lock(),
            _mock_wait_timeout=self.DEFAULT_TIMEOUT if timeout is _UNSET else timeout,
        )

    def _get_child_mock(self, /, **kwargs: Any) -> Any:
        parent = kwargs.get("parent") or kwargs.get("_new_parent")
        child = super()._get_child_mock(**kwargs)
        if isinstance(child, ThreadingMock) and isinstance(parent, ThreadingMock):
            child.__dict__["_mock_wait_timeout"] = parent._mock_wait_timeout
        return child

    def reset_mock(self, /, *args: Any, **kwargs: Any) -> None:
        """Forget all calls, also those that were waited for. See `Mock.reset_mock`."""
        super().reset_mock(*args, **kwargs)
        self.__dict__.update(_mock_event=threading.Event(), _mock_calls_events=[])

    def _mock_event_of(self, expected: Any) -> threading.Event:
        with self._mock_calls_events_lock:
            for arguments, event in self._mock_calls_events:
                if arguments == expected:
                    return cast("threading.Event", event)
            event = threading.Event()
            self._mock_calls_events.append((expected, event))
        return event

    def _mock_call(self, /, *args: Any, **kwargs: Any) -> Any:
        result = super()._mock_call(*args, **kwargs)
        self._mock_event_of((args, kwargs)).set()
        self._mock_event.set()
        return result

    def _increment_mock_call(self, /, *args: Any, **kwargs: Any) -> None:
        with self._mock_calls_events_lock:
            super()._increment_mock_call(*args, **kwargs)

    def wait_until_called(self, *, timeout: Any = _UNSET) -> None:
        """
        Wait until the mock has been called.

        Args:
            timeout: Seconds, None for ever; by default that of the mock.

        Raises:
            AssertionError: It was not called in time.
        """
        timeout = self._mock_wait_timeout if timeout is _UNSET else timeout
        if not self._mock_event.wait(timeout):
            msg = f"{self._mock_name or 'mock'} was not called before timeout({timeout})."
            raise AssertionError(msg)

    def wait_until_any_call_with(self, /, *args: Any, **kwargs: Any) -> None:
        """
        Wait until the mock has been called with these arguments, as long as its timeout.

        Raises:
            AssertionError: It was not called with them in time.
        """
        if not self._mock_event_of((args, kwargs)).wait(self._mock_wait_timeout):
            expected = self._format_mock_call_signature(args, kwargs)
            msg = f"{expected} call not found"
            raise AssertionError(msg)
