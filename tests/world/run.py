"""
Run suites of strangers with and without ours, and compare the outcomes.

Usage: ``python tests/world/run.py [TABLE [SUITE ...]] [--save FILE]``. See the README beside it.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

if TYPE_CHECKING:
    from collections.abc import Iterator

    from suites import Suite, Switch

TABLES = ("mocks", "checks")
PACKAGES = Path(__file__).parents[2] / "packages"
# The same run twice: in the same order, and leaving nothing for the next one.
PYTEST = (
    "-q",
    "--continue-on-collection-errors",
    "-p",
    "no:randomly",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:cov",
    "-o",
    "addopts=",
)
TIME_LIMIT = 900


@dataclass(frozen=True)
class Run:
    """What a run of a suite gave: the outcome of each test, and what it cost."""

    outcomes: dict[str, str]
    seconds: float
    output: str


class Environment:
    """A virtual environment with a suite's distribution, its source, and what its tests need."""

    def __init__(self, folder: Path, suite: Suite, switch: Switch) -> None:
        self.suite = suite
        self.folder = folder
        venv = folder / "venv"
        command(sys.executable, "-m", "venv", str(venv))
        scripts = venv / ("Scripts" if os.name == "nt" else "bin")
        self.python = str(scripts / "python")
        wanted = f"{suite.name}{suite.version}"
        self.source = self._fetch(wanted)
        ours = [str(PACKAGES / name) for name in switch.packages]
        self._install("pytest>=8.3", "pytest-timeout", wanted, *suite.requires, *ours)

    def _fetch(self, wanted: str) -> Path:
        archives, source = self.folder / "archives", self.folder / "source"
        pip = (self.python, "-m", "pip", "download", "-q", "--no-deps")
        command(*pip, "--no-binary", ":all:", "-d", str(archives), wanted)
        [archive] = archives.iterdir()
        shutil.unpack_archive(archive, source)
        [unpacked] = source.iterdir()
        return unpacked

    def _install(self, *requirements: str) -> None:
        uv = shutil.which("uv")
        pip = [uv, "pip"] if uv else [self.python, "-m", "pip"]
        where = ["--python", self.python] if uv else []
        command(*pip, "install", "-q", *where, *requirements)

    def run(self, *options: str) -> Run:
        """Run the suite's tests with these options of pytest."""
        report = self.folder / "report.xml"
        report.unlink(missing_ok=True)
        arguments = (*PYTEST, "--timeout=120", f"--junitxml={report}", *options, *self.suite.args)
        before = os.times()
        done = subprocess.run(
            [self.python, "-m", "pytest", *arguments],
            cwd=self.source,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
        after = os.times()
        if not report.exists():
            sys.exit(f"{self.suite.name}: no test ran\n{done.stdout}\n{done.stderr}")
        seconds = after.children_user + after.children_system
        seconds -= before.children_user + before.children_system
        return Run(outcomes(report), seconds, done.stdout)


def command(*arguments: str) -> None:
    """Run a command to its end; what it says is shown when it fails."""
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}")


def outcomes(report: Path) -> dict[str, str]:
    """Return the outcome of each test in a JUnit file."""
    found: dict[str, str] = {}
    for case in ET.parse(report).iter("testcase"):
        told = {child.tag for child in case} & {"failure", "error", "skipped"}
        name = f"{case.get('classname')}.{case.get('name')}"
        found[name] = "/".join(sorted(told)) or "passed"
    return found


def differences(theirs: Run, ours: Run, known: dict[str, str]) -> Iterator[str]:
    """Say which tests have another outcome with ours, those excepted that are known to."""
    for name in sorted(theirs.outcomes.keys() | ours.outcomes.keys()):
        before, after = theirs.outcomes.get(name, "absent"), ours.outcomes.get(name, "absent")
        if before != after and name not in known and re.sub(r"\[.*\]$", "", name) not in known:
            yield f"  {name}: {before} without ours, {after} with"


def compare(suite: Suite, switch: Switch) -> tuple[str, list[str]]:
    """Run a suite both ways; return its line in the table, and what differs."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = Environment(Path(folder), suite, switch)
        theirs = environment.run(*switch.off)
        ours = environment.run(*switch.on)
    found = list(differences(theirs, ours, suite.known))
    passed = sum(outcome == "passed" for outcome in theirs.outcomes.values())
    if not passed:
        sys.exit(f"{suite.name}: no test passes, what does it require?\n{theirs.output[-5000:]}")
    ratio = f"{ours.seconds / theirs.seconds:.2f}" if theirs.seconds else "?"
    line = (
        f"| {suite.name}{suite.version} | {len(theirs.outcomes)} | {passed} | {len(found)} "
        f"| {theirs.seconds:.1f} s | {ours.seconds:.1f} s | {ratio} |"
    )
    if found:
        found.append(ours.output[-3000:])
    return line, found


def main() -> int:
    """Run the tables that are named, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", nargs="?", choices=TABLES, help="one table; all by default")
    parser.add_argument("suite", nargs="*", help="suites of the table; all by default")
    parser.add_argument("--save", type=Path, help="a file for the table of results")
    asked = parser.parse_args()
    lines, failed = [], False
    for name in [asked.table] if asked.table else TABLES:
        table: Any = importlib.import_module(name)
        lines += ["", f"`python tests/world/run.py {name}` on Python {sys.version.split()[0]}", ""]
        lines += ["| suite | tests | pass | differ | CPU without | CPU with | ratio |"]
        lines += ["|---|---|---|---|---|---|---|"]
        print(*lines[-5:], sep="\n", flush=True)
        for suite in table.SUITES:
            if asked.suite and suite.name not in asked.suite:
                continue
            line, found = compare(suite, table.SWITCH)
            lines.append(line)
            print(line, *found, sep="\n", flush=True)
            failed = failed or bool(found)
    if asked.save:
        asked.save.write_text("\n".join(lines[1:]) + "\n", "utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
