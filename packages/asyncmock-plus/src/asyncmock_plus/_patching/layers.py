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
*context*; whenever the function is suspended, the layers of its context are lifted off, and laid
on top again when it resumes. Patches that the function itself started meanwhile (a ``with patch``
in its body) belong above those of its decorators, though, and stay in force during the suspension:
hence layers remember in which context they were started, and while a context runs, everything that
was started in it ranks above everything else on the places of its limited patches, by order of
start. What the code changed by itself on top of them is lifted with the context, though: the patch
that stays shows what it put there, and what was changed since while the context was not running.

There is one stack of running contexts: patches change what all threads see, and so do limited
ones.

Nearly always a layer is alone on its place. It is registered itself then, and the place is made
when a second layer, or a context, asks for it. And nearly always patches end in the reverse order
of their start: a patch may do without a layer until something else happens. Before a layer that
could lie beneath is touched, `Layer.settle` lays what is due.

More than 300 lines: layers, places and contexts work on each other. To end one patch is to move the
layers of another, whose context may be running or not.
"""

from __future__ import annotations

from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

covered: dict[Hashable, Layer | Place] = {}
running: list[Context] = []
_numbers = count()
_waiting: list[tuple[Callable[[Any], object], Any]] = []
_working = Lock()


class Settling(Protocol):
    """Layers, and patches that may do without one."""

    def settle(self) -> None:
        """Lay the layers of patches that have none yet, and may concern the same place."""


_S = TypeVar("_S", bound=Settling)


class Layer:
    """
    One patch in force.

    Attributes:
        key: What identifies its place.
        before: The state of the place under it.
        changes: What it changed, known only while it has been taken away.
        context: The limited context it was started in.
        number: Its position in the order of start on its place, unless it lies there alone.
    """

    __slots__ = ("before", "changes", "context", "key", "number")

    before: Any
    changes: Any
    context: Context | None
    key: Hashable
    number: int

    def make_place(self) -> Place:
        """Return the place the layer lies on."""
        raise NotImplementedError

    def restore(self) -> None:
        """Bring the place back into the state it was in before."""
        raise NotImplementedError

    def settle(self) -> None:
        """Lay the layers of patches that have none yet, and may concern the same place."""

    def cover(self) -> None:
        """Lay a layer that has just been started, whose `before` is known, on top."""
        if self.key in covered:
            _place(self).layers.append(self)
            self.number = next(_numbers)
        else:
            covered[self.key] = self

    def end(self, *exc_info: Any) -> bool | None:
        """Take the layer away, from wherever it lies; without effect if it is not there."""
        if self.context is None and covered.get(self.key) is self:
            del covered[self.key]
            self.restore()
        else:
            exclusively(take, self)
        return None

    def forget(self) -> None:
        """Take the layer away and leave the state as it is."""
        place = _place(self)
        place.arrange([layer for layer in place.layers if layer is not self])


class Place:
    """
    Something that is patched, and the layers on it.

    A state is opaque to this class: subclasses read it, write it, and know what a layer has
    changed between two states.
    """

    __slots__ = ("key", "layers")

    def __init__(self, key: Hashable) -> None:
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

    def set_aside(self, layer: Layer, after: Any, context: Context) -> None:
        """Take out of the layer's changes what was not the patch's, but done in the context."""

    def bring_back(self, layer: Layer, context: Context) -> None:
        """Put into the layer's changes again what was set aside when the context paused."""

    def same(self, state: Any, other: Any) -> bool:
        """Return whether nothing has to be written to get from one state to the other."""
        raise NotImplementedError

    def arrange(self, layers: list[Layer]) -> None:
        """Have these layers, in this order; without any, the place is forgotten."""
        self.layers[:] = layers
        if not layers:
            covered.pop(self.key, None)

    def relay(self, layers: list[Layer], context: Context | None = None) -> None:
        """
        Lay these layers anew, in this order, upon the state at the bottom.

        Args:
            layers: They and no others.
            context: The one that pauses or resumes just now, if that is the occasion.
        """
        now = self.read()
        states = [layer.before for layer in self.layers]
        for layer, after in zip(self.layers, [*states[1:], now], strict=True):
            layer.changes = self.change(layer, after)
            if context is None or not context.spans(layer):
                continue
            if context.running:
                self.bring_back(layer, context)
            else:
                self.set_aside(layer, after, context)
        state = states[0] if states else now
        for layer in layers:
            layer.before = state
            state = self.changed(state, layer.changes)
        self.arrange(layers)
        if not self.same(state, now):
            self.write(state)


