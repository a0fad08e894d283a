"""The modules have one subject each: none is long, none imports in a circle."""

import ast
from pathlib import Path

import asyncmock_plus
import pytest

PACKAGE = Path(asyncmock_plus.__file__).parent
MODULES = sorted(path for path in PACKAGE.rglob("[_a-z]*.py") if path.stem != "__init__")


def dotted(path: Path) -> str:
    """Return the name of a module within the package."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def imported(path: Path) -> set[str]:
    """Return the modules of the package that are imported when the module is."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("asyncmock_plus._"):
            found.add(node.module.removeprefix("asyncmock_plus."))
    return found


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_module_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_modules_import_in_one_direction() -> None:
    waiting = {dotted(path): imported(path) for path in MODULES}
    while waiting:
        free = {name for name, needs in waiting.items() if not needs & waiting.keys()}
        assert free, f"a circle of imports among {sorted(waiting)}"
        for name in free:
            del waiting[name]
