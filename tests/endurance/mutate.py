"""
Changes a module in one place after the other, and tells which changes no test notices.

Usage: ``mutate.py PACKAGE MODULE ... [--tests FILE ...]``, for example
``mutate.py asyncio-fakeclock _time/instants --tests time/test_instants.py``, or
``mutate.py asynctest-suite migrate/_loops --tests migrate/test_renames.py``. It works on a copy,
with cosmic-ray (``pip install cosmic-ray``). A survivor is a test that is missing, or a change
that makes no difference; which of them, somebody has to look at: SURVIVORS.md is what they found.
With ``--work FOLDER`` the copy is kept there, and a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUITE = "asynctest-suite"
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
    name = module.replace("/", ".")
    config, session = f"{name}.toml", f"{name}.sqlite"
    (folder / config).write_text(CONFIG.format(python=sys.executable, **values), "utf-8")
    env = {**os.environ, "PYTHONPATH": str(folder / "src")}

    def call(*command: str) -> str:
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout

    source, whole = folder / f"src/{package}/{module}.py", folder / f"{name}.whole"
    if whole.exists():  # a run that was stopped has left its last change behind
        shutil.copyfile(whole, source)
    else:
        shutil.copyfile(source, whole)
        call(tool("cosmic-ray"), "baseline", config)
        call(tool("cosmic-ray"), "init", config, session)
        call(tool("cr-filter-operators"), session, config)
        # The first run has compiled everything; of this module there will be many versions.
        for compiled in source.parent.glob(f"__pycache__/{source.stem}.*"):
            compiled.unlink()
    call(sys.executable, str(ROOT / "tests" / "endurance" / "forked_mutants.py"), config, session)
    return call(tool("cr-report"), "--show-diff", "--surviving-only", session)


def main() -> None:
    """Mutate one module after the other."""
    parser = argparse.ArgumentParser(description="Finds changes that no test notices.")
    parser.add_argument("package", help="the distribution, such as asyncio-fakeclock")
    parser.add_argument("modules", nargs="+", help="the modules, such as _instants")
    parser.add_argument("--tests", nargs="*", default=[], help="test files; default: all")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds for one run")
    parser.add_argument("--work", type=Path, help="where to keep the copy; default: nowhere")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = (options.work or Path(work)).resolve() / options.package
        is_suite = options.package == SUITE
        if not folder.exists():
            ignored = shutil.ignore_patterns("__pycache__", ".*", "packages", "docs")
            source = ROOT if is_suite else ROOT / "packages" / options.package
            shutil.copytree(source, folder, ignore=ignored)
        package = "asynctest" if is_suite else options.package.replace("-", "_")
        for module in options.modules:
            print(module, mutate(folder, package, module, options.tests, options.timeout), sep="\n")


if __name__ == "__main__":
    main()
