"""What crossed the wires of a memory network, and when."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple, final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEPT = 4096
"""Bytes of one event that are kept, unless told otherwise."""


class WireEvent(NamedTuple):
    """
    Something that one endpoint sent to another.

    Attributes:
        time: When it was sent, by the loop's clock, in seconds.
        kind: ``connect``, ``accept``, ``refused``, ``data``, ``datagram``, ``eof``, ``reset``, or
            ``drop`` for a datagram that was lost,
            ``duplicate`` for one that arrives twice.
        source: The address it comes from.
        target: The address it goes to.
        size: How many bytes it was.
        data: The first bytes, 4096 unless the network was told otherwise.

    .. versionadded:: 1.0.0
    """

    time: float
    kind: str
    source: Any
    target: Any
    size: int
    data: bytes

    def __str__(self) -> str:
        what = f" {self.size} bytes {excerpt(self.data)}" if self.size else ""
        ends = f"{address(self.source)} -> {address(self.target)}"
        return f"{self.time:.6f} {ends} {self.kind}{what}"


WireEvent.__module__ = "asyncio_testselector"  # what a pickle names is the public name


def address(value: Any) -> str:
    """Return an address as one reads it: host:port, [host]:port, a path."""
    if isinstance(value, tuple):
        return f"[{value[0]}]:{value[1]}" if ":" in value[0] else f"{value[0]}:{value[1]}"
    return repr(value) if value else "(unnamed)"


def excerpt(data: bytes) -> str:
    """Return the repr of the first 60 bytes."""
    return repr(data) if len(data) <= 60 else f"{data[:60]!r}..."


@final
class WireLog:
    """
    The newest events of a network, oldest first; ``str()`` gives a line for each.

    Args:
        size: Events that are kept; 0 keeps none.
        kept: Bytes of each event that are kept; None is all of them.

    Example:
        >>> log = WireLog(2)
        >>> log.add(0.5, "data", ("10.0.0.1", 49152), ("10.0.0.2", 80), b"GET / HTTP/1.1")
        >>> print(log)
        0.500000 10.0.0.1:49152 -> 10.0.0.2:80 data 14 bytes b'GET / HTTP/1.1'
        >>> len(log), log[0].kind, log[0].size
        (1, 'data', 14)

    .. versionadded:: 1.0.0
    """

    __slots__ = ("_events", "append", "enabled", "kept")

    def __init__(self, size: int, kept: int | None = KEPT) -> None:
        self._events: deque[tuple[float, str, Any, Any, int, bytes]] = deque(maxlen=size)
        self.enabled: bool = size > 0
        self.kept: int | None = kept
        self.append: Callable[[tuple[float, str, Any, Any, int, bytes]], None] = self._events.append

    def add(self, time: float, kind: str, source: Any, target: Any, data: bytes = b"") -> None:
        """Add an event."""
        self.append((time, kind, source, target, len(data), data[: self.kept]))

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[WireEvent]:
        return map(WireEvent._make, self._events)

    def __getitem__(self, index: int, /) -> WireEvent:
        return WireEvent._make(self._events[index])

    def clear(self) -> None:
        """Forget everything."""
        self._events.clear()

    def __str__(self) -> str:
        return "\n".join(map(str, self))

    def __repr__(self) -> str:
        return f"<WireLog of {len(self)} events>"
