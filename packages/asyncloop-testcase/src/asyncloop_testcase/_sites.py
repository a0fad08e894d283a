"""Where things are made: spies on methods, and the line of user code that called them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any, final

from asyncloop_testcase._report import Site

__unittest = True

_HERE = os.path.dirname(__file__) + os.sep
# Code that makes things on behalf of others; the line of interest is the one that called it.
_PLUMBING = (
    os.path.dirname(asyncio.__file__) + os.sep,
    os.path.dirname(concurrent.futures.__file__) + os.sep,
    os.path.join(os.path.dirname(subprocess.__file__), "multiprocessing") + os.sep,
    contextlib.__file__,
    subprocess.__file__,
    threading.__file__,
    "<frozen ",
)
# The line from which the loop calls callbacks: nobody further out asked for anything.
_RUN: CodeType = asyncio.Handle._run.__code__  # type: ignore[attr-defined]


def site_of_caller(depth: int) -> Site | None:
    """
    Return the nearest line of the call stack that is not plumbing, None if there is none.

    Args:
        depth: How many frames to leave out, this function's not counted.
    """
    frame: FrameType | None = sys._getframe(depth + 1)
    while frame is not None:
        code = frame.f_code
        filename = code.co_filename
        if code is _RUN or filename.startswith(_HERE):
            return None
        if not filename.startswith(_PLUMBING):
            return Site(filename, frame.f_lineno, getattr(code, "co_qualname", code.co_name))
        frame = frame.f_back
    return None


def site_of_coroutine(coro: object) -> Site | None:
    """Return where a coroutine was made, if the interpreter was told to record that."""
    origin = getattr(coro, "cr_origin", None)
    for filename, line, name in origin or ():
        if not is_plumbing(filename):
            return Site(filename, line, name)
    return None


def is_plumbing(filename: str) -> bool:
    """Tell whether a file makes things on behalf of others."""
    return filename.startswith(_PLUMBING)


@final
class Spies:
    """
    Replaces methods for a while.

    An instance is one owner of replaced attributes; `restore` puts back each one that is still
    ours. One that somebody has replaced in turn is left alone: they will put ours back, so what
    is installed has to do no harm after its time.
    """

    __slots__ = ("_owner", "_replaced")

    def __init__(self, owner: Any) -> None:
        self._owner = owner
        self._replaced: list[tuple[str, object, bool, object]] = []

    def replace(self, name: str, make: Callable[[Any], Any]) -> None:
        """Set the attribute to ``make(original)``. AttributeError if the owner forbids it."""
        owner = self._owner
        own = name in vars(owner)
        original = getattr(owner, name)
        ours = make(original)
        setattr(owner, name, ours)
        self._replaced.append((name, original, own, ours))

    def restore(self) -> None:
        """Put the originals back."""
        owner = self._owner
        while self._replaced:
            name, original, own, ours = self._replaced.pop()
            if vars(owner).get(name) is not ours:
                continue
            if own:
                setattr(owner, name, original)
            else:
                delattr(owner, name)
