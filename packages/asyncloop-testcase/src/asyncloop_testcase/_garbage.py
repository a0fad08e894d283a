"""
Which objects a test made and left alive, without looking at all the others.

Theory of operation. ``gc.freeze()`` moves every tracked object into a generation that the garbage
collector does not look at; what is tracked afterwards was made by the test. So ``gc.collect()``
and ``gc.get_objects()`` see the test's objects alone and cost some microseconds, whether the
process has a thousand objects or a million. ``gc.unfreeze()`` moves everything back.

- Somebody may have frozen objects for a purpose of their own (servers do, before they fork). Then
  nothing is frozen or unfrozen here: what is older than the test is pushed into the oldest
  generation, and the two young ones are looked at. What a long test leaves in the oldest
  generation is missed, nothing is blamed on a wrong test.
- A test may freeze or unfreeze objects itself. Two marks tell: one is made before our freeze, and
  has to stay out of sight; the other after it, and has to be in sight. If somebody froze, we do
  not unfreeze.
- The collector of CPython starts full collections by itself when enough objects have grown old.
  Freezing keeps it from ever doing so between tests, so a full collection is made now and then, in
  proportion: it takes about a hundredth of the time.
"""

from __future__ import annotations

import asyncio
import gc
import subprocess
import types
from asyncio.streams import StreamReaderProtocol
from collections.abc import Sequence
from time import monotonic
from typing import Any, ClassVar, final

__unittest = True

KINDS = (
    types.CoroutineType,
    types.AsyncGeneratorType,
    asyncio.Future,
    asyncio.BaseTransport,
    asyncio.AbstractServer,
    subprocess.Popen,
    StreamReaderProtocol,
)

# Types of which there are many and that are none of KINDS, to keep the sieve coarse and quick.
COMMON = frozenset(
    [
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

# Uvloop's transports and servers have none of asyncio's base classes.
FOREIGN_MODULES = ("uvloop.loop",)

LEAST_PAUSE = 5.0
FULL_SHARE = 100.0


class _Mark:
    """An object that tells, by being seen or not, what was frozen."""

    __slots__ = ("__dict__",)


@final
class _FullCollections:
    """Makes a full collection when the last one is long enough ago."""

    next_time: ClassVar[float] = monotonic() + LEAST_PAUSE

    @classmethod
    def make_if_due(cls) -> None:
        now = monotonic()
        if now < cls.next_time or not gc.isenabled():
            return
        gc.collect()
        end = monotonic()
        cls.next_time = end + max(LEAST_PAUSE, FULL_SHARE * (end - now))


@final
class _ForeignFreeze:
    """Remembers for a while that somebody has frozen objects: to count them takes time."""

    ask_again: ClassVar[int] = 0

    @classmethod
    def is_there(cls) -> bool:
        if cls.ask_again > 0:
            cls.ask_again -= 1
            return True
        frozen = gc.get_freeze_count()
        cls.ask_again = min(frozen // 1000, 1000)
        return frozen > 0


@final
class Garbage:
    """
    The line between the objects that were there and the ones that a test makes.

    It is drawn when the object is made and lifted by `close`.
    """

    __slots__ = ("_after", "_before", "_frozen")

    def __init__(self) -> None:
        self._before = _Mark()
        # With gc.DEBUG_SAVEALL and the like, somebody looks for leaks with the collector itself.
        self._frozen = not gc.get_debug() and not _ForeignFreeze.is_there()
        if self._frozen:
            _FullCollections.make_if_due()
            gc.freeze()
        else:
            gc.collect(1)
        self._after = _Mark()

    def survivors(self) -> list[Any]:
        """Collect the garbage made since the line was drawn; return the rest that is of interest."""
        if self._frozen:
            gc.collect()
            return self._sift(gc.get_objects())
        gc.collect(0)
        return self._sift([*gc.get_objects(generation=0), *gc.get_objects(generation=1)])

    def _sift(self, objects: list[Any]) -> list[Any]:
        wanted = {kind for kind in set(map(type, objects)) - COMMON if _is_wanted(kind)}
        found = [each for each in objects if type(each) in wanted]
        marks = [each for each in found if type(each) is _Mark]
        if not self._frozen:
            return [each for each in found if type(each) is not _Mark]
        if any(mark is self._before for mark in marks):
            return []  # somebody has unfrozen: old objects cannot be told from new ones
        if not any(mark is self._after for mark in marks):
            self._frozen = False  # somebody has frozen, and unfreezing is up to them
            _ForeignFreeze.ask_again = 0
        return [each for each in found if type(each) is not _Mark]

    def close(self) -> None:
        """Lift the line: everything is seen by the collector again."""
        if self._frozen:
            self._frozen = False
            gc.unfreeze()


def _is_wanted(kind: type) -> bool:
    return issubclass(kind, KINDS) or kind is _Mark or kind.__module__ in FOREIGN_MODULES


def of_kind(objects: Sequence[Any], kind: type | tuple[type, ...]) -> list[Any]:
    """
    Return those objects whose type is a subclass of *kind*.

    Unlike ``isinstance`` this does not ask ``__class__``, which a mock makes up.
    """
    return [each for each in objects if issubclass(type(each), kind)]
