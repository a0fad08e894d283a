"""
Spies on methods, of one object or of a class, that can be left at any time.

Theory of operation. Watches overlap and end in any order, and others patch the same methods. What
is replaced is remembered in one list for all. Whoever ends puts back the original if ours is still
in place; if a later spy of ours is on top, that one takes over the original. If it is somebody
else's, it is left alone: they will put ours back, so what is installed has to do no harm after its
time.
"""

from __future__ import annotations

import contextlib
import functools
import weakref
from typing import TYPE_CHECKING, Any, final

from asyncloop_testcase._reports.owners import OWNER, Owner
from asyncloop_testcase._reports.sites import site_of_caller

if TYPE_CHECKING:
    from asyncloop_testcase._reports.report import Site

__unittest = __tracebackhide__ = True


@final
class Spy:
    """
    A method that is replaced for a while.

    Args:
        owner: The object or class.
        name: The name of its method.
        ours: What is set instead.

    Raises:
        AttributeError: The owner forbids it.
    """

    __slots__ = ("_name", "_ours", "_owner", "original")

    def __init__(self, owner: Any, name: str, ours: Any) -> None:
        self._owner = owner
        self._name = name
        self._ours = ours
        self.original: Any = getattr(owner, name)
        setattr(owner, name, ours)
        _active.append(self)

    def restore(self) -> None:
        """Put the original back."""
        _active.remove(self)
        owner, name, original = self._owner, self._name, self.original
        if getattr(owner, name) == self._ours:
            if isinstance(owner, type):
                setattr(owner, name, original)
                return
            # Without ours, the class's own method shows again, unless the object had another.
            delattr(owner, name)
            if getattr(owner, name) != original:
                setattr(owner, name, original)
            return
        for other in _active:
            if other._owner is owner and other._name == name and other.original == self._ours:
                other.original = original


_active: list[Spy] = []


@final
class Spies:
    """Replaces methods of one object for a while."""

    __slots__ = ("_owner", "_spies")

    def __init__(self, owner: Any) -> None:
        self._owner = owner
        self._spies: list[Spy] = []

    def replace(self, name: str, ours: Any) -> Spy:
        """Set an attribute. AttributeError if the owner forbids it."""
        spy = Spy(self._owner, name, ours)
        self._spies.append(spy)
        return spy

    def restore(self) -> None:
        """Put the originals back."""
        while self._spies:
            self._spies.pop().restore()


@final
class Creations:
    """Remembers where objects of certain classes are made or started."""

    __slots__ = ("_owners", "_sites", "_spies")

    def __init__(self) -> None:
        self._sites: weakref.WeakKeyDictionary[object, Site | None] | None = None
        self._owners: weakref.WeakKeyDictionary[object, Owner] | None = None
        self._spies: list[Spy] = []

    def watch(self, owner: Any, method: str) -> None:
        """Begin to record who calls the method of the class."""

        # With the signature of what it replaces, which mocks are made by.
        @functools.wraps(getattr(owner, method))
        def recorded(new: Any, /, *args: Any, **kwargs: Any) -> None:
            spy.original(new, *args, **kwargs)
            with contextlib.suppress(TypeError):  # it cannot be referenced weakly
                self._note(new, site_of_caller(1))

        spy = Spy(owner, method, recorded)
        self._spies.append(spy)

    def _note(self, new: object, site: Site | None) -> None:
        if self._sites is None:
            self._sites = weakref.WeakKeyDictionary()
        self._sites[new] = site
        owner = OWNER.get()
        if owner is not None:
            if self._owners is None:
                self._owners = weakref.WeakKeyDictionary()
            self._owners[new] = owner

    def has_noted(self, made: object) -> bool:
        """Tell whether it was made while this was at work."""
        return self._sites is not None and made in self._sites

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
        while self._spies:
            self._spies.pop().restore()
        self._sites = self._owners = None
