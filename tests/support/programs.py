"""Commands that run Python in a new process."""

import sys

# An embeddable build of CPython for Windows (one with a ._pth file) is always isolated: it finds
# modules neither in the current folder nor by PYTHONPATH, as every installed Python does.
_RUN_MODULE = """
import os, runpy, sys
sys.path[:0] = [os.getcwd(), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
try:
    import sitecustomize
except ModuleNotFoundError:
    pass
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def python_m(module: str, *arguments: str) -> list[str]:
    """Return the command for ``python -W error -m module``, with modules of the current folder."""
    how = ["-c", _RUN_MODULE] if sys.flags.isolated else ["-m"]
    return [sys.executable, "-B", "-W", "error", *how, module, *arguments]
