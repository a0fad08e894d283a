"""What a mock returns: ``return_value``, ``side_effect``, and how they are reset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import DEFAULT, MagicMock

from asyncmock_plus._cpython import DELETED, CallList, is_callable
from asyncmock_plus._mocks.adoption import adopt
from asyncmock_plus._mocks.assignment import Assignment
from asyncmock_plus._mocks.records import forget, ledger_of, two
from asyncmock_plus._mocks.watching import forget as forget_times
from asyncmock_plus._mocks.watching import inherit
from asyncmock_plus._specs.assigned import assigned_names
from asyncmock_plus._specs.spec import is_mock

__unittest = __tracebackhide__ = True


def is_exception(obj: Any) -> bool:
    """Return whether it can be raised."""
    return isinstance(obj, BaseException) or (
        isinstance(obj, type) and issubclass(obj, BaseException)
    )


def as_effect(value: Any) -> Any:
    """Return a side effect: exceptions and callables as they are, an iterable as an iterator."""
    if value is None or is_exception(value) or is_callable(value):
        return value
    try:
        return iter(value)
    except TypeError:  # refused when it is called, as in the standard library
        return value


class _Results:
    """The iterator of a side effect that was set on an autospecced function."""

    def __init__(self, iterable: Any) -> None:
        self._iterator = iter(iterable)

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        return next(self._iterator)


def _recorded(name: str, raw: Any) -> Any:
    """Return a property of the record: *raw* answers it as long as nobody has set it."""

    def get(self: Any) -> Any:
        me = self._mock_home[0]
        if me.delegate is not None and self._mock_delegate is not None:
            return getattr(self._mock_delegate, name)
        ledger = me.ledger
        if ledger is None:
            if raw is not None:
                return raw(me.calls)
            ledger = ledger_of(me)
        return getattr(ledger, name)

    def set_(self: Any, value: Any) -> None:
        if self._mock_delegate is not None:
            setattr(self._mock_delegate, name, value)
        else:
            setattr(ledger_of(self._mock_home[0]), name, value)

    return property(get, set_)


def _own_record(name: str) -> Any:
    def get(self: Any) -> Any:
        return getattr(ledger_of(self._mock_home[0]), name)

    def set_(self: Any, value: Any) -> None:
        setattr(ledger_of(self._mock_home[0]), name, value)

    return property(get, set_)


def _last(calls: Any) -> Any:
    return two(calls[-1][2], calls[-1][3]) if calls else None


class Outcomes(Assignment):
    """The configured and the recorded side of a mock."""

    if not TYPE_CHECKING:  # the types are those of the standard library
        called = _recorded("called", bool)
        call_count = _recorded("call_count", lambda calls: len(calls) if calls else 0)
        call_args = _recorded("call_args", _last)
        call_args_list = _recorded("call_args_list", None)
        mock_calls = _recorded("mock_calls", None)
        # Unlike the others this is the mock's own also behind an autospecced function.
        method_calls = _own_record("method_calls")
        # The names behind these in the standard library, which some tools read.
        _mock_called = called
        _mock_call_count = call_count
        _mock_call_args = call_args
        _mock_call_args_list = call_args_list
        _mock_mock_calls = mock_calls

    @property
    def return_value(self) -> Any:
        """What a call returns; made when it is first asked for, unless it was set."""
        delegate = self._mock_delegate
        value = self._mock_return_value if delegate is None else delegate.return_value
        if value is DEFAULT and self._mock_wraps is None:
            value = self._mock_specified_result()
            me = self._mock_home[0]
            if value is not None:
                self.return_value = value
            elif me.plan.simple and not me.hooked and not self._mock_sealed and delegate is None:
                value = self.__dict__["_mock_return_value"] = me.plan.root.instance(
                    new_name="()", new_parent=me
                )
                me.route = None
            else:
                self.return_value = value = self._get_child_mock(_new_parent=self, _new_name="()")
            if self._mock_watch is not None:
                inherit(self, value)
        return value

    @return_value.setter
    def return_value(self, value: Any) -> None:
        if self._mock_delegate is not None:
            self._mock_delegate.return_value = value
            return
        self._mock_home[0].route = None
        self.__dict__["_mock_return_value"] = value
        adopt(self, value, None, "()")

    def _mock_specified_result(self) -> Any:
        """Return the result that the spec asks for: an instance of the specified class."""
        if self._mock_autospec is not None:
            return self._mock_autospec.result(self)
        spec = self._mock_spec
        if spec is None or not spec.makes_instances or self._mock_sealed:
            return None
        kinds = self._mock_kinds
        if self._mock_home[0].plan.owner not in (kinds.Mock, kinds.MagicMock):
            return None  # other classes have children of their own kind
        made = kinds.create_autospec(self._spec_class, instance=True, _parent=self, _name="()")
        # The standard library knows nothing of the result, so whatever an instance has is there.
        assigned = assigned_names(self._spec_class)
        if assigned:
            made._mock_extend_spec_methods(assigned)
        return made

    @property
    def side_effect(self) -> Any:
        """A function, an exception or an iterable of results, which decides what a call gives."""
        delegate = self._mock_delegate
        if delegate is None:
            return self._mock_side_effect
        effect = delegate.side_effect
        if effect is None or callable(effect) or is_exception(effect):
            return effect
        if not isinstance(effect, _Results):
            effect = delegate.side_effect = _Results(effect)
            self.__dict__.pop("_mock_results", None)
        return effect

    @side_effect.setter
    def side_effect(self, value: Any) -> None:
        value = as_effect(value)
        if self._mock_delegate is not None:
            self._mock_delegate.side_effect = value
            return
        self._mock_home[0].route = None
        self.__dict__["_mock_side_effect"] = value
        self.__dict__.pop("_mock_results", None)

    def reset_mock(
        self, visited: Any = None, *, return_value: bool = False, side_effect: bool = False
    ) -> None:
        """
        Forget all calls, of this mock and of its children.

        Args:
            visited: The mocks that were reset already.
            return_value: Forget the configured result as well.
            side_effect: Forget the configured side effect as well.
        """
        if visited is None:
            visited = []
        elif id(self) in visited:
            return
        visited.append(id(self))
        self._mock_forget_calls()
        fields = self.__dict__
        if return_value or side_effect:
            return_value = self._mock_forget_outcome(return_value, side_effect)
        children = fields.get("_mock_children")
        if children:
            for child in list(children.values()):
                if child is not DELETED:
                    child.reset_mock(visited, return_value=return_value, side_effect=side_effect)
        result = fields.get("_mock_return_value")
        if result is not None and result is not self and is_mock(result):
            result.reset_mock(visited)

    def _mock_forget_outcome(self, return_value: bool, side_effect: bool) -> bool:
        name = self._mock_name
        if name and name[:2] == "__" == name[-2:] and isinstance(self, MagicMock):
            # What a magic method answers has to keep its type.
            return_value = False
        me, fields = self._mock_home[0], self.__dict__
        me.route = None
        if return_value:
            fields.pop("_mock_return_value", None)
        if side_effect:
            fields.pop("_mock_side_effect", None)
        return return_value

    def _mock_forget_calls(self) -> None:
        forget_calls(self)


def forget_calls(mock: Any) -> None:
    """Empty the record of a mock, and that of the function it stands behind."""
    me = mock._mock_home[0]
    forget(me)
    if mock._mock_watch is not None:
        forget_times(mock)
    if me.delegate is None:
        return
    delegate = mock._mock_delegate
    if delegate is not None:
        delegate.called, delegate.call_count, delegate.call_args = False, 0, None
        delegate.call_args_list, delegate.mock_calls = CallList(), CallList()
