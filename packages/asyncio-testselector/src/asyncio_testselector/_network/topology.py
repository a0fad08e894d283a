"""How far apart the hosts of a memory network are, and what goes wrong between them."""

from __future__ import annotations

import math
import weakref
from typing import TYPE_CHECKING, Any, Protocol, final

from asyncio_testselector._network.faults import Dice, Flaw, Link, Setting, Span, longest

if TYPE_CHECKING:
    import asyncio

    from asyncio_testselector._network.log import WireLog


class BusyWire(Protocol):
    """A wire that has something under way."""

    number: int

    def resume(self) -> None:
        """Look at the topology again."""

    def flush(self) -> None:
        """Deliver what is under way."""

    def stop(self) -> None:
        """Drop what is under way."""


@final
class Topology:
    """
    How far apart hosts are, by time, who cannot reach whom, and what goes wrong.

    Args:
        latency: Time that everything takes one way, unless `change` says something else.
        log: What crosses the wires.
        seed: What chance goes by.
    """

    def __init__(self, latency: Span, log: WireLog, seed: int = 0) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.log = log
        self.version: int = 0
        self.busy: weakref.WeakSet[Any] = weakref.WeakSet()
        self.dice: Dice = Dice(seed)
        self._settings = {
            "latency": Setting(latency, longest),
            "jitter": Setting(0.0, longest),
            "loss": Setting(0.0, max),
            "duplication": Setting(0.0, max),
            "reordering": Setting(0.0, max),
            "bandwidth": Setting(math.inf, min),
        }
        self._cut_hosts: set[str] = set()
        self._cut_pairs: set[frozenset[str]] = set()
        self._flaws: dict[tuple[str, str | None], Flaw] = {}
        self._transmitted: dict[tuple[str, str | None], float] = {}

    def now(self) -> float:
        """Return the loop's time, 0 without a loop."""
        return 0.0 if self.loop is None else self.loop.time()

    def link(self, one: str, other: str) -> Link:
        """Return what happens from *one* host to the *other*."""
        return Link(**{name: each.of(one, other) for name, each in self._settings.items()})

    def is_cut(self, one: str, other: str) -> bool:
        """Tell whether nothing gets from *one* host to the *other*."""
        cut = one in self._cut_hosts or other in self._cut_hosts
        return one != other and (cut or frozenset((one, other)) in self._cut_pairs)

    def change(self, name: str, value: Any, host: str | None, other: str | None) -> None:
        """Change a setting of one pair, of all links of a host, or the default."""
        self._settings[name].set(value, host, other)
        self._changed()

    def transmitted(self, one: str, other: str | None, now: float, seconds: float) -> float:
        """Return when the link has sent what takes it so long, behind everything else."""
        link = one, other
        self._transmitted[link] = done = max(now, self._transmitted.get(link, 0.0)) + seconds
        return done

    def cut(self, host: str, other: str | None) -> None:
        """Let nothing pass between a host and another, or anybody else."""
        if other is None:
            self._cut_hosts.add(host)
        else:
            self._cut_pairs.add(frozenset((host, other)))
        self._changed()

    def heal(self, host: str | None, other: str | None) -> None:
        """Undo `cut` and `make_flaky`: everything, all of a host, or one pair."""
        if host is None:
            self._cut_hosts.clear()
            self._cut_pairs.clear()
            self._flaws.clear()
        elif other is None:
            self._cut_hosts.discard(host)
            self._cut_pairs = {pair for pair in self._cut_pairs if host not in pair}
            self._flaws = {key: flaw for key, flaw in self._flaws.items() if host not in key}
        else:
            self._cut_pairs.discard(frozenset((host, other)))
            self._flaws.pop((host, other), None)
        self._changed()

    def make_flaky(
        self,
        host: str,
        other: str | None,
        error: str,
        every: int | None,
        probability: float | None,
    ) -> None:
        """Have connections to a host fail, from another or from everybody."""
        random = None if probability is None else self.dice.new("flaky", host, other or "")
        self._flaws[host, other] = Flaw(error, every or 0, probability or 0.0, random)

    def failure(self, host: str, other: str) -> str | None:
        """Return how the next connection to a host from another one fails, None if it does not."""
        flaw = self._flaws.get((host, other)) or self._flaws.get((host, None))
        return None if flaw is None else flaw.next()

    def _changed(self) -> None:
        self.version += 1
        for wire in sorted(self.busy, key=lambda wire: wire.number):
            wire.resume()

    def flush(self) -> None:
        """Deliver at once everything that is under way and not held by a partition."""
        for wire in sorted(self.busy, key=lambda wire: wire.number):
            wire.flush()

    def stop(self) -> None:
        """Drop everything that is under way."""
        for wire in list(self.busy):
            wire.stop()
