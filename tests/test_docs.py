"""Every program on a page of the documentation runs as it stands there; so does the tutorial."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
TUTORIAL = DOCS / "examples" / "tutorial"


def programs() -> Iterator[tuple[str, str]]:
    """Return every program of every page: its page and line, and its text."""
    for page in sorted(DOCS.glob("**/*.md")):
        text = page.read_text("utf-8")
        for found in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            line = text[: found.start()].count("\n") + 1
            yield f"{page.relative_to(DOCS).as_posix()}:{line}", found[1]


PROGRAMS = dict(programs())


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the folder, every warning an error."""
    return subprocess.run(
        [sys.executable, "-W", "error", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )


def pytest_in(folder: Path, *files: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on files of the folder."""
    options = ["-o", "asyncio_default_fixture_loop_scope=function", "-p", "no:cacheprovider"]
    return run(folder, "-m", "pytest", "-q", *options, "--rootdir", ".", *files)


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_on_a_page_runs(name: str, tmp_path: Path) -> None:
    program = PROGRAMS[name]
    (tmp_path / "test_program.py").write_text(program, "utf-8")

    runs_itself = "unittest.main()" in program or "def test_" not in program
    if runs_itself:
        done = run(tmp_path, "test_program.py")
    else:
        done = pytest_in(tmp_path, "test_program.py")

    assert done.returncode == 0, done.stdout + done.stderr


# The first steps of the tutorial sleep for real, which is what is wrong with them. Here they get
# virtual time, so that the outcome does not depend on the machine, as it does for the reader.
IN_NO_TIME = """
import asyncio, sys, unittest
from asyncio_fakeclock import new_event_loop
def clocked():
    return new_event_loop(auto=True, loop_factory=asyncio.SelectorEventLoop)
asyncio.new_event_loop = asyncio.events.new_event_loop = clocked
unittest.main(module=sys.argv.pop(1))
"""


@pytest.mark.parametrize("step", ["step_0_before", "step_2_mocks"])
def test_step_of_the_tutorial_that_sleeps_passes(step: str) -> None:
    done = run(TUTORIAL, "-c", IN_NO_TIME, step)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("step", ["step_3_clock", "step_4_network"])
def test_step_of_the_tutorial_passes(step: str) -> None:
    done = run(TUTORIAL, "-m", "unittest", step)

    assert done.returncode == 0, done.stderr


def test_step_of_the_tutorial_with_pytest_passes() -> None:
    done = pytest_in(TUTORIAL, "step_5_pytest.py")

    assert done.returncode == 0, done.stdout


def test_strict_step_of_the_tutorial_fails_with_the_report_that_is_shown() -> None:
    done = run(TUTORIAL, "-c", IN_NO_TIME, "step_1_strict")
    said = comparable(done.stderr.replace(f"{TUTORIAL}{os.sep}", ""))
    shown = comparable((TUTORIAL / "step_1_report.txt").read_text("utf-8"))

    assert done.returncode == 1
    assert [line for line in shown if line not in said] == [], done.stderr


def comparable(report: str) -> list[str]:
    """Return the lines, numbers apart, and qualified names, which 3.10 does not know."""
    names = r"(?<=, in )[\w.]+\.(?=\w+$)|(?<=FAIL: ).*"
    return re.sub(names, "", re.sub(r"\d+", "N", report), flags=re.MULTILINE).splitlines()
