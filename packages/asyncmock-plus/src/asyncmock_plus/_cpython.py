"""
The private names of ``unittest.mock`` that are used, in this one place.

All were read on CPython 3.10.13, 3.11.7, 3.12.1, 3.13.0, 3.14.10 and 3.15.2. A test imports each of
them, so that a Python that drops one says so by its name.
"""

from __future__ import annotations

import asyncio
from typing import Any
from unittest import mock as _std

# What is recorded and compared: users hold these objects, so they have to be the same classes.
Call: Any = _std._Call  # type: ignore[attr-defined]
CallList: Any = _std._CallList  # type: ignore[attr-defined]
AnyComparer: Any = _std._AnyComparer  # type: ignore[attr-defined]

# Which names are magic, and what a magic method answers: differs from version to version.
ALL_MAGICS: frozenset[str] = frozenset(_std._all_magics)  # type: ignore[attr-defined]
ALL_SYNC_MAGICS: frozenset[str] = frozenset(_std._all_sync_magics)  # type: ignore[attr-defined]
ASYNC_METHOD_MAGICS: frozenset[str] = frozenset(_std._async_method_magics)  # type: ignore[attr-defined]
DEFAULT_MAGICS: frozenset[str] = frozenset(_std._magics) | ASYNC_METHOD_MAGICS  # type: ignore[attr-defined]
UNSUPPORTED_MAGICS: frozenset[str] = frozenset(_std._unsupported_magics)  # type: ignore[attr-defined]
set_magic_result: Any = _std._set_return_value  # type: ignore[attr-defined]
bind_magic: Any = _std._get_method  # type: ignore[attr-defined]

# The markers in ``_mock_children``, which code of the standard library looks into.
DELETED: Any = _std._deleted  # type: ignore[attr-defined]
SpecState: Any = _std._SpecState  # type: ignore[attr-defined]

# The bases: ``isinstance`` has to hold for code that knows the standard library's classes only.
AsyncMockMixin: Any = _std.AsyncMockMixin
CallableMixin: Any = _std.CallableMixin
MagicMixin: Any = _std.MagicMixin
MagicProxy: Any = _std.MagicProxy
InvalidSpecError: Any = _std.InvalidSpecError

# How a signature is read off an object, with or without its first argument.
signature_of: Any = _std._get_signature_object  # type: ignore[attr-defined]
FunctionTypes: tuple[type, ...] = _std.FunctionTypes
is_callable: Any = _std._callable  # type: ignore[attr-defined]
is_instance_callable: Any = _std._instance_callable  # type: ignore[attr-defined]

# What asyncio.iscoroutinefunction() looked for up to 3.13; still set by the standard library.
COROUTINE_MARKER: Any = getattr(asyncio.coroutines, "_is_coroutine", None)

# The misspelt assertions that are refused by name: 3.12 and newer, None before.
DENIED_NAMES: frozenset[str] = getattr(
    _std,
    "_ATTRIB_DENY_LIST",
    frozenset(
        name.removeprefix("assert_")
        for name in dir(_std.NonCallableMock)
        if name.startswith("assert_")
    ),
)
