"""
A peer that plays an exact scenario.

It is one long class, because it is one vocabulary: the steps, how they are played, and the check.
What a step does is in modules of its own, so that most lines here are its documentation.
"""

from __future__ import annotations

import asyncio
import inspect
import math
import re
import socket
import ssl
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, final

from asyncio_testselector._memory.pair import internet_address
from asyncio_testselector._memory.socket import MemorySocket
from asyncio_testselector._script.choices import AnyNumber, InAnyOrder, open_ended
from asyncio_testselector._script.player import Player
from asyncio_testselector._script.recording import recorded_steps
from asyncio_testselector._script.report import Place, ScriptError, add_remark, excerpt
from asyncio_testselector._script.steps import (
    BlockWrites,
    Delay,
    Eof,
    Expect,
    ExpectEof,
    ExpectMatch,
    Reply,
    Reset,
    StartTls,
    Step,
)
from asyncio_testselector._script.texts import (
    ANYTHING,
    ComputedReply,
    ExpectJson,
    ExpectLine,
    as_bytes,
    as_chunks,
    encoded_json,
    encoded_line,
)
from asyncio_testselector._script.tls import is_client
from asyncio_testselector._selector.readiness import Readiness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType

    from asyncio_testselector._script.recording import WireEvent

__unittest = __tracebackhide__ = True

