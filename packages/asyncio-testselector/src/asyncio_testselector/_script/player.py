"""
Plays a script on one end of a memory connection.

Theory of operation. The client has an ordinary memory socket; on the other side there is no socket
but a `ScriptSide`, whose ``arrive`` hands everything to the `Player`. So the script moves on
within the client's own ``send()``: no task, no callback of the loop, and no order of events but
one. Only a delay and the patience need the loop, for ``call_later``.

A failure is kept for `SocketScript.check`, and at once becomes the error of the client's socket:
who waits for a reply that will not come gets the report instead.
"""

from __future__ import annotations

import asyncio
import errno
from typing import TYPE_CHECKING, final

from asyncio_testselector._memory.stream import CAPACITY, Buffer, join, os_error
from asyncio_testselector._memory.tcp import TcpEnd
from asyncio_testselector._script.report import ScriptError, excerpt
from asyncio_testselector._selector.readiness import Readiness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncio_testselector._script.steps import Step

__unittest = __tracebackhide__ = True


@final
class ClientSide(TcpEnd):
    """The end inside of the client's socket: a TCP connection that can fail with a report."""

    __slots__ = ("blocked", "failure")

    def __init__(self, level: Readiness, capacity: int = CAPACITY) -> None:
        super().__init__(level, capacity)
        self.keep_chunks = True
        self.blocked: int = 0  # calls of send() still to refuse
        self.failure: ScriptError | None = None

    def send(self, data: Buffer) -> int:
        """Send, unless the script has writes blocked."""
        if self.blocked and not self.failure:
            self.blocked -= 1
            raise os_error(errno.EAGAIN)
        return super().send(data)

    def broken(self) -> OSError:
        """Raise the script's failure if there is one."""
        if self.failure is not None:
            raise self.failure
        return super().broken()

    def recv_nothing(self) -> bytes:
        """Raise the script's failure if there is one."""
        if self.failure is not None:
            raise self.failure
        return super().recv_nothing()

    def fail(self, failure: ScriptError) -> None:
        """Fail every further call; what was received before can be read first."""
        self.failure = failure
        self.read_shut = self.write_shut = True
        self.settle()


@final
class ScriptSide(TcpEnd):
    """The script's end: what arrives is played, not kept."""

    __slots__ = ("player",)

    player: Player

    def arrive(self, chunk: bytes) -> None:
        """Hand the bytes on, and make room for more."""
        self.peer.unread -= len(chunk)
        self.peer.drained()
        self.player.arrived(chunk)

    def arrive_eof(self) -> None:
        """Hand the end of the stream on."""
        super().arrive_eof()
        self.player.client_ended()

    def arrive_reset(self) -> None:
        """Hand the client's reset on, which to a script is the end of its stream."""
        super().arrive_reset()
        self.player.client_ended()


