"""Events that are reported once for each time they were asked for."""

from __future__ import annotations

import threading
from selectors import EVENT_READ, EVENT_WRITE, SelectorKey
from typing import Any, final

KINDS = (EVENT_READ, EVENT_WRITE)

# Counted up by any thread, also by its signal handlers, and down by the one that selects. One lock
# is enough for all selectors: each new event loop has two counters.
_counting = threading.RLock()


@final
class Pulses(dict[int, list[int]]):
    """
    Counts events by descriptor, until a selector has reported them.

    By descriptor: how many of EVENT_READ (index 1) and of EVENT_WRITE (index 2). It is a dictionary
    because each turn of a loop asks whether there are any.

    Two pulses of one kind are two reports; what nobody waits for when it is due is dropped.

    Args:
        candidates: Where the descriptors are that have pulses, among other things.
    """

    __slots__ = ("_candidates",)

    def __init__(self, candidates: dict[Any, None] | None = None) -> None:
        super().__init__()
        self._candidates: dict[Any, None] = {} if candidates is None else candidates

    def add(self, number: int, events: int) -> None:
        """Count events of a descriptor."""
        with _counting:
            counts = self.setdefault(number, [0, 0, 0])
            for kind in KINDS:
                counts[kind] += bool(events & kind)
            self._candidates[number] = None

    def drop(self, number: int) -> None:
        """Forget a descriptor."""
        with _counting:
            self.pop(number, None)
            self._candidates.pop(number, None)

    def take(self, key: SelectorKey) -> int:
        """Count one pulse of each kind down, and return those that the key waits for."""
        events = 0
        with _counting:
            counts = self[key.fd]
            for kind in KINDS:
                if not key.events & kind:
                    counts[kind] = 0
                elif counts[kind]:
                    counts[kind] -= 1
                    events |= kind
            self._candidates.pop(key.fd, None)
            if any(counts):
                self._candidates[key.fd] = None  # behind what was announced meanwhile
            else:
                del self[key.fd]
        return events

    def due(self, keys: dict[int, SelectorKey]) -> list[tuple[SelectorKey, int]]:
        """Return what is to be reported of files: one pulse of each kind."""
        reports = []
        for number in list(self):
            key = keys.get(number)
            if key is None:
                self.drop(number)
                continue
            events = self.take(key)
            if events:
                reports.append((key, events))
        return reports
