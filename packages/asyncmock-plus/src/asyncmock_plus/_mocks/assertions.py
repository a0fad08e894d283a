"""
Assertions about calls.

What passes is decided here, on the raw record. Whatever does not is handed to the standard
library's own assertion, which words the failure as users know it. Its frames are left out of the
traceback: they tell a user nothing, and take thirty lines in pytest.
"""

from __future__ import annotations

import sys
from traceback import walk_tb
from typing import Any

from asyncmock_plus._cpython import AsyncMockMixin, std
from asyncmock_plus._mocks.flattening import Mixin
from asyncmock_plus._mocks.identity import dotted_name
from asyncmock_plus._specs.spec import extract_mock

__unittest = __tracebackhide__ = True


def _raw_calls(mock: Any) -> Any:
    """Return the record of calls when it says all there is to know, else None."""
    me = mock._mock_home[0]
    if me.delegate is not None or "_call_matcher" in me.plan.overridden:
        return None
    return me.calls  # None as well when there is a ledger


def _is_call(mock: Any, entry: Any, args: Any, kwargs: Any) -> bool:
    """Return whether a raw entry is for sure the expected call."""
    # The expected arguments stand left, so that ANY and others decide.
    if not (args == entry[2] and kwargs == entry[3]):
        return False
    fields = mock.__dict__
    if "_spec_signature" in fields:  # somebody has put it there
        return False
    if "_mock_spec" not in fields:
        return True
    spec = fields["_mock_spec"]
    return spec is None or bool(spec.accepts(args, kwargs))


def _hand_over(assertion: Any, mock: Any, /, *args: Any, **kwargs: Any) -> None:
    """Call an assertion of the standard library; its failure is raised from here."""
    try:
        assertion(mock, *args, **kwargs)
    except AssertionError as error:
        if not _is_failure(error):
            raise
        _add_place(error, mock)
        raise error.with_traceback(None)  # noqa: B904 - the same error


def _is_failure(error: AssertionError) -> bool:
    """Return whether the assertion failed, and not an ``__eq__`` that asserts something."""
    *_, (innermost, _) = walk_tb(error.__traceback__)
    return innermost.f_globals is vars(std) or innermost.f_globals is globals()


def _add_place(error: AssertionError, mock: Any) -> None:
    """Say where the mock was called: in a note, since suites compare messages."""
    place = _place(mock)
    if not place or sys.version_info < (3, 11):
        return
    note = f"{dotted_name(mock._mock_home[0])}: {place}"
    # An assertion that calls another one hands its failure over, too.
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def _place(mock: Any) -> str:
    """Return where the mock was called first, empty when that is not known."""
    place, count = mock._mock_home[0].place, mock.call_count
    if place is None or not count:
        return ""
    which = "called" if count == 1 else f"first of {count} calls"
    code, offset = place
    found = (line for start, end, line in code.co_lines() if start <= offset < end)
    return f"{which} at {code.co_filename}:{next(found, None) or code.co_firstlineno}"


class Assertions(Mixin):
    """The assertions of all mocks about calls."""

    def assert_called(self) -> None:
        """Assert that the mock was called at least once."""
        if not _raw_calls(self):
            _hand_over(std.NonCallableMock.assert_called, self)

    def assert_called_once(self) -> None:
        """Assert that the mock was called once."""
        calls = _raw_calls(self)
        if calls is None or len(calls) != 1:
            _hand_over(std.NonCallableMock.assert_called_once, self)

    def assert_not_called(self) -> None:
        """Assert that the mock was never called."""
        if _raw_calls(self) != []:
            _hand_over(std.NonCallableMock.assert_not_called, self)

    def assert_called_with(self, /, *args: Any, **kwargs: Any) -> None:
        """Assert that the last call was made with these arguments."""
        calls = _raw_calls(self)
        if not calls or not _is_call(self, calls[-1], args, kwargs):
            _hand_over(std.NonCallableMock.assert_called_with, self, *args, **kwargs)

    def assert_called_once_with(self, /, *args: Any, **kwargs: Any) -> None:
        """Assert that the mock was called once, with these arguments."""
        calls = _raw_calls(self)
        if calls is None or len(calls) != 1 or not _is_call(self, calls[0], args, kwargs):
            _hand_over(std.NonCallableMock.assert_called_once_with, self, *args, **kwargs)

    def assert_any_call(self, /, *args: Any, **kwargs: Any) -> None:
        """Assert that one of the calls was made with these arguments."""
        for entry in _raw_calls(self) or ():
            if _is_call(self, entry, args, kwargs):
                return
        _hand_over(std.NonCallableMock.assert_any_call, self, *args, **kwargs)

    def assert_has_calls(self, calls: Any, any_order: bool = False) -> None:
        """Assert that there were these calls, in this order unless any will do."""
        _hand_over(std.NonCallableMock.assert_has_calls, self, calls, any_order)

    def _call_matcher(self, _call: Any) -> Any:
        """Return what a call is compared by: its arguments, bound to the signature."""
        found = std.NonCallableMock._call_matcher(self, _call)
        check = self._mock_check
        if check is None or not isinstance(found, TypeError):
            return found
        *name, args, kwargs = _call
        if not check.is_given_owner(args):
            return found
        without: Any = (*name, args[1:], kwargs)
        return args[0], std.NonCallableMock._call_matcher(self, without)

    def _get_call_signature_from_name(self, name: Any) -> Any:
        """Return the signature of a child by its name in ``mock_calls``."""
        if not name:
            return self._spec_signature
        mock, signature = self, None
        for part in name.replace("()", "").split("."):
            child = mock._mock_children.get(part)
            if child is None and mock._mock_autospec is not None:
                child = mock._mock_autospec.function_child(mock, part)
            child = extract_mock(child)
            if not isinstance(child, std.NonCallableMock):
                break
            mock, signature = child, child._spec_signature
        return signature


