"""What a recorded connection is as the steps of a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from asyncio_testselector._script.report import excerpt
from asyncio_testselector._script.steps import Delay, Eof, Expect, ExpectEof, Reply, Reset, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RecordedStep = tuple[type[Step], str, dict[str, Any]]


class WireEvent(Protocol):
    """An event of a network's log, as far as a script has to know it."""

    @property
    def time(self) -> float:
        """When it was sent."""
        ...

    @property
    def kind(self) -> str:
        """What it is."""
        ...

    @property
    def source(self) -> Any:
        """The address it comes from."""
        ...

    @property
    def target(self) -> Any:
        """The address it goes to."""
        ...

    @property
    def size(self) -> int:
        """How many bytes it was."""
        ...

    @property
    def data(self) -> bytes:
        """The bytes that were kept."""
        ...


def recorded_steps(
    log: Iterable[WireEvent], connection: int, delays: bool
) -> Iterator[RecordedStep]:
    """
    Return the steps of the server's side of a connection: the kind, the text, the details.

    Raises:
        ValueError: There is no such connection, or the log does not have all of its bytes.
    """
    events = list(log)
    begun = [index for index, event in enumerate(events) if event.kind == "connect"]
    if not 0 <= connection < len(begun):
        msg = f"there is no connection {connection!r} in the log, which has {len(begun)} of them"
        raise ValueError(msg)
    first = events[begun[connection]]
    client, server, last = first.source, first.target, first.time
    asked = bytearray()
    steps: list[RecordedStep] = []
    ended = set()
    for event in events[begun[connection] + 1 :]:
        if {event.source, event.target} != {client, server}:
            continue
        if event.kind == "connect":
            break  # the port was used again
        if len(event.data) < event.size:
            msg = (
                f"cannot make a script of {event}: the log kept {len(event.data)} of its bytes; "
                "record with MemoryNetwork(log_bytes=None)"
            )
            raise ValueError(msg)
        if event.source == client and event.kind == "data":
            asked += event.data
            last = event.time
            continue
        if event.kind not in ("data", "eof", "reset") or (event.kind, event.source) in ended:
            continue
        if asked:
            steps.append(expected(bytes(asked)))
            asked.clear()
        if event.source == server and delays and event.time > last:
            steps.append((Delay, f"delay({event.time - last!r})", {"seconds": event.time - last}))
        last = event.time
        if event.kind == "data":
            steps.append((Reply, f"reply({excerpt(event.data)})", {"chunks": (event.data,)}))
        else:
            ended.add((event.kind, event.source))
            steps.append(end(event.kind, from_client=event.source == client))
            if steps[-1][0] is Reset:
                break
    if asked:
        steps.append(expected(bytes(asked)))
    return iter(steps)


def expected(data: bytes) -> RecordedStep:
    """Return the step of what the client sent at once."""
    return Expect, f"expect({excerpt(data)})", {"data": data}


def end(kind: str, *, from_client: bool) -> RecordedStep:
    """Return the step of an end; a reset by the client is an end to the script."""
    if from_client:
        return ExpectEof, "expect_eof()", {}
    return (Eof, "eof()", {}) if kind == "eof" else (Reset, "reset()", {})
