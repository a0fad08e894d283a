"""
The mocks of asynctest: those of ``asyncmock_plus.coroutines``.

``asyncmock_plus`` makes what ``unittest.mock`` makes, an `AsyncMock`, of a coroutine function; this
module's mocks, specs and patches make a `CoroutineMock`, as they always did.
"""

from __future__ import annotations

from asyncmock_plus import (
    ANY,
    DEFAULT,
    GLOBAL,
    LIMITED,
    PatchScope,
    call,
    return_once,
    sentinel,
)
from asyncmock_plus.coroutines import (
    CoroutineMock,
    MagicMock,
    Mock,
    NonCallableMagicMock,
    NonCallableMock,
    PropertyMock,
    create_autospec,
    mock_open,
    patch,
)

__all__ = [
    "ANY",
    "DEFAULT",
    "GLOBAL",
    "LIMITED",
    "CoroutineMock",
    "MagicMock",
    "Mock",
    "NonCallableMagicMock",
    "NonCallableMock",
    "PatchScope",
    "PropertyMock",
    "call",
    "create_autospec",
    "mock_open",
    "patch",
    "return_once",
    "sentinel",
]

# Annotations of other people's code name the class of a patch.
_patch = type(patch("asynctest.mock.DEFAULT"))
_patch_dict = patch.dict
