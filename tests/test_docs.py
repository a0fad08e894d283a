"""Every program on a page of the documentation runs as it stands there."""

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


def programs() -> Iterator[tuple[str, str]]:
    """Return every program of every page: its page and line, and its text."""
    for page in sorted(DOCS.glob("**/*.md")):
        text = page.read_text("utf-8")
        for found in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            line = text[: found.start()].count("\n") + 1
            yield f"{page.relative_to(DOCS).as_posix()}:{line}", found[1]


PROGRAMS = dict(programs())

# Every warning is an error, but for one of a library that a page shows: it is not ours to mend.
WARNINGS = [
    *("-W", "error"),
    *("-W", "ignore:'typing.ByteString':DeprecationWarning:aiosmtpd.proxy_protocol"),
]


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the folder."""
    return subprocess.run(
        [sys.executable, *WARNINGS, *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
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


@pytest.mark.parametrize(
    "package",
    ["asyncio_fakeclock", "asyncio_testselector", "asyncloop_testcase", "asyncmock_plus"],
)
def test_every_public_exception_is_on_the_page_of_errors(package: str) -> None:
    module = importlib.import_module(package)
    page = (DOCS / "reference" / "errors.md").read_text("utf-8")
    exceptions = [
        name
        for name in module.__all__
        if isinstance(value := getattr(module, name), type) and issubclass(value, BaseException)
    ]

    assert [name for name in exceptions if f"\n## {name}\n" not in page] == []
