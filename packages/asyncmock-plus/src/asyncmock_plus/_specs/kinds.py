"""
The mock classes by name, for the modules beneath them.

A mock makes children of other classes, whose modules import its own; the classes enter themselves
here, so that no module has to import upwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any


class Kinds:
    """What children are made of."""

    AsyncCalls: Any
    AsyncGeneratorMock: Any
    AsyncMixin: Any
    AsyncMock: Any
    CoroutineMock: Any
    MagicMock: Any
    Mock: Any
    NonCallableMagicMock: Any
    NonCallableMock: Any
    PropertyMock: Any
    create_autospec: Any


if TYPE_CHECKING:

    class Mixin:
        """A part of a mock class, which relies on the other parts."""

        def __getattr__(self, name: str) -> Any: ...

else:
    Mixin = object
