"""
Whether anybody can still get at an object.

Theory of operation. Not everything that refers to an object can be used to get at it: nobody looks
into the variables of a function that has returned, which a traceback keeps alive, nor at a test
case whose checks are asked. So one goes from the object to those who refer to it, from them to
those who refer to them, and so on. If every way ends at something that is over, nobody can get at
the object. If one does not, or if there are more references than can be found (those of functions
that run are hidden), somebody may.

The collector has to look at all objects for each step. So this is asked only about what would be a
finding otherwise.
"""

from __future__ import annotations

import gc
import sys
import types
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._cpython.frames import is_over

if TYPE_CHECKING:
    from collections.abc import Sequence

__unittest = __tracebackhide__ = True

# More than that is no structure of a test.
MOST_HOLDERS = 100
# Through these one gets at everything that they refer to.
ROOTS = (types.ModuleType, type)

# How much higher the count is while one asks for it.
_alone: list[Any] = [[]]
ASKING = sys.getrefcount(_alone[0]) - 1


def can_be_reached(made: Sequence[Any], place: int, known: Sequence[object]) -> bool:
    """
    Tell whether anybody can get at an object, as far as one can see.

    No variable may refer to the object, as variables of functions that run cannot be found.

    Args:
        made: A list.
        place: Where in the list the object is.
        known: What refers to the object, or to something on the way, and does not count.
    """
    seen = [made[place]]
    known_ids = {*map(id, known), id(made), id(seen)}
    at = 0
    while at < len(seen):
        holders = gc.get_referrers(seen[at])
        hidden = sys.getrefcount(seen[at]) - ASKING
        hidden -= sum(_count(holder, seen[at]) for holder in holders)
        if hidden > 0 or len(seen) > MOST_HOLDERS:
            return True
        known_ids.add(id(seen[at]))
        for holder in holders:
            if id(holder) in known_ids:
                continue
            # Not ``isinstance``: it asks ``__class__``, which may be somebody's code.
            if type(holder) is types.FrameType:
                if not is_over(holder):
                    return True
            elif issubclass(type(holder), ROOTS):
                return True
            else:
                known_ids.add(id(holder))
                seen.append(holder)
        holder = None
        del holders
        at += 1
    return False


def _count(holder: object, held: object) -> int:
    return sum(each is held for each in gc.get_referents(holder))
