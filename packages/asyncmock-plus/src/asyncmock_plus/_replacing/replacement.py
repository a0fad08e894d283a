"""
What ``replace()`` returns: ours in the place of ``unittest.mock``.

Whoever imports ``unittest.mock``, or asks the package ``unittest`` for it, gets the module
``asyncmock_plus`` itself, as does who imports the backport ``mock``. That reaches everything that
is imported afterwards. What was imported before may have bound the names of the standard library:
those modules are named, and refused unless one says what shall become of them.
"""

from __future__ import annotations

import sys
import threading
import unittest
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from asyncmock_plus._cpython import std
from asyncmock_plus._replacing.backport import BackportFinder, stand_for_backport
from asyncmock_plus._replacing.names import (
    BACKPORT,
    OURS,
    bases,
    bindings,
    derived_classes,
    originals,
    other_modules,
    twins,
)
from asyncmock_plus._replacing.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType, TracebackType

    from typing_extensions import Self

    from asyncmock_plus._replacing.names import Binding

__unittest = __tracebackhide__ = True

Early = Literal["refuse", "rebind", "keep"]

_EARLY = ("refuse", "rebind", "keep")
_LOCK = threading.RLock()
_absent = object()

# What ``patch`` of the standard library makes.
_STANDARD_PATCH = {
    "magic_mock": std.MagicMock,
    "async_mock": std.AsyncMock,
    "non_callable_magic_mock": std.NonCallableMagicMock,
    "create_autospec": std.create_autospec,
}


class _Changes:
    """What was changed and has to be put back, the last one first."""

    def __init__(self) -> None:
        self._undo: list[tuple[Any, str, Any, Any]] = []

    def set(self, namespace: Any, name: str, value: Any) -> None:
        """Set it, and remember what was there."""
        self.expect(namespace, name, value)
        namespace[name] = value

    def expect(self, namespace: Any, name: str, value: Any = _absent) -> None:
        """Put back what is there now, if *value*, or whatever it is, has come to stand there."""
        self._undo.append((namespace, name, namespace.get(name, _absent), value))

    def take_back(self) -> None:
        """Put everything back, but for what somebody else has set since."""
        while self._undo:
            namespace, name, before, value = self._undo.pop()
            if value is not _absent and namespace.get(name, _absent) is not value:
                continue
            if before is _absent:
                namespace.pop(name, None)
            else:
                namespace[name] = before


class _InForce:
    """The one replacement there is; those that are started while it lasts join it."""

    users = 0
    changes = _Changes()
    finder: Any = BackportFinder()
    tally = Tally()
    early: dict[str, tuple[str, ...]] = {}


class Replacement:
    """
    What `replace` returns: a context manager, with ``start()`` and ``stop()``.

    Attributes:
        early: The modules that were imported before and have bound names of ``unittest.mock``,
            each with these names, and with the classes it has derived.
    """

    def __init__(self, early: Early) -> None:
        if early not in _EARLY:
            msg = f"early has to be one of {', '.join(map(repr, _EARLY))}, not {early!r}"
            raise ValueError(msg)
        self._early: Early = early
        self._started = False
        self._tally = _InForce.tally
        self._before = (0, Counter[str]())
        self.early: dict[str, tuple[str, ...]] = {}

    def start(self) -> Self:
        """
        Put ours in the place of ``unittest.mock``.

        Raises:
            RuntimeError: It is started, or modules that were imported before have bound names of
                ``unittest.mock`` and are not to be treated otherwise. Nothing was changed.
        """
        with _LOCK:
            if self._started:
                msg = "this replacement of unittest.mock is started already; stop it first"
                raise RuntimeError(msg)
            if not _InForce.users:
                _begin(self._early)
            elif self._early == "refuse":
                _refuse(_InForce.early)
            _InForce.users += 1
            self._tally, self.early = _InForce.tally, _InForce.early
            self._before = self._tally.ours, self._tally.others
            self._started = True
        return self

    def stop(self) -> None:
        """Put everything back, unless another replacement is still in force."""
        with _LOCK:
            if not self._started:
                return
            self._started = False
            _InForce.users -= 1
            if not _InForce.users:
                _end()

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()

    @contextmanager
    def suspended(self, modules: Iterable[ModuleType] = ()) -> Iterator[None]:
        """
        Have ``unittest.mock`` back in its place for a while, also if other replacements last.

        Args:
            modules: Their names that stand for ours are rebound as well.
        """
        ours: Any = sys.modules[OURS]
        known = {id(our): (our, theirs) for theirs, our in twins(std).values()}
        changes = _Changes()
        with _LOCK:
            changes.set(sys.modules, "unittest.mock", std)
            changes.set(unittest.__dict__, "mock", std)
            for module, name, value in list(bindings(known, modules)):
                changes.set(module.__dict__, name, known[id(value)][1])
            for name, value in _STANDARD_PATCH.items():
                # Functions that were decorated when ours was there make what is theirs.
                changes.set(ours.patch.__dict__, name, value)
        _have_pytest_mock_look_again()
        try:
            yield
        finally:
            with _LOCK:
                changes.take_back()
            _have_pytest_mock_look_again()

    @property
    def ours(self) -> int:
        """How many mocks of ours were made meanwhile."""
        return self._tally.ours - self._before[0]

    @property
    def others(self) -> dict[str, int]:
        """How many mocks the standard library or the backport made, by the module for which."""
        return dict(self._tally.others - self._before[1])

    def __repr__(self) -> str:
        return f"<replacement of unittest.mock, {'started' if self._started else 'not started'}>"


