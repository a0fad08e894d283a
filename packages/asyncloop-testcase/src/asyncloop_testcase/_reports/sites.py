"""Where things are made: the line of user code that called what made them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import os
import selectors
import subprocess
import sys
import threading
import types
import unittest

from asyncloop_testcase._cpython.handles import RUN_CODE
from asyncloop_testcase._reports.report import Site

__unittest = __tracebackhide__ = True

_HERE = os.path.dirname(os.path.dirname(__file__)) + os.sep
# Code that makes things on behalf of others; the line of interest is the one that called it.
_PLUMBING = (
    os.path.dirname(asyncio.__file__) + os.sep,
    os.path.dirname(concurrent.futures.__file__) + os.sep,
    os.path.join(os.path.dirname(subprocess.__file__), "multiprocessing") + os.sep,
    contextlib.__file__,
    selectors.__file__,
    subprocess.__file__,
    threading.__file__,
    os.path.dirname(unittest.__file__) + os.sep,
    "<frozen ",
)


def site_of_caller(depth: int) -> Site | None:
    """
    Return the nearest line of the call stack that is not plumbing, None if there is none.

    Args:
        depth: How many frames to leave out, this function's not counted.
    """
    frame: types.FrameType | None = sys._getframe(depth + 1)
    while frame is not None:
        code = frame.f_code
        filename = code.co_filename
        if code is RUN_CODE or filename.startswith(_HERE):
            return None
        # As for unittest, a module that says __unittest is nothing a user wants to be led to.
        if not filename.startswith(_PLUMBING) and "__unittest" not in frame.f_globals:
            return Site(filename, frame.f_lineno, getattr(code, "co_qualname", code.co_name))
        frame = frame.f_back
    return None


def site_of_coroutine(coro: object) -> Site | None:
    """Return where a coroutine was made, if the interpreter was told to record that."""
    origin = getattr(coro, "cr_origin", None)
    if not origin:
        return None
    hidden = _hidden_files()
    run = RUN_CODE
    for filename, line, name in origin:
        if is_ours(filename) or (name == run.co_name and filename == run.co_filename):
            return None  # who runs the test, or the loop of a callback, has nothing to do with it
        if not is_plumbing(filename) and filename not in hidden:
            return Site(filename, line, name)
    return None


def _hidden_files() -> set[object]:
    """Return the files of modules that say __unittest, as unittest and asyncmock-plus do."""
    # A module may be replaced by anything. A plain getattr() would load one that is loaded late.
    modules: list[object] = [*sys.modules.values()]
    kinds = [each for each in modules if issubclass(type(each), types.ModuleType)]
    named = [object.__getattribute__(module, "__dict__") for module in kinds]
    return {names.get("__file__") for names in named if "__unittest" in names}


def is_ours(filename: str) -> bool:
    """Tell whether a file belongs to this package."""
    return filename.startswith(_HERE)


def is_plumbing(filename: str) -> bool:
    """Tell whether a file makes things on behalf of others."""
    return filename.startswith(_PLUMBING)
