"""
The mock classes by name, for the modules beneath them.

A mock makes children of other classes, whose modules import its own; the classes enter themselves
here, so that no module has to import upwards. Handing them down with a plan instead would reach
the mocks alone: ``create_autospec``, a function, makes mocks of three classes and has no mock to
ask, and results of mocked classes are made by ``create_autospec``.
"""

from __future__ import annotations

from typing import Any


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
