"""
Every program of the README runs as it stands there.

Of the README in the current folder: the matrix runs this one file in the folder of each
distribution, with nothing of ours installed but that distribution and what it declares.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path("README.md").resolve()
PROGRAMS = re.findall(r"^```python\n(.*?)^```", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_readme_has_programs() -> None:
    assert PROGRAMS


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda text: text.splitlines()[0])
def test_program_of_the_readme_runs(program: str, tmp_path: Path) -> None:
    path = tmp_path / "test_program.py"
    path.write_text(program, "utf-8")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
    )
    is_test = re.search(r"^ *(async )?def test_", program, re.MULTILINE)
    runner = ["-m", "pytest", "-q", "-p", "no:cacheprovider"] if is_test else []

    done = subprocess.run(
        [sys.executable, "-W", "error", *runner, path.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )

    assert done.returncode == 0, done.stdout + done.stderr
