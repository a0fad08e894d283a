"""How many mocks are made while ours stands for ``unittest.mock``, and whose they are."""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from asyncmock_plus._mocks.plans import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__unittest = __tracebackhide__ = True


class _Count:
    """A number that any thread may raise by one, without a lock."""

    def __init__(self) -> None:
        self.add: Callable[[], int] = itertools.count().__next__
        self._looks = 0

    def value(self) -> int:
        """Return how often `add` was called. To look is to count one more, which is taken off."""
        value = self.add() - self._looks
        self._looks += 1
        return value


class Tally:
    """
    Counts mocks as they are made.

    Ours are counted where each of them comes from, a plan; those derived from *bases* in the one
    ``__new__`` that all of them share.
    """

    def __init__(self) -> None:
        self._ours = _Count()
        self._others: Counter[str] = Counter()
        self._restored: list[tuple[Any, str, Any]] = []

    def start(self, bases: Iterable[Any]) -> None:
        """Begin to count."""
        self._set(Plan, "instance", _counting(Plan.instance, self._ours.add))
        for base in bases:
            self._set(base, "__new__", staticmethod(self._telling(base)))

    def stop(self) -> None:
        """End it; what was counted is kept."""
        while self._restored:
            owner, name, value = self._restored.pop()
            setattr(owner, name, value)

    def _set(self, owner: Any, name: str, value: Any) -> None:
        self._restored.append((owner, name, vars(owner)[name]))
        setattr(owner, name, value)

    def _telling(self, base: Any) -> Any:
        """Return the ``__new__`` of their mocks, which notes for whom it makes one."""
        own, new = base.__module__, base.__new__

        def __new__(cls: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
            frame: Any = sys._getframe(1)
            while frame is not None and _is_machinery(frame, own):
                frame = frame.f_back
            self._others[str(frame and frame.f_globals.get("__name__"))] += 1
            return new(cls, *args, **kwargs)

        return __new__

    @property
    def ours(self) -> int:
        """How many of ours were made."""
        return self._ours.value()

    @property
    def others(self) -> Counter[str]:
        """How many others were made, by the module for which."""
        return self._others.copy()


def _is_machinery(frame: Any, theirs: str) -> bool:
    name = str(frame.f_globals.get("__name__"))
    return name == theirs or name.partition(".")[0] == "asyncmock_plus"


def _counting(instance: Any, count: Callable[[], int]) -> Any:
    def counted(
        self: Plan, name: Any = None, parent: Any = None, new_name: str = "", new_parent: Any = None
    ) -> Any:
        count()
        return instance(self, name, parent, new_name, new_parent)

    return counted
