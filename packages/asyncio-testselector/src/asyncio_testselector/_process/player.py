"""Plays a script as a process."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING, Any, final

from asyncio_testselector._process.transport import KILL, ProcessTransport
from asyncio_testselector._script.performance import Performance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncio_testselector._process.run import ProcessRun
    from asyncio_testselector._script.report import ScriptError
    from asyncio_testselector._script.steps import Step

__unittest = __tracebackhide__ = True

HARMLESS = {
    0,
    *(
        int(getattr(signal, name))
        for name in ("SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGURG", "SIGWINCH")
        if hasattr(signal, name)
    ),
}
"""Signals that end no process that does not handle them."""


@final
class ProcessPlayer(Performance):
    """
    The state of a `ProcessScript` that is being played.

    Args:
        title: What reports call it.
        steps: Its steps.
        timeout: Seconds to wait at one step, or None.
        handlers: What it does when it gets a signal: the seconds until it exits, and the code;
            None is nothing.
        run: What is kept of it for the test.
    """

    who = "the code under test"
    closed = "closed stdin"

    transport: ProcessTransport

    def __init__(
        self,
        title: str,
        steps: Sequence[Step],
        timeout: float | None,
        handlers: Mapping[int, tuple[float, int] | None],
        run: ProcessRun,
    ) -> None:
        super().__init__(title, steps, timeout)
        self._handlers = handlers
        self._run = run
        self._ending: asyncio.TimerHandle | None = None

    # -- what the code under test does -------------------------------------------------------

    def written(self, data: bytes) -> None:
        """Take what was written to stdin."""
        self._run.input += data
        self.arrived(data)

    def closed_stdin(self) -> None:
        """Take note that nothing more will be."""
        self.client_ended()

    def signalled(self, number: int) -> None:
        """Take a signal: exit as the script says, or as processes do."""
        self._run.signals.append(number)
        if number in self._handlers:
            handler = self._handlers[number]
            if handler is not None and self._ending is None:
                loop = asyncio.get_running_loop()
                self._ending = loop.call_later(handler[0], self._end, handler[1])
        elif number not in HARMLESS:
            self._end(1 if sys.platform == "win32" else -number)

    def _end(self, code: int) -> None:
        # What was still to come does not come any more; that is no fault of anybody's.
        self._stop_timer()
        self.pending.clear()
        self.exit(code)

    # -- what the script does ----------------------------------------------------------------

    def write(self, fd: int, chunk: bytes) -> None:
        """Write to stdout or stderr."""
        self.transport.write(fd, chunk)

    def exit(self, code: int) -> None:
        """End."""
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        self._run.returncode = code
        self.transport.exited(code)

    def conclude(self) -> None:
        """End as a program does that has nothing more to do."""
        self.exit(0)

    def _too_much(self) -> None:
        # A process need not read what it is sent.
        if self._run.returncode is None:
            self.conclude()

    def failed(self, failure: ScriptError) -> None:
        """Die, and have who waits for the process told why."""
        self._run.returncode = code = 1 if sys.platform == "win32" else -KILL
        self.transport.exited(code, failure)

    def stop(self) -> None:
        """Do nothing more: the test is over."""
        self._stop_timer()
        if self._ending is not None:
            self._ending.cancel()

    def secured(self, context: Any, hostname: str | None) -> bool:
        """Raise: there is no TLS on a pipe."""
        raise NotImplementedError
