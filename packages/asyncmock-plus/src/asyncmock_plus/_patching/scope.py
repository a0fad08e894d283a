"""How long a patch of a coroutine or of a generator is in force."""

from __future__ import annotations

import enum


class PatchScope(enum.Enum):
    """
    When the patch of a decorated coroutine or generator is in force, as in asynctest 0.13.

    Scopes make no difference to decorated plain functions. ``with`` and ``start()`` refuse
    `LIMITED`, as nobody tells them of suspensions.
    """

    __module__ = "asyncmock_plus"  # where it is pickled from, wherever this module moves

    LIMITED = "LIMITED"
    """Only while the decorated code runs, not while it is suspended."""

    GLOBAL = "GLOBAL"
    """From the start of the decorated code until it returns, raises, is closed or collected."""


LIMITED = PatchScope.LIMITED
GLOBAL = PatchScope.GLOBAL


def checked_scope(scope: object) -> PatchScope:
    """
    Return the scope.

    Raises:
        ValueError: It is not a scope.
    """
    if isinstance(scope, PatchScope):
        return scope
    msg = f"unknown scope {scope!r}: a patch is GLOBAL or LIMITED (asyncmock_plus.LIMITED)"
    raise ValueError(msg)
