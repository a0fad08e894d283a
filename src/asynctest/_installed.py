"""Two distributions, one import package: find asynctest itself beside this one."""

from __future__ import annotations

import os
import re
import sys


def refuse_asynctest() -> None:
    """
    Raise ImportError if the distribution asynctest is installed where Python looks for modules.

    Both distributions provide the package ``asynctest``; which files of it are whose then depends
    on the order of installation. Only names in folders are read, which costs far less than
    importing ``importlib.metadata``.
    """
    for folder in sys.path:
        version = _version_in(folder or os.curdir)
        if version is not None:
            msg = (
                f"asynctest {version} is installed in {folder!r} beside asynctest-suite, and both "
                "provide the package asynctest. Take the old one out, then put back the files "
                "that go with it: python -m pip uninstall asynctest && "
                "python -m pip install --force-reinstall --no-deps asynctest-suite"
            )
            raise ImportError(msg, name="asynctest")


def _version_in(folder: str) -> str | None:
    try:
        names = os.listdir(folder)
    except OSError:  # a zip file, or a folder that does not exist
        return None
    for name in names:
        if name.startswith("asynctest-"):
            found = re.match(r"asynctest-(\d[^-]*?)(-py[\d.]+)?\.(dist|egg)-info$", name)
            if found:
                return found[1]
    return None
