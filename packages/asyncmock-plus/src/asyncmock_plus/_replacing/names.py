"""Who holds what of ``unittest.mock``: names that modules have bound, classes derived from it."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from asyncmock_plus._cpython import std

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__unittest = __tracebackhide__ = True

OURS = "asyncmock_plus"
BACKPORT = ("mock", "mock.mock")

# A module, the name in it, and what stands there.
Binding = tuple[ModuleType, str, Any]


def originals() -> list[Any]:
    """Return the modules that ours stands for: ``unittest.mock``, and the backport if loaded."""
    backport = [sys.modules.get(name) for name in BACKPORT]
    if all(getattr(module, "__name__", None) in BACKPORT for module in backport):
        return [std, *backport]
    return [std]


def bases(modules: Iterable[Any]) -> list[Any]:
    """Return the class that all mocks of the modules derive from; two modules may share it."""
    return list(dict.fromkeys(module.NonCallableMock for module in modules))


def twins(module: Any) -> dict[int, tuple[Any, Any]]:
    """Return by its id each object of the module that ours has another one for, and that one."""
    ours = sys.modules[OURS]
    found: dict[int, tuple[Any, Any]] = {id(module): (module, ours)}
    for name in ("_patch", "_patch_dict", *std.__all__):
        theirs, our = vars(module).get(name), getattr(ours, name)
        if theirs is not our and theirs is not None and name != "FILTER_DIR":
            found[id(theirs)] = theirs, our
    return found


def bindings(objects: Iterable[int], modules: Iterable[ModuleType]) -> Iterator[Binding]:
    """Find the names in the modules that stand for one of the objects, which are given by id."""
    wanted = frozenset(objects)
    for module in modules:
        for name, value in list(module.__dict__.items()):
            if id(value) in wanted:
                yield module, name, value


def other_modules(keep: Iterable[Any]) -> list[ModuleType]:
    """Return all modules that are loaded, but for ours and those given."""
    known = {id(module) for module in keep}
    loaded: list[tuple[str, Any]] = list(sys.modules.items())  # not all of them are modules
    return [
        module
        for name, module in loaded
        if isinstance(module, ModuleType)
        and id(module) not in known
        and name.partition(".")[0] != OURS
        and name != "unittest"  # its attribute ``mock`` is replaced with the module
    ]


def derived_classes(base: Any) -> Iterator[Any]:
    """Find the classes that modules have derived from mocks that are not ours."""
    ours = sys.modules[OURS].NonCallableMock
    todo = [base]
    while todo:
        for cls in todo.pop().__subclasses__():
            if issubclass(cls, ours):
                continue
            todo.append(cls)
            # Every mock has a class of its own, and functions make classes: only what stays counts.
            names: Any = getattr(sys.modules.get(cls.__module__), "__dict__", {})
            if cls.__module__ != base.__module__ and names.get(cls.__name__) is cls:
                yield cls
