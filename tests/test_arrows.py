"""The packages need each other as drawn here, and nothing else: by metadata and at run time."""

import ast
import re
import subprocess
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest

# What a package may import beside itself and the standard library, always.
ARROWS = {
    "asyncmock_plus": set(),
    "asyncloop_testcase": set(),
    "asyncio_testselector": {"asyncmock_plus"},
    "asyncio_fakeclock": {"asyncloop_testcase"},
    "asynctest": {
        "asyncio_fakeclock",
        "asyncio_testselector",
        "asyncloop_testcase",
        "asyncmock_plus",
    },
}
# What one module of a package may import when it is installed: the module, and what.
OPTIONAL = {
    ("asyncloop_testcase/_selector.py", "asyncio_testselector"),
    ("asyncio_testselector/_http/connection.py", "h11"),
    ("asyncio_fakeclock/_time/wall.py", "time_machine"),
    ("asynctest/migrate", "libcst"),
    ("_asyncloop_testcase_pytest.py", "pytest"),
    ("asyncloop_testcase/_pytest/", "pytest"),
    ("_asyncio_fakeclock_pytest.py", "pytest"),
    ("_asyncio_testselector_pytest.py", "pytest"),
    ("asyncio_testselector/_pytest/", "pytest"),
    ("asyncio_fakeclock/_pytest/", "pytest"),
    ("_asyncmock_plus_pytest.py", "pytest"),
}
# Modules of the standard library that not every supported Python has: imported where it does.
NEWER = {"annotationlib"}  # 3.14
DISTRIBUTIONS = {
    "asyncmock_plus": "asyncmock-plus",
    "asyncloop_testcase": "asyncloop-testcase",
    "asyncio_testselector": "asyncio-testselector",
    "asyncio_fakeclock": "asyncio-fakeclock",
    "asynctest": "asynctest-suite",
}


def sources(package: str) -> list[Path]:
    """Return the modules of the package's distribution, its pytest plugin included."""
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    folder = Path(found.origin).parent
    return sorted([*folder.rglob("*.py"), *folder.parent.glob(f"_{package}_pytest.py")])


def imports(path: Path) -> set[str]:
    """Return the absolute names of all modules that the module imports, type checking included."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module or "")
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def is_optional(path: Path, name: str) -> bool:
    return any(where in path.as_posix() and name == what for where, what in OPTIONAL)


@pytest.mark.parametrize("package", ARROWS)
def test_source_imports_nothing_but_the_arrows(package: str) -> None:
    standard = sys.stdlib_module_names | NEWER | {"_typeshed", "typing_extensions"}
    own = {package, f"_{package}_pytest"}

    strangers = {
        (path.name, top)
        for path in sources(package)
        for top in {name.split(".")[0] for name in imports(path)}
        if top not in standard | own | ARROWS[package] and not is_optional(path, top)
    }

    assert not strangers


@pytest.mark.parametrize("package", ARROWS)
def test_nobody_imports_a_private_module_of_a_sibling(package: str) -> None:
    intruders = {
        (path.name, name)
        for path in sources(package)
        for name in imports(path)
        if name.split(".")[0] in ARROWS.keys() - {package}
        and any(part.startswith("_") and not part.endswith("__") for part in name.split("."))
    }

    assert not intruders


@pytest.mark.parametrize("package", ARROWS)
def test_metadata_requires_nothing_but_the_arrows(package: str) -> None:
    requirements = metadata.requires(DISTRIBUTIONS[package]) or []
    needed = {re.split(r"[^\w.-]", text)[0] for text in requirements if "extra ==" not in text}

    assert needed == {DISTRIBUTIONS[name] for name in ARROWS[package]}


@pytest.mark.parametrize("package", ARROWS)
def test_importing_loads_nothing_but_the_arrows(package: str) -> None:
    """A package that is no arrow cannot be imported in the child, and is not missed."""
    program = f"""
import sys
allowed = {ARROWS[package] | {package}!r}
before = set(sys.modules)
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {set(ARROWS)!r} - allowed:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Refuse())
import {package}
import sysconfig
standard = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), sys.base_exec_prefix)
def is_standard(name):
    file = getattr(sys.modules[name], "__file__", None) or standard[0]
    return file.startswith(standard) and "site-packages" not in file
loaded = {{name.split(".")[0] for name in set(sys.modules) - before if not is_standard(name)}}
print(*sorted(loaded - allowed))
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=600
    )

    assert (done.stdout.split(), done.stderr) == ([], "")


def test_importing_the_mocks_loads_no_test_framework_that_mocks_do_not_need() -> None:
    """unittest.mock itself loads the packages unittest and asyncio; nothing more may come."""
    loaded = {}
    for module in ("unittest.mock", "asyncmock_plus"):
        program = f"import {module}, sys; print(*sys.modules)"
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=600
        )
        loaded[module] = {name for name in done.stdout.split() if "asyncmock_plus" not in name}

    extra = loaded["asyncmock_plus"] - loaded["unittest.mock"]
    assert {name for name in extra if "sysconfig" not in name} <= {
        "__future__",
        "_typing",
        "typing",
    }


def test_no_source_knows_of_event_loop_policies() -> None:
    """
    One module looks where the default policy keeps the current loop, to put that back; another
    one has what suites of asynctest used, who set policies themselves.
    """
    guilty = {
        f"{package}/{path.as_posix().partition(f'/{package}/')[2]}"
        for package in ARROWS
        for path in sources(package)
        if re.search(r"event_loop_policy|EventLoopPolicy", path.read_text("utf-8"))
    }

    assert guilty == {"asyncloop_testcase/_cpython/current.py", "asynctest/_cpython.py"}
