"""
Records of calls: raw while nobody looks, ``call`` objects from then on.

A call is recorded as a plain tuple: the name under which it happened (empty for the mock's own
call), its name in ``method_calls`` or None, its arguments. Most mocks are never asked for more
than whether, how often and with what they were called, which the tuples answer. When a list is
asked for, the user may keep it and sees it grow, so the mock turns to a `Ledger`, which keeps all
six attributes as the standard library does, until ``reset_mock()``.
"""

from __future__ import annotations

from typing import Any

from asyncmock_plus._cpython import Call, CallList
from asyncmock_plus._mocks.identity import Entry, Identity, touch

__unittest = __tracebackhide__ = True

_tuple = tuple.__new__


def two(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the ``call`` object of ``call_args``."""
    made = _tuple(Call, (args, kwargs))
    made._mock_name = made._mock_parent = None
    made._mock_from_kall = True
    return made


def three(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the ``call`` object of ``mock_calls``."""
    made = _tuple(Call, (name, args, kwargs))
    made._mock_name = made._mock_parent = None
    made._mock_from_kall = True
    return made


class Ledger:
    """The six attributes of a mock's calls, as the standard library keeps them."""

    __slots__ = (
        "call_args",
        "call_args_list",
        "call_count",
        "called",
        "method_calls",
        "mock_calls",
    )

    def __init__(self, calls: list[Entry] | None, everything: list[Entry] | None) -> None:
        own = [two(args, kwargs) for _, _, args, kwargs in calls or ()]
        self.called = bool(own)
        self.call_count = len(own)
        self.call_args = own[-1] if own else None
        self.call_args_list = CallList(own)
        self.mock_calls = CallList()
        self.method_calls = CallList()
        for entry in everything or ():
            self.add(entry)

    def copy(self) -> Ledger:
        """Return another one with the same lists."""
        other = Ledger.__new__(Ledger)
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        return other

    def add(self, entry: Entry) -> None:
        """Take the call of a descendant."""
        name, method_name, args, kwargs = entry
        if method_name is not None:
            self.method_calls.append(three(method_name, args, kwargs))
        self.mock_calls.append(three(name, args, kwargs))

    def add_own(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Take a call of the mock itself."""
        made = two(args, kwargs)
        self.called = True
        self.call_args = made
        self.call_args_list.append(made)
        self.call_count = len(self.call_args_list)
        self.mock_calls.append(three("", args, kwargs))


def ledger_of(me: Identity) -> Ledger:
    """Return the ledger of a mock, which from now on keeps one."""
    ledger: Ledger | None = me.ledger
    if ledger is None:
        ledger = me.ledger = Ledger(me.calls, me.everything)
        me.calls = me.everything = me.route = None
        touch()
    return ledger


def add_own(me: Identity, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Record a call of the mock itself, with the mock only."""
    if me.ledger is not None:
        me.ledger.add_own(args, kwargs)
        return
    if me.calls is None or me.everything is None:
        me.calls, me.everything = [], []
    entry: Entry = ("", None, args, kwargs)
    me.calls.append(entry)
    me.everything.append(entry)


def forget(me: Identity) -> None:
    """Empty the record. Lists that were handed out stay as they are."""
    me.place = None
    if me.ledger is not None:
        me.ledger = None
        touch()
    if me.calls:
        me.calls.clear()
    if me.everything:
        me.everything.clear()