def _begin(early: Early) -> None:
    modules = originals()
    known: dict[int, tuple[Any, Any]] = {}
    for module in modules:
        known.update(twins(module))
    bound = list(bindings(known, other_modules(modules)))
    classes = [cls for base in bases(modules) for cls in derived_classes(base)]
    held = _by_module(bound, classes)
    if early == "refuse":
        _refuse(held)
    changes, _InForce.early, _InForce.tally = _InForce.changes, held, Tally()
    try:
        _put_in_place(changes, modules)
        if early == "rebind":
            for module, name, value in bound:
                changes.set(module.__dict__, name, known[id(value)][1])
        _InForce.tally.start(bases(modules))
    except BaseException:
        _end()
        raise


def _put_in_place(changes: _Changes, modules: list[Any]) -> None:
    ours: Any = sys.modules[OURS]
    changes.expect(ours.__dict__, "FILTER_DIR")
    ours.FILTER_DIR = std.FILTER_DIR
    changes.expect(ours.__dict__, "mock", ours)
    for name in BACKPORT:
        changes.expect(sys.modules, name, ours)
    if len(modules) > 1:
        stand_for_backport(ours)
    changes.set(sys.modules, "unittest.mock", ours)
    changes.set(unittest.__dict__, "mock", ours)
    sys.meta_path.insert(0, _InForce.finder)


def _end() -> None:
    _InForce.tally.stop()
    if _InForce.finder in sys.meta_path:
        sys.meta_path.remove(_InForce.finder)
    _InForce.changes.take_back()
    _have_pytest_mock_look_again()


def _have_pytest_mock_look_again() -> None:
    """Empty the place where pytest-mock keeps the module that it found at the first test."""
    module = sys.modules.get("pytest_mock._util")
    if module is not None and "_mock_module" in module.__dict__:
        module.__dict__["_mock_module"] = None


def _by_module(bound: Iterable[Binding], classes: Iterable[type]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for module, name, _ in bound:
        found.setdefault(module.__name__, []).append(name)
    for cls in classes:
        found.setdefault(cls.__module__, []).append(f"class {cls.__qualname__}")
    return {name: tuple(held) for name, held in sorted(found.items())}


def _refuse(held: dict[str, tuple[str, ...]]) -> None:
    if held:
        msg = (
            f"unittest.mock cannot be replaced: modules imported before have bound its names: "
            f"{described(held)}. Call replace() before they are imported, or with early='rebind' "
            f"to give them ours, or early='keep' to leave them what they have"
        )
        raise RuntimeError(msg)


def described(held: dict[str, tuple[str, ...]]) -> str:
    """Return the modules and what they hold as a text: ``plugin (Mock, patch)``."""
    return ", ".join(f"{name} ({', '.join(names)})" for name, names in held.items())
