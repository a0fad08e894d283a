"""Attributes as places that can be patched."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from unittest.mock import DEFAULT

from asyncmock_plus._patch_layers import Layer, Place, place_of

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
        # The code under test has deleted it already.
        if hasattr(target, attribute):
            raise
    if original is DEFAULT:
        return
    if attribute in _WRITTEN_BACK or not hasattr(target, attribute):
        # A proxy has passed the deletion on, or a slot is empty now.
        setattr(target, attribute, original)


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


def attribute_place(target: Any, attribute: str) -> AttributePlace:
    """Return the place of an attribute, the same one as long as it is patched."""
    place = place_of((id(target), attribute))
    return place if isinstance(place, AttributePlace) else AttributePlace(target, attribute)


class AttributeLayer(Layer):
    """A patch of an attribute in force."""

    __slots__ = ()

    place: AttributePlace

    def __init__(self, target: Any, attribute: str, value: Any, before: State) -> None:
        super().__init__(attribute_place(target, attribute), before)
        self.place.put(self)
        try:
            setattr(target, attribute, value)
        except BaseException:
            self._give_up()
            raise

    def _give_up(self) -> None:
        # What refused the new value has not let go of the old one, mostly.
        with suppress(Exception):
            if not self.place.same(self.place.read(), self.before):
                self.end()
        self.place.forget(self)

    def move(self, target: Any) -> None:
        """Have the end of the patch write to another object."""
        self.place.forget(self)
        self.place = attribute_place(target, self.place.attribute)
        self.place.put(self)