@final
class Player:
    """
    The state of a script that is being played.

    Args:
        name: The script's name.
        steps: Its steps.
        timeout: Seconds to wait for the client at one step, or None.
        level: The readiness of the client's socket.

    Attributes:
        client: The end inside of the client's socket.
        side: The script's own end.
        received: What the client sent and no step took.
        ended: Whether the client has ended its stream, or is gone.
        failure: Why the script failed, or None.
    """

    def __init__(
        self, name: str, steps: Sequence[Step], timeout: float | None, level: Readiness
    ) -> None:
        self.name = name
        self.steps = steps
        self.position: int = 0
        self.received: bytearray = bytearray()
        self.ended: bool = False
        self.failure: ScriptError | None = None
        self.client: ClientSide = ClientSide(level)
        self.side: ScriptSide = ScriptSide(Readiness())
        self.side.player = self
        join(self.client, self.side)
        self._timeout = timeout
        self._timer: asyncio.TimerHandle | None = None
        self._awake = False
        self._playing = False

    def play(self) -> None:
        """Play the steps until one has to wait."""
        if self._playing or self.failure is not None:
            return
        self._playing = True
        try:
            while not self.finished and self.steps[self.position].play(self):
                self.position += 1
                self._stop_timer()
        finally:
            self._playing = False
        if self.failure is None:
            self._after()

    @property
    def finished(self) -> bool:
        """Whether every step was played."""
        return self.position >= len(self.steps)

    def _after(self) -> None:
        """See to it that nobody waits for ever: for the client, or for the script."""
        if not self.finished:
            if self.steps[self.position].waits and self._timer is None:
                self._be_patient()
        elif self.received:
            got = excerpt(bytes(self.received))
            what = "the client sent data after the end of the script"
            self.fail(what, f"  expected: nothing more\n  got:      {got}")
        else:
            self.hang_up()

    def _be_patient(self) -> None:
        if self._timeout is not None:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return  # no loop that could wait for ever
            self._timer = loop.call_later(self._timeout, self._lose_patience)

    def _lose_patience(self) -> None:
        got = bytes(self.received)
        what = f"the client sent nothing more for {self._timeout!r} s (timeout=)"
        self.fail(what, self.steps[self.position].wanted(got))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # -- what the client does ----------------------------------------------------------------

    def arrived(self, chunk: bytes) -> None:
        """Take bytes of the client; each time starts the patience anew."""
        self.received += chunk
        if not self.finished and self.steps[self.position].waits:
            self._stop_timer()
        self.play()

    def client_ended(self) -> None:
        """Take note that the client sends nothing more."""
        self.ended = True
        self.play()

    # -- what the steps do -------------------------------------------------------------------

    def take(self, size: int) -> None:
        """Remove what a step has recognised."""
        del self.received[:size]

    def send(self, chunk: bytes) -> None:
        """Have the client receive a chunk, whatever room there is."""
        self.side.unread += len(chunk)
        if self.side.wire is None:
            self.client.arrive(chunk)
        else:
            self.side.wire.data(chunk)

    def slept(self, seconds: float) -> bool:
        """Start the timer of a delay, or say that it has fired."""
        if self._awake:
            self._awake = False
            return True
        if self._timer is None:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                self.fail("a delay needs a running event loop", "  connect inside of a coroutine")
                return False
            self._timer = loop.call_later(seconds, self._wake)
        return False

    def _wake(self) -> None:
        self._awake = True
        self._timer = None
        self.play()

    def hang_up(self) -> None:
        """End the stream that the client reads."""
        if self.side.connected and not self.side.write_shut:
            self.side.shutdown(1)

    def reset(self) -> None:
        """Reset the connection."""
        self.side.abort()

    def fail(self, what: str, details: str) -> None:
        """Keep a failure of the current step, and pass it to the client."""
        self._stop_timer()
        self.failure = ScriptError(f"script {self.name!r}, {self.where()}: {what}\n{details}")
        self.client.fail(self.failure)

    def where(self) -> str:
        """Return the current step, in words: its number, its call, its line."""
        if not self.steps:
            return "which has no steps"
        if self.finished:
            last = self.steps[-1]
            return f"after its last step {last.text}, written at {last.place}"
        step = self.steps[self.position]
        number = f"step {self.position + 1} of {len(self.steps)}"
        return f"{number}, {step.text}, written at {step.place}"

    def unfinished(self) -> ScriptError | None:
        """Return what is wrong with a script that nothing more will happen to, or None."""
        self._stop_timer()
        if self.failure is not None:
            return ScriptError(*self.failure.args)
        if not self.finished:
            step = self.steps[self.position]
            got = bytes(self.received)
            details = step.wanted(got) if step.waits else "  it had not ended when the test did"
            head = f"script {self.name!r} is unfinished, it stopped at {self.where()}"
            return ScriptError(f"{head}\n{details}")
        if self.client.blocked:
            head = f"script {self.name!r} is unfinished: block_writes() still has to refuse"
            return ScriptError(f"{head} {self.client.blocked} calls of send()")
        return None