PATIENCE = 10.0
"""Seconds that a script waits for its client at one step, unless told otherwise."""


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
        reusable: Play the script on every connection, each time from its beginning.
        keep_open: Do not end the stream after the last step: more steps can be added while the
            script is played, and are played at once; `eof` or `reset` ends it then.
        newline: What ends the lines of `reply_line`.

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

    def __init__(
        self,
        name: str = "script",
        *,
        timeout: float | None = PATIENCE,
        reusable: bool = False,
        keep_open: bool = False,
        newline: bytes = b"\r\n",
    ) -> None:
        if timeout is not None and not timeout > 0:
            msg = f"timeout is {timeout!r} s: give a positive number, or None to wait for ever"
            raise ValueError(msg)
        self._name = name
        self._timeout = timeout
        self._reusable = reusable
        self._keep_open = keep_open
        self._newline = as_bytes(newline, "newline")
        self._steps: list[Step] = []
        self._players: list[Player] = []

    def __repr__(self) -> str:
        if not self._players:
            state = f"{len(self._steps)} steps, not played"
        elif any(player.failure is not None for player in self._players):
            state = "failed"
        elif self._reusable:
            state = f"{len(self._steps)} steps, {len(self._players)} connections"
        else:
            state = f"{self._players[0].position} of {len(self._steps)} steps played"
        return f"<SocketScript {self._name!r}: {state}>"

    @property
    def reusable(self) -> bool:
        """Whether it is played on every connection, and not on one only."""
        return self._reusable

    @classmethod
    def from_log(
        cls,
        log: Iterable[WireEvent],
        *,
        connection: int = 0,
        delays: bool = False,
        name: str = "recorded",
        timeout: float | None = PATIENCE,
    ) -> SocketScript:
        r"""
        Return a script of the server's side of a connection that was recorded.

        Args:
            log: The `MemoryNetwork.log`, or some of its events.
            connection: Which of the connections, in the order they were begun.
            delays: Whether the script takes as long to answer as the server did.
            name: What reports call it.
            timeout: As for every script.

        Raises:
            ValueError: There is no such connection, or the log does not have all of its bytes.

        Example:
            >>> from asyncio_testselector import WireLog
            >>> log, client, server = WireLog(9), ("10.0.0.1", 49152), ("10.0.0.2", 6379)
            >>> log.add(0.0, "connect", client, server)
            >>> log.add(0.1, "data", client, server, b"PING\r\n")
            >>> log.add(0.2, "data", server, client, b"+PONG\r\n")
            >>> SocketScript.from_log(log)
            <SocketScript 'recorded': 2 steps, not played>
        """
        script = cls(name, timeout=timeout)
        frame = sys._getframe(1)
        place = Place(frame.f_code.co_filename, frame.f_lineno)
        for kind, text, details in recorded_steps(log, connection, delays):
            script._steps.append(
                kind(text=text, place=place, number=len(script._steps) + 1, **details)
            )
        return script

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

    def expect_line(
        self, line: str | bytes | re.Pattern[str] | re.Pattern[bytes], /
    ) -> SocketScript:
        r"""
        Expect the client to send one line next; LF and CRLF end it.

        Args:
            line: The line without its end, or a compiled pattern that matches the whole line.
                A `str` is encoded, and a line for a pattern of `str` decoded, as UTF-8.

        Raises:
            TypeError: It is none of these.
            ValueError: It has an end.
        """
        if isinstance(line, re.Pattern):
            return self._add(ExpectLine, f"expect_line({line.pattern!r})", line=line)
        encoded = encoded_line(line, "expect_line", b"")
        return self._add(ExpectLine, f"expect_line({line!r})", line=encoded)

    def expect_json(self, value: object = ANYTHING, /) -> SocketScript:
        """
        Expect the client to send one line of JSON next.

        Args:
            value: What it has to be equal to, such as ``{"id": mock.ANY}``; anything by default.
        """
        shown = "" if value is ANYTHING else repr(value)
        return self._add(ExpectJson, f"expect_json({shown})", value=value)

    def reply(self, *chunks: bytes | Callable[[Any], bytes | Iterable[bytes]]) -> SocketScript:
        r"""
        Have the client receive these chunks, one with each ``recv()``.

        Args:
            chunks: Bytes. Or one function that is called with what the last step before this one
                that waits has recognised, and returns a chunk or several: the match of a pattern,
                bytes that were given, a line without its end, a value of JSON.

        Raises:
            TypeError: A chunk is not bytes, or there is none.
            ValueError: A chunk is empty: that would be the end of the stream, see `eof`. Or
                there is nothing that a reply could be computed from.

        Example:
            >>> double = re.compile(rb"(\d+)\n")
            >>> script = SocketScript().expect(double).reply(lambda m: b"%d" % (2 * int(m[1])))
            >>> sock = script.socket()
            >>> sock.send(b"21\n")
            3
            >>> sock.recv(100)
            b'42'
            >>> sock.close()
        """
        if len(chunks) == 1 and callable(chunks[0]):
            return self._add_computed("reply", chunks[0], as_chunks)
        if not chunks:
            msg = "reply() without bytes: give what the client shall receive, or use eof()"
            raise TypeError(msg)
        kept = tuple(as_bytes(chunk, "reply") for chunk in chunks)
        text = ", ".join(excerpt(chunk) for chunk in kept)
        return self._add(Reply, f"reply({text})", chunks=kept)

    def reply_line(self, *lines: str | bytes | Callable[[Any], str | bytes]) -> SocketScript:
        r"""
        Have the client receive these lines, each with its end; see *newline*.

        Args:
            lines: The lines, or a function that computes one, see `reply`.

        Raises:
            TypeError: A line is neither str nor bytes, or there is none.
            ValueError: A line has an end already.

        Example:
            >>> script = SocketScript("smtp").reply_line("220 ready").expect_line("QUIT")
            >>> sock = script.reply_line("221 bye").socket()
            >>> sock.recv(100), sock.send(b"QUIT\r\n"), sock.recv(100)
            (b'220 ready\r\n', 6, b'221 bye\r\n')
            >>> sock.close()
        """
        newline = self._newline
        if len(lines) == 1 and callable(lines[0]):
            encode = line_encoder(newline)
            return self._add_computed("reply_line", lines[0], encode)
        if not lines:
            msg = "reply_line() without lines: give what the client shall receive"
            raise TypeError(msg)
        chunks = tuple(encoded_line(line, "reply_line", newline) for line in lines)
        text = ", ".join(map(repr, lines))
        return self._add(Reply, f"reply_line({text})", chunks=chunks)

    def reply_json(self, value: object, /) -> SocketScript:
        """
        Have the client receive a value as one line of JSON, ended by LF.

        Args:
            value: The value, or a function that computes it, see `reply`.

        Raises:
            TypeError: JSON has nothing for it.
        """
        if callable(value):
            return self._add_computed("reply_json", value, json_chunks)
        return self._add(Reply, f"reply_json({value!r})", chunks=(encoded_json(value),))

    def _add_computed(self, method: str, function: Any, encode: Any) -> SocketScript:
        text = f"{method}({getattr(function, '__name__', function)})"
        if inspect.iscoroutinefunction(function):
            msg = f"{text}: a reply is computed at once, so the function cannot be async"
            raise TypeError(msg)
        if not any(step.waits for step in self._steps):
            msg = f"{text}: nothing is expected before it that it could be computed from"
            raise ValueError(msg)
        return self._add(ComputedReply, text, depth=3, function=function, encode=encode)

    # -- what is left to the client ----------------------------------------------------------

    def any_number(self, part: SocketScript, /) -> SocketScript:
        r"""
        Let the client do a part as often as it likes, also never.

        What comes behind it has to be something that the client does, or nothing: the script is
        complete then whenever the client does no more of it.

        Args:
            part: The steps, as a script of their own that begins with what the client sends.

        Raises:
            ValueError: The part begins with something else, or ends the connection.

        Example:
            >>> ping = SocketScript().expect_line("PING").reply_line("PONG")
            >>> script = SocketScript().any_number(ping).expect_line("QUIT")
            >>> sock = script.socket()
            >>> sock.send(b"PING\r\nPING\r\nQUIT\r\n")
            18
            >>> sock.recv(100), sock.recv(100), sock.recv(100)
            (b'PONG\r\n', b'PONG\r\n', b'')
            >>> sock.close()
        """
        return self._add(AnyNumber, "any_number()", part=self._part(part, "any_number()"))

    def in_any_order(self, *parts: SocketScript) -> SocketScript:
        """
        Expect the client to do all of these parts, each once, in whatever order.

        Args:
            parts: Scripts that begin with what the client sends; see `any_number`.

        Raises:
            ValueError: A part begins with something else, or ends the connection.
            TypeError: There is none.
        """
        if not parts:
            msg = "in_any_order() without parts: give a SocketScript for each"
            raise TypeError(msg)
        text = "in_any_order()"
        return self._add(InAnyOrder, text, parts=tuple(self._part(each, text) for each in parts))

    def _part(self, part: object, method: str) -> tuple[Step, ...]:
        if not isinstance(part, SocketScript) or part is self or part._players:
            msg = f"{method} takes scripts that are not played, as its parts, not {part!r}"
            raise TypeError(msg)
        first = part._steps[0] if part._steps else None
        if not isinstance(first, (Expect, ExpectMatch, ExpectLine)):
            what = "has no steps" if first is None else f"begins with {first.text}"
            msg = f"{method}: {part!r} {what}: begin with what the client sends, by expect()"
            raise ValueError(msg)
        for step in part._steps:
            if isinstance(step, (Eof, Reset, ExpectEof, StartTls)):
                msg = f"{method}: a part cannot have {step.text}, which it could not do again"
                raise ValueError(msg)
        number = len(self._steps) + 1
        return tuple(
            replace(step, number=number, text=f"{method}: {step.text}") for step in part._steps
        )

    # -- the rest of the connection ----------------------------------------------------------

    def start_tls(
        self, context: ssl.SSLContext, /, *, server_hostname: str | None = None
    ) -> SocketScript:
        """
        Go on under TLS: as the first step for TLS from the beginning, later for STARTTLS.

        Args:
            context: A server's context, with its certificate. A context of
                ``ssl.PROTOCOL_TLS_CLIENT`` has the script be the client.
            server_hostname: The name a script that is the client asks for.

        Raises:
            TypeError: It is no context.
            ValueError: There is TLS already, or a client has no name to check.
        """
        if not isinstance(context, ssl.SSLContext):
            msg = f"start_tls() takes an ssl.SSLContext, not {context!r}"
            raise TypeError(msg)
        if is_client(context) and context.check_hostname and server_hostname is None:
            msg = "start_tls() as a client checks the server's name: give server_hostname="
            raise ValueError(msg)
        if any(isinstance(step, StartTls) for step in self._steps):
            msg = f"cannot add start_tls() to {self!r}: it has TLS already"
            raise ValueError(msg)
        return self._add(StartTls, "start_tls()", context=context, hostname=server_hostname)

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

        Where sockets have no ``sendmsg()``, in Windows, asyncio from 3.12 on loses data that
        ``send()`` refuses a second time.

        Raises:
            ValueError: *n* is no whole number of 1 or more.
        """
        if isinstance(n, bool) or n != int(n) or n < 1:
            msg = f"cannot block {n!r} writes: give a whole number of 1 or more"
            raise ValueError(msg)
        return self._add(BlockWrites, f"block_writes({n!r})", count=n)

    def _add(self, kind: type[Step], text: str, *, depth: int = 2, **details: Any) -> SocketScript:
        if self._players and not self._reusable and self._players[0].over:
            msg = (
                f"cannot add {text} to {self!r}, which has ended: write all steps before the first "
                "connection, or make it SocketScript(keep_open=True)"
            )
            raise RuntimeError(msg)
        kinds = [type(step) for step in self._steps]
        replies = issubclass(kind, (Reply, ComputedReply))
        if Reset in kinds or (replies and Eof in kinds):
            msg = f"cannot add {text} after {self._steps[-1].text}: the client would never see it"
            raise ValueError(msg)
        frame: FrameType = sys._getframe(depth)
        place = Place(frame.f_code.co_filename, frame.f_lineno)
        step = kind(text=text, place=place, number=len(self._steps) + 1, **details)
        if not step.waits and open_ended(self._steps):
            msg = f"cannot add {text} after any_number(): only the client can end that"
            raise ValueError(msg)
        self._steps.append(step)
        for player in self._players:
            player.add(step)
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
        if self._players and not self._reusable:
            msg = (
                f"{self!r} was played already: write one script for each connection, or make it "
                "SocketScript(reusable=True)"
            )
            raise RuntimeError(msg)
        title = f"script {self._name!r}"
        if self._players:
            title += f" on connection {len(self._players) + 1}"
        steps = tuple(self._steps)
        player = Player(title, steps, self._timeout, keep_open=self._keep_open, level=level)
        self._players.append(player)
        return player

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
        if not self._players:
            text = f"script {self._name!r} was never played: no client connected to it"
            if self._steps:
                first = self._steps[0]
                text += f"; its first step is {first.text}, written at {first.place}"
            return ScriptError(text)
        problems = [player.unfinished() for player in self._players]
        return next((problem for problem in problems if problem is not None), None)

    def __enter__(self) -> SocketScript:
        return self

    def __exit__(self, exc_type: object, exc: BaseException | None, traceback: object) -> None:
        if exc is None:
            self.check()
            return
        problem = self.problem()
        if problem is not None and str(problem) != str(exc):
            # The test's own error comes first; the script's is a remark on it.
            add_remark(exc, str(problem))


def line_encoder(newline: bytes) -> Callable[[object], tuple[bytes, ...]]:
    """Return what makes a chunk of a computed line."""
    return lambda line: (encoded_line(line, "reply_line", newline),)


def json_chunks(computed: object) -> tuple[bytes, ...]:
    """Return a computed value as a line of JSON."""
    return (encoded_json(computed),)
