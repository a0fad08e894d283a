"""Mocks, patching and autospec for sync and async code: a superset of ``unittest.mock``."""

from unittest.mock import ANY, DEFAULT, FILTER_DIR, call, seal, sentinel

from asyncmock_plus._autospec import create_autospec
from asyncmock_plus._mocks import (
    AsyncMock,
    CoroutineMock,
    MagicMock,
    Mock,
    NonCallableMagicMock,
    NonCallableMock,
    PropertyMock,
)
from asyncmock_plus._version import __version__

__all__ = [
    "ANY",
    "DEFAULT",
    "FILTER_DIR",
    "AsyncMock",
    "CoroutineMock",
    "MagicMock",
    "Mock",
    "NonCallableMagicMock",
    "NonCallableMock",
    "PropertyMock",
    "__version__",
    "call",
    "create_autospec",
    "seal",
    "sentinel",
]
