"""Mocks, patching and autospec for sync and async code: a superset of ``unittest.mock``."""

import typing as _typing
from unittest.mock import ANY, DEFAULT, FILTER_DIR, call, sentinel

from asyncmock_plus._mocks.classes import (
    AsyncMock,
    MagicMock,
    Mock,
    NonCallableMagicMock,
    NonCallableMock,
    PropertyMock,
)
from asyncmock_plus._once import return_once
from asyncmock_plus._open import mock_open
from asyncmock_plus._patching.attribute import _patch as _patch
from asyncmock_plus._patching.dict import _patch_dict as _patch_dict
from asyncmock_plus._patching.patch import Patch, patch
from asyncmock_plus._patching.scope import GLOBAL, LIMITED, PatchScope
from asyncmock_plus._patching.target import importer as _importer  # noqa: F401
from asyncmock_plus._patching.target import split_target as _get_target  # noqa: F401
from asyncmock_plus._specs.autospec import create_autospec
from asyncmock_plus._specs.seal import seal
from asyncmock_plus._specs.spec import InvalidSpecError
from asyncmock_plus._threading import ThreadingMock
from asyncmock_plus._version import __version__
from asyncmock_plus.coroutines import CoroutineMock
from asyncmock_plus.replace import replace

if _typing.TYPE_CHECKING:
    from unittest.mock import AsyncMagicMixin as AsyncMagicMixin
    from unittest.mock import AsyncMockMixin as AsyncMockMixin
    from unittest.mock import CallableMixin as CallableMixin
    from unittest.mock import MagicMixin as MagicMixin
    from unittest.mock import MagicProxy as MagicProxy

    from asyncmock_plus._cpython import _Call as _Call
    from asyncmock_plus._cpython import _CallList as _CallList
    from asyncmock_plus._cpython import _SentinelObject as _SentinelObject
else:  # for type checkers, it would make any name an attribute
    from asyncmock_plus._names import standard_name as __getattr__  # noqa: F401

_patch_object, _patch_multiple, _patch_stopall = patch.object, patch.multiple, patch.stopall

__all__ = [
    "ANY",
    "DEFAULT",
    "FILTER_DIR",
    "GLOBAL",
    "LIMITED",
    "AsyncMock",
    "CoroutineMock",
    "InvalidSpecError",
    "MagicMock",
    "Mock",
    "NonCallableMagicMock",
    "NonCallableMock",
    "Patch",
    "PatchScope",
    "PropertyMock",
    "ThreadingMock",
    "__version__",
    "call",
    "create_autospec",
    "mock_open",
    "patch",
    "replace",
    "return_once",
    "seal",
    "sentinel",
]
