"""Who made what is found: the module and the function, by which findings are ignored."""

from __future__ import annotations

import os
import sys
import types
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncloop_testcase._reports.report import Finding, Site

__unittest = __tracebackhide__ = True


def creator_of(place: Site) -> str:
    """Return ``module.function``, by the module's name as it was imported."""
    name = next((n for n, m in [*sys.modules.items()] if _file_of(m) == place.filename), None)
    if name is None or name == "__main__":
        name = os.path.splitext(os.path.basename(place.filename))[0]
    return f"{name}.{place.name}"


def _file_of(module: object) -> object:
    # A module may be replaced by anything. A plain getattr() would load one that is loaded late.
    if not issubclass(type(module), types.ModuleType):
        return None
    return object.__getattribute__(module, "__dict__").get("__file__")


def is_among(creator: str, names: Sequence[str]) -> bool:
    """Tell whether the function, its class, its module or a package around it is named."""
    return any(creator == name or creator.startswith(f"{name}.") for name in names)


def is_ignored(finding: Finding, names: Sequence[str]) -> bool:
    """Tell whether a finding is of one of those creators."""
    return finding.created is not None and is_among(creator_of(finding.created), names)
