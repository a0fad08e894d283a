"""
The wires of a memory network: what is sent arrives later, in order, or not before a partition ends.

Theory of operation. A `Wire` goes one way between two hosts, and everything of one connection
takes the same pair of wires: the connection's set-up, its bytes, its end and its reset, so that
order needs no further thought. Something sent over a wire is a function and its arguments, called
on arrival. With no latency, no partition and nothing under way it is called at once, and no timer
exists.

The topology knows latency and partitions. Changing them changes its ``version``, which makes each
wire look again at its next use; wires with something under way are told.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from typing import TYPE_CHECKING, Any

from asyncio_testselector._network.faults import Link

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from random import Random

    from asyncio_testselector._memory.stream import StreamEnd
    from asyncio_testselector._network.faults import Span
    from asyncio_testselector._network.topology import Topology

_numbers = itertools.count()

PATIENCE = 0.05
"""Seconds that a datagram waits to be overtaken by the next one."""


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
        "_held",
        "_last",
        "_link",
        "_queue",
        "_random",
        "_timed",
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
        self._link = Link()
        self._timed = False
        self._cut = False
        self._random: Random | None = None
        self._held: Any = None  # a datagram that is to be overtaken

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
        if self._version == topology.version and not (self._queue or self._timed or self._cut):
            end.arrive(chunk)
        else:
            self.put(end.arrive, chunk, size=len(chunk))

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

    def put(self, arrive: Callable[..., object], *args: Any, size: int = 0) -> None:
        """Call *arrive* when it has crossed the wire, behind everything sent before."""
        topology = self._topology
        if self._version != topology.version:
            self._look()
        if not (self._queue or self._timed or self._cut):
            arrive(*args)
            return
        self._last = max(self._last, self._due(size))
        self._queue.append((self._last, arrive, args))
        topology.busy.add(self)
        self._schedule()

    def fate(self) -> str:
        """Return what becomes of the next datagram: ``datagram``, ``drop`` or ``duplicate``."""
        if self._version != self._topology.version:
            self._look()
        if self._happens(self._link.loss):
            return "drop"
        return "duplicate" if self._happens(self._link.duplication) else "datagram"

    def put_datagram(self, copies: int, arrive: Callable[..., object], *args: Any) -> None:
        """Call *arrive* when a datagram has crossed the wire; the next one may overtake it."""
        size = len(args[0])
        held = self._take_held()
        if held is None and self._happens(self._link.reordering):
            loop = self._topology.loop
            assert loop is not None, "datagrams are reordered in an installed network only"
            timer = loop.call_later(PATIENCE, self._release)
            self._held = timer, copies, arrive, args
            self._topology.busy.add(self)
            return
        for _ in range(copies):
            self.put(arrive, *args, size=size)
        if held is not None:
            self._put_held(held)

    def _take_held(self) -> Any:
        held, self._held = self._held, None
        if held is not None:
            held[0].cancel()
        return held

    def _put_held(self, held: Any) -> None:
        _, copies, arrive, args = held
        for _ in range(copies):
            self.put(arrive, *args, size=len(args[0]))
        self._discard()

    def _release(self) -> None:
        """Send what was to be overtaken, as nothing has overtaken it."""
        held = self._take_held()
        if held is not None:
            self._put_held(held)

    def _discard(self) -> None:
        if not self._queue and self._held is None:
            self._topology.busy.discard(self)

    def _happens(self, probability: float) -> bool:
        return probability > 0 and self._dice().random() < probability

    def _dice(self) -> Random:
        if self._random is None:
            self._random = self._topology.dice.new(self.source, self.target or "")
        return self._random

    def _drawn(self, span: Span) -> float:
        return span if isinstance(span, (int, float)) else span.draw(self._dice())

    def _due(self, size: int) -> float:
        """Return when something of this size that is sent now arrives."""
        link, topology = self._link, self._topology
        begin = topology.now()
        if link.bandwidth < math.inf:
            begin = topology.transmitted(self.source, self.target, begin, size / link.bandwidth)
        jitter = link.jitter
        if isinstance(jitter, (int, float)):
            more = round(jitter * self._dice().random(), 9) if jitter else 0.0
        else:
            more = self._drawn(jitter)
        return begin + self._drawn(link.latency) + more

    def _look(self) -> None:
        self._version = self._topology.version
        if self.target is not None:
            self._link = self._topology.link(self.source, self.target)
            self._timed = self._link.takes_time
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
        self._discard()
        self._schedule()

    def resume(self) -> None:
        """Look at the topology again: hold everything, or send what was held on its way."""
        held = self._cut
        self._look()
        if self._cut:
            self.stop_timer()
        elif held:
            # What was lost in the partition is sent again now.
            due = self._last = self._due(0)
            self._queue = deque((due, arrive, args) for _, arrive, args in self._queue)
            self._schedule()

    def flush(self) -> None:
        """Deliver what is under way, however long it would take."""
        self._release()
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
        self._take_held()
        self._queue.clear()
        self._topology.busy.discard(self)


class ResettingWire(Wire):
    """A wire whose connection is reset as soon as something is sent over it."""

    __slots__ = ()

    def data(self, chunk: bytes) -> None:
        """Reset both ends instead."""
        end = self.end
        assert end is not None
        self.record("reset", end.local, end.remote)
        self.put(end.arrive_reset)
        end.peer.arrive_reset()
