"""
The backport ``mock``, if somebody imports it while ours stands for ``unittest.mock``.

What ``import mock`` means is only known when it happens: a test suite may have a module of that
name. So the import goes its way, and if it has found the backport, ours is what comes of it.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from typing import TYPE_CHECKING, Any

from asyncmock_plus._replacing.names import BACKPORT, OURS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

__unittest = __tracebackhide__ = True

# What the folder of the backport has, and another package of that name has hardly.
_FILES = ("__init__.py", "mock.py", "backports.py")


class BackportFinder:
    """An entry of ``sys.meta_path`` that finds the backport, and loads ours."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load the backport; None for everything else."""
        if name != "mock":
            return None
        found = PathFinder.find_spec(name)
        places = (found and found.submodule_search_locations) or [""]
        if not all(os.path.exists(os.path.join(places[0], file)) for file in _FILES):
            return None
        return ModuleSpec(name, self)  # type: ignore[arg-type] # a loader by its methods

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to the import system to make a module, which nobody will see."""

    def exec_module(self, module: Any) -> None:
        """Put ours where the import system looks for what was loaded."""
        stand_for_backport(sys.modules[OURS])


def stand_for_backport(ours: Any) -> None:
    """Let ours be ``mock`` and ``mock.mock``, which is where its names are."""
    ours.mock = ours
    for name in BACKPORT:
        sys.modules[name] = ours
