"""The tutorial, followed literally: its files, its commands, and what these print."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from support.programs import python_m

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
TEXT = PAGE.read_text("utf-8")
SHOWN_FILES = re.compile(
    r"^```\{(?:literalinclude|code-block)\} (?P<argument>\S+)\n"
    r"(?::[^\n]*\n)*?:caption: (?P<name>\S+)\n(?::[^\n]*\n)*(?P<body>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
SHOWN_RUNS = re.compile(
    r"^```console\n\$ (?P<command>[^\n]*)\n(?P<output>.*?)^```", re.MULTILINE | re.DOTALL
)
RUNS = {found["command"]: found["output"] for found in SHOWN_RUNS.finditer(TEXT)}
TESTS = [command for command in RUNS if " pip install " not in command]

# The first steps sleep for real, which is what is wrong with them. Here they get virtual time, so
# that the outcome does not depend on the machine, as it does for the reader.
IN_NO_TIME = """
import asyncio
from asyncio_fakeclock import new_event_loop
def clocked():
    return new_event_loop(auto=True, loop_factory=asyncio.SelectorEventLoop)
asyncio.new_event_loop = asyncio.events.new_event_loop = clocked
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that holds each file of the page under the name that the page gives it."""
    folder = tmp_path / "alarm"
    folder.mkdir()
    for shown in SHOWN_FILES.finditer(TEXT):
        body = shown["body"].lstrip("\n") or (PAGE.parent / shown["argument"]).read_text("utf-8")
        (folder / shown["name"]).write_text(body, "utf-8")
    return folder


def follow(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the page in the folder."""
    python, minus_m, *arguments = shlex.split(command)
    assert (python, minus_m) == ("python", "-m")
    environment = {**os.environ, "PYTEST_ADDOPTS": "-p no:randomly"}
    step = folder / f"{arguments[-1].removesuffix('.py')}.py"
    if "asyncio.sleep(0.25)" in step.read_text("utf-8"):
        (folder.parent / "sitecustomize.py").write_text(IN_NO_TIME, "utf-8")
        environment["PYTHONPATH"] = str(folder.parent)
    return subprocess.run(
        python_m(*arguments),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )


def comparable(output: str, folder: Path) -> list[str]:
    """Return the lines without what differs from run to run, and from Python to Python."""
    times, ports, tasks = (
        r"\d+\.\d+(?= ?s\b| virtual| real)",
        r"(?<='127.0.0.1', )\d+",
        r"(?<=Task-)\d+",
    )
    names = r"(?<=, in )[\w.]+\.(?=\w+$)|(?<=FAIL: ).*"  # qualified, which 3.10 does not know
    rules = "=+(?= | ?$)"
    here = output.replace(f"{folder}{os.sep}", "")
    varying = f"{times}|{ports}|{tasks}|{names}|{rules}"
    return re.sub(varying, "", here, flags=re.MULTILINE).splitlines()


def test_every_step_has_a_file_and_a_command() -> None:
    steps = sorted((PAGE.parent / "examples" / "tutorial").glob("step_*.py"))
    commands = [command.split()[-1].removesuffix(".py") for command in TESTS]

    assert commands == [path.stem for path in steps]
    assert {f"{name}.py" for name in commands} < {f["name"] for f in SHOWN_FILES.finditer(TEXT)}


@pytest.mark.parametrize("command", TESTS)
def test_command_prints_what_the_page_shows(command: str, folder: Path) -> None:
    """All that is shown is printed, in that order; an ellipsis stands for what is left out."""
    done = follow(command, folder)

    printed = iter(comparable(done.stdout, folder))
    shown = [line for line in comparable(RUNS[command], folder) if line not in ("", "...")]
    missing = [line for line in shown if line not in printed]  # takes from the iterator
    assert missing == [], done.stdout
    assert done.returncode == ("FAILED" in RUNS[command])
