"""Autospecced functions: real functions with a signature, which call a mock."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from asyncmock_plus._cpython import COROUTINE_MARKER, CallList
from asyncmock_plus._specs.marked import marked
from asyncmock_plus._specs.signatures import Check
from asyncmock_plus._specs.spec import is_mock

if TYPE_CHECKING:
    from types import CodeType, FunctionType

__unittest = __tracebackhide__ = True

_CALL_ASSERTIONS = (
    "assert_any_call",
    "assert_called",
    "assert_called_once",
    "assert_called_once_with",
    "assert_called_with",
    "assert_has_calls",
    "assert_not_called",
)
_AWAIT_ASSERTIONS = (
    "assert_any_await",
    "assert_awaited",
    "assert_awaited_once",
    "assert_awaited_once_with",
    "assert_awaited_with",
    "assert_has_awaits",
    "assert_not_awaited",
)
_COPIED = ("__doc__", "__module__")


def _calling(mock: Any, check: Any) -> Any:
    def function(*args: Any, **kwargs: Any) -> Any:
        check(*args, **kwargs)
        return mock(*args, **kwargs)

    return function


def function_for(mock: Any, spec: Any, *, is_async: bool) -> Any:
    """
    Return the function that stands for *spec* and calls *mock*.

    It has the mock's assertions, and ``return_value``, ``call_args`` and the like, as attributes;
    the mock itself is its attribute ``mock``.
    """
    check = Check(spec, as_instance=False, eat_self=False)
    if not check.is_sure:
        return mock
    name = spec.__name__ if spec.__name__.isidentifier() else "funcopy"
    function = _named(_calling(mock, check), name)
    if is_async:
        function = marked(function)
    for attribute in _COPIED:
        setattr(function, attribute, getattr(spec, attribute, None))
    _set_up(function, mock, check)
    if is_async:
        _set_up_awaits(function, mock)
    return function


def _named(function: Any, name: str) -> Any:
    code: CodeType = function.__code__
    fields = {"co_name": name}
    if hasattr(code, "co_qualname"):
        fields["co_qualname"] = name
    function.__code__ = code.replace(**fields)  # type: ignore[arg-type]
    function.__name__ = function.__qualname__ = name
    function.__annotations__ = {}  # not the annotations of this module
    return function


def _set_up(function: FunctionType, mock: Any, check: Check) -> None:
    # A reference to the function would be a cycle, and keep the arguments of its calls alive.
    attributes = function.__dict__

    def reset_mock(*args: Any, **kwargs: Any) -> None:
        delegate = mock._mock_delegate
        if delegate is not None:
            delegate.method_calls, delegate.mock_calls = CallList(), CallList()
        mock.reset_mock(*args, **kwargs)
        result = mock.return_value
        if is_mock(result) and result is not mock:
            result.reset_mock()

    attributes.update(
        {name: partial(_forward, mock, name) for name in _CALL_ASSERTIONS},
        mock=mock,
        called=False,
        call_count=0,
        call_args=None,
        call_args_list=CallList(),
        method_calls=CallList(),
        mock_calls=CallList(),
        return_value=mock.return_value,
        side_effect=mock.side_effect,
        _mock_children=mock._mock_children,
        reset_mock=reset_mock,
        __signature__=check.late_signature(),
    )
    mock._mock_delegate = function


def _set_up_awaits(function: FunctionType, mock: Any) -> None:
    function.__dict__.update(
        {name: partial(_forward, mock, name) for name in _AWAIT_ASSERTIONS},
        _is_coroutine=COROUTINE_MARKER,
        await_count=0,
        await_args=None,
        await_args_list=CallList(),
        awaited=mock.awaited,
    )


def _forward(mock: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
    return getattr(mock, name)(*args, **kwargs)
