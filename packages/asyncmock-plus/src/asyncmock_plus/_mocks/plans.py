"""
Plans: how the instances of a mock class are made, worked out once for the class.

Every mock has a class of its own, so that ``type(mock).attribute = PropertyMock()`` and magic
methods concern this mock only. Making a class is by far the dearest part of making a mock, so

- the class of a mock that died is given to the next one of its plan, when it is exactly as it was
  made and nobody else refers to it;
- the magic methods do not stand in it, but in one that all classes of the plan derive from, right
  behind the mock class: Python copies the namespace of a new class three times, and looks into
  each value. A mock that loses a magic method moves to the plan of mocks without it.
"""

from __future__ import annotations

import sys
import weakref
from typing import Any

from asyncmock_plus._cpython import COUNTS_REFERENCES, AsyncMockMixin, std
from asyncmock_plus._mocks.identity import Identity, touch
from asyncmock_plus._specs.spec import static_attribute

__unittest = __tracebackhide__ = True

KEPT_CLASSES = 128
HOOKS = (
    "__call__",
    "_call_matcher",
    "_execute_mock_call",
    "_get_child_mock",
    "_increment_mock_call",
    "_mock_add_spec",
    "_mock_call",
    "_mock_check_sig",
    "_mock_set_magics",
    "return_value",
    "side_effect",
)

# The implementations of the hooks that are our own.
own_hooks: set[Any] = set()


def know_hooks(kind: type) -> None:
    """Enter the hooks of one of our classes, so that they do not count as overridden."""
    own_hooks.update(getattr(kind, hook) for hook in HOOKS if hasattr(kind, hook))


# The classes whose instances need no more than their names.
simple_kinds: set[type] = set()


