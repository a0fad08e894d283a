"""
The mocks of asynctest: those of ``asyncmock_plus``, and patches that make a `CoroutineMock`.

``asyncmock_plus.patch`` makes what ``unittest.mock.patch`` makes, an `AsyncMock`, of a coroutine
function; this module's makes a `CoroutineMock`, as it always did.
"""

from __future__ import annotations

import asyncmock_plus
from asyncmock_plus import (
    ANY,
    DEFAULT,
    GLOBAL,
    LIMITED,
    CoroutineMock,
    MagicMock,
    Mock,
    NonCallableMagicMock,
    NonCallableMock,
    PatchScope,
    PropertyMock,
    call,
    create_autospec,
    mock_open,
    return_once,
    sentinel,
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

patch: asyncmock_plus.Patch = asyncmock_plus.Patch(async_mock=CoroutineMock)

# Annotations of other people's code name the class of a patch.
_patch = type(patch("asynctest.mock.DEFAULT"))
_patch_dict = patch.dict
