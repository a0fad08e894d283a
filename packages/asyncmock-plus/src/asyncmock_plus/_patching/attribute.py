"""The patch of an attribute: what ``patch``, ``patch.object`` and ``patch.multiple`` return."""

from __future__ import annotations

import asyncio
import builtins
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload
from unittest.mock import DEFAULT

from asyncmock_plus._patching.decorator import DecoratingPatcher
from asyncmock_plus._patching.places import AttributeLayer, State, read_attribute
from asyncmock_plus._patching.replacement import check_arguments, mark_sleep, replacement
from asyncmock_plus._patching.scope import GLOBAL, PatchScope, checked_scope
from asyncmock_plus._patching.start import Started, start_patch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncmock_plus._patching.options import Family

    _P = ParamSpec("_P")
    _C = TypeVar("_C", bound=type)
    _R = TypeVar("_R")

_T = TypeVar("_T")

_SLEEP = asyncio.sleep

_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))


class _patch(DecoratingPatcher, Generic[_T]):  # noqa: N801
    """
    The patch of one attribute; or of several, for ``patch.multiple``.

    The attributes are the arguments; `additional_patchers` are the others of ``patch.multiple``.
    """

    owner: Family

    def __init__(
        self,
        getter: Callable[[], Any],
        attribute: str,
        new: Any,
        spec: Any,
        create: bool,
        spec_set: Any,
        autospec: Any,
        new_callable: Callable[..., Any] | None,
        kwargs: Mapping[str, Any],
        *,
        unsafe: bool = False,
        scope: PatchScope = GLOBAL,
        owner: Family | None = None,
    ) -> None:
        self.getter = getter
        self.attribute = attribute
        self.new = new
        self.new_callable = new_callable
        self.spec = spec
        self.create = create
        self.has_local = False
        self.spec_set = spec_set
        self.autospec = autospec
        self.kwargs = kwargs
        self.additional_patchers: list[_patch[Any]] = []
        self.scope: PatchScope = scope if scope is GLOBAL else checked_scope(scope)
        if owner is not None:
            self.owner = owner
        if kwargs or not (new_callable is None and spec is None and spec_set is None):
            check_arguments(self, unsafe=unsafe)

    if TYPE_CHECKING:

        @overload
        def __call__(self, func: _C) -> _C: ...
        @overload
        def __call__(self, func: Callable[_P, _R]) -> Callable[_P, _R]: ...
        def __call__(self, func: Any) -> Any: ...
        def __enter__(self) -> _T: ...
        def start(self) -> _T:
            """Start the patch until `stop` or ``patch.stopall()`` is called."""
            ...

    def copy(self) -> _patch[_T]:
        """Return a patch with the same arguments that is not in force."""
        patcher: _patch[_T] = _patch(
            self.getter,
            self.attribute,
            self.new,
            self.spec,
            self.create,
            self.spec_set,
            self.autospec,
            self.new_callable,
            self.kwargs,
            unsafe=True,  # has been checked
            scope=self.scope,
            owner=self.owner,
        )
        patcher.attribute_name = self.attribute_name
        patcher.additional_patchers = [each.copy() for each in self.additional_patchers]
        return patcher

    def get_original(self) -> State:
        """
        Return what is there now, and whether the object itself holds it.

        Raises:
            AttributeError: There is no such attribute, and ``create`` is not set.
        """
        return self._original(self.getter())

    def _original(self, target: Any) -> State:
        state = read_attribute(target, self.attribute)
        if state[0] is not DEFAULT or self.create:
            return state
        if self.attribute in _BUILTINS and isinstance(target, ModuleType):
            # A module sees the builtin; the patch hides it from this module alone.
            return state
        msg = f"{target} does not have the attribute {self.attribute!r}"
        raise AttributeError(msg)

    def _open(self, started: Started) -> Any:
        target = self.getter()
        before = self._original(target)
        new = replacement(self, target, before[0])
        if before[0] is _SLEEP:
            mark_sleep(new)
        started.append(AttributeLayer(target, self.attribute, new, before))
        if self.attribute_name is None:
            return new
        mocks = {self.attribute_name: new} if self.new is DEFAULT else {}
        for patcher in self.additional_patchers:
            mock = start_patch(patcher, started)
            if patcher.new is DEFAULT:
                mocks.update(mock)
        return mocks

    def _layer(self, name: str) -> AttributeLayer:
        if not self._entered:
            msg = f"{name!r} of a patch is known only while it is in force"
            raise AttributeError(msg)
        layer = self._entered[0]
        assert isinstance(layer, AttributeLayer)
        return layer

    @property
    def target(self) -> Any:
        """The object whose attribute is patched now."""
        return self._layer("target").target

    @target.setter
    def target(self, target: Any) -> None:
        self._layer("target").move(target)

    @property
    def temp_original(self) -> Any:
        """What was there before."""
        return self._layer("temp_original").before[0]

    @temp_original.setter
    def temp_original(self, original: Any) -> None:
        layer = self._layer("temp_original")
        layer.before = original, layer.before[1]

    @property
    def is_local(self) -> bool:
        """Whether the object itself held what was there before."""
        local: bool = self._layer("is_local").before[1]
        return local

    @is_local.setter
    def is_local(self, local: bool) -> None:
        layer = self._layer("is_local")
        layer.before = layer.before[0], local

    def __repr__(self) -> str:
        return f"<patch of {self.attribute!r}{', started' if self._entered else ''}>"


if TYPE_CHECKING:

    class PatchWithMock(_patch[_T]):
        """A patch that passes its mock to decorated functions, which ParamSpec cannot take away."""

        @overload
        def __call__(self, func: _C) -> _C: ...
        @overload
        def __call__(self, func: Callable[..., _R]) -> Callable[..., _R]: ...
        def __call__(self, func: Any) -> Any: ...
