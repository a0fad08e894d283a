"""Attributes of mocks: children on access, and what ``dir`` and ``repr`` show."""

from __future__ import annotations

import sys
from operator import attrgetter
from threading import RLock
from typing import Any

from asyncmock_plus._cpython import (
    ALL_MAGICS,
    DELETED,
    DENIED_NAMES,
    CallableMixin,
)
from asyncmock_plus._mocks.construction import Construction
from asyncmock_plus._mocks.identity import Identity, dotted_name
from asyncmock_plus._mocks.stand_ins import STAND_INS, stand_in
from asyncmock_plus._mocks.watching import inherit
from asyncmock_plus._specs.children import child_kind

__unittest = __tracebackhide__ = True

_MISSPELT = ("assert", "assret", "asert", "aseert", "assrt")
# How names start that need a closer look: magic ones, and those that may be misspelt assertions.
_SUSPECT = frozenset({"__", "as"})
# What stands in the dictionary of a mock whose attributes are not just mocks like itself.
_CONFIGURED = frozenset(
    {
        "_mock_autospec",
        "_mock_methods",
        "_mock_sealed",
        "_mock_spec",
        "_mock_unsafe",
        "_mock_wraps",
        "_spec_class",
    }
)


def _is_magic(name: str) -> bool:
    return name[:2] == "__" == name[-2:] and len(name) > 4


def set_class(mock: Any, cls: Any) -> None:
    """Let a mock show a class."""
    mock.__dict__.update(_spec_class=cls, _mock_shown_class=cls)


class NoSuchAttribute(AttributeError):
    """
    The spec of a mock has no such attribute.

    Most of these are raised for ``hasattr`` and ``getattr``, which never look at the text: what
    the spec is, and which of its names is near, is found out when somebody reads it.
    """

    def __init__(self, mock: Any, name: str) -> None:
        super().__init__(f"Mock object has no attribute {name!r}")
        spec = mock._spec_class
        self._spec = spec.__name__ if isinstance(spec, type) else None
        self._names = mock._mock_methods

    def __str__(self) -> str:
        from difflib import get_close_matches  # takes a while to import, for few

        text: str = self.args[0]
        if self._spec is not None:
            text += f", nor has its spec, {self._spec}"
        name = text.split("'")[1]
        names = (str(each) for each in self._names or () if not _is_magic(str(each)))
        near = None if _is_magic(name) else get_close_matches(name, names, 1)
        return f"{text}. Did you mean: {near[0]!r}?" if near else text


NoSuchAttribute.__name__ = NoSuchAttribute.__qualname__ = "AttributeError"
NoSuchAttribute.__module__ = "builtins"


class Attributes(Construction):
    """How a mock answers for its attributes."""

    _lock = RLock()

    # Read at each isinstance(), therefore without a function of ours.
    __class__: Any = property(attrgetter("_mock_shown_class"), set_class)

    def __getattr__(self, name: str) -> Any:
        fields = self.__dict__
        children = fields.get("_mock_children")
        child = None if children is None else children.get(name)
        if child is None:
            me: Identity = self._mock_home[0]
            if (
                me.plan.simple
                and not me.hooked
                and name[:2] not in _SUSPECT
                and name not in DENIED_NAMES
                and _CONFIGURED.isdisjoint(fields)
            ):
                children = self._mock_children if children is None else children
                # Whoever comes first, should two threads be here at once.
                return children.setdefault(name, me.plan.root.instance(name, me, name, me))
        elif child is not DELETED:
            return child
        return self._mock_new_child(name)

    def _mock_new_child(self, name: str) -> Any:
        """Return the child of a name that was not used before, or say why there is none."""
        if self._mock_methods is not None:
            if name in ALL_MAGICS or not self._mock_has_method(name):
                raise NoSuchAttribute(self, name)
        elif _is_magic(name) or name in ("_mock_methods", "_mock_unsafe"):
            raise AttributeError(name)
        if name == "is_coroutine" and not isinstance(self, CallableMixin):
            return False
        self._mock_refuse_misspelling(name)
        with Attributes._lock:
            children = self._mock_children
            child = dict.get(children, name)
            if child is DELETED:
                raise AttributeError(name)
            if child is None:
                if name in STAND_INS and (found := stand_in(self, name)) is not None:
                    return found  # not a child: neither sealed nor reset
                child = self._mock_make_child(name)
                if self._mock_watch is not None:
                    inherit(self, child)
            children[name] = child
        return child

    def _mock_refuse_misspelling(self, name: str) -> None:
        if self._mock_unsafe or (self._mock_methods and self._mock_has_method(name)):
            return
        if name.startswith(_MISSPELT) or name in DENIED_NAMES:
            msg = (
                f"{name!r} is not a valid assertion. Use a spec "
                f"for the mock if {name!r} is meant to be an attribute"
            )
            raise AttributeError(msg)

    def _mock_make_child(self, name: str) -> Any:
        if self._mock_autospec is not None:
            child = self._mock_autospec.child(self, name)
            if child is not None:
                return child
        wraps = self._mock_wraps
        if wraps is not None:
            wraps = getattr(wraps, name)
        return self._get_child_mock(
            parent=self, name=name, wraps=wraps, _new_name=name, _new_parent=self
        )

    def _get_child_mock(self, /, **kwargs: Any) -> Any:
        """
        Return the mock of a new attribute or result: of the same class as this one.

        Coroutine functions of the spec become `CoroutineMock`. Override it to make others.
        """
        if self._mock_sealed:
            attribute = f".{kwargs['name']}" if "name" in kwargs else "()"
            raise AttributeError(self._extract_mock_name() + attribute)
        kind = child_kind(self, kwargs.get("_new_name"), kwargs.get("wraps"))
        return kind(**kwargs)

    def _extract_mock_name(self) -> str:
        return dotted_name(self._mock_home[0])

    def __repr__(self) -> str:
        name = self._extract_mock_name()
        shown = "" if name in ("mock", "mock.") else f" name={name!r}"
        if self._spec_class is not None:
            kind = "spec_set" if self._spec_set else "spec"
            shown += f" {kind}={self._spec_class.__name__!r}"
        return f"<{type(self).__name__}{shown} id='{id(self)}'>"

    def __dir__(self) -> list[str]:
        # The switch belongs to the package, where users set it; it imports this module.
        if not sys.modules["asyncmock_plus"].FILTER_DIR:
            return list(object.__dir__(self))
        names = {name for name in self.__dict__ if not name.startswith("_") or _is_magic(name)}
        for base in type(self).__mro__:
            names.update([name for name in base.__dict__ if name[:1] != "_"])
        names.update(self._mock_methods or ())
        names.update(name for name, child in self._mock_children.items() if child is not DELETED)
        return sorted(names)
