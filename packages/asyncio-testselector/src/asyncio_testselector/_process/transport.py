"""What asyncio has of a subprocess, of one that is scripted."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any, cast, final

from asyncio_testselector._cpython.processes import WaitedFor
from asyncio_testselector._process.pipes import (
    STDERR,
    STDIN,
    STDOUT,
    InputPipe,
    OutputPipe,
    Process,
)

if TYPE_CHECKING:
    import asyncio

    from asyncio_testselector._script.report import ScriptError


@final
class ProcessTransport(WaitedFor):
    """
    The transport of a scripted process.

    Args:
        loop: The loop that has started it.
        protocol: Who is told.
        process: What plays the process.
        pid: Its number.
        stdio: Where stdin, stdout and stderr go.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        protocol: asyncio.SubprocessProtocol,
        process: Process,
        pid: int,
        stdio: tuple[Any, Any, Any],
    ) -> None:
        super().__init__()
        self.loop = loop
        self.protocol: asyncio.SubprocessProtocol = protocol
        self.process = process
        self._pid = pid
        self._returncode: int | None = None
        self._failure: ScriptError | None = None
        self._waiters: list[asyncio.Future[int]] = []
        self._closed = False
        self._lost = False
        self._stdio = stdio
        self._stdin = InputPipe(self) if stdio[STDIN] == subprocess.PIPE else None
        self._outputs = {
            fd: OutputPipe(self, fd) for fd in (STDOUT, STDERR) if stdio[fd] == subprocess.PIPE
        }
        self._open = {*self._outputs, *([STDIN] if self._stdin is not None else [])}

    def __repr__(self) -> str:
        state = "running" if self._returncode is None else f"returncode={self._returncode}"
        return f"<ProcessTransport pid={self._pid} {state}>"

    # -- what asyncio asks -------------------------------------------------------------------

    def get_pid(self) -> int:
        """Return the number, which no process of the operating system has."""
        return self._pid

    def get_returncode(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._returncode

    def get_pipe_transport(self, fd: int) -> Any:
        """Return the transport of a pipe, None if there is no such pipe."""
        return self._stdin if fd == STDIN else self._outputs.get(fd)

    def get_protocol(self) -> asyncio.SubprocessProtocol:
        """Return who is told."""
        return self.protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Tell somebody else from now on."""
        self.protocol = cast("asyncio.SubprocessProtocol", protocol)

    def is_closing(self) -> bool:
        """Tell whether it was closed."""
        return self._closed

    def send_signal(self, signal: int) -> None:
        """
        Send a signal.

        Raises:
            ProcessLookupError: The process is gone.
        """
        if self._lost:
            raise ProcessLookupError
        if self._returncode is None:
            self.process.signalled(int(signal))

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(TERMINATE)

    def kill(self) -> None:
        """End the process."""
        self.send_signal(KILL)

    def close(self) -> None:
        """Close the pipes, and end the process if it still runs."""
        if self._closed:
            return
        self._closed = True
        for pipe in (self._stdin, *self._outputs.values()):
            if pipe is not None:
                pipe.close()
        if self._returncode is None:
            self.process.signalled(KILL)

    async def wait(self) -> int:
        """Return the exit code, or raise why there is none."""
        if self._failure is not None:
            raise self._failure
        if self._returncode is not None:
            return self._returncode
        waiter: asyncio.Future[int] = self.loop.create_future()
        self._waiters.append(waiter)
        return await waiter

    # -- what the process does ---------------------------------------------------------------

    def write(self, fd: int, chunk: bytes) -> None:
        """Write to stdout or stderr, wherever they go."""
        target = self._stdio[fd]
        if fd == STDERR and target == subprocess.STDOUT:
            fd, target = STDOUT, self._stdio[STDOUT]
        if fd in self._outputs:
            self._outputs[fd].feed(chunk)
        elif target is not None and target != subprocess.DEVNULL:
            os.write(target if isinstance(target, int) else target.fileno(), chunk)

    @property
    def has_stdin(self) -> bool:
        """Whether something can be written to it."""
        return self._stdin is not None

    def exited(self, code: int, failure: ScriptError | None = None) -> None:
        """End the process, with a failure of its script if there is one."""
        if self._returncode is not None:
            return
        self._returncode, self._failure = code, failure
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(code) if failure is None else waiter.set_exception(failure)
        for pipe in self._outputs.values():
            pipe.end(failure)
        if self._stdin is not None:
            self._stdin.end()
        self.loop.call_soon(self.protocol.process_exited)
        self.loop.call_soon(self._finish)

    def lost(self, fd: int, error: BaseException | None) -> None:
        """Take note that a pipe is closed."""
        if fd in self._open:
            self._open.discard(fd)
            self.protocol.pipe_connection_lost(fd, error)  # type: ignore[arg-type]
            self._finish()

    def _finish(self) -> None:
        if self._returncode is not None and not self._open and not self._lost:
            self._lost = True
            self.loop.call_soon(self.protocol.connection_lost, None)


KILL = 9
TERMINATE = 15
"""Signals by their numbers: Windows has no name for the first."""
