"""Events that are reported once for each time they were asked for."""

from __future__ import annotations

import threading
from selectors import EVENT_READ, EVENT_WRITE, SelectorKey
from typing import final

KINDS = (EVENT_READ, EVENT_WRITE)

# Counted up by any thread, also by its signal handlers, and down by the one that selects. One lock
# is enough for all selectors: each new event loop has two counters.
_counting = threading.RLock()


@final
class Pulses(dict[int, list[int]]):
    """
    Counts events by descriptor, until a selector has reported them.

    By descriptor: how many of EVENT_READ (index 1) and of EVENT_WRITE (index 2). It is a dictionary
    because it is asked in each turn of a loop, for each mock that is ready, if it has a descriptor.

    Two pulses of one kind are two reports; what nobody waits for when it is due is dropped.
    """

    __slots__ = ()

    def numbers(self) -> list[int]:
        """Return the descriptors that something is to be reported of."""
        return list(self)

    def add(self, number: int, events: int) -> None:
        """Count events of a descriptor."""
        with _counting:
            counts = self.setdefault(number, [0, 0, 0])
            for kind in KINDS:
                counts[kind] += bool(events & kind)

    def drop(self, number: int) -> None:
        """Forget a descriptor."""
        self.pop(number, None)

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
            if not any(counts):
                del self[key.fd]
        return events
