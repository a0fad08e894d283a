"""
The house as its source has it: packages, rooms, the floors they stand on, and who imports whom.

A room is a folder of a package, or a module beside the folders. `LADDERS` says on which floor each
stands; `test_rooms` holds the imports against it, and ``docs/draw_architecture.py`` draws both.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

# From the top floor down. A room may import rooms of lower floors, and nothing else of its package.
LADDERS: dict[str, list[set[str]]] = {
    "asyncmock_plus": [
        {"_asyncmock_plus_pytest"},
        {"__init__"},
        {"replace"},
        {"_replacing"},
        {"coroutines"},
        {"_patching", "_open", "_threading"},
        {"_mocks"},
        {"_names", "_specs"},
        {"typing"},
        {"_cpython", "_files", "_once", "_version"},
    ],
    "asyncio_testselector": [
        {"_asyncio_testselector_pytest"},
        {"__init__"},
        {"_pytest"},
        {"_network"},
        {"_http", "_names", "_process"},
        {"_script"},
        {"_memory"},
        {"_installation"},
        {"_proactor"},
        {"_selector"},
        {"_files"},
        {"_cpython", "_version"},
    ],
    "asyncloop_testcase": [
        {"__init__", "_asyncloop_testcase_pytest"},
        {"_pytest", "_runners"},
        {"_case"},
        {"_checks"},
        {"_recording"},
        {"_callbacks", "_reports"},
        {"_cpython", "_selector", "_version"},
    ],
    "asyncio_fakeclock": [
        {"_asyncio_fakeclock_pytest"},
        {"__init__"},
        {"_case", "_loop", "_pytest"},
        {"_clock"},
        {"_time"},
        {"_timeline", "_world"},
        {"_report"},
        {"_cpython"},
        {"_errors", "_protocols", "_schedule", "_version"},
    ],
    "asynctest": [
        {"aio_testing", "migrate"},
        {"__init__"},
        {"case", "helpers", "mock"},
        {"_fail_on", "_host", "_policy"},
        {"_checks", "_cleanups", "_clock"},
        {"_loops"},
        {"selector"},
        {"_cpython", "_gone", "_installed", "_refusals", "_removed", "_version"},
    ],
}


@dataclass(frozen=True)
class Arrow:
    """One module imports another of its package."""

    source: str
    target: str
    line: int


@dataclass(frozen=True)
class Package:
    """The modules of a package by their dotted name, its pytest plugin included."""

    name: str
    modules: dict[str, Path]

    def room(self, module: str) -> str:
        """Return the room that a module stands in."""
        inside = module.removeprefix(f"{self.name}.").split(".")
        return "__init__" if module == self.name else inside[0]

    def room_modules(self, room: str) -> list[str]:
        """Return the modules of a room, its own ``__init__`` left out."""
        return [
            name
            for name, path in self.modules.items()
            if self.room(name) == room and (path.name != "__init__.py" or name == self.name)
        ]

    def arrows(self) -> list[Arrow]:
        """Return all imports between the package's modules, for type checkers and late ones too."""
        return [
            Arrow(name, target, line)
            for name, path in self.modules.items()
            for target, line in self._imports(path)
            if target != name
        ]

    def _imports(self, path: Path) -> list[tuple[str, int]]:
        found = []
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found += [(alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                inner = [f"{node.module}.{alias.name}" for alias in node.names]
                # A name of the module itself, or a module in the folder of that name.
                found += [
                    (name if name in self.modules else node.module, node.lineno) for name in inner
                ]
        return sorted({(name, line) for name, line in found if name in self.modules})


def read(package: str) -> Package:
    """Read an installed package from its source."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent
    modules = {}
    for path in sorted([*folder.rglob("*.py"), *folder.parent.glob(f"_{package}_pytest.py")]):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        modules[".".join(parts).removesuffix(".__init__")] = path
    return Package(package, modules)


def circles(arrows: list[Arrow]) -> list[list[str]]:
    """Return each circle of imports once, as the modules on it."""
    graph: dict[str, list[str]] = {}
    for arrow in arrows:
        graph.setdefault(arrow.source, []).append(arrow.target)
    found: dict[frozenset[str], list[str]] = {}
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            circle = path[path.index(name) :]
            found.setdefault(frozenset(circle), [*circle, name])
        elif name not in done:
            for target in graph.get(name, ()):
                visit(target, [*path, name])
            done.add(name)

    for name in sorted(graph):
        visit(name, [])
    return list(found.values())
