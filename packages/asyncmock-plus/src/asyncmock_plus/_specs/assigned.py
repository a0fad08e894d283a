"""
Attributes that a class gives its instances by assignment: ``self.state = "idle"``.

They do not stand in the class, and no instance is there to look at. What the methods assign to
their first parameter can be read off the compiled code, without running any of it.
"""

from __future__ import annotations

import dis
import sys
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

__unittest = __tracebackhide__ = True

_known: WeakKeyDictionary[type, tuple[str, ...]] = WeakKeyDictionary()


def assigned_names(cls: type) -> tuple[str, ...]:
    """Return the names of attributes that methods of the class, or of its bases, assign."""
    names = _known.get(cls)
    if names is None:
        found = {name: None for base in cls.__mro__ for name in _assigned_by(base)}
        names = _known[cls] = tuple(found)
    return names


def _assigned_by(cls: type) -> Any:
    if sys.version_info >= (3, 13):
        # The compiler has written them down.
        return cls.__dict__.get("__static_attributes__", ())
    functions: list[Any] = []
    for value in cls.__dict__.values():
        functions += (value.fget, value.fset) if isinstance(value, property) else (value,)
    return [
        name for each in functions if isinstance(each, FunctionType) for name in _assigned_in(each)
    ]


def _assigned_in(function: FunctionType) -> list[str]:
    """Return the attributes that the function assigns to its first parameter."""
    code = function.__code__
    if not code.co_argcount:
        return []
    found, before, own = [], None, code.co_varnames[0]
    for instruction in dis.get_instructions(code):
        if instruction.opname == "STORE_ATTR" and before == own:
            found.append(str(instruction.argval))
        before = instruction.argval
    return found
