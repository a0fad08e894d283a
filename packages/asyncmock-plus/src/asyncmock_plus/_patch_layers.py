"""
Patches that overlap in one place, in whatever order they end.

Theory of operation. A *place* is what can be patched: one attribute of one object, or one
dictionary. Every patch in force puts a *layer* on its place, and the layer knows the state of the
place *before* it. As long as patches end in the reverse order of their start, taking the topmost
layer off means writing back that state: what ``unittest.mock`` does.

Concurrent tasks end their patches in any order. If the layer is not the topmost one, writing back
what was there before would switch off a patch that is still in force, and the end of that one
would bring back the value of a patch that is long gone. Such a layer is taken out of the middle
instead: what each of the remaining layers changed is worked out, and laid anew upon the state at
    the bottom.

``scope=LIMITED`` needs one thing more. A call of a decorated function with such patches has a
*context*; whenever the function is suspended, the layers of its context are lifted off, and
laid on top again when it resumes. Patches that the function itself started meanwhile (a ``with
patch`` in its body) belong above those of its decorators, though, and stay in force during the
suspension: hence layers remember in which context they were started, and while a context runs,
everything that was started in it ranks above everything else, by order of start.

There is one stack of running contexts: patches change what all threads see, and so do limited ones.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_places: dict[object, Place] = {}
_running: list[Context] = []
_numbers = count()
_waiting: list[tuple[Callable[[Layer], None], Layer]] = []


class Place:
    """
    Something that can be patched, and the layers on it.

    A state is opaque to this class: subclasses read it, write it, and know what a layer has changed
    between two states.
    """

    __slots__ = ("key", "layers")

    def __init__(self, key: object) -> None:
        self.key = key
        self.layers: list[Layer] = []

    def read(self) -> Any:
        """Return the state the place is in."""
        raise NotImplementedError

    def write(self, state: Any) -> None:
        """Bring the place into the state."""
        raise NotImplementedError

    def change(self, layer: Layer, after: Any) -> Any:
        """Return what the layer changed from its `before` to the state *after*."""
        raise NotImplementedError

    def changed(self, state: Any, change: Any) -> Any:
        """Return the state with the change laid on top."""
        raise NotImplementedError

    def put(self, layer: Layer) -> None:
        """Lay a layer that has just been started, whose `before` is known, on top."""
        if not self.layers:
            _places[self.key] = self
        self.layers.append(layer)

    def same(self, state: Any, other: Any) -> bool:
        """Return whether nothing has to be written to get from one state to the other."""
        raise NotImplementedError

    def take(self, layer: Layer) -> None:
        """Take a layer away, from wherever it lies; without effect if it is not there."""
        layers = self.layers
        if len(layers) == 1 and layers[0] is layer and layer.context is None:
            del layers[0], _places[self.key]
            self.write(layer.before)
        elif any(other is layer for other in layers):
            _exclusively(self._take, layer)

    def _take(self, layer: Layer) -> None:
        rest = [other for other in self.layers if other is not layer]
        if len(rest) == len(self.layers):
            return
        if self.layers[-1] is not layer or not _ranked(rest):
            self._relay(sorted(rest, key=_rank))
            return
        if layer.context is not None:
            layer.changes = self.change(layer, self.read())
        self._arrange(rest)
        self.write(layer.before)

    def forget(self, layer: Layer) -> None:
        """Take a layer away and leave the state as it is."""
        self._arrange([other for other in self.layers if other is not layer])

    def put_back(self, layer: Layer) -> None:
        """Lay a layer that had been taken away on top, below what was started under it."""
        layers = [*self.layers, layer]
        if not _ranked(layers):
            self._relay(sorted(layers, key=_rank))
            return
        layer.before = self.read()
        self._arrange(layers)
        self.write(self.changed(layer.before, layer.changes))

    def _relay(self, layers: list[Layer]) -> None:
        now = self.read()
        states = [layer.before for layer in self.layers]
        for layer, after in zip(self.layers, [*states[1:], now], strict=True):
            layer.changes = self.change(layer, after)
        state = states[0] if states else now
        for layer in layers:
            layer.before = state
            state = self.changed(state, layer.changes)
        self._arrange(layers)
        if not self.same(state, now):
            self.write(state)

    def _arrange(self, layers: list[Layer]) -> None:
        self.layers[:] = layers
        if layers:
            _places[self.key] = self
        else:
            _places.pop(self.key, None)


class Layer:
    """
    One patch in force.

    Attributes:
        place: Where it lies.
        before: The state of the place under it.
        context: The limited context it was started in.
        changes: What it changed, known only while it has been taken away.
    """

    __slots__ = ("before", "changes", "context", "number", "place")

    def __init__(self, place: Place, before: Any) -> None:
        self.place = place
        self.before = before
        self.changes: Any = None
        self.context = _running[-1] if _running else None
        self.number = next(_numbers)

    def end(self, *exc_info: Any) -> bool | None:
        """End the patch; without effect if it was not in force."""
        self.place.take(self)
        return None


class Context:
    """The patches of one call that are in force only while it runs."""

    __slots__ = ("layers", "parent", "running")

    def __init__(self) -> None:
        self.parent = _running[-1] if _running else None
        self.layers: list[Layer] = []
        self.running = True
        _running.append(self)

    def resume(self) -> None:
        """Bring the patches into force, the call goes on."""
        if self.running:
            return
        self.running = True
        _running.append(self)
        for layer in self.layers:
            _exclusively(_put_back, layer)

    def suspend(self) -> None:
        """Lift the patches, the call pauses or has ended."""
        if not self.running:
            return
        self.running = False
        _running.remove(self)
        for layer in reversed(self.layers):
            layer.place.take(layer)


def place_of(key: object) -> Place | None:
    """Return the place of the key if it has layers."""
    return _places.get(key)


def _put_back(layer: Layer) -> None:
    # Others may have covered the place meanwhile.
    layer.place = _places.get(layer.place.key, layer.place)
    layer.place.put_back(layer)


def _exclusively(work: Callable[[Layer], None], layer: Layer) -> None:
    # The garbage collector may close a decorated generator at any allocation, hence amid the work
    # on the layers it belongs to. Its turn comes when the work is done.
    _waiting.append((work, layer))
    if len(_waiting) > 1:
        return
    while _waiting:
        work, layer = _waiting[0]
        try:
            work(layer)
        finally:
            del _waiting[0]


def _ranked(layers: list[Layer]) -> bool:
    # Without limited contexts the order of start is the order in the list.
    for layer in layers:
        if layer.context is not None:
            return layers == sorted(layers, key=_rank)
    return True


def _rank(layer: Layer) -> tuple[int, int]:
    context = layer.context
    while context is not None:
        if context.running:
            return _running.index(context), layer.number
        context = context.parent
    return -1, layer.number
