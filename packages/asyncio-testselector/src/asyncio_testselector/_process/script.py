"""
A subprocess that plays an exact scenario.

It is one long class, because it is one vocabulary; most of its lines are documentation.
"""

from __future__ import annotations

import inspect
import math
import re
import sys
from typing import TYPE_CHECKING, Any, final

from asyncio_testselector._installation.overrides import running_loop
from asyncio_testselector._process import seam
from asyncio_testselector._process.command import Command, check_parts
from asyncio_testselector._process.pipes import STDERR, STDOUT
from asyncio_testselector._process.player import ProcessPlayer
from asyncio_testselector._process.run import ProcessRun
from asyncio_testselector._process.steps import ComputedOutput, Exit, Forever, Output
from asyncio_testselector._process.transport import KILL, ProcessTransport
from asyncio_testselector._script.report import Place, ScriptError, add_remark, excerpt, reported
from asyncio_testselector._script.steps import Delay, Expect, ExpectEof, ExpectMatch, Step
from asyncio_testselector._script.texts import ExpectLine, as_bytes, as_chunks, encoded_line

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable

__unittest = __tracebackhide__ = True

PATIENCE = 10.0
"""Seconds that a process waits at one step, unless told otherwise."""


@final
class ProcessScript:
    r"""
    A command, and what a subprocess does that is started with it.

    While a script is installed on a loop, ``asyncio.create_subprocess_exec`` and
    ``create_subprocess_shell`` start nothing there: a command is played by the first script that
    is for it, and one that no script is for is refused. Use it as ``with`` in a coroutine, or
    `install` it, and have `uninstall` and `check` called. After its last step the process exits
    with the code 0.

    Args:
        command: The program and its arguments: str, bytes, paths, patterns that match a whole
            argument, or `unittest.mock.ANY`; ``...`` at the end is for whatever follows.
        times: How many processes may play it; None is any number.
        timeout: Seconds of the loop's clock that a step waits for something on stdin; None is as
            long as it takes.
        error: What starting it raises, such as ``FileNotFoundError("git")``; it has no steps then.

    Raises:
        TypeError: It is no command, or *error* no exception.
        ValueError: *times* or *timeout* make no sense.

    Example:
        >>> import asyncio
        >>> async def main():
        ...     git = ProcessScript("git", "status", ...).stdout(b"clean\n")
        ...     with git:
        ...         process = await asyncio.create_subprocess_exec(
        ...             "git", "status", "--short", stdout=asyncio.subprocess.PIPE
        ...         )
        ...         print(await process.communicate(), process.returncode)
        >>> asyncio.run(main())
        (b'clean\n', None) 0

    .. versionadded:: 1.0.0
    """

    def __init__(
        self,
        *command: Any,
        times: int | None = 1,
        timeout: float | None = PATIENCE,
        error: BaseException | None = None,
    ) -> None:
        check_parts(command)
        whole = isinstance(times, int) and not isinstance(times, bool)
        if times is not None and (not whole or times < 1):
            msg = f"times is {times!r}: give a whole number of 1 or more, or None for any"
            raise ValueError(msg)
        if timeout is not None and not timeout > 0:
            msg = f"timeout is {timeout!r} s: give a positive number, or None to wait for ever"
            raise ValueError(msg)
        if error is not None and not isinstance(error, BaseException):
            msg = f"error is {error!r}: give an exception, such as FileNotFoundError('git')"
            raise TypeError(msg)
        self.runs: list[ProcessRun] = []
        """The processes that have played it, the newest last."""
        self._command = Command(command, shell=False)
        self._times = times
        self._timeout = timeout
        self._error = error
        self._steps: list[Step] = []
        self._handlers: dict[int, tuple[float, int] | None] = {}
        self._players: list[ProcessPlayer] = []
        self._refused: list[ScriptError] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        frame = sys._getframe(1)
        if frame.f_code is ProcessScript.shell.__code__:
            frame = sys._getframe(2)
        self._place = Place(frame.f_code.co_filename, frame.f_lineno)

    @classmethod
    def shell(cls, command: Any, /, **options: Any) -> ProcessScript:
        """
        Return a script of a command line that is started with ``create_subprocess_shell``.

        Args:
            command: The whole line, or a pattern that matches it.
            options: As for every script.
        """
        script = cls(command, **options)
        script._command = Command((command,), shell=True)
        return script

    def __repr__(self) -> str:
        return f"<ProcessScript {self._command}: {len(self._steps)} steps, {len(self.runs)} runs>"

    # -- the steps ---------------------------------------------------------------------------

    def stdout(self, *chunks: bytes | Callable[[Any], bytes | Iterable[bytes]]) -> ProcessScript:
        """
        Have the process write these pieces to its stdout.

        Args:
            chunks: Bytes, or one function of what was expected last, which returns them.

        Raises:
            TypeError: A piece is not bytes, or there is none.
            ValueError: A piece is empty, or there is nothing that one could be computed from.
        """
        return self._output(STDOUT, "stdout", chunks)

    def stderr(self, *chunks: bytes | Callable[[Any], bytes | Iterable[bytes]]) -> ProcessScript:
        """Have the process write these pieces to its stderr; see `stdout`."""
        return self._output(STDERR, "stderr", chunks)

    def stdout_line(self, *lines: str | bytes) -> ProcessScript:
        r"""
        Have the process write these lines to its stdout, each with ``\n`` at its end.

        Raises:
            TypeError: A line is neither str nor bytes, or there is none.
            ValueError: A line has an end already.
        """
        if not lines:
            msg = "stdout_line() without lines: give what the process shall write"
            raise TypeError(msg)
        chunks = tuple(encoded_line(line, "stdout_line", b"\n") for line in lines)
        text = ", ".join(map(repr, lines))
        return self._add(Output, f"stdout_line({text})", fd=STDOUT, chunks=chunks)

    def _output(self, fd: int, method: str, chunks: tuple[Any, ...]) -> ProcessScript:
        if len(chunks) == 1 and callable(chunks[0]):
            text = f"{method}({getattr(chunks[0], '__name__', chunks[0])})"
            if inspect.iscoroutinefunction(chunks[0]) or not any(s.waits for s in self._steps):
                msg = f"{text}: it takes a plain function, and something expected on stdin before"
                raise ValueError(msg)
            return self._add(
                ComputedOutput, text, depth=3, fd=fd, function=chunks[0], encode=as_chunks
            )
        if not chunks:
            msg = f"{method}() without bytes: give what the process shall write"
            raise TypeError(msg)
        kept = tuple(as_bytes(chunk, method) for chunk in chunks)
        text = f"{method}({', '.join(map(excerpt, kept))})"
        return self._add(Output, text, depth=3, fd=fd, chunks=kept)

    def expect_stdin(self, data: bytes | re.Pattern[bytes], /) -> ProcessScript:
        """
        Expect this on stdin next, in however many pieces.

        Args:
            data: Exactly these bytes, or a compiled pattern, which takes what it matches as soon
                as it does.

        Raises:
            TypeError: It is neither bytes nor a pattern for bytes.
            ValueError: It is empty.
        """
        if isinstance(data, re.Pattern):
            if not isinstance(data.pattern, bytes):
                msg = f"cannot expect {data!r}: pipes carry bytes, compile a pattern of bytes"
                raise TypeError(msg)
            return self._add(ExpectMatch, f"expect_stdin({data.pattern!r})", pattern=data)
        data = as_bytes(data, "expect_stdin")
        return self._add(Expect, f"expect_stdin({excerpt(data)})", data=data)

    def expect_stdin_line(
        self, line: str | bytes | re.Pattern[str] | re.Pattern[bytes], /
    ) -> ProcessScript:
        """
        Expect a line on stdin next; LF and CRLF end it.

        Args:
            line: The line without its end, or a pattern that matches the whole line.

        Raises:
            TypeError: It is none of these.
            ValueError: It has an end.
        """
        if isinstance(line, re.Pattern):
            return self._add(ExpectLine, f"expect_stdin_line({line.pattern!r})", line=line)
        encoded = encoded_line(line, "expect_stdin_line", b"")
        return self._add(ExpectLine, f"expect_stdin_line({line!r})", line=encoded)

    def expect_stdin_eof(self) -> ProcessScript:
        """Expect stdin to be closed, with nothing before it that was not expected."""
        return self._add(ExpectEof, "expect_stdin_eof()")

    def delay(self, seconds: float, /) -> ProcessScript:
        """
        Let time pass by the clock of the running loop, also a fake one.

        Raises:
            ValueError: *seconds* is negative or not finite.
        """
        check_delay(seconds)
        return self._add(Delay, f"delay({seconds!r})", seconds=float(seconds))

    def exit(self, code: int = 0, /) -> ProcessScript:
        """
        End the process. It is the last step.

        Args:
            code: The exit code; in asyncio, a negative one says by which signal.

        Raises:
            ValueError: It is no whole number.
        """
        check_whole("code", code)
        return self._add(Exit, f"exit({code!r})", code=code)

    def forever(self) -> ProcessScript:
        """Run until the code under test ends the process. It is the last step."""
        return self._add(Forever, "forever()")

    def on_signal(
        self,
        number: int,
        /,
        *,
        exits: int | None = None,
        delay: float = 0.0,
    ) -> ProcessScript:
        """
        Say what a signal does, which by default ends the process at once.

        Args:
            number: The signal, such as ``signal.SIGTERM``, which ``terminate()`` sends.
            exits: The code that the process exits with; None is to ignore the signal.
            delay: Seconds until it exits.

        Raises:
            ValueError: It is no signal, that of ``kill()``, or *exits* or *delay* make no sense.
        """
        check_delay(delay)
        check_whole("number", number)
        if exits is not None:
            check_whole("exits", exits)
        if number == KILL:
            msg = f"cannot handle signal {number!r}: no process can"
            raise ValueError(msg)
        self._handlers[int(number)] = None if exits is None else (float(delay), exits)
        return self

    def _add(self, kind: type[Step], text: str, *, depth: int = 2, **details: Any) -> ProcessScript:
        if self._players:
            msg = f"cannot add {text} to {self!r}: write all steps before it is started"
            raise RuntimeError(msg)
        if self._error is not None:
            msg = f"cannot add {text} to {self!r}: it raises {self._error!r} and never runs"
            raise ValueError(msg)
        if self._steps and isinstance(self._steps[-1], (Exit, Forever)):
            msg = f"cannot add {text} after {self._steps[-1].text}: it would never come to that"
            raise ValueError(msg)
        frame = sys._getframe(depth)
        place = Place(frame.f_code.co_filename, frame.f_lineno)
        self._steps.append(kind(text=text, place=place, number=len(self._steps) + 1, **details))
        return self

    # -- being there -------------------------------------------------------------------------

    def install(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """
        Play the command's processes on a loop.

        Args:
            loop: The loop; the running one by default.

        Raises:
            RuntimeError: It is installed, or no loop is running and none was given.
        """
        if self._loop is not None:
            msg = f"{self!r} is installed on {self._loop!r} already: uninstall it first"
            raise RuntimeError(msg)
        loop = running_loop("install a ProcessScript") if loop is None else loop
        seam.add(loop, self)
        self._loop = loop

    def uninstall(self) -> None:
        """
        Play them no longer. With the last script, the loop starts real processes again.

        Raises:
            RuntimeError: It is not installed.
        """
        if self._loop is None:
            msg = f"{self!r}: install it before you uninstall it"
            raise RuntimeError(msg)
        loop, self._loop = self._loop, None
        for player in self._players:
            player.stop()
        self._refused += seam.remove(loop, self)

    def check(self) -> None:
        """
        Fail if no process has played it, one did not come to its end, or a command was refused.

        Refused commands are told by the script that was uninstalled last; nothing is told twice.

        Raises:
            ScriptError: It says where and why.
        """
        problem = self.problem()
        if problem is not None:
            raise problem

    def problem(self) -> ScriptError | None:
        """Return what `check` would raise, or None."""
        refused = [each for each in self._refused if not reported(each)]
        if refused:
            return ScriptError("\n".join(map(str, refused)))
        if not self.runs:
            text = f"{self._command} was never started; its script was written at {self._place}"
            return ScriptError(text)
        problems = [player.unfinished() for player in self._players]
        return next((problem for problem in problems if problem is not None), None)

    def __enter__(self) -> ProcessScript:
        self.install()
        return self

    def __exit__(self, exc_type: object, exc: BaseException | None, traceback: object) -> None:
        self.uninstall()
        if exc is None:
            self.check()
            return
        problem = self.problem()
        if problem is not None and str(problem) != str(exc):
            # The test's own error comes first; the script's is a remark on it.
            add_remark(exc, str(problem))

    # -- for this package --------------------------------------------------------------------

    def wants(self, command: Command) -> bool:
        """Tell whether it is for a command, and can be played once more."""
        left = self._times is None or len(self.runs) < self._times
        return left and self._command.matches(command)

    def offer(self) -> str:
        """Return what it is for, and what is left of it, in words."""
        state = "" if self._times is None else f" ({len(self.runs)} of {self._times} were started)"
        return f"{self._command}{state}, written at {self._place}"

    def start(
        self,
        loop: asyncio.AbstractEventLoop,
        protocol: Any,
        command: Command,
        pid: int,
        options: dict[str, Any],
    ) -> ProcessTransport:
        """Return the transport of a new process, which plays from the loop's next turn on."""
        stdio = tuple(options.pop(name) for name in ("stdin", "stdout", "stderr"))
        run = ProcessRun(command.parts, options, pid)
        self.runs.append(run)
        if self._error is not None:
            raise self._error
        title = f"process {self._command}"
        if len(self.runs) > 1:
            title += f" in its run {len(self.runs)}"
        player = ProcessPlayer(title, tuple(self._steps), self._timeout, self._handlers, run)
        self._players.append(player)
        player.transport = transport = ProcessTransport(loop, protocol, player, pid, stdio)
        if not transport.has_stdin:
            player.ended = True
        protocol.connection_made(transport)
        loop.call_soon(player.play)
        return transport


def check_delay(seconds: float) -> None:
    """Refuse what is no time span."""
    if not (math.isfinite(seconds) and seconds >= 0):
        msg = f"cannot delay by {seconds!r} s: give a finite number of 0 or more"
        raise ValueError(msg)


def check_whole(name: str, value: object) -> None:
    """Refuse what is no whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        msg = f"{name} is {value!r}: give a whole number"
        raise ValueError(msg)
