"""Checks for a whole suite: levels, what is ignored, and what is known."""

from pathlib import Path

import pytest
from pytest_runs import ASYNCIO, OWN, run, verdicts

SUITE = """
import asyncio
import unittest

import pytest
from helpers import leaks, remembers

async def test_task():
    asyncio.create_task(asyncio.sleep(60), name="nap")

async def test_helper():
    leaks()

async def test_healthy():
    await asyncio.sleep(0)

@pytest.mark.fail_on("lenient")
async def test_lenient():
    leaks()

class TestCase(unittest.IsolatedAsyncioTestCase):
    async def test_unittest(self):
        asyncio.get_running_loop().call_later(60, print)
        await asyncio.sleep(0)

def test_plain():
    pass
"""
HELPERS = """
import asyncio

def leaks():
    asyncio.get_running_loop().call_later(60, print)

remembers = []
"""
FAILING = {"test_task", "test_helper", "TestCase::test_unittest"}


def told(folder: Path, *options: str, ini: str = "", plugins=(OWN, ASYNCIO)):
    (folder / "test_it.py").write_text(SUITE)
    (folder / "helpers.py").write_text(HELPERS)
    return run(folder, f"pythonpath = .\n{ini}", *options, plugins=plugins)


def failing(output: str) -> set[str]:
    return {name for name, verdict in verdicts(output).items() if verdict != "PASSED"}


@pytest.mark.parametrize("how", ["--fail-on=strict", "asyncloop_fail_on = strict\n"])
def test_level_holds_for_every_test_that_says_nothing_else(tmp_path: Path, how: str) -> None:
    done = told(tmp_path, how) if how.startswith("-") else told(tmp_path, ini=how)
    assert failing(done.stdout) == FAILING
    assert "asyncloop: active_handles in 2 tests, pending_tasks in 1 test; 5 tests checked" in (
        done.stdout
    )


def test_command_line_adds_to_the_ini_file(tmp_path: Path) -> None:
    done = told(tmp_path, "--fail-on=pending_tasks", ini="asyncloop_fail_on = active_handles\n")
    assert failing(done.stdout) == FAILING


def test_default_level_finds_no_timers(tmp_path: Path) -> None:
    assert failing(told(tmp_path, "--fail-on=default").stdout) == set()


def test_level_warn_tells_the_same_as_warnings(tmp_path: Path) -> None:
    done = told(tmp_path, "--fail-on=warn", "-Wdefault")
    assert failing(done.stdout) == set()
    assert done.stdout.count("LeakWarning: a check failed: ") == 3
    assert "Task 'nap', coroutine sleep()" in done.stdout
    assert "active_handles in 2 tests (warned), pending_tasks in 1 test (warned)" in done.stdout


