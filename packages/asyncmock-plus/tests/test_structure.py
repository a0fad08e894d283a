"""The modules have one subject each: none is long, none imports in a circle."""

import ast
from pathlib import Path

import asyncmock_plus
import pytest

MODULES = sorted(Path(asyncmock_plus.__file__).parent.glob("_[a-z]*.py"))


def imported(path: Path) -> set[str]:
    """Return the modules of the package that are imported when the module is."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("asyncmock_plus._"):
            found.add(node.module.removeprefix("asyncmock_plus."))
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_module_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_modules_import_in_one_direction() -> None:
    waiting = {path.stem: imported(path) for path in MODULES}
    while waiting:
        free = {name for name, needs in waiting.items() if not needs & waiting.keys()}
        assert free, f"a circle of imports among {sorted(waiting)}"
        for name in free:
            del waiting[name]
