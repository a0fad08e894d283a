"""Where things are made: spies on methods, and the line of user code that called them."""

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
import weakref
from typing import TYPE_CHECKING, Any, final

from asyncloop_testcase._cpython.handles import RUN_CODE
from asyncloop_testcase._reports.owners import OWNER, Owner
from asyncloop_testcase._reports.report import Site

if TYPE_CHECKING:
    from collections.abc import Callable

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


@final
class Spies:
    """
    Replaces methods of one object for a while.

    `restore` puts back each one that is still ours. One that somebody has replaced in turn is left
    alone: they will put ours back, so what is installed has to do no harm after its time.
    """

    __slots__ = ("_owner", "_replaced")

    def __init__(self, owner: Any) -> None:
        self._owner = owner
        self._replaced: list[tuple[str, Any, Any]] = []

    def replace(self, name: str, ours: Any) -> Any:
        """Set an attribute and return what it was. AttributeError if the owner forbids it."""
        original = getattr(self._owner, name)
        setattr(self._owner, name, ours)
        self._replaced.append((name, original, ours))
        return original

    def restore(self) -> None:
        """Put the originals back."""
        owner = self._owner
        while self._replaced:
            name, original, ours = self._replaced.pop()
            if getattr(owner, name) != ours:
                continue
            # Without ours, the class's own method shows again, unless the object had another.
            delattr(owner, name)
            if getattr(owner, name) != original:
                setattr(owner, name, original)


@final
class Creations:
    """Remembers where objects of certain classes are made or started."""

    __slots__ = ("_owners", "_replaced", "_sites")

    def __init__(self) -> None:
        self._sites: weakref.WeakKeyDictionary[object, Site] | None = None
        self._owners: weakref.WeakKeyDictionary[object, Owner] | None = None
        self._replaced: list[tuple[Any, str, Any, Any]] = []

    def watch(self, owner: Any, method: str) -> None:
        """Begin to record who calls the method of the class."""
        original: Callable[..., None] = getattr(owner, method)

        def recorded(new: Any, /, *args: Any, **kwargs: Any) -> None:
            original(new, *args, **kwargs)
            site = site_of_caller(1)
            if site is not None:
                if self._sites is None:
                    self._sites = weakref.WeakKeyDictionary()
                self._sites[new] = site
            owner = OWNER.get()
            if owner is not None:
                if self._owners is None:
                    self._owners = weakref.WeakKeyDictionary()
                self._owners[new] = owner

        setattr(owner, method, recorded)
        self._replaced.append((owner, method, original, recorded))

    def site_of(self, made: object) -> Site | None:
        """Return where it was made, None if that is not known."""
        if self._sites is None:
            return None
        try:
            return self._sites.get(made)
        except TypeError:  # it cannot be referenced weakly, as the objects of uvloop
            return None

    def owner_of(self, made: object) -> Owner | None:
        """Return the fixture that made it, None if none did."""
        if self._owners is None:
            return None
        try:
            return self._owners.get(made)
        except TypeError:  # as in `site_of`
            return None

    def restore(self) -> None:
        """Put the methods back, those that nobody has replaced in turn."""
        while self._replaced:
            owner, method, original, recorded = self._replaced.pop()
            if getattr(owner, method) is recorded:
                setattr(owner, method, original)
        self._sites = self._owners = None
