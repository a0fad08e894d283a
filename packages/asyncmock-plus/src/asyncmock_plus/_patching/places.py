"""Attributes as places that can be patched."""

from __future__ import annotations

from contextlib import suppress
from types import MethodType
from typing import Any
from unittest.mock import DEFAULT

from asyncmock_plus._patching.layers import Layer, Place, covered, running

# Deleting these from a class or a function does not bring back what was there before.
_WRITTEN_BACK = frozenset(
    {"__doc__", "__module__", "__defaults__", "__annotations__", "__kwdefaults__"}
)

State = tuple[Any, bool]


def read_attribute(target: Any, attribute: str) -> State:
    """
    Return the value of an attribute, and whether the object itself holds it.

    Descriptors are returned as such, as far as the object itself holds them. What is not there
    at all is ``DEFAULT``.
    """
    try:
        return target.__dict__[attribute], True
    except (AttributeError, KeyError):
        return getattr(target, attribute, DEFAULT), False


def write_attribute(target: Any, attribute: str, state: State) -> None:
    """Restore what `read_attribute` returned."""
    original, local = state
    if local and original is not DEFAULT:
        setattr(target, attribute, original)
        return
    try:
        delattr(target, attribute)
    except AttributeError:
        if _is_back(target, attribute, original):
            return  # the code under test has deleted it already
        if original is DEFAULT:
            raise
        # A proxy passes on what is set, but not what is deleted.
        setattr(target, attribute, original)
        return
    if original is DEFAULT:
        return
    if attribute in _WRITTEN_BACK or not hasattr(target, attribute):
        # A proxy has passed the deletion on, or a slot is empty now.
        setattr(target, attribute, original)


def _is_back(target: Any, attribute: str, original: Any) -> bool:
    now = getattr(target, attribute, DEFAULT)
    return now is original or (isinstance(now, MethodType) and now == original)


class AttributePlace(Place):
    """An attribute of an object."""

    __slots__ = ("attribute", "target")

    def __init__(self, target: Any, attribute: str) -> None:
        super().__init__((id(target), attribute))
        self.target = target
        self.attribute = attribute

    def read(self) -> State:
        """Return the value and whether the object itself holds it."""
        return read_attribute(self.target, self.attribute)

    def write(self, state: State) -> None:
        """Restore an earlier state."""
        write_attribute(self.target, self.attribute, state)

    def change(self, layer: Layer, after: State) -> State:
        """Return the state: a patch of an attribute hides everything under it."""
        return after

    def changed(self, state: State, change: State) -> State:
        """Return what the layer had put there."""
        return change

    def same(self, state: State, other: State) -> bool:
        """Compare by identity: values may have an ``==`` of their own."""
        return state[0] is other[0] and state[1] == other[1]


class AttributeLayer(Layer):
    """
    A patch of an attribute in force.

    Args:
        target: The object.
        attribute: The name.
        value: What to put there.
        before: What `read_attribute` says is there.
    """

    __slots__ = ("attribute", "target", "value")

    def __init__(self, target: Any, attribute: str, value: Any, before: State) -> None:
        # Kept until whoever ends the patch returns to the caller: if that is the end of the value,
        # its destructors run in the caller's line, and not where it is written over.
        self.value = value
        # What the base class does, without the calls: this is on the path of every patch.
        self.target = target
        self.attribute = attribute
        self.key = key = (id(target), attribute)
        self.before = before
        self.context = running[-1] if running else None
        if key in covered:
            self.cover()
        else:
            covered[key] = self
        try:
            setattr(target, attribute, value)
        except BaseException:
            self._give_up()
            raise

    def make_place(self) -> AttributePlace:
        """Return the place the layer lies on."""
        return AttributePlace(self.target, self.attribute)

    def restore(self) -> None:
        """Write back what was there before."""
        write_attribute(self.target, self.attribute, self.before)

    def move(self, target: Any) -> None:
        """Have the end of the patch write to another object."""
        self.forget()
        self.target = target
        self.key = id(target), self.attribute
        self.cover()

    def _give_up(self) -> None:
        # What refused the new value has not let go of the old one, mostly.
        with suppress(Exception):
            if read_attribute(self.target, self.attribute)[0] is not self.before[0]:
                self.end()
        self.forget()