class _Doc:
    """The docstring of all classes of a plan; of a string, each class would make a copy."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    def __get__(self, obj: Any, cls: Any = None) -> str | None:
        return self.text


class Plan:
    """
    What the instances of one mock class have in common.

    Attributes:
        owner: The mock class.
        straight: None of the hooks that a call goes through is overridden.
        outcomes: Neither ``return_value`` nor ``side_effect`` is overridden.
        root: The plan of mocks without a spec, which have all magic methods.
        overridden: The names of the hooks that are.
    """

    __slots__ = (
        "bases",
        "magics",
        "mixin",
        "name",
        "namespace",
        "new",
        "outcomes",
        "overridden",
        "owner",
        "pool",
        "qualname",
        "references",
        "root",
        "simple",
        "straight",
        "variants",
    )

    def __init__(
        self,
        owner: type,
        magics: dict[str, Any],
        mixin: type | None = None,
        root: Plan | None = None,
    ) -> None:
        self.owner = owner
        self.name = owner.__name__
        self.magics = magics
        self.mixin = mixin
        self.namespace = {"__doc__": _Doc(owner.__doc__), "__module__": owner.__module__}
        self.bases: tuple[type, ...] = (owner,)
        if magics:
            behind = next(cls for cls in owner.__mro__[1:] if issubclass(cls, std.NonCallableMock))
            for cls in owner.__mro__[: owner.__mro__.index(behind)]:
                # What a subclass defines is hidden by the mocks of its magic methods.
                self.namespace.update({name: magics[name] for name in magics.keys() & vars(cls)})
            self.bases = (owner, _magic_methods(owner, behind, magics))
        if mixin is not None:
            self.bases = (mixin, *self.bases, AsyncMockMixin)
        # Children are of the same class, and there is nothing to initialize but their names.
        self.root: Plan = root or self
        above: Any = super
        self.new: Any = above(std.NonCallableMock, owner).__new__
        self.pool: list[tuple[Any, list[Any]]] = []
        self.variants: dict[Any, Plan] = {}
        made = self._make()
        probe = made[0]
        self.qualname = probe.__qualname__
        hooks = [hook for hook in HOOKS if getattr(probe, hook, None) not in own_hooks]
        self.overridden = frozenset(hook for hook in hooks if hasattr(probe, hook))
        self.outcomes = self.overridden.isdisjoint({"return_value", "side_effect"})
        self.simple = not self.overridden and mixin is None and owner in simple_kinds
        del probe
        # How often a class without users is referred to, counted where it is compared later.
        self.references = -1
        self.pool.append(made)
        del made
        self._recycled()
        self.straight = self.overridden.isdisjoint(
            {
                "__call__",
                "_mock_call",
                "_increment_mock_call",
                "_execute_mock_call",
                "_mock_check_sig",
            }
        )

    def _make(self) -> tuple[Any, list[Any]]:
        home: list[Any] = [None]
        namespace = self.namespace.copy()
        namespace["_mock_home"] = home
        return type(self.name, self.bases, namespace), home

    def instance(
        self, name: Any = None, parent: Any = None, new_name: str = "", new_parent: Any = None
    ) -> Any:
        """Return a new mock, not initialized but for its names, of a class that is its own."""
        found = self._recycled() if self.pool else None
        own, home = self._make() if found is None else found
        mock = self.new(own)
        me = Identity(mock, bury)
        me.name, me.parent, me.new_name, me.new_parent = name, parent, new_name, new_parent
        me.route = me.calls = me.everything = me.ledger = me.awaits = me.dirty = me.delegate = None
        me.place = None
        me.hooked = me.reported_to = False
        me.plan = self
        me.own_class = own
        home[0] = me
        return mock

    def _recycled(self) -> tuple[Any, list[Any]] | None:
        """Return the class of a mock that died, if it is as it was made and nobody has it."""
        namespace = self.namespace.copy()
        try:
            own, home = self.pool.pop()
        except IndexError:  # pragma: no cover - another thread was faster
            return None
        namespace["_mock_home"] = home
        # A local variable: other threads count at the same time.
        counted = sys.getrefcount(own)
        if self.references < 0:
            self.references = counted
        if (
            counted == self.references
            and own.__dict__ == namespace
            and own.__name__ is self.name
            and own.__qualname__ is self.qualname
            and own.__bases__ is self.bases
            and weakref.getweakrefcount(own) == 1
        ):
            return own, home
        return None

    def variant(self, magics: dict[str, Any], mixin: type | None) -> Plan:
        """Return the plan for mocks of the same class with other magic methods, or made async."""
        root = self.root
        if mixin is root.mixin and len(magics) == len(root.magics):
            return root
        key = (mixin is None, *magics)
        found = root.variants.get(key)
        if found is None:
            found = root.variants[key] = Plan(self.owner, magics, mixin, root)
        return found


def _magic_methods(owner: type, behind: type, magics: dict[str, Any]) -> type:
    """Return the class that holds the magic methods of a plan."""
    members = {**magics, "__module__": __name__}
    for name in ("__getattribute__", "__init_subclass__"):
        # Looked up for each new class, and mostly found where the search ends.
        if static_attribute(owner, name) is object.__dict__[name]:
            members[name] = object.__dict__[name]
    return type("MagicMethods", (behind,), members)


def bury(me: Identity) -> Any:
    """
    Let go of what a mock that died has recorded, and keep its class for another one.

    Returns:
        What was recorded. The interpreter drops it after this function has ended, so that
        destructors of other people's objects, and their warnings, are in the line that let the
        mock die, and not in this one.
    """
    own, plan = me.own_class, me.plan
    released: list[Any] = [me.ledger, me.awaits, me.delegate, me.route]
    me.own_class = me.route = me.ledger = me.awaits = me.delegate = None
    if me.reported_to:
        touch()
    home = own.__dict__["_mock_home"]
    home[0] = None
    if me.dirty:
        for name in me.dirty:
            if name in own.__dict__:
                released.append(own.__dict__[name])
                delattr(own, name)
    if COUNTS_REFERENCES and len(plan.pool) < KEPT_CLASSES:
        plan.pool.append((own, home))
    for entries in (me.calls, me.everything):
        if entries:
            # Emptied, too: descendants still hold the list, to report to it.
            released += entries
            entries.clear()
    return released


def set_magics(me: Identity, magics: dict[str, Any]) -> None:
    """Let a mock have these magic methods only, and those that were set on it."""
    plan = me.plan.variant(magics, me.plan.mixin)
    if plan is not me.plan:
        me.own_class.__bases__ = plan.bases
        me.plan = plan


def plan_of(cls: Any) -> Plan:
    """Return the plan of a mock class, which does not have one yet."""
    plan = cls._mock_plan = Plan(cls, cls._mock_default_magics)
    return plan
