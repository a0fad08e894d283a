"""The fault matrix once more, with the runners that people use."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import faults
import pytest

MODULE = """
import unittest
import faults
from asyncloop_testcase import TestCase

for phase in faults.PHASES:
    for outcome in faults.OUTCOMES:
        if outcome == "KeyboardInterrupt":
            continue
        reference = faults.sync_body(phase, outcome, [])
        ours = faults.coroutine_body(phase, outcome, [])
        for title, base, body in [
            ("Reference", unittest.TestCase, reference),
            ("Ours", TestCase, ours),
        ]:
            case = faults.make_case(base, body, "success expected")
            case.__name__ = case.__qualname__ = f"{title}_{phase}_{outcome}"
            case.__module__ = __name__
            globals()[case.__name__] = case
del case
"""


# Without the plugins that happen to be installed: each takes its time to start.
BARE_PYTEST = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
OWN_PLUGIN = ("-p", "_asyncloop_testcase_pytest")
# It puts the folder on the path, which an embedded Python for Windows does not by itself.
DISCOVERY = ("unittest", "discover")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", *arguments],
        cwd=folder,
        env={**os.environ, **BARE_PYTEST},
        capture_output=True,
        text=True,
        timeout=120,
    )


def unittest_verdicts(folder: Path) -> dict[str, list[str]]:
    """Return what ``python -m unittest -v`` says of each class."""
    done = run(folder, *DISCOVERY, "-v")
    found: dict[str, list[str]] = {}
    verdicts, _, _ = done.stderr.partition("=" * 70)
    # Python 3.10 puts no verdict, and no newline, where a subtest has failed.
    for chunk in verdicts.split("test (test_matrix.")[1:]:
        name = re.match(r"\w+", chunk)
        _, _, verdict = chunk.partition(" ... ")
        assert name is not None
        found.setdefault(name[0], []).append(verdict.strip())
    assert "ResourceWarning" not in done.stderr
    return found


def pytest_verdicts(folder: Path, *options: str) -> dict[str, list[str]]:
    """Return what pytest's report says of each class."""
    done = run(folder, "pytest", "-q", *OWN_PLUGIN, "--junit-xml=r.xml", *options)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "ResourceWarning" not in done.stdout
    found: dict[str, list[str]] = {}
    for case in ET.parse(folder / "r.xml").iter("testcase"):
        name = case.get("classname", "").rpartition(".")[2]
        found.setdefault(name, []).extend(
            # Tasks of Python 3.10 lose the message of a CancelledError.
            f"{child.tag} {child.get('message')}".replace(
                "CancelledError: on purpose", "CancelledError"
            )
            for child in case
            if child.tag != "system-out"
        )
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "test_matrix.py").write_text(MODULE, "utf-8")
    shutil.copy(faults.__file__, tmp_path)
    return tmp_path


def assert_ours_are_as_the_reference(verdicts: dict[str, list[str]]) -> None:
    ours = {name[5:]: told for name, told in verdicts.items() if name.startswith("Ours_")}
    reference = {name[10:]: told for name, told in verdicts.items() if name.startswith("Ref")}
    assert len(reference) == len(faults.PHASES) * (len(faults.OUTCOMES) - 1)
    assert ours == reference


def test_verdicts_in_unittest(folder: Path) -> None:
    assert_ours_are_as_the_reference(unittest_verdicts(folder))


def test_verdicts_in_pytest(folder: Path) -> None:
    assert_ours_are_as_the_reference(pytest_verdicts(folder))


def test_verdicts_in_pytest_xdist(folder: Path) -> None:
    assert_ours_are_as_the_reference(pytest_verdicts(folder, "-p", "xdist", "-n", "2"))


@pytest.mark.parametrize("runner", ["unittest", "pytest"])
def test_keyboard_interrupt_ends_the_run_and_tells_where_the_tasks_wait(
    runner: str, tmp_path: Path
) -> None:
    (tmp_path / "test_interrupt.py").write_text(
        "import asyncio, signal\n"
        "from asyncloop_testcase import TestCase\n"
        # A shell lets what it starts in the background ignore the signal.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "class Tests(TestCase):\n"
        "    async def test(self):\n"
        "        self.loop.call_later(0.01, signal.raise_signal, signal.SIGINT)\n"
        "        await self.wait_for_ever()\n"
        "    async def wait_for_ever(self):\n"
        "        try:\n"
        "            await asyncio.Event().wait()\n"
        "        finally:\n"
        "            print('tidied up', flush=True)\n"
    )

    done = run(tmp_path, *(DISCOVERY if runner == "unittest" else ("pytest", "-s", *OWN_PLUGIN)))

    output = done.stdout + done.stderr
    assert "KeyboardInterrupt" in output
    assert "in Tests.wait_for_ever" in output or "in wait_for_ever" in output
    assert "await asyncio.Event().wait()" in output
    assert "tidied up" in output
    assert "never awaited" not in output
    assert done.returncode not in {0, 1} or runner == "unittest"
