"""
Changes a module in one place after the other, and tells which changes no test notices.

Usage: ``python campaign/mutate.py PACKAGE MODULE [--tests FILE ...]``, for example
``python campaign/mutate.py asyncio-fakeclock _instants --tests test_instants.py``. It works on a
copy, with cosmic-ray (``pip install cosmic-ray``). A survivor is a test that is missing, or a
change that makes no difference; which of them, somebody has to look at.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFIG = """\
[cosmic-ray]
module-path = "src/{package}/{module}.py"
timeout = {timeout}
test-command = "{python} -W error -m pytest -x -q -p no:cacheprovider {tests}"
excluded-modules = []

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = ["core/ReplaceBinaryOperator_BitOr_.*", "core/NumberReplacer"]
"""


def tool(name: str) -> str:
    """Return the path of a program of cosmic-ray, beside this interpreter."""
    path = Path(sys.executable).with_name(name)
    if not path.exists():
        sys.exit(f"no {name} beside {sys.executable}: install cosmic-ray there")
    return str(path)


def mutate(folder: Path, package: str, module: str, tests: list[str], timeout: float) -> str:
    """Mutate the module of the copy in *folder*, and return the report on the survivors."""
    names = " ".join(f"tests/{name}" for name in tests) or "tests"
    values = {"package": package, "module": module, "tests": names, "timeout": timeout}
    (folder / "mutate.toml").write_text(CONFIG.format(python=sys.executable, **values), "utf-8")
    env = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}

    def call(program: str, *args: str) -> str:
        command = [tool(program), *args]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout

    call("cosmic-ray", "baseline", "mutate.toml")
    call("cosmic-ray", "init", "mutate.toml", "session.sqlite")
    call("cr-filter-operators", "session.sqlite", "mutate.toml")
    call("cosmic-ray", "exec", "mutate.toml", "session.sqlite")
    return call("cr-report", "--show-diff", "--surviving-only", "session.sqlite")


def main() -> None:
    """Mutate one module."""
    parser = argparse.ArgumentParser(description="Finds changes that no test notices.")
    parser.add_argument("package", help="the distribution, such as asyncio-fakeclock")
    parser.add_argument("module", help="the module, such as _instants")
    parser.add_argument("--tests", nargs="*", default=[], help="test files; default: all")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds for one run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / options.package
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(ROOT / "packages" / options.package, folder, ignore=ignored)
        package = options.package.replace("-", "_")
        print(mutate(folder, package, options.module, options.tests, options.timeout))


if __name__ == "__main__":
    main()
