"""Suites that pytest runs in processes of their own, and what came of their tests."""

import functools
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HEADS = {
    "pytest-asyncio": """
import asyncio, pytest
from pytest_asyncio import fixture as async_fixture
pytestmark = pytest.mark.asyncio
""",
    "anyio": """
import asyncio, pytest
from pytest import fixture as async_fixture
pytestmark = pytest.mark.anyio

@pytest.fixture
def anyio_backend():
    return "asyncio"
""",
}


@functools.cache
def output_of(text: str, *options: str, ini: str = "") -> str:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pytest.ini").write_text(
            f"[pytest]\nasyncio_default_fixture_loop_scope = function\n{ini}"
        )
        (Path(folder) / "test_suite.py").write_text(text)
        command = [sys.executable, "-W", "error", "-m", "pytest", "-rA", "-p", "no:randomly"]
        command += ["-p", "no:cacheprovider", *options]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    return done.stdout + done.stderr


def outcomes(output: str) -> dict[str, str]:
    line = r"^(PASSED|FAILED|ERROR) test_suite\.py::(?:\w+::)?(\w+)"
    return {name: outcome for outcome, name in re.findall(line, output, re.MULTILINE)}
