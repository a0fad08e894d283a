"""A peer that plays an exact scenario."""

from __future__ import annotations

import asyncio
import math
import re
import socket
import sys
from typing import TYPE_CHECKING, Any, TypeVar, final

from asyncio_testselector._memory.pair import internet_address
from asyncio_testselector._memory.socket import MemorySocket
from asyncio_testselector._script.player import Player
from asyncio_testselector._script.report import Place, ScriptError, excerpt
from asyncio_testselector._script.steps import (
    BlockWrites,
    Delay,
    Eof,
    Expect,
    ExpectEof,
    ExpectMatch,
    Reply,
    Reset,
    Step,
)
from asyncio_testselector._selector.readiness import Readiness

if TYPE_CHECKING:
    from types import FrameType

__unittest = __tracebackhide__ = True

PATIENCE = 10.0
"""Seconds that a script waits for its client at one step, unless told otherwise."""

_Step = TypeVar("_Step", bound=Step)


@final
class SocketScript:
    r"""
    A scenario that the peer of a connection plays: what it expects, what it answers, and when.

    Write the steps, give `socket` to the code under test (or use `open_connection`), and have
    `check` called at the end: by ``self.addCleanup(script.check)``, by a fixture, or by using the
    script in a ``with`` statement. After its last step the script ends its stream, so that nobody
    waits for a reply that is not in it; end with `expect_eof` to have the client close first.

    A client that does something else is told so where it waits: its socket raises the `ScriptError`
    that `check` raises, too.

    Args:
        name: What reports call it.
        timeout: Seconds of the loop's clock that a step waits for the client to send something;
            None is as long as it takes. Under a fake clock that moves by itself, a client that
            waits, too, fails at once.

    Raises:
        ValueError: *timeout* is no positive number.

    Example:
        >>> from asyncio_testselector import TestSelector
        >>> script = SocketScript("redis").expect(b"PING\r\n").reply(b"+PO", b"NG\r\n")
        >>> async def main():
        ...     with script:
        ...         reader, writer = await script.open_connection()
        ...         writer.write(b"PING\r\n")
        ...         print(await reader.readline())
        ...         writer.close()
        ...         await writer.wait_closed()
        >>> loop = asyncio.SelectorEventLoop(TestSelector())
        >>> loop.run_until_complete(main())
        b'+PONG\r\n'
        >>> loop.close()

    .. versionadded:: 1.0.0
    """

    def __init__(self, name: str = "script", *, timeout: float | None = PATIENCE) -> None:
        if timeout is not None and not timeout > 0:
            msg = f"timeout is {timeout!r} s: give a positive number, or None to wait for ever"
            raise ValueError(msg)
        self._name = name
        self._timeout = timeout
        self._steps: list[Step] = []
        self._player: Player | None = None

    def __repr__(self) -> str:
        if self._player is None:
            state = f"{len(self._steps)} steps, not played"
        elif self._player.failure is not None:
            state = "failed"
        else:
            state = f"{self._player.position} of {len(self._steps)} steps played"
        return f"<SocketScript {self._name!r}: {state}>"

    # -- the steps ---------------------------------------------------------------------------

    def expect(self, data: bytes | re.Pattern[bytes], /) -> SocketScript:
        """
        Expect the client to send this next, in however many pieces.

        Args:
            data: Exactly these bytes, or a compiled pattern. A pattern takes what it matches as
                soon as it does, so let it end with what ends the message; it must take a byte.

        Raises:
            TypeError: It is neither bytes nor a pattern for bytes.
            ValueError: It is empty.
        """
        if isinstance(data, re.Pattern):
            if not isinstance(data.pattern, bytes):
                msg = f"cannot expect {data!r}: sockets carry bytes, compile a pattern of bytes"
                raise TypeError(msg)
            return self._add(ExpectMatch, f"expect({data.pattern!r})", pattern=data)
        data = as_bytes(data, "expect")
        return self._add(Expect, f"expect({excerpt(data)})", data=data)

    def reply(self, *chunks: bytes) -> SocketScript:
        """
        Have the client receive these chunks, one with each ``recv()``.

        Raises:
            TypeError: A chunk is not bytes, or there is none.
            ValueError: A chunk is empty: that would be the end of the stream, see `eof`.
        """
        if not chunks:
            msg = "reply() without bytes: give what the client shall receive, or use eof()"
            raise TypeError(msg)
        kept = tuple(as_bytes(chunk, "reply") for chunk in chunks)
        text = ", ".join(excerpt(chunk) for chunk in kept)
        return self._add(Reply, f"reply({text})", chunks=kept)

    def delay(self, seconds: float, /) -> SocketScript:
        """
        Let time pass by the clock of the running loop, also a fake one.

        Raises:
            ValueError: *seconds* is negative or not finite.
        """
        if not (math.isfinite(seconds) and seconds >= 0):
            msg = f"cannot delay by {seconds!r} s: give a finite number of 0 or more"
            raise ValueError(msg)
        return self._add(Delay, f"delay({seconds!r})", seconds=float(seconds))

    def eof(self) -> SocketScript:
        """End the stream that the client reads; the script can still expect something."""
        return self._add(Eof, "eof()")

    def reset(self) -> SocketScript:
        """Reset the connection: the client gets `ConnectionResetError`. It is the last step."""
        return self._add(Reset, "reset()")

    def expect_eof(self) -> SocketScript:
        """Expect the client to close the connection, or to end its stream."""
        return self._add(ExpectEof, "expect_eof()")

    def block_writes(self, n: int, /) -> SocketScript:
        """
        Have the client's next *n* calls of ``send()`` raise `BlockingIOError`, as on a full buffer.

        Raises:
            ValueError: *n* is less than 1.
        """
        if n < 1:
            msg = f"cannot block {n!r} writes: give 1 or more"
            raise ValueError(msg)
        return self._add(BlockWrites, f"block_writes({n!r})", count=n)

    def _add(self, kind: type[_Step], text: str, **details: Any) -> SocketScript:
        if self._player is not None:
            msg = f"cannot add {text} to {self!r}: write all steps before the first connection"
            raise RuntimeError(msg)
        kinds = [type(step) for step in self._steps]
        if Reset in kinds or (kind is Reply and Eof in kinds):
            msg = f"cannot add {text} after {self._steps[-1].text}: the client would never see it"
            raise ValueError(msg)
        frame: FrameType = sys._getframe(2)
        place = Place(frame.f_code.co_filename, frame.f_lineno)
        self._steps.append(kind(text=text, place=place, **details))
        return self

    # -- the play ----------------------------------------------------------------------------

    def socket(self) -> MemorySocket:
        """
        Return the client's socket, and play the first steps.

        It is a TCP socket in memory, for ``asyncio.open_connection(sock=...)``,
        ``loop.connect_accepted_socket`` and whatever else takes a connected socket.

        Raises:
            RuntimeError: The script was played already; each connection needs a script of its own.
        """
        player = self.begin(Readiness())
        end, family, kind = player.client, socket.AF_INET, socket.SOCK_STREAM
        end.local, end.remote = internet_address(family), internet_address(family)
        sock = MemorySocket(family, kind, socket.IPPROTO_TCP, end.level, end, 0.0)
        player.play()
        return sock

    def begin(self, level: Readiness) -> Player:
        """Return the player of a new connection, which has not begun to play; for this package."""
        if self._player is not None:
            msg = f"{self!r} was played already: write one script for each connection"
            raise RuntimeError(msg)
        self._player = Player(self._name, tuple(self._steps), self._timeout, level)
        return self._player

    async def open_connection(
        self, **options: Any
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a reader and a writer of the client; takes what `asyncio.open_connection` does."""
        return await asyncio.open_connection(sock=self.socket(), **options)

    def check(self) -> None:
        """
        Fail if the client did not keep to the script, or the script is unfinished.

        Raises:
            ScriptError: It says where and why.
        """
        problem = self.problem()
        if problem is not None:
            raise problem

    def problem(self) -> ScriptError | None:
        """Return what `check` would raise, or None."""
        if self._player is None:
            text = f"script {self._name!r} was never played: no client connected to it"
            if self._steps:
                first = self._steps[0]
                text += f"; its first step is {first.text}, written at {first.place}"
            return ScriptError(text)
        return self._player.unfinished()

    def __enter__(self) -> SocketScript:
        return self

    def __exit__(self, exc_type: object, exc: BaseException | None, traceback: object) -> None:
        if exc is None:
            self.check()
            return
        problem = self.problem()
        if sys.version_info >= (3, 11) and problem is not None and str(problem) != str(exc):
            # The test's own error comes first; the script's is a remark on it.
            exc.add_note(str(problem))


def as_bytes(data: object, method: str) -> bytes:
    """Return a copy of a non-empty buffer, and refuse everything else."""
    if not isinstance(data, (bytes, bytearray, memoryview)):
        msg = f"{method}() takes bytes, not {data!r}: encode it"
        raise TypeError(msg)
    if not data:
        msg = f"{method}() of no bytes at all: leave the step out"
        raise ValueError(msg)
    return bytes(data)
