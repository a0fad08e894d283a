"""
Which objects a test made and left alive, without looking at all the others.

Theory of operation. The collector of CPython keeps young objects apart from those that have
survived collections. Before a test the two young generations are emptied into the oldest one,
which costs nothing where they are nearly empty; what they have after the test was made by it. The
oldest generation, be it of a million objects, is not looked at. Nothing is frozen, so that a test
sees and collects what is older than itself as ever.

- What the test made can get into the oldest generation, too: by a collection that it starts
  itself, or that starts by itself when a test makes thousands of objects. A callback of the
  collector is told before that happens, and remembers, weakly, what is of interest.
- What somebody freezes in a test is out of sight, and missed; it stays frozen.
- With ``gc.DEBUG_SAVEALL`` and the like somebody looks for leaks with the collector itself.
  Then nothing is collected here that they have not collected.
- The collector starts full collections by itself when enough objects have grown old. A suite of
  small tests never gets it to count that far, as the count begins anew before each test. So a full
  collection is made now and then, in proportion: it takes about a hundredth of the time.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import subprocess
import types
import weakref
from asyncio.streams import StreamReaderProtocol
from time import monotonic
from typing import TYPE_CHECKING, Any, final

from asyncloop_testcase._cpython.tasks import FUTURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__unittest = __tracebackhide__ = True

KINDS: tuple[type, ...] = (
    types.CoroutineType,
    types.AsyncGeneratorType,
    *FUTURES,
    asyncio.BaseTransport,
    asyncio.AbstractServer,
    subprocess.Popen,
    StreamReaderProtocol,
)

# Uvloop's transports and servers have none of asyncio's base classes.
FOREIGN_MODULES = ("uvloop.loop",)

LEAST_PAUSE = 5.0
FULL_SHARE = 100.0

_next_full_collection = monotonic() + LEAST_PAUSE


def _collect_all(begin: float) -> None:
    """Make a full collection, for the last one is long enough ago."""
    global _next_full_collection
    if gc.isenabled():
        gc.collect()
        end = monotonic()
        _next_full_collection = end + max(LEAST_PAUSE, FULL_SHARE * (end - begin))


def take_baseline() -> Baseline:
    """Draw the line between the objects that are there and those that a test makes."""
    now = monotonic()
    if now >= _next_full_collection and not gc.get_debug():
        _collect_all(now)
    gc.collect(1)  # before there is a baseline, which would grow old by it
    return Baseline()


@final
class Baseline:
    """
    The line between the objects that were there and the ones that a test made.

    It is itself the first of the new objects: when it is not among the youngest any more, there
    was a collection.
    """

    def __init__(self) -> None:
        # References to what was of interest when a collection put it among the old objects.
        self._promoted: list[Callable[[], Any]] = []
        gc.callbacks.append(self._before_collection)

    def is_clean(self) -> bool:
        """Tell at a glance, as nearly always, that there is nothing of interest, nor in garbage."""
        kinds = set(map(type, gc.get_objects(generation=0)))
        return kinds <= COMMON and Baseline in kinds

    def _before_collection(self, phase: str, info: dict[str, int]) -> None:
        # Up to 3.13 this is called as well when the youngest generation alone is collected.
        if phase == "start" and info["generation"] > 0:
            self._promoted += map(_reference, _of_interest(_young_objects()))

    def survivors(self) -> list[Any]:
        """Collect the garbage made since the line was drawn; return the rest, if of interest."""
        self.release()
        saving = gc.get_debug() & gc.DEBUG_SAVEALL
        promoted, self._promoted = self._promoted, []
        young = [*map(_reference, _of_interest(_young_objects()))]
        if not saving:
            gc.collect(1)
            if any(reference() is not None for reference in promoted):
                # They may be garbage by now, which a full collection alone can tell.
                gc.collect()
        alive = [reference() for reference in (*promoted, *young)]
        return [*{id(each): each for each in alive if each is not None}.values()]

    def release(self) -> None:
        """Be told of collections no longer."""
        callbacks = gc.callbacks
        if self._before_collection in callbacks:
            callbacks.remove(self._before_collection)


def _young_objects() -> Iterable[Any]:
    return (*gc.get_objects(generation=0), *gc.get_objects(generation=1))


# Types of which there are many that are none of KINDS, to keep the sieve coarse and quick.
COMMON = frozenset(
    [
        Baseline,
        asyncio.Handle,
        contextvars.Context,
        type(iter(())),
        types.FunctionType,
        types.MethodType,
        types.BuiltinFunctionType,
        types.FrameType,
        types.CellType,
        types.TracebackType,
        type,
        tuple,
        list,
        dict,
        set,
    ],
)


def _of_interest(objects: Iterable[Any]) -> list[Any]:
    """Return those objects that checks care about."""
    wanted = {kind for kind in {*map(type, objects)} - COMMON if _is_wanted(kind)}
    return [each for each in objects if type(each) in wanted] if wanted else []


def _is_wanted(kind: type) -> bool:
    return issubclass(kind, KINDS) or kind.__module__ in FOREIGN_MODULES


def _reference(made: Any) -> Callable[[], Any]:
    """Return what gives the object as long as it is alive."""
    try:
        return weakref.ref(made)
    except TypeError:  # as the objects of uvloop
        return _Sought(made)


@final
class _Sought:
    """A weak reference to what has none: it is sought by its address among all objects."""

    def __init__(self, made: object) -> None:
        self._kind = type(made)
        self._address = id(made)

    def __call__(self) -> Any:
        for each in gc.get_objects():
            if id(each) == self._address and type(each) is self._kind:
                return each
        return None


def of_kind(objects: Sequence[Any], kind: type | tuple[type, ...]) -> list[Any]:
    """
    Return those objects whose type is a subclass of *kind*.

    Unlike ``isinstance`` this does not ask ``__class__``, which a mock makes up.
    """
    return [each for each in objects if issubclass(type(each), kind)]
