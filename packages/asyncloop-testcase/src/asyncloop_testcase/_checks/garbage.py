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
- A test may freeze or unfreeze objects itself. Two objects tell: a mark, made before our freeze,
  has to stay out of sight; the `Baseline`, made after it, has to be in sight. If somebody froze, we
  do not unfreeze.
- The collector of CPython starts full collections by itself when enough objects have grown old.
  Freezing keeps it from ever doing so between tests, so a full collection is made now and then, in
  proportion: it takes about a hundredth of the time.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import subprocess
import sys
import types
from asyncio.streams import StreamReaderProtocol
from time import monotonic
from typing import TYPE_CHECKING, Any, final

from asyncloop_testcase._cpython.tasks import FUTURES

if TYPE_CHECKING:
    from collections.abc import Sequence

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

# Python 3.12 itself freezes a few hundred objects when it starts; nobody minds if they are not.
STARTUP_FROZEN = 1000 if sys.version_info[:2] == (3, 12) else 0

LEAST_PAUSE = 5.0
FULL_SHARE = 100.0


@final
class _OldMark:
    """Made before anything is frozen; when it is seen, somebody has unfrozen."""


_old_mark = _OldMark()
_next_full_collection = monotonic() + LEAST_PAUSE
_tests_until_count = 0


def _collect_all(begin: float) -> None:
    """Make a full collection, for the last one is long enough ago."""
    global _next_full_collection
    if gc.isenabled():
        gc.collect()
        end = monotonic()
        _next_full_collection = end + max(LEAST_PAUSE, FULL_SHARE * (end - begin))


def _somebody_froze() -> bool:
    """Tell whether objects are frozen; to count many takes time, so the answer is remembered."""
    global _tests_until_count
    if _tests_until_count > 0:
        _tests_until_count -= 1
        return True
    count = gc.get_freeze_count()
    _tests_until_count = min(count // 1000, 1000)
    return count > STARTUP_FROZEN


def take_baseline() -> Baseline:
    """Draw the line between the objects that are there and those that a test makes."""
    # With gc.DEBUG_SAVEALL and the like, somebody looks for leaks with the collector itself.
    freeze = not (_tests_until_count or gc.get_freeze_count() or gc.get_debug())
    if not freeze and (_somebody_froze() or gc.get_debug()):
        gc.collect(1)
        baseline = Baseline()
        baseline.frozen = False
        return baseline
    now = monotonic()
    if now >= _next_full_collection:
        _collect_all(now)
    gc.freeze()
    return Baseline()


@final
class Baseline:
    """
    The baseline: the line between the objects that were there and the ones that a test made.

    It is itself the first object on the near side: when it is not seen, somebody has frozen.

    Attributes:
        frozen: Whether the objects on the far side are.
    """

    frozen = True

    def is_clean(self) -> bool:
        """Tell at a glance, as nearly always, that there is nothing of interest, nor in garbage."""
        if not self.frozen:
            return False
        kinds = set(map(type, gc.get_objects()))
        return kinds <= COMMON and Baseline in kinds

    def survivors(self) -> list[Any]:
        """Collect the garbage made since the line was drawn; return the rest, if of interest."""
        # A full collection empties the interpreter's free lists, which slows down what comes next.
        # It is needed only if something of interest has got into the oldest generation.
        gc.collect(1 if self.frozen else 0)
        if not self._sift():
            return []
        if self.frozen:
            gc.collect()
        return self._sift()

    def _sift(self) -> list[Any]:
        if self.frozen:
            objects = gc.get_objects()
        else:
            objects = [*gc.get_objects(generation=0), *gc.get_objects(generation=1)]
        kinds = set(map(type, objects))
        if self.frozen:
            if _OldMark in kinds:
                return []  # somebody has unfrozen: old objects cannot be told from new ones
            if Baseline not in kinds:
                self._leave_frozen()
        kinds -= COMMON
        wanted = {kind for kind in kinds if _is_wanted(kind)}
        return [each for each in objects if type(each) in wanted] if wanted else []

    def _leave_frozen(self) -> None:
        """Somebody has frozen during the test: to unfreeze is up to them."""
        global _tests_until_count
        self.frozen = False
        _tests_until_count = 0

    def release(self) -> None:
        """Release the baseline: everything is seen by the collector again."""
        if self.frozen:
            self.frozen = False
            gc.unfreeze()


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


def _is_wanted(kind: type) -> bool:
    return issubclass(kind, KINDS) or kind.__module__ in FOREIGN_MODULES


def of_kind(objects: Sequence[Any], kind: type | tuple[type, ...]) -> list[Any]:
    """
    Return those objects whose type is a subclass of *kind*.

    Unlike ``isinstance`` this does not ask ``__class__``, which a mock makes up.
    """
    return [each for each in objects if issubclass(type(each), kind)]
