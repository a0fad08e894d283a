"""Attributes of single objects, replaced for a while."""

from __future__ import annotations

from typing import final

__all__ = ["Overrides"]

_MISSING = object()


@final
class Overrides:
    """
    Replaced instance attributes, put back in reverse order.

    An attribute that somebody else has replaced in the meantime is left as it is: taking it back
    would undo their work, not ours.
    """

    __slots__ = ("_undo",)

    def __init__(self) -> None:
        self._undo: list[tuple[object, str, object, object]] = []

    def set(self, target: object, name: str, value: object) -> None:
        """Replace the attribute *name* of *target*."""
        before = vars(target).get(name, _MISSING)
        setattr(target, name, value)
        self._undo.append((target, name, before, value))

    def restore(self) -> None:
        """Put everything back."""
        while self._undo:
            target, name, before, value = self._undo.pop()
            if vars(target).get(name) is not value:
                continue
            if before is _MISSING:
                delattr(target, name)
            else:
                setattr(target, name, before)
