"""The steps of a script: each plays its part on a `Player`, and says if it is done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncio_testselector._script.report import Place, comparison, excerpt

if TYPE_CHECKING:
    from asyncio_testselector._script.player import Player


@dataclass(frozen=True)
class Step:
    """
    One step, and where it was written.

    Attributes:
        text: The call that wrote it, for reports.
        place: The line of that call.
    """

    text: str
    place: Place

    waits = False
    """Whether it is the client's turn."""

    def play(self, player: Player) -> bool:
        """Do what there is to do; return False to be asked again when something happens."""
        raise NotImplementedError

    def wanted(self, got: bytes) -> str:
        """Return what this step expects beside what it got, if it waits for the client."""
        raise NotImplementedError


@dataclass(frozen=True)
class Expect(Step):
    """The client sends exactly these bytes, in whatever pieces."""

    data: bytes = b""
    waits = True

    def play(self, player: Player) -> bool:
        """Take the bytes; fail at the first one that differs."""
        got = player.received
        if got.startswith(self.data):
            player.take(len(self.data))
            return True
        if not self.data.startswith(got):
            player.fail("the client sent something else", self.wanted(bytes(got)))
        elif player.ended:
            player.fail("the client closed the connection too early", self.wanted(bytes(got)))
        return False

    def wanted(self, got: bytes) -> str:
        """Return the bytes beside those that came."""
        return comparison(self.data, got[: len(self.data)])


@dataclass(frozen=True)
class ExpectMatch(Step):
    """The client sends something that a pattern matches from its start."""

    pattern: re.Pattern[bytes] = re.compile(b"")
    waits = True

    def play(self, player: Player) -> bool:
        """Take what the pattern matches, as soon as it does."""
        found = self.pattern.match(player.received)
        if found is not None and found.end():
            player.take(found.end())
            return True
        if player.ended:
            what = "the client closed the connection and the pattern had not matched"
            player.fail(what, self.wanted(bytes(player.received)))
        return False

    def wanted(self, got: bytes) -> str:
        """Return the pattern beside what came."""
        return f"  expected: a match of {self.pattern.pattern!r}\n  got:      {excerpt(got)}"


@dataclass(frozen=True)
class ExpectEof(Step):
    """The client closes, or ends its stream."""

    waits = True

    def play(self, player: Player) -> bool:
        """Wait for the end of the client's stream; fail if there is data before it."""
        if player.received:
            got = bytes(player.received)
            player.fail("the client sent data instead of closing", self.wanted(got))
        return player.ended

    def wanted(self, got: bytes) -> str:
        """Return the end beside what came."""
        return f"  expected: the end of the stream\n  got:      {excerpt(got)}"


@dataclass(frozen=True)
class Reply(Step):
    """The client receives these chunks, one with each ``recv()``."""

    chunks: tuple[bytes, ...] = ()

    def play(self, player: Player) -> bool:
        """Put the chunks where the client reads them."""
        if player.client.closed:
            sent = b"".join(self.chunks)
            player.fail("the client closed before the reply", f"  reply:    {excerpt(sent)}")
            return False
        for chunk in self.chunks:
            player.send(chunk)
        return True


@dataclass(frozen=True)
class Delay(Step):
    """Nothing happens for a while, by the clock of the running loop."""

    seconds: float = 0.0

    def play(self, player: Player) -> bool:
        """Wait once for the timer, and be done when it has fired."""
        return player.slept(self.seconds)


@dataclass(frozen=True)
class Eof(Step):
    """The script ends its stream; the client may still send."""

    def play(self, player: Player) -> bool:
        """Send the end of the stream."""
        player.hang_up()
        return True


@dataclass(frozen=True)
class Reset(Step):
    """The connection is reset."""

    def play(self, player: Player) -> bool:
        """Reset the connection: nothing can happen after it."""
        player.reset()
        return True


@dataclass(frozen=True)
class BlockWrites(Step):
    """The client's next calls of ``send()`` find no room."""

    count: int = 0

    def play(self, player: Player) -> bool:
        """Count the calls to refuse."""
        player.client.blocked += self.count
        return True
