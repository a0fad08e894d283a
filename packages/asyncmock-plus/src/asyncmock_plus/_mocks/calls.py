"""
Calls: the straight path of a mock that only records, and the hooks of one that does more.

The path is straight when no class overrides one of the hooks. Then all that a call needs is in its
route (see `asyncmock_plus._mocks.identity`), and the hooks are not called one by one.

Side effects see who has called the mock: they warn with a ``stacklevel``, or look at frames. So
between the caller and the side effect there are as many frames as in the standard library, at the
first call and at all others: ``__call__``, ``_mock_call`` and ``_execute_mock_call``.
"""

from __future__ import annotations

import sys
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any
from unittest.mock import DEFAULT

from asyncmock_plus._cpython import is_callable
from asyncmock_plus._mocks.identity import VERSION, ancestors, dotted_name, has_stranger
from asyncmock_plus._mocks.outcomes import Outcomes, is_exception
from asyncmock_plus._mocks.records import add_own, three, two
from asyncmock_plus._mocks.watching import called

if TYPE_CHECKING:
    from types import CodeType, FrameType

__unittest = __tracebackhide__ = True

# In the place of a result: the outcome has to be worked out at each call.
OPEN = object()

# Where our own frames are.
FOLDER = __file__[: __file__.rindex("_mocks")]

# What is called without a further look.
FUNCTIONS = frozenset({FunctionType, BuiltinFunctionType, MethodType})


class Calls(Outcomes):
    """The callable side of a mock."""

    # Whether there is never a fixed result, but always something to execute.
    _mock_is_open = False

    def _mock_check_sig(self, /, *args: Any, **kwargs: Any) -> None:
        """Refuse arguments that do not fit the signature of the spec. Override it to check more."""
        if self._mock_check is not None:
            self._mock_check(*args, **kwargs)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        me = self._mock_home[0]
        route = me.route
        if route is None or route[0] != VERSION[0]:
            result = self._mock_record(me, args, kwargs)
        else:
            _, check, parents, result, _ = route
            if check is not None:
                check(*args, **kwargs)
            entry = ("", None, args, kwargs)
            me.calls.append(entry)
            me.everything.append(entry)
            for append, name, method_name in parents:
                append((name, method_name, args, kwargs))
        if result is OPEN:
            return self._mock_call(*args, **kwargs)
        return result

    def _mock_record(self, me: Any, args: Any, kwargs: Any) -> Any:
        """Record a call that has no route, and work one out; return its result, or `OPEN`."""
        if me.place is None:
            me.place = caller()
        if not self._mock_is_straight(me):
            self._mock_check_sig(*args, **kwargs)
            self._increment_mock_call(*args, **kwargs)
            return OPEN
        check = self._mock_check
        if check is not None:
            check(*args, **kwargs)
        add_own(me, args, kwargs)
        parents = ancestors(me)
        for append, name, method_name in parents:
            append((name, method_name, args, kwargs))
        fixed = me.plan.outcomes and not self._mock_is_open and self._mock_side_effect is None
        result = self._mock_return_value if fixed else OPEN
        if result is DEFAULT:
            result = OPEN
        if me.ledger is None:
            me.route = (VERSION[0], check, parents, result, None)
        return result

    def _mock_is_straight(self, me: Any) -> bool:
        """Return whether nobody has to be called while a call is recorded."""
        if me.hooked or self._mock_delegate is not None or not me.plan.straight:
            return False
        return not has_stranger(me)

    def _mock_call(self, /, *args: Any, **kwargs: Any) -> Any:
        """Return the outcome of a call that was recorded. Override it to wrap what is called."""
        return self._execute_mock_call(*args, **kwargs)

    def _increment_mock_call(self, /, *args: Any, **kwargs: Any) -> None:
        """Record a call with the mock and its ancestors. Override it to be told of each call."""
        me = self._mock_home[0]
        if self._mock_watch is not None:
            args, kwargs = called(self, args, kwargs)
        delegate = self._mock_delegate
        if delegate is None:
            add_own(me, args, kwargs)
        else:
            made = two(args, kwargs)
            delegate.called, delegate.call_args = True, made
            delegate.call_args_list.append(made)
            delegate.call_count = len(delegate.call_args_list)
            delegate.mock_calls.append(three("", args, kwargs))
        for append, name, method_name in ancestors(me):
            append((name, method_name, args, kwargs))

    def _execute_mock_call(self, /, *args: Any, **kwargs: Any) -> Any:
        """Return the outcome: of the side effect, the configured value, or the wrapped object."""
        me = self._mock_home[0]
        own = me.delegate is None and me.plan.outcomes
        effect = self._mock_side_effect if own else self.side_effect
        if effect is not None:
            runs = type(effect) in FUNCTIONS or is_function(effect)
            result = effect(*args, **kwargs) if runs else next_result(self, effect)
            if result is not DEFAULT:
                return result
        result = self._mock_return_value
        if result is not DEFAULT:
            return result if own else self.return_value
        delegate = self._mock_delegate
        if delegate is not None and delegate.return_value is not DEFAULT:
            return delegate.return_value
        if self._mock_wraps is not None:
            return self._mock_wraps(*args, **kwargs)
        return self.return_value


# Frameworks read what a callable is annotated with, and these annotations are for readers of ours.
Calls.__call__.__annotations__ = {}


def caller() -> tuple[CodeType, int] | None:
    """
    Return the code that calls a mock, and the place in it.

    It is looked for at the first call only, which works out the route anyway: at each call, it
    would cost a third of what the call does. Which line it is, is worked out for a failure only.
    """
    try:
        frame: FrameType | None = sys._getframe(3)
    except ValueError:  # the interpreter has called it, as it does the target of a thread
        return None
    while frame is not None:
        code = frame.f_code
        if not code.co_filename.startswith(FOLDER):
            return code, frame.f_lasti
        frame = frame.f_back
    return None


def is_function(effect: Any) -> bool:
    """Return whether a side effect is called; exceptions are raised, although classes of them."""
    return not is_exception(effect) and is_callable(effect)


def next_result(mock: Any, effect: Any) -> Any:
    """Return the next result of a side effect that is not called, or raise the exception it is."""
    if is_exception(effect):
        raise effect
    fields = mock.__dict__
    try:
        result = next(effect)
    except StopIteration as error:
        if error.args:
            raise
        number = fields.get("_mock_results", 0)
        results = "1 result" if number == 1 else f"{number} results"
        name = dotted_name(mock._mock_home[0])
        msg = f"side_effect of {name!r} is exhausted: it had {results}"
        raise StopIteration(msg) from None
    fields["_mock_results"] = fields.get("_mock_results", 0) + 1
    if is_exception(result):
        raise result
    return result
