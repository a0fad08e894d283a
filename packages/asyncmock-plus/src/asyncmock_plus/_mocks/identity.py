"""
Who a mock is: its names, its parents, its calls; and the class that is its own.

Theory of operation. A mock holds its children, and a child has to reach its parents to record its
calls with them. If a child held its parent, every mock with a child would be a cycle, and the
arguments of its calls would live until the garbage collector finds it. So a mock is represented
by its `Identity`, a weak reference that carries the names and the record of calls. Children hold
the identity of their parents: names outlive the mocks, mocks do not outlive their last user.

The identity sits in a list of one item in the namespace of the mock's own class (``_mock_home``),
where the mock and code that has only ``type(mock)`` find it. When the mock dies, the identity's
callback empties the record and hands the class to its plan, which gives it to the next mock.

A *route* is what a call needs to know, worked out once: the ancestors to tell, under which names,
and what to return. It is valid as long as `VERSION` stands still, which moves whenever names or
parents change, a record is handed out, or a mock that others report to dies.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from asyncmock_plus._cpython import std

if TYPE_CHECKING:
    from types import CodeType

__unittest = __tracebackhide__ = True

VERSION = [0]

Entry = tuple[str, "str | None", tuple[Any, ...], dict[str, Any]]


def touch() -> None:
    """Make every route invalid."""
    VERSION[0] += 1


class Identity(weakref.ref[Any]):
    """The weak reference to a mock that carries its names and its record of calls."""

    __slots__ = (
        "awaits",
        "calls",
        "delegate",
        "dirty",
        "everything",
        "hooked",
        "ledger",
        "name",
        "new_name",
        "new_parent",
        "own_class",
        "parent",
        "place",
        "plan",
        "reported_to",
        "route",
    )

    awaits: list[Entry] | None
    calls: list[Entry] | None
    delegate: Any
    dirty: set[str] | None
    everything: list[Entry] | None
    hooked: bool
    ledger: Any
    name: Any
    new_name: Any
    new_parent: Any
    own_class: Any
    parent: Any
    place: tuple[CodeType, int] | None
    plan: Any
    reported_to: bool
    route: Any

    def appender(self) -> Any:
        """Return what takes the entries of descendants, None when the mock is gone."""
        if self() is None:
            return None
        self.reported_to = True
        if self.ledger is not None:
            return self.ledger.add
        if self.everything is None:
            self.calls, self.everything = [], []
        return self.everything.append


class Stranger:
    """A parent that is the standard library's mock: it holds its own names and records."""

    __slots__ = ("mock",)

    def __init__(self, mock: Any) -> None:
        self.mock = mock

    def __call__(self) -> Any:
        return self.mock

    @property
    def name(self) -> Any:
        return self.mock._mock_name

    @property
    def new_name(self) -> Any:
        return self.mock._mock_new_name

    @property
    def parent(self) -> Any:
        return identity_of(self.mock._mock_parent)

    @property
    def new_parent(self) -> Any:
        return identity_of(self.mock._mock_new_parent)

    def appender(self) -> Any:
        """Return what takes the entries of descendants."""
        return self._append

    def _append(self, entry: Entry) -> None:
        name, method_name, args, kwargs = entry
        if method_name is not None:
            self.mock.method_calls.append(std.call.__class__((method_name, args, kwargs)))
        self.mock.mock_calls.append(std.call.__class__((name, args, kwargs)))


def identity_of(mock: Any) -> Any:
    """Return the identity of a mock, ours or the standard library's; None for None."""
    if mock is None:
        return None
    home = type(mock).__dict__.get("_mock_home")
    return Stranger(mock) if home is None else home[0]


def ancestors(me: Identity) -> tuple[tuple[Any, str, str | None], ...]:
    """Return for each ancestor that lives: what takes an entry, its name there, as a method."""
    found = []
    method_name = me.name if me.parent is not None else None
    name, is_a_call = me.new_name, me.new_name == "()"
    parent = me.new_parent
    while parent is not None:
        append = parent.appender()
        if append is not None:
            found.append((append, name, method_name))
        if method_name is not None:
            further = parent.parent is not None
            method_name = f"{parent.name}.{method_name}" if further else None
        above = parent.new_name
        if above:
            name = above + name if is_a_call else f"{above}.{name}"
            is_a_call = above == "()"
        parent = parent.new_parent
    return tuple(found)


def has_stranger(me: Any) -> bool:
    """Return whether one of the ancestors is a mock of the standard library."""
    parent = me.new_parent
    while parent is not None:
        if type(parent) is Stranger:
            return True
        parent = parent.new_parent
    return False


def dotted_name(me: Any) -> str:
    """Return the name a mock shows in its repr: those of its ancestors, and its own."""
    names = [me.new_name]
    dot = "" if me.new_name == "()" else "."
    last, parent = me, me.new_parent
    while parent is not None:
        last = parent
        names.append(parent.new_name + dot)
        dot = "" if parent.new_name == "()" else "."
        parent = parent.new_parent
    names.reverse()
    first: str = last.name or "mock"
    if len(names) > 1 and names[1] not in ("()", "()."):
        first += "."
    names[0] = first
    return "".join(names)
