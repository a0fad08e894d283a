"""``patch``, with ``patch.object``, ``patch.dict``, ``patch.multiple`` and ``patch.stopall``."""

from __future__ import annotations

from functools import partial
from typing import Any, TYPE_CHECKING
from unittest.mock import DEFAULT

from asyncmock_plus._autospec import create_autospec
from asyncmock_plus._mocks import AsyncMock, MagicMock, NonCallableMagicMock
from asyncmock_plus._patch_decorator import DecoratingPatcher
from asyncmock_plus._patch_dict import _patch_dict
from asyncmock_plus._patch_start import stopall
from asyncmock_plus._patch_target import importer, split_target
from asyncmock_plus._patcher import _patch
from asyncmock_plus._scope import GLOBAL, PatchScope

if TYPE_CHECKING:
    from collections.abc import Callable


class Patch:
    TEST_PREFIX = "test"

    def __init__(
        self,
        *,
        magic_mock: Callable[..., Any] = MagicMock,
        async_mock: Callable[..., Any] = AsyncMock,
        non_callable_magic_mock: Callable[..., Any] = NonCallableMagicMock,
        create_autospec: Callable[..., Any] = create_autospec,
    ) -> None:
        self.TEST_PREFIX = "test"
        self.magic_mock = magic_mock
        self.async_mock = async_mock
        self.non_callable_magic_mock = non_callable_magic_mock
        self.create_autospec = create_autospec
        self.dict = type("_patch_dict", (_patch_dict,), {"owner": self})

    def __call__(
        self,
        target: str,
        new: Any = DEFAULT,
        spec: Any = None,
        create: bool = False,
        spec_set: Any = None,
        autospec: Any = None,
        new_callable: Callable[..., Any] | None = None,
        *,
        unsafe: bool = False,
        scope: PatchScope = GLOBAL,
        **kwargs: Any,
    ) -> _patch[Any]:
        getter, attribute = split_target(target)
        return _patch(
            getter,
            attribute,
            new,
            spec,
            create,
            spec_set,
            autospec,
            new_callable,
            kwargs,
            unsafe=unsafe,
            scope=scope,
            owner=self,
        )

    def object(
        self,
        target: Any,
        attribute: str,
        new: Any = DEFAULT,
        spec: Any = None,
        create: bool = False,
        spec_set: Any = None,
        autospec: Any = None,
        new_callable: Callable[..., Any] | None = None,
        *,
        unsafe: bool = False,
        scope: PatchScope = GLOBAL,
        **kwargs: Any,
    ) -> _patch[Any]:
        if type(target) is str:
            msg = f"{target!r} must be the actual object to be patched, not a str"
            raise TypeError(msg)
        return _patch(
            lambda: target,
            attribute,
            new,
            spec,
            create,
            spec_set,
            autospec,
            new_callable,
            kwargs,
            unsafe=unsafe,
            scope=scope,
            owner=self,
        )

    def multiple(
        self,
        target: Any,
        spec: Any = None,
        create: bool = False,
        spec_set: Any = None,
        autospec: Any = None,
        new_callable: Callable[..., Any] | None = None,
        *,
        scope: PatchScope = GLOBAL,
        **kwargs: Any,
    ) -> _patch[Any]:
        if not kwargs:
            msg = "Must supply at least one keyword argument with patch.multiple"
            raise ValueError(msg)
        getter = partial(importer, target) if type(target) is str else lambda: target
        patchers = []
        for attribute, new in kwargs.items():
            patcher = _patch(
                getter,
                attribute,
                new,
                spec,
                create,
                spec_set,
                autospec,
                new_callable,
                {},
                scope=scope,
                owner=self,
            )
            patcher.attribute_name = attribute
            patchers.append(patcher)
        patchers[0].additional_patchers = patchers[1:]
        return patchers[0]

    stopall = staticmethod(stopall)


patch = Patch()
DecoratingPatcher.owner = patch
