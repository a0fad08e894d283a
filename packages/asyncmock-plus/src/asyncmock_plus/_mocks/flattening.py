"""
Flattening: mock classes without the mixins they were written in.

Python looks through all bases of a class some ninety times when a class is made of it, and every
mock makes one. So the classes that users see have the functions of the mixins as their own. The
functions of a mixin therefore name the next implementation instead of calling ``super()``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from asyncmock_plus._cpython import std

__unittest = __tracebackhide__ = True

C = TypeVar("C", bound=type)

_OWN = frozenset({"__dict__", "__doc__", "__module__", "__qualname__", "__weakref__"})
_OWN |= {"__firstlineno__", "__static_attributes__", "__annotations__", "__annotations_cache__"}
_OWN |= {"__annotate__", "__annotate_func__", "__classdictcell__"}

if TYPE_CHECKING:

    class Mixin:
        """A part of a mock class, which relies on the other parts."""

        def __getattr__(self, name: str) -> Any: ...

else:
    Mixin = object


def flattened(cls: C) -> C:
    """Return the class with the members of its mixins, and without the mixins as bases."""
    bases = tuple(base for base in cls.__bases__ if issubclass(base, std.NonCallableMock))
    inherited = {base for kept in bases for base in kept.__mro__}
    members: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if base not in inherited and base is not cls:
            members.update({name: value for name, value in vars(base).items() if name not in _OWN})
    members.update(
        {
            name: value
            for name, value in vars(cls).items()
            if name not in ("__dict__", "__weakref__")
        }
    )
    metaclass: Any = type(cls)
    made: C = metaclass(cls.__name__, bases, members)
    return made
