"""The steps of a script: each plays its part on a `Stage`, and says if it is done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from asyncio_testselector._script.report import Place, comparison, excerpt

if TYPE_CHECKING:
    import ssl


class Client(Protocol):
    """The client of a script, as far as a step has to know it."""

    blocked: int
    """Calls of ``send()`` still to refuse."""
    closed: bool


class Stage(Protocol):
    """
    What a step acts on: the state of the script that is played.

    Attributes:
        received: What the client sent and no step took.
        ended: Whether the client has ended its stream, or is gone.
        matched: What the last step that waited has recognised.
        who: The client, in reports.
        closed: What it did when its stream has ended, in reports.
    """

    received: bytearray
    ended: bool
    matched: Any
    who: str
    closed: str

    @property
    def client(self) -> Client:
        """The client's end of the connection."""
        ...

    def take(self, size: int, matched: Any) -> None:
        """Remove what a step has recognised, and keep what it was for a computed reply."""

    def go_on_with(self, steps: tuple[Step, ...]) -> None:
        """Play these steps after the current one, before all others."""

    def next_turns(self) -> list[Step | None]:
        """Return what may be the client's next step after the current one; None is the end."""
        ...

    def secured(self, context: ssl.SSLContext, hostname: str | None) -> bool:
        """Begin TLS, or tell whether its handshake is done."""
        ...

    def send(self, chunk: bytes) -> None:
        """Have the client receive a chunk."""

    def slept(self, seconds: float) -> bool:
        """Start the timer of a delay, or say that it has fired."""
        ...

    def hang_up(self) -> None:
        """End the stream that the client reads."""

    def reset(self) -> None:
        """Reset the connection."""

    def fail(self, what: str, details: str, cause: BaseException | None = None) -> None:
        """Fail at the current step."""


@dataclass(frozen=True)
class Step:
    """
    One step, and where it was written.

    Attributes:
        text: The call that wrote it, for reports.
        place: The line of that call.
        number: Which step of the script it is, or is part of.
    """

    text: str
    place: Place
    number: int = 0

    waits = False
    """Whether it is the client's turn."""

    def play(self, stage: Stage) -> bool:
        """Do what there is to do; return False to be asked again when something happens."""
        raise NotImplementedError

    def wanted(self, got: bytes) -> str:
        """Return what this step expects beside what it got, if it waits for the client."""
        raise NotImplementedError

    def begins(self, stage: Stage) -> bool | None:
        """Tell whether what came is what this step waits for; None if it cannot be told yet."""
        raise NotImplementedError

    @property
    def firsts(self) -> tuple[Step, ...]:
        """What the client may do here: one step, or the first ones of several parts."""
        return (self,)


@dataclass(frozen=True)
class Expect(Step):
    """The client sends exactly these bytes, in whatever pieces."""

    data: bytes = b""
    waits = True

    def play(self, stage: Stage) -> bool:
        """Take the bytes; fail at the first one that differs."""
        got = stage.received
        if got.startswith(self.data):
            stage.take(len(self.data), self.data)
            return True
        if not self.data.startswith(got):
            stage.fail(f"{stage.who} sent something else", self.wanted(bytes(got)))
        elif stage.ended:
            what = f"{stage.who} {stage.closed} too early"
            stage.fail(what, self.wanted(bytes(got)))
        return False

    def begins(self, stage: Stage) -> bool | None:
        """Tell by the bytes that came."""
        if stage.received.startswith(self.data):
            return True
        return None if self.data.startswith(stage.received) and not stage.ended else False

    def wanted(self, got: bytes) -> str:
        """Return the bytes beside those that came."""
        return comparison(self.data, got[: len(self.data)])


@dataclass(frozen=True)
class ExpectMatch(Step):
    """The client sends something that a pattern matches from its start."""

    pattern: re.Pattern[bytes] = re.compile(b"")
    waits = True

    def play(self, stage: Stage) -> bool:
        """Take what the pattern matches, as soon as it does."""
        got = bytes(stage.received)
        found = self.pattern.match(got)
        if found is not None and found.end():
            stage.take(found.end(), found)
            return True
        if stage.ended:
            what = f"{stage.who} {stage.closed} and the pattern had not matched"
            stage.fail(what, self.wanted(got))
        return False

    def begins(self, stage: Stage) -> bool | None:
        """Tell by the pattern, which never says that more could not make it match."""
        found = self.pattern.match(stage.received)
        if found is not None and found.end():
            return True
        return False if stage.ended else None

    def wanted(self, got: bytes) -> str:
        """Return the pattern beside what came."""
        return f"  expected: a match of {self.pattern.pattern!r}\n  got:      {excerpt(got)}"


@dataclass(frozen=True)
class ExpectEof(Step):
    """The client closes, or ends its stream."""

    waits = True

    def play(self, stage: Stage) -> bool:
        """Wait for the end of the client's stream; fail if there is data before it."""
        if stage.received:
            got = bytes(stage.received)
            stage.fail(f"{stage.who} sent data instead of closing", self.wanted(got))
        return stage.ended

    def begins(self, stage: Stage) -> bool | None:
        """Tell by the end of the stream, without data before it."""
        return False if stage.received else (stage.ended or None)

    def wanted(self, got: bytes) -> str:
        """Return the end beside what came."""
        return f"  expected: the end of the stream\n  got:      {excerpt(got)}"


@dataclass(frozen=True)
class Reply(Step):
    """The client receives these chunks, one with each ``recv()``."""

    chunks: tuple[bytes, ...] = ()

    def play(self, stage: Stage) -> bool:
        """Put the chunks where the client reads them."""
        if stage.client.closed:
            sent = b"".join(self.chunks)
            stage.fail(f"{stage.who} closed before the reply", f"  reply:    {excerpt(sent)}")
            return False
        for chunk in self.chunks:
            stage.send(chunk)
        return True


@dataclass(frozen=True)
class Delay(Step):
    """Nothing happens for a while, by the clock of the running loop."""

    seconds: float = 0.0

    def play(self, stage: Stage) -> bool:
        """Wait once for the timer, and be done when it has fired."""
        return stage.slept(self.seconds)


@dataclass(frozen=True)
class Eof(Step):
    """The script ends its stream; the client may still send."""

    def play(self, stage: Stage) -> bool:
        """Send the end of the stream."""
        stage.hang_up()
        return True


@dataclass(frozen=True)
class Reset(Step):
    """The connection is reset."""

    def play(self, stage: Stage) -> bool:
        """Reset the connection: nothing can happen after it."""
        stage.reset()
        return True


@dataclass(frozen=True)
class BlockWrites(Step):
    """The client's next calls of ``send()`` find no room."""

    count: int = 0

    def play(self, stage: Stage) -> bool:
        """Count the calls to refuse."""
        stage.client.blocked += self.count
        return True


@dataclass(frozen=True)
class StartTls(Step):
    """Both sides go on under TLS."""

    context: ssl.SSLContext | None = None
    hostname: str | None = None
    waits = True

    def play(self, stage: Stage) -> bool:
        """Shake hands; what the client sent already is part of it."""
        assert self.context is not None
        return stage.secured(self.context, self.hostname)

    def wanted(self, got: bytes) -> str:
        """Return that a handshake was expected."""
        return "  expected: the TLS handshake of the other side\n  got:      less than that"

    def begins(self, stage: Stage) -> bool | None:
        """Tell by the type of a TLS record."""
        return stage.received.startswith(b"\x16") if stage.received else None
