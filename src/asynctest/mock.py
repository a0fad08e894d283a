"""
The mocks of asynctest: those of ``asyncmock_plus.coroutines``.

``asyncmock_plus`` makes what ``unittest.mock`` makes, an `AsyncMock`, of a coroutine function; this
module's mocks, specs and patches make a `CoroutineMock`, as they always did.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

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

from asynctest import _refusals

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

if not TYPE_CHECKING:  # for type checkers a module with __getattr__ has every name

    def __getattr__(name: str) -> object:
        raise _refusals.no_attribute(sys.modules[__name__], name)


# Annotations of other people's code name the class of a patch.
_patch = type(patch("asynctest.mock.DEFAULT"))
_patch_dict = patch.dict