def _hand_over_await(assertion: Any, mock: Any, /, *args: Any, **kwargs: Any) -> None:
    """Call an assertion about awaits; its failure tells of calls that were not awaited."""
    try:
        assertion(mock, *args, **kwargs)
    except AssertionError as error:
        if not _is_failure(error):
            raise
        missing = mock.call_count - mock.await_count
        if missing < 1 or not error.args:
            _add_place(error, mock)
            raise error.with_traceback(None)  # noqa: B904 - the same error
        calls = _times(mock.call_count)
        awaits = f"awaited {_times(mock.await_count)}" if mock.await_count else "never awaited"
        last = mock._format_mock_call_signature(*mock.call_args)
        place = _place(mock)
        where = f" ({place})" if place else ""
        said = f"It was called {calls} and {awaits}. Last call: {last}{where}"
        if not str(error.args[0]).endswith(said):  # as said by an assertion that this one calls
            error.args = (f"{error.args[0]}\n{said}",)
        raise error.with_traceback(None)  # noqa: B904 - the same error


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


class AwaitAssertions(Mixin):
    """The assertions of asynchronous mocks about awaits."""

    def _format_mock_failure_message(self, args: Any, kwargs: Any, action: str = "call") -> str:
        """Say which call was expected, and which was made, or awaited, last."""
        expected = self._format_mock_call_signature(args, kwargs)
        last = self.await_args if action == "await" else self.call_args
        actual = self._format_mock_call_signature(*last)
        return f"expected {action} not found.\nExpected: {expected}\n  Actual: {actual}"

    def assert_awaited(self) -> None:
        """Assert that the mock was awaited at least once."""
        _hand_over_await(AsyncMockMixin.assert_awaited, self)

    def assert_awaited_once(self) -> None:
        """Assert that the mock was awaited once."""
        _hand_over_await(AsyncMockMixin.assert_awaited_once, self)

    def assert_awaited_with(self, /, *args: Any, **kwargs: Any) -> None:
        """Assert that the last await was one of a call with these arguments."""
        _hand_over_await(AsyncMockMixin.assert_awaited_with, self, *args, **kwargs)

    def assert_awaited_once_with(self, /, *args: Any, **kwargs: Any) -> None:
        """Assert that the mock was awaited once, after a call with these arguments."""
        _hand_over_await(AsyncMockMixin.assert_awaited_once_with, self, *args, **kwargs)

    def assert_any_await(self, /, *args: Any, **kwargs: Any) -> None:
        """Assert that one of the awaits was one of a call with these arguments."""
        _hand_over_await(AsyncMockMixin.assert_any_await, self, *args, **kwargs)

    def assert_has_awaits(self, calls: Any, any_order: bool = False) -> None:
        """Assert that there were these awaits, in this order unless any will do."""
        _hand_over_await(AsyncMockMixin.assert_has_awaits, self, calls, any_order)

    def assert_not_awaited(self) -> None:
        """Assert that the mock was never awaited."""
        _hand_over_await(AsyncMockMixin.assert_not_awaited, self)
