"""What a mock does beyond recording calls, for those who ask: it copies, and it takes times."""

from __future__ import annotations

import asyncio
import time
from typing import Any, NamedTuple

from asyncmock_plus._specs.spec import is_mock

__unittest = __tracebackhide__ = True


class Watch(NamedTuple):
    """What was asked for; the children of a mock have it from the mock."""

    copy_arguments: bool
    record_times: bool
    async_children: bool


def watch(mock: Any, options: Watch) -> None:
    """Let a mock, and all that it makes from now on, do more."""
    # A mock that is hooked takes the way past `called` and `awaited`, and not the straight one.
    mock._mock_home[0].hooked = True
    mock.__dict__["_mock_watch"] = options
    if options.record_times:
        mock.__dict__.update(call_times=[], await_times=[])


def inherit(mock: Any, child: Any) -> None:
    """Let a new child, or a new result, do what its parent was asked for."""
    if is_mock(child) and hasattr(type(child), "_mock_home"):
        watch(child, mock._mock_watch)


def called(mock: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
    """Take the time of a call, and return its arguments as they are to be recorded."""
    return _happened(mock, "call_times", args, kwargs)


def awaited(mock: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
    """Take the time of an await, and return its arguments as they are to be recorded."""
    return _happened(mock, "await_times", args, kwargs)


def forget(mock: Any) -> None:
    """Begin new lists of times; those that were handed out stay as they are."""
    if mock._mock_watch.record_times:
        mock.__dict__.update(call_times=[], await_times=[])


def _happened(mock: Any, times: str, args: Any, kwargs: Any) -> tuple[Any, Any]:
    options: Watch = mock._mock_watch
    if options.record_times:
        mock.__dict__[times].append(_now())
    if options.copy_arguments:
        memo: dict[int, Any] = {}
        return _copied(args, memo), _copied(kwargs, memo)
    return args, kwargs


def _now() -> float:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return time.monotonic()  # which the time of a loop is, unless it has a clock of its own
    return loop.time()


def _copied(value: Any, memo: dict[int, Any]) -> Any:
    """Return a copy that compares as the value does now; what is compared by identity is kept."""
    kind: Any = type(value)
    if is_mock(value) or kind.__eq__ is object.__eq__:
        return value
    if id(value) in memo:
        return memo[id(value)]
    if kind is list:
        made = memo[id(value)] = []
        made.extend(_copied(item, memo) for item in value)
        return made
    if kind is dict:
        found = memo[id(value)] = {}
        found.update((key, _copied(item, memo)) for key, item in value.items())
        return found
    if kind is tuple:
        return tuple(_copied(item, memo) for item in value)
    from copy import deepcopy  # which most who import the mocks never need

    try:
        return deepcopy(value)
    except Exception:  # not everything can be copied
        return value
