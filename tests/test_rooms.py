"""Packages are houses of rooms: imports run downwards, in no circle; one room knows CPython."""

import ast
from pathlib import Path

import pytest
from support.house import LADDERS, Package, circles, read

each_package = pytest.mark.parametrize("package", [read(name) for name in LADDERS], ids=LADDERS)

# Underscored names that are documented, or handed down to subclasses: each with its reason.
PUBLIC_ALL_THE_SAME = {
    "sys._getframe",
    "sys._current_frames",
    "asyncio._get_running_loop",
    "_replace",  # of a named tuple, documented
    "_make",  # of a named tuple, documented
    "_testMethodName",  # unittest's own word in every test case, read by all runners
}
# What unittest.mock's classes keep in an instance is what our subclasses of them work on.
INHERITED = {
    "asyncmock_plus": ("_mock_", "_format_mock_"),
    "asyncio_testselector": ("_mock_",),
    "asynctest": ("_asyncloop", "_active_selector_callbacks", "_formatMessage"),
}
# Rooms that are imported by their name: they have a face of their own.
PUBLIC_ROOMS = {"asynctest.migrate"}


def floor_of(package: Package, room: str) -> int:
    """Return how high a room stands, 1 for the ground."""
    ladder = LADDERS[package.name]
    for number, rooms in enumerate(reversed(ladder), 1):
        if room in rooms:
            return number
    pytest.fail(
        f"{package.name}: the room {room!r} has no floor; give it one in tests/support/house.py"
    )


@each_package
def test_every_room_has_a_floor_and_every_floor_its_rooms(package: Package) -> None:
    named = {room for rooms in LADDERS[package.name] for room in rooms}

    assert {package.room(name) for name in package.modules} == named


@each_package
def test_rooms_import_only_rooms_of_lower_floors(package: Package) -> None:
    wrong = []
    for arrow in package.arrows():
        source, target = package.room(arrow.source), package.room(arrow.target)
        floors = floor_of(package, source), floor_of(package, target)
        if source != target and floors[0] <= floors[1]:
            wrong.append(
                f"{arrow.source} (line {arrow.line}) imports {arrow.target}: {source} stands on"
                f" floor {floors[0]}, {target} on floor {floors[1]}; a room imports only lower ones"
            )

    assert not wrong, "\n".join(wrong)


@each_package
def test_no_modules_import_each_other_in_a_circle(package: Package) -> None:
    found = [" -> ".join(circle) for circle in circles(package.arrows())]

    assert not found, "circles, imports for type checkers included:\n" + "\n".join(found)


@each_package
def test_a_room_has_no_logic_in_its_init(package: Package) -> None:
    """A docstring of at most ten lines: what the room is for, and what it may import."""
    wrong = []
    for name, path in package.modules.items():
        if path.name != "__init__.py" or name in {package.name, *PUBLIC_ROOMS}:
            continue
        text = path.read_text("utf-8")
        body = ast.parse(text).body
        is_docstring = len(body) == 1 and ast.get_docstring(ast.parse(text)) is not None
        if (body and not is_docstring) or len(text.splitlines()) > 12:
            wrong.append(name)

    assert not wrong, f"{wrong}: empty, or a docstring of at most ten lines"


@each_package
def test_a_folder_has_at_most_twenty_modules(package: Package) -> None:
    folders: dict[Path, int] = {}
    for path in package.modules.values():
        folders[path.parent] = folders.get(path.parent, 0) + (path.name != "__init__.py")

    assert {str(folder): number for folder, number in folders.items() if number > 20} == {}


@each_package
def test_a_long_module_says_why_it_is_long(package: Package) -> None:
    """More than 300 lines have a reason, in a paragraph of the docstring that says "lines"."""
    silent = []
    for name, path in package.modules.items():
        text = path.read_text("utf-8")
        docstring = ast.get_docstring(ast.parse(text)) or ""
        if len(text.splitlines()) > 300 and "lines" not in docstring:
            silent.append(f"{name}: {len(text.splitlines())} lines")

    assert not silent, "\n".join(silent)


@each_package
def test_private_names_of_cpython_are_touched_in_one_place(package: Package) -> None:
    """A private attribute that the package defines nowhere is somebody else's."""
    trees = {name: ast.parse(path.read_text("utf-8")) for name, path in package.modules.items()}
    own = {name for tree in trees.values() for name in defined(tree)}
    wrong = []
    for name, tree in trees.items():
        if package.room(name) == "_cpython":
            continue
        for text, attribute, line in private_names(tree, package.name):
            if attribute in own or {text, attribute} & PUBLIC_ALL_THE_SAME:
                continue
            if not attribute.startswith(INHERITED.get(package.name, ("\0",))):
                wrong.append(f"{name} (line {line}) touches {text}: only _cpython may")

    assert not wrong, "\n".join(wrong)


def defined(tree: ast.Module) -> set[str]:
    """Return all names that a module gives to functions, classes, variables and attributes."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
                names.add(node.attr)
    return names


def private_names(tree: ast.Module, package: str) -> list[tuple[str, str, int]]:
    """Return what looks private: how it is written, the name itself, and the line."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            found.append((ast.unparse(node), node.attr, node.lineno))
        elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith(package):
            found += [
                (f"{node.module}.{alias.name}", alias.name, node.lineno)
                for alias in node.names
                if is_private(alias.name)
            ]
    return found


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")
