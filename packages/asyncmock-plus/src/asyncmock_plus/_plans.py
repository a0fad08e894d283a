"""
Plans: how the instances of a mock class are made, worked out once for the class.

Every mock has a class of its own, so that ``type(mock).attribute = PropertyMock()`` and magic
methods concern this mock only. Making a class is by far the dearest part of making a mock, so the
class of a mock that died is given to the next one of its plan, when it is exactly as it was made
and nobody else refers to it.
"""

from __future__ import annotations

import sys
import weakref
from typing import Any

from asyncmock_plus._cpython import COUNTS_REFERENCES, AsyncMockMixin, std
from asyncmock_plus._identity import Identity, touch

__unittest = True

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

# The implementations of the hooks that are our own, entered by the modules that define them.
own_hooks: set[Any] = set()

# The classes whose instances need no more than their names.
simple_kinds: set[type] = set()


class Plan:
    """
    What the instances of one mock class have in common.

    Attributes:
        owner: The mock class.
        straight: None of the hooks that a call goes through is overridden.
        outcomes: Neither ``return_value`` nor ``side_effect`` is overridden.
        plain: None of the hooks at all is overridden.
        overridden: The names of the hooks that are.
    """

    __slots__ = (
        "bases",
        "magics",
        "name",
        "namespace",
        "new",
        "outcomes",
        "overridden",
        "owner",
        "plain",
        "plain_plan",
        "pool",
        "qualname",
        "references",
        "simple",
        "straight",
        "variants",
    )

    def __init__(self, owner: type, magics: dict[str, Any], mixin: type | None = None) -> None:
        self.owner = owner
        self.name = owner.__name__
        self.bases: tuple[type, ...] = (owner,) if mixin is None else (mixin, owner, AsyncMockMixin)
        self.magics = magics
        self.namespace = {**magics, "__doc__": owner.__doc__, "__module__": owner.__module__}
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
        self.plain = not self.overridden
        # Children are of the same class, and there is nothing to initialize but their names.
        self.plain_plan: Plan = self
        self.simple = self.plain and mixin is None and owner in simple_kinds
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

    def instance(self) -> Any:
        """Return a new mock, not initialized, of a class that is its own."""
        found = self._recycled() if self.pool else None
        own, home = self._make() if found is None else found
        mock = self.new(own)
        me = Identity(mock, bury)
        me.name = me.parent = me.new_parent = me.route = me.calls = me.everything = None
        me.ledger = me.awaits = me.dirty = me.delegate = None
        me.new_name = ""
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
        except IndexError:  # another thread was faster
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

    def variant(self, key: Any, magics: dict[str, Any], mixin: type | None) -> Plan:
        """Return the plan for mocks of the same class with other magic methods, or made async."""
        found = self.variants.get(key)
        if found is None:
            found = self.variants[key] = Plan(self.owner, magics, mixin)
            found.plain_plan = self
        return found


def bury(me: Identity) -> None:
    """Let go of what a mock that died has recorded, and keep its class for another one."""
    own, plan = me.own_class, me.plan
    if own is None:
        return
    me.own_class = me.route = me.ledger = me.awaits = me.delegate = None
    if me.reported_to:
        touch()
    home = own.__dict__["_mock_home"]
    home[0] = None
    if me.dirty:
        for name, value in me.dirty.items():
            if value is None:
                if name in own.__dict__:
                    delattr(own, name)
            else:
                setattr(own, name, value)
    if COUNTS_REFERENCES and len(plan.pool) < KEPT_CLASSES:
        plan.pool.append((own, home))
    # Last, because it runs the destructors of other people's objects.
    for entries in (me.calls, me.everything):
        if entries:
            entries.clear()


def plan_of(cls: Any) -> Plan:
    """Return the plan of a mock class."""
    plan: Plan | None = cls.__dict__.get("_mock_plan")
    if plan is None:
        default_magics = cls._mock_default_magics
        plan = Plan(cls, default_magics)
        cls._mock_plan = plan
    return plan