class Context:
    """The patches of one call that are in force only while it runs."""

    __slots__ = ("keys", "layers", "parent", "running")

    def __init__(self) -> None:
        self.parent = running[-1] if running else None
        self.layers: list[Layer] = []
        self.keys: set[Hashable] = set()
        self.running = True
        running.append(self)

    def add(self, layer: Layer) -> None:
        """Add a patch that has just been started."""
        self.layers.append(layer)
        self.keys.add(layer.key)

    def spans(self, layer: Layer) -> bool:
        """Return whether it was started while the context ran, and stays when that pauses."""
        context = layer.context
        if context is None or layer in context.layers:
            return False
        while context is not None and context is not self:
            context = context.parent
        return context is self

    def resume(self) -> None:
        """Bring the patches into force, the call goes on."""
        if self.running:
            return
        self.running = True
        running.append(self)
        for layer in self.layers:
            exclusively(_put_back, layer)

    def suspend(self) -> None:
        """Lift the patches, the call pauses or has ended."""
        if not self.running:
            return
        self.running = False
        running.remove(self)
        for layer in reversed(self.layers):
            exclusively(_lift, layer)


def _place(layer: Layer) -> Place:
    """Return the place of a layer, with all layers that lie there."""
    present = covered.get(layer.key)
    if isinstance(present, Place):
        return present
    place = layer.make_place()
    if present is not None:
        present.number = next(_numbers)
        place.layers.append(present)
    covered[layer.key] = place
    return place


def _lift(layer: Layer) -> None:
    take(layer, layer.context)


def take(layer: Layer, context: Context | None = None) -> None:
    """Take a layer away, from wherever it lies."""
    place = _place(layer)
    rest = [other for other in place.layers if other is not layer]
    if len(rest) == len(place.layers):
        place.arrange(rest)  # forgets a place that has just been made
    elif place.layers[-1] is layer and _is_ranked(rest):
        if layer.context is not None:
            layer.changes = place.change(layer, place.read())
        place.arrange(rest)
        place.write(layer.before)
    else:
        place.relay(sorted(rest, key=_rank), context)


def _put_back(layer: Layer) -> None:
    place = _place(layer)
    layers = [*place.layers, layer]
    if _is_ranked(layers):
        layer.before = place.read()
        place.arrange(layers)
        place.write(place.changed(layer.before, layer.changes))
    else:
        place.relay(sorted(layers, key=_rank), layer.context)


def exclusively(work: Callable[[_S], object], subject: _S) -> None:
    """Do the work on a layer, or on a patch without one, when no other work is going on."""
    # The garbage collector may close a decorated generator at any allocation, hence amid the work
    # on the layers it belongs to, and there are other threads. Whoever works does theirs, too.
    _waiting.append((work, subject))
    while _waiting and _working.acquire(blocking=False):
        try:
            while _waiting:
                work, subject = _waiting.pop(0)
                subject.settle()
                work(subject)
        finally:
            _working.release()


def _is_ranked(layers: list[Layer]) -> bool:
    # Without limited contexts the order of start is the order in the list.
    for layer in layers:
        if layer.context is not None:
            return layers == sorted(layers, key=_rank)
    return True


def _rank(layer: Layer) -> tuple[int, int]:
    context = layer.context
    while context is not None:
        if context.running and layer.key in context.keys:
            return running.index(context), layer.number
        context = context.parent
    return -1, layer.number
