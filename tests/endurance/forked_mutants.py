"""
Runs ``cosmic-ray exec`` with the tests in forks of this process, which has pytest imported already.

`mutate.py` starts it in the copy. A mutant costs a quarter of what a new interpreter costs; the
package itself is imported by each fork anew. Needs ``os.fork``.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import sys
import tempfile
import time
import warnings

# Some are not used here, but in the forks.
import anyio.pytest_plugin  # noqa: F401
import cosmic_ray.cli
import cosmic_ray.mutating
import hypothesis.strategies  # noqa: F401
import pytest
import pytest_asyncio.plugin  # noqa: F401
from cosmic_ray.work_item import TestOutcome

with contextlib.suppress(ImportError):  # only asynctest.migrate needs it
    import libcst.metadata  # noqa: F401

# Plugins whose assertions pytest cannot rewrite; in order, for the same result each time.
OPTIONS = ["-W", "ignore::pytest.PytestAssertRewriteWarning", "-p", "no:randomly"]


def run_tests(command: str, timeout: float) -> tuple[TestOutcome, str]:
    """Run the pytest command in a fork; stands in for the function of cosmic-ray."""
    words = shlex.split(command)
    arguments = words[words.index("pytest") + 1 :]
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if not child:
            run_child(arguments, output.fileno())
        end = time.monotonic() + timeout
        while (ended := os.waitpid(child, os.WNOHANG))[0] == 0:
            if time.monotonic() > end:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return TestOutcome.KILLED, "timeout"
            time.sleep(0.01)
        output.seek(0)
        survived = ended[1] == 0
        text = output.read().decode(errors="replace")
        return TestOutcome.SURVIVED if survived else TestOutcome.KILLED, text


def run_child(arguments: list[str], output: int) -> None:
    """Run the tests, and end the process."""
    code = 1
    try:
        os.setsid()
        os.dup2(output, 1)
        os.dup2(output, 2)
        warnings.simplefilter("error")
        # Written before the first fork, if at all: the next change may have the same time and size.
        sys.dont_write_bytecode = True
        code = pytest.main([*OPTIONS, *arguments])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    cosmic_ray.mutating.run_tests = run_tests
    cosmic_ray.cli.main(["exec", *sys.argv[1:]])