def test_what_certain_modules_and_functions_made_is_ignored(tmp_path: Path) -> None:
    ini = "asyncloop_fail_on = strict\nasyncloop_ignore = helpers.leaks, other\n"
    done = told(tmp_path, ini=ini)
    assert failing(done.stdout) == FAILING - {"test_helper"}
    assert "active_handles in 1 test (ignored)" in done.stdout
    ini = "asyncloop_fail_on = strict\nasyncloop_ignore = helpers\n"
    assert failing(told(tmp_path, ini=ini).stdout) == FAILING - {"test_helper"}


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_known_findings_pass_new_ones_fail_and_stale_ones_are_told(
    tmp_path: Path, workers: tuple[str, ...]
) -> None:
    plugins = (OWN, ASYNCIO, *(["xdist"] if workers else []))
    options = "--fail-on=strict", "--fail-on-baseline=known.txt", *workers
    done = told(tmp_path, *options, "--fail-on-update", plugins=plugins)
    assert "3 known findings written to" in done.stdout
    assert "3 failed" not in done.stdout
    known = (tmp_path / "known.txt").read_text()
    assert "test_it.py::test_helper | active_handles | helpers.leaks\n" in known
    assert "test_it.py::test_task | pending_tasks | test_it.test_task\n" in known

    done = told(tmp_path, *options, plugins=plugins)
    assert "6 passed" in done.stdout
    assert "pending_tasks in 1 test (known)" in done.stdout

    lines = [line for line in known.splitlines() if "test_task" not in line]
    lines.append("test_it.py::test_healthy | pending_tasks | test_it.test_healthy")
    lines.append("test_gone.py::test_it | pending_tasks | test_gone.test_it")
    (tmp_path / "known.txt").write_text("\n".join(lines))
    done = told(tmp_path, *options, plugins=plugins)
    assert "1 failed, 5 passed" in done.stdout
    assert "1 known finding not found any more; take out of" in done.stdout
    assert "  test_it.py::test_healthy | pending_tasks | test_it.test_healthy" in done.stdout

    told(tmp_path, *options, "--fail-on-update", plugins=plugins)
    known = (tmp_path / "known.txt").read_text()
    assert "test_healthy" not in known
    assert "test_task" in known
    assert "test_gone.py::test_it | pending_tasks | test_gone.test_it\n" in known


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--fail-on-update",), "--fail-on-update writes the baseline: name its file with"),
        (("--fail-on=strikt",), "no level or check is named 'strikt'; did you mean 'strict'?"),
        (("--fail-on=pending_task",), "is named 'pending_task'; did you mean 'pending_tasks'?"),
        (
            ("--fail-on=strict", "--fail-on-baseline=helpers.py"),
            "is no known finding, which is a test, a check and a creator with ' | ' between",
        ),
    ],
)
def test_wrong_options_are_refused_before_any_test_runs(
    tmp_path: Path, options: tuple[str, ...], text: str
) -> None:
    done = told(tmp_path, *options, plugins=(OWN,))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert text in done.stderr


def test_leaks_are_annotated_on_github_at_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(run.__globals__["BARE_PYTEST"], "GITHUB_ACTIONS", "true")
    done = told(tmp_path, "--fail-on=strict")
    lines = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert "::error file=helpers.py,line=5,title=active_handles::test_it.py::test_helper: " in (
        "\n".join(lines)
    )
    assert any(
        line.startswith("::error file=test_it.py,line=9,title=pending_tasks") for line in lines
    )
    assert len(lines) == 3


def test_properties_of_junit_name_the_checks(tmp_path: Path) -> None:
    told(tmp_path, "--fail-on=strict", "--junitxml=report.xml")
    report = (tmp_path / "report.xml").read_text()
    assert '<property name="asyncloop" value="pending_tasks"' in report


def test_summary_is_there_when_nothing_was_found(tmp_path: Path) -> None:
    done = told(tmp_path, "--fail-on=strict", "-k", "healthy or plain")
    assert "asyncloop: nothing found in 2 tests" in done.stdout


def test_nothing_is_told_when_nothing_is_switched_on(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(): pass\n")
    assert "asyncloop:" not in run(tmp_path, plugins=(OWN,)).stdout


def test_marker_may_let_one_check_warn_and_ignore_who_made_something(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text(HELPERS)
    (tmp_path / "test_it.py").write_text(
        """
import asyncio
import pytest
from helpers import leaks

@pytest.mark.fail_on("strict", active_handles="warn")
async def test_passes_warned():
    leaks()

@pytest.mark.fail_on("strict", active_handles="warn")
async def test_fails_by_the_other_check():
    leaks()
    asyncio.create_task(asyncio.Event().wait())

@pytest.mark.fail_on("strict", warn=True)
async def test_passes_all_warned():
    asyncio.create_task(asyncio.Event().wait())

@pytest.mark.fail_on("strict", ignore="helpers")
async def test_passes_ignored():
    leaks()
"""
    )
    done = run(tmp_path, "pythonpath = .\n", "-Wdefault")
    assert failing(done.stdout) == {"test_fails_by_the_other_check"}
    assert done.stdout.count("LeakWarning: a check failed: ") == 3
