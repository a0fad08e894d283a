"""
The wires of a memory network: what is sent arrives later, in order, or not before a partition ends.

Theory of operation. A `Wire` goes one way between two hosts, and everything of one connection
takes the same pair of wires: the connection's set-up, its bytes, its end and its reset, so that
order needs no further thought. Something sent over a wire is a function and its arguments, called
on arrival. With no latency, no partition and nothing under way it is called at once, and no timer
exists.

`Topology` knows latency and partitions. Changing them changes its ``version``, which makes each
wire look again at its next use; wires with something under way are told.
"""

from __future__ import annotations

import itertools
import math
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from asyncio_testselector._memory.stream import StreamEnd
    from asyncio_testselector._network.log import WireLog

_numbers = itertools.count()


@final
class Topology:
    """
    How far apart hosts are, by time, and who cannot reach whom.

    Args:
        latency: Seconds that everything takes one way, unless `set_latency` says something else.
        log: What crosses the wires.
    """

    def __init__(self, latency: float, log: WireLog) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.log = log
        self.version: int = 0
        self.busy: weakref.WeakSet[Wire] = weakref.WeakSet()
        self._latency = latency
        self._pairs: dict[frozenset[str], float] = {}
        self._hosts: dict[str, float] = {}
        self._cut_hosts: set[str] = set()
        self._cut_pairs: set[frozenset[str]] = set()

    def now(self) -> float:
        """Return the loop's time, 0 without a loop."""
        return 0.0 if self.loop is None else self.loop.time()

    def latency(self, one: str, other: str) -> float:
        """Return the seconds from *one* host to the *other*."""
        pair = self._pairs.get(frozenset((one, other)))
        if pair is not None:
            return pair
        own = [self._hosts[host] for host in (one, other) if host in self._hosts]
        return max(own, default=self._latency)

    def is_cut(self, one: str, other: str) -> bool:
        """Tell whether nothing gets from *one* host to the *other*."""
        cut = one in self._cut_hosts or other in self._cut_hosts
        return one != other and (cut or frozenset((one, other)) in self._cut_pairs)

    def set_latency(self, seconds: float, host: str | None, other: str | None) -> None:
        """Change the latency of one pair, of all links of a host, or the default."""
        if host is None:
            self._latency = seconds
        elif other is None:
            self._hosts[host] = seconds
        else:
            self._pairs[frozenset((host, other))] = seconds
        self._changed()

    def cut(self, host: str, other: str | None) -> None:
        """Let nothing pass between a host and another, or anybody else."""
        if other is None:
            self._cut_hosts.add(host)
        else:
            self._cut_pairs.add(frozenset((host, other)))
        self._changed()

    def heal(self, host: str | None, other: str | None) -> None:
        """Undo `cut`: everything, all of a host, or one pair."""
        if host is None:
            self._cut_hosts.clear()
            self._cut_pairs.clear()
        elif other is None:
            self._cut_hosts.discard(host)
            self._cut_pairs = {pair for pair in self._cut_pairs if host not in pair}
        else:
            self._cut_pairs.discard(frozenset((host, other)))
        self._changed()

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


@final
class Wire:
    """
    One direction between two hosts, for one connection.

    Args:
        topology: What decides about latency and partitions.
        source: The host it comes from.
        target: The host it goes to; None for a Unix socket, which stays within a host.
    """

    __slots__ = (
        "__weakref__",
        "_cut",
        "_delay",
        "_last",
        "_queue",
        "_timer",
        "_topology",
        "_version",
        "end",
        "number",
        "source",
        "target",
    )

    def __init__(self, topology: Topology, source: str, target: str | None) -> None:
        self._topology = topology
        self.source: str = source
        self.target: str | None = target
        self.end: StreamEnd | None = None  # where data arrives
        self.number: int = next(_numbers)
        self._queue: deque[tuple[float, Callable[..., object], tuple[Any, ...]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._last = 0.0
        self._version = -1
        self._delay = 0.0
        self._cut = False

    # -- what the ends of a stream send ------------------------------------------------------

    def data(self, chunk: bytes) -> None:
        """Bring bytes to the end."""
        topology, end = self._topology, self.end
        assert end is not None
        if topology.log.enabled:
            now = 0.0 if topology.loop is None else topology.loop.time()
            log = topology.log
            event = now, "data", end.remote, end.local, len(chunk), chunk[: log.kept]
            log.append(event)
        if self._version == topology.version and not (self._queue or self._delay or self._cut):
            end.arrive(chunk)
        else:
            self.put(end.arrive, chunk)

    def eof(self) -> None:
        """Bring the end of the stream to the end."""
        self._send("eof")

    def reset(self) -> None:
        """Bring a reset to the end."""
        self._send("reset")

    def _send(self, kind: str) -> None:
        end = self.end
        assert end is not None
        self.record(kind, end.remote, end.local)
        self.put(end.arrive_eof if kind == "eof" else end.arrive_reset)

    def record(self, kind: str, source: Any, target: Any) -> None:
        """Log something that has no bytes."""
        self._topology.log.add(self._topology.now(), kind, source, target)

    # -- on their way ------------------------------------------------------------------------

    def put(self, arrive: Callable[..., object], *args: Any) -> None:
        """Call *arrive* when it has crossed the wire, behind everything sent before."""
        topology = self._topology
        if self._version != topology.version:
            self._look()
        if not (self._queue or self._delay or self._cut):
            arrive(*args)
            return
        self._last = max(self._last, topology.now() + self._delay)
        self._queue.append((self._last, arrive, args))
        topology.busy.add(self)
        self._schedule()

    def _look(self) -> None:
        self._version = self._topology.version
        if self.target is not None:
            self._delay = self._topology.latency(self.source, self.target)
            self._cut = self._topology.is_cut(self.source, self.target)

    def _schedule(self) -> None:
        if self._timer is None and self._queue and not self._cut:
            loop = self._topology.loop
            assert loop is not None, "a wire with latency needs an installed network"
            self._timer = loop.call_at(self._queue[0][0], self._arrive)

    def _arrive(self) -> None:
        """Deliver what is due; what is sent meanwhile queues behind it."""
        self._timer = None
        self._deliver(max(self._topology.now(), self._queue[0][0]))

    def _deliver(self, due: float) -> None:
        while self._queue and self._queue[0][0] <= due and not self._cut:
            _, arrive, args = self._queue.popleft()
            arrive(*args)
        if not self._queue:
            self._topology.busy.discard(self)
        self._schedule()

    def resume(self) -> None:
        """Look at the topology again: hold everything, or send what was held on its way."""
        held = self._cut
        self._look()
        if self._cut:
            self.stop_timer()
        elif held:
            # What was lost in the partition is sent again now.
            due = self._last = self._topology.now() + self._delay
            self._queue = deque((due, arrive, args) for _, arrive, args in self._queue)
            self._schedule()

    def flush(self) -> None:
        """Deliver what is under way, however long it would take."""
        if not self._cut:
            self.stop_timer()
            self._deliver(math.inf)

    def stop_timer(self) -> None:
        """Deliver nothing until further notice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def stop(self) -> None:
        """Drop what is under way."""
        self.stop_timer()
        self._queue.clear()
        self._topology.busy.discard(self)
