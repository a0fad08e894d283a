"""
The private names of ``unittest.mock`` and `inspect` that are used, in this one place.

All were read on CPython 3.10.13, 3.11.7, 3.12.1, 3.13.0, 3.14.10 and 3.15.2. A test imports each of
them, so that a Python that drops one says so by its name.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import sys
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from unittest import mock

if TYPE_CHECKING:  # for annotations; at run time, the package has all names
    from unittest.mock import _Call as _Call
    from unittest.mock import _CallList as _CallList
    from unittest.mock import _SentinelObject as _SentinelObject

# The module, for private names that type checkers do not know.
std: Any = mock

# What is recorded and compared: users hold these objects, so they have to be the same classes.
Call: Any = std._Call
CallList: Any = std._CallList
AnyComparer: Any = std._AnyComparer

# Which names are magic, and what a magic method answers: differs from version to version.
ALL_MAGICS: frozenset[str] = frozenset(std._all_magics)
ALL_SYNC_MAGICS: frozenset[str] = frozenset(std._all_sync_magics)
ASYNC_METHOD_MAGICS: frozenset[str] = frozenset(std._async_method_magics)
DEFAULT_MAGICS: frozenset[str] = frozenset(std._magics) | ASYNC_METHOD_MAGICS
UNSUPPORTED_MAGICS: frozenset[str] = frozenset(std._unsupported_magics)
set_magic_result: Any = std._set_return_value
bind_magic: Any = std._get_method

# The markers in ``_mock_children``, which code of the standard library looks into.
DELETED: Any = std._deleted

# The bases: ``isinstance`` has to hold for code that knows the standard library's classes only.
AsyncMockMixin: Any = std.AsyncMockMixin
CallableMixin: Any = std.CallableMixin
MagicMixin: Any = std.MagicMixin
InvalidSpecError: Any = std.InvalidSpecError

# How a signature is read off an object, with or without its first argument.
signature_of: Any = std._get_signature_object
FunctionTypes: tuple[type, ...] = std.FunctionTypes
is_callable: Any = std._callable
is_instance_callable: Any = std._instance_callable

# Whether an autospecced coroutine function makes a coroutine of its own, which awaits that of the
# mock: its side effects are one frame further from the caller then. 3.13 and newer.
AUTOSPEC_IS_A_COROUTINE: bool = hasattr(std, "_set_async_signature")

# What asyncio.iscoroutinefunction() looked for up to 3.13; still set by the standard library.
COROUTINE_MARKER: Any = getattr(asyncio.coroutines, "_is_coroutine", None)

# The misspelt assertions that are refused by name: 3.12 and newer, None before.
DENIED_NAMES: frozenset[str] = getattr(
    std,
    "_ATTRIB_DENY_LIST",
    frozenset(
        name.removeprefix("assert_")
        for name in dir(std.NonCallableMock)
        if name.startswith("assert_")
    ),
)

# Where the function of a partialmethod keeps what it was made from: since 3.13, and before.
PARTIALMETHOD_NAMES = ("__partialmethod__", "_partialmethod")

# And those of awaits, which the standard library does not refuse. `awaited` is one of ours.
DENIED_NAMES |= {
    name.removeprefix("assert_") for name in dir(std.AsyncMockMixin) if name.startswith("assert_")
} - {"awaited"}

# What functools.lru_cache makes: not a function, and bound like one.
LruCacheWrapper: Any = type(functools.lru_cache(lambda: None))

# What a class subscripted with types is: of builtin classes, and of those made with typing.Generic.
_T = TypeVar("_T")
_Generic: Any = Generic
ALIASES = frozenset({type(list[int]), type(_Generic[_T])})

# Where a class keeps its annotations: evaluated ones, and since Python 3.14 those that are not yet.
ANNOTATION_NAMES = ("__annotations__",)
if sys.version_info >= (3, 14):
    ANNOTATION_NAMES += ("__annotations_cache__", "__annotate__", "__annotate_func__")


def return_annotation(function: Any) -> Any:
    """Return what a function is annotated to return: an object, or text that is not evaluated."""
    if sys.version_info >= (3, 14):
        if function.__annotate__ is None:
            return None
        import annotationlib

        form = annotationlib.Format.STRING
        return annotationlib.get_annotations(function, format=form).get("return")
    return function.__annotations__.get("return")


def annotated_names(cls: type) -> list[str]:
    """Return the names a class annotates, without evaluating the annotations."""
    if not any(map(cls.__dict__.__contains__, ANNOTATION_NAMES)):
        return []
    if sys.version_info >= (3, 14):
        import annotationlib

        return list(annotationlib.get_annotations(cls, format=annotationlib.Format.STRING))
    return list(cls.__dict__.get("__annotations__", ()))  # noqa: RUF063


# Whether a reference count says who has an object. Not on builds without the GIL, and not under the
# experimental JIT (sys._jit, 3.14 and newer), which leaves counts out where it sees fit.
_jit: Any = getattr(sys, "_jit", None)
COUNTS_REFERENCES: bool = "free-threading" not in sys.version and not (_jit and _jit.is_enabled())


class LateSignature(inspect.Signature):
    """
    A signature that is read when somebody looks into it.

    There is no public way to fill in a signature later: its two slots are private.
    """

    __slots__ = ("_read",)

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return object.__new__(cls)

    def __init__(self, read: Any) -> None:
        self._read = read

    def __getattr__(self, name: str) -> Any:
        if name not in ("_parameters", "_return_annotation"):
            raise AttributeError(name)
        found = self._read()
        self._parameters = found._parameters
        self._return_annotation = found._return_annotation
        return getattr(self, name)

    def __reduce__(self) -> Any:
        return self.replace().__reduce__()

    def replace(self, **changes: Any) -> Any:
        """Return a plain signature, with the changes."""
        plain = inspect.Signature(
            tuple(self.parameters.values()), return_annotation=self.return_annotation
        )
        return plain.replace(**changes) if changes else plain

    __replace__: Any = replace

    def __repr__(self) -> str:
        return f"<Signature {self}>"
