"""
Dictionaries as places that can be patched, and ``patch.dict``.

More than 300 lines: a patch may do without a layer, and then patch and layer look into what
started last, which is one variable.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

from asyncmock_plus._patching.contents import (
    Change,
    clear_dict,
    difference,
    joined_changes,
    read_dict,
    update_dict,
)
from asyncmock_plus._patching.decorator import DecoratingPatcher
from asyncmock_plus._patching.layers import Layer, Place, exclusively, running, take
from asyncmock_plus._patching.scope import LIMITED, PatchScope
from asyncmock_plus._patching.target import importer
from asyncmock_plus._patching.wrappers import wrap_in_call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from asyncmock_plus._patching.layers import Context
    from asyncmock_plus._patching.start import Started

_F = TypeVar("_F", bound="Callable[..., Any]")

_NOTHING: tuple[()] = ()


class DictPlace(Place):
    """The contents of a dictionary or a container like one."""

    __slots__ = ("mapping",)

    def __init__(self, mapping: Any) -> None:
        super().__init__(id(mapping))
        self.mapping = mapping

    def read(self) -> Any:
        """Return a copy."""
        return read_dict(self.mapping)

    def write(self, state: Any) -> None:
        """Replace the contents."""
        clear_dict(self.mapping)
        update_dict(self.mapping, state)

    def change(self, layer: Layer, after: Any) -> Change:
        """Return which keys the patch, or the code under it, has set and deleted."""
        assert isinstance(layer, DictLayer)
        if layer.patcher.clear:
            return read_dict(after), None
        return difference(layer.before, after, layer.patcher.values)

    def changed(self, state: Any, change: Change) -> Any:
        """Return the contents with the change made."""
        values, deleted = change
        after = read_dict(state)
        if deleted is None:
            clear_dict(after)
        else:
            for key in deleted:
                after.pop(key, None)
        after.update(values)
        return after

    def set_aside(self, layer: Layer, after: Any, context: Context) -> None:
        """Leave what the patch has set, and what others did since; keep the rest for later."""
        assert isinstance(layer, DictLayer)
        pauses = layer.pauses = getattr(layer, "pauses", {})
        own, aside = pauses.get(context, (layer.patched(), None))
        if aside is None:
            aside = difference(self.changed(layer.before, own), after)
            pauses[context] = own, aside
            layer.changes = own

    def bring_back(self, layer: Layer, context: Context) -> None:
        """Have what was done in the context, on top of what others did since."""
        assert isinstance(layer, DictLayer)
        _, aside = getattr(layer, "pauses", {}).get(context, (None, None))
        if aside is not None:
            layer.pauses[context] = layer.changes, None
            layer.changes = joined_changes(layer.changes, aside)

    def same(self, state: Any, other: Any) -> bool:
        """Compare values by identity: they may have an ``==`` of their own."""
        return list(state) == list(other) and all(state[key] is other[key] for key in state)


class DictLayer(Layer):
    """
    A patch of a dictionary in force.

    Attributes:
        mapping: The dictionary, or a container like one.
        patcher: The patch: what to set, and whether to clear.
        pauses: For limited contexts around it that paused while it lay on top of their layers: what
            it changed when the context resumed last, and what is set aside until it resumes.
    """

    __slots__ = ("mapping", "patcher", "pauses")

    pauses: dict[Context, tuple[Change, Change | None]]

    def __init__(self, mapping: Any, patcher: _patch_dict, before: Any) -> None:
        self.mapping: Any = mapping
        self.patcher = patcher
        self.key = id(mapping)
        self.before: Any = before
        self.context = None

    def patched(self) -> Change:
        """Return what the patch itself changes."""
        return self.patcher.values, None if self.patcher.clear else set()

    def make_place(self) -> DictPlace:
        """Return the place the layer lies on."""
        return DictPlace(self.mapping)

    def restore(self) -> None:
        """Replace the contents by what was there before."""
        clear_dict(self.mapping)
        update_dict(self.mapping, self.before)

    def settle(self) -> None:
        """Lay the layers of the patches that have none."""
        settle()

    def end(self, *exc_info: Any) -> bool | None:
        """Take the layer away, from wherever it lies; without effect if it is not there."""
        if latest is None:
            return super().end(*exc_info)
        exclusively(take, self)
        return None


# A patch without a layer: the patch, the dictionary, what was in it before, and the one that was
# the latest then. It counts as long as the patch refers to it: threads may get in between.
Alone = tuple["_patch_dict", "dict[Any, Any]", "dict[Any, Any]", "Alone | None"]

# What started last lies on top wherever it lies: to end it is to bring back what was there.
latest: Alone | None = None


def settle() -> None:
    """Lay a layer for each patch that has none, in the order of their start."""
    global latest
    found, latest = latest, None
    chain = []
    while found is not None:
        chain.append(found)
        found = found[3]
    for alone in reversed(chain):
        alone[0]._lay(alone)


class _patch_dict(DecoratingPatcher):  # noqa: N801
    """
    Change a dictionary, and bring back what was in it at the end: ``patch.dict``.

    Args:
        in_dict: The dictionary, a container with ``[]``, ``del`` and iteration over its keys, or
            the dotted name of one, which is imported when the patch starts.
        values: What to set: a mapping, or pairs of key and value.
        clear: Whether to delete everything else meanwhile.
        scope: For decorated coroutines and generators: ``GLOBAL`` or ``LIMITED``. Any other value
            is one more keyword argument.
        kwargs: More values to set.

    What the code under test changes in the dictionary is undone, too. With ``LIMITED``, it comes
    back whenever the function resumes.

    Example:
        >>> from asyncmock_plus import patch
        >>> settings = {"retries": 3}
        >>> with patch.dict(settings, timeout=1.5):
        ...     settings
        {'retries': 3, 'timeout': 1.5}
        >>> settings
        {'retries': 3}
    """

    def __init__(
        self,
        in_dict: Any,
        values: Mapping[Any, Any] | Iterable[tuple[Any, Any]] = _NOTHING,
        clear: bool = False,
        **kwargs: Any,
    ) -> None:
        if "scope" in kwargs and isinstance(kwargs["scope"], PatchScope):
            self.scope: PatchScope = kwargs.pop("scope")
        self.in_dict: Any = in_dict
        # kwargs are a dictionary of ours, mostly they are all there is
        self.values: dict[Any, Any] = kwargs if values is _NOTHING else {**dict(values), **kwargs}
        self.clear = clear

    if TYPE_CHECKING:

        def __call__(self, func: _F) -> _F: ...

    def copy(self) -> _patch_dict:
        """Return a patch of the same dictionary that is not in force."""
        copied = type(self)(self.in_dict, self.values, self.clear)
        copied.scope = self.scope
        return copied

    def decorate_callable(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a function, generator function or asynchronous generator function."""
        return wrap_in_call(func, [self])

    def decorate_async_callable(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a coroutine function."""
        return wrap_in_call(func, [self], asynchronous=True)

    @property
    def is_started(self) -> bool:
        """Whether the patch is in force, started by ``with`` or ``start()``."""
        return self._alone is not None or bool(self._entered)

    def _open(self, started: Started) -> Any:
        layer = self._start_layer()
        started.append(layer)
        return layer.mapping

    # It may be started again before it has ended. And dictionaries have a path without any calls
    # that are not needed: the standard library does hardly more than to copy and to update.

    # What it refers to as long as it has no layer.
    _alone: Alone | None = None

    def __enter__(self) -> Any:
        """Start the patch; return the dictionary."""
        global latest
        mapping = self.in_dict
        if self.scope is LIMITED:
            self._refuse_limited()
        if type(mapping) is not dict or self.clear or running or self._alone is not None:
            return self._enter_layer()
        self._alone = latest = self, mapping, mapping.copy(), latest
        mapping.update(self.values)
        return mapping

    def __exit__(self, *exc_info: object) -> Literal[False]:
        """End the patch; without effect if it is not in force."""
        global latest
        alone = self._alone
        if alone is None or latest is not alone:
            return self._exit_layer()
        self._alone = None
        _, mapping, before, latest = alone
        mapping.clear()
        mapping.update(before)
        return False

    _stock: ClassVar[Any] = (__enter__, __exit__)

    def settle(self) -> None:
        """Have a layer, and those before it as well."""
        settle()
        if self._alone is not None:
            self._lay(self._alone)

    def _lay(self, alone: Alone) -> None:
        if alone is self._alone:
            _, mapping, before, _ = alone
            layer = DictLayer(mapping, self, before)
            layer.cover()
            self._push(layer)
            self._alone = None

    def _enter_layer(self) -> Any:
        layer = self._start_layer()
        self._push(layer)
        return layer.mapping

    def _exit_layer(self) -> Literal[False]:
        if self._alone is not None:
            exclusively(_patch_dict._exit_settled, self)
        else:
            self._exit_settled()
        return False

    def _exit_settled(self) -> None:
        if self._entered:
            self._entered.pop().end()

    def _push(self, layer: DictLayer) -> None:
        vars(self).setdefault("_entered", []).append(layer)

    def _start_layer(self) -> DictLayer:
        mapping = self.in_dict
        if isinstance(mapping, str):
            self.in_dict = mapping = importer(mapping)
        layer = DictLayer(mapping, self, read_dict(mapping))
        layer.context = running[-1] if running else None
        if latest is None:
            layer.cover()
        else:
            exclusively(Layer.cover, layer)
        try:
            if self.clear:
                clear_dict(mapping)
            update_dict(mapping, self.values)
        except BaseException:
            with suppress(Exception):
                layer.end()
            raise
        return layer
