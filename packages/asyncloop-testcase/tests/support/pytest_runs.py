"""Runs of pytest in processes of their own, with the plugins that are named and no other."""

import os
import re
import subprocess
import sys
from pathlib import Path

BARE_PYTEST = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "GITHUB_ACTIONS": ""}
OWN, ASYNCIO, ANYIO = "_asyncloop_testcase_pytest", "pytest_asyncio.plugin", "anyio.pytest_plugin"


def run(
    folder: Path, ini: str = "", *options: str, plugins: tuple[str, ...] = (OWN, ASYNCIO)
) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text(f"[pytest]\n{ini}")
    if ASYNCIO in plugins:
        mode = "asyncio_default_fixture_loop_scope=function", "asyncio_mode=auto"
        options += tuple(f"--override-ini={each}" for each in mode)
    options += tuple(f"-p{plugin}" for plugin in plugins)
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-v", "--tb=short", *options],
        cwd=folder,
        env={**os.environ, **BARE_PYTEST},
        capture_output=True,
        text=True,
        timeout=600,
    )


def verdicts(output: str, name: str = "test_it.py") -> dict[str, str]:
    line = rf"^{re.escape(name)}::(\S+) (PASSED|FAILED|ERROR)"
    return dict(re.findall(line, output, re.MULTILINE))
