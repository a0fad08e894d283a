"""Suites in the style of the asynctest years: as they are, and after asynctest.migrate."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.programs import python_m

from asynctest.migrate import main

LEGACY = Path(__file__).parents[2] / "docs" / "examples" / "legacy"
RUNNING = {
    "stubresolver.test_resolver": 13,
    "crontab.test_scheduler": 14,
    "orders.test_service": 15,
}
# Written with @asyncio.coroutine and asyncio.async: no Python of today reads it as it is.
MIGRATED = {"birdhouse.test_station": 9}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module in *folder*, every warning an error."""
    command = python_m(*arguments)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


def run_unittest(folder: Path, *suites: str) -> int:
    """Run suites, all of which have to pass; return the number of tests."""
    done = run(folder, "unittest", *suites)
    assert done.returncode == 0, done.stderr
    return int(re.search(r"^Ran (\d+) test", done.stderr, re.MULTILINE)[1])


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Copy the suites: as they are, migrated, and moved to the packages."""
    copied = {}
    for name in ("as they are", "migrated", "on the packages"):
        copied[name] = tmp_path_factory.mktemp("legacy") / "legacy"
        without = shutil.ignore_patterns("__pycache__")
        # Not shutil.copy2: CPython's calls a function of Windows that Wine lacks.
        shutil.copytree(LEGACY, copied[name], ignore=without, copy_function=shutil.copy)
    pytest.importorskip("libcst.native", exc_type=ImportError, reason="asynctest.migrate needs it")
    assert main(["--write", str(copied["migrated"])]) == 0
    assert main(["--write", "--to-packages", str(copied["on the packages"])]) == 0
    return copied


def contents(folder: Path) -> dict[Path, bytes]:
    """Return all modules below *folder*."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.py")}


def test_suites_run_as_they_are():
    assert run_unittest(LEGACY, *RUNNING) == sum(RUNNING.values())


def test_suites_run_as_they_are_with_pytest(copies):
    paths = [f"{suite.replace('.', '/')}.py" for suite in RUNNING]
    options = ["-o", "asyncio_default_fixture_loop_scope=function", "-p", "no:cacheprovider"]

    done = run(copies["as they are"], "pytest", "-q", *options, "--rootdir", ".", *paths)

    assert f"{sum(RUNNING.values())} passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["migrated", "on the packages"])
def test_suites_run_after_migration(copies, name):
    suites = {**RUNNING, **MIGRATED}

    assert run_unittest(copies[name], *suites) == sum(suites.values())


def test_migration_rewrites_only_what_the_language_no_longer_has(copies):
    before, after = contents(LEGACY), contents(copies["migrated"])

    assert {path.parts[0] for path in before if before[path] != after[path]} == {"birdhouse"}


def test_nothing_of_asynctest_is_left_on_the_packages(copies):
    text = b"".join(contents(copies["on the packages"]).values())

    assert not re.search(rb"\basynctest\b", text)


@pytest.mark.parametrize("name", ["migrated", "on the packages"])
def test_second_migration_changes_nothing(copies, name, capsys):
    options = ["--to-packages"] if name == "on the packages" else []
    before = contents(copies[name])

    assert main(["--write", *options, str(copies[name])]) == 0

    assert contents(copies[name]) == before
    assert capsys.readouterr().err == "0 files rewritten\n"
