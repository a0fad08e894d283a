"""Commands that run Python in a new process."""

import sys

# An embeddable build of CPython for Windows (one with a ._pth file) is always isolated: it finds
# no modules in the current folder, as every installed Python does.
_RUN_MODULE = """
import os, runpy, sys
sys.path.insert(0, os.getcwd())
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def python_m(module: str, *arguments: str) -> list[str]:
    """Return the command for ``python -W error -m module``, with modules of the current folder."""
    how = ["-c", _RUN_MODULE] if sys.flags.isolated else ["-m"]
    return [sys.executable, "-W", "error", *how, module, *arguments]
