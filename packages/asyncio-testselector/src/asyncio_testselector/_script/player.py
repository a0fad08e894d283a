"""
Plays a script on one end of a memory connection.

A failure is kept for `SocketScript.check`, and at once becomes the error of the client's socket:
who waits for a reply that will not come gets the report instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from asyncio_testselector._script.conversation import ClientSide, Conversation, PeerSide
from asyncio_testselector._script.performance import Performance
from asyncio_testselector._script.report import ScriptError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    from asyncio_testselector._script.steps import Step
    from asyncio_testselector._selector.readiness import Readiness

__unittest = __tracebackhide__ = True


@final
class Player(Performance):
    """
    The state of a `SocketScript` that is being played.

    Args:
        title: What reports call the script.
        steps: Its steps.
        timeout: Seconds to wait for the client at one step, or None.
        keep_open: Whether more steps may come after the last.
        level: The readiness of the client's socket.
    """

    def __init__(
        self,
        title: str,
        steps: Sequence[Step],
        timeout: float | None,
        *,
        keep_open: bool,
        level: Readiness,
    ) -> None:
        super().__init__(title, steps, timeout, keep_open=keep_open)
        self._conversation = Conversation(level, self)

    @property
    def client(self) -> ClientSide:
        """The end inside of the client's socket."""
        return self._conversation.client

    @property
    def side(self) -> PeerSide:
        """The script's own end."""
        return self._conversation.side

    def send(self, chunk: bytes) -> None:
        """Have the client receive a chunk, whatever room there is."""
        self._conversation.send(chunk)

    def secured(self, context: ssl.SSLContext, hostname: str | None) -> bool:
        """Begin TLS, or tell whether its handshake is done."""
        return self._conversation.secured(context, hostname, self.received)

    def tls_failed(self, error: ssl.SSLError) -> None:
        """Fail: without TLS the client cannot keep to the script."""
        if self.failure is None:
            self.fail(f"TLS with {self.who} failed", f"  {error!r}", error)

    def hang_up(self) -> None:
        """End the stream that the client reads."""
        self._conversation.hang_up()

    conclude = hang_up

    def reset(self) -> None:
        """Reset the connection."""
        self._conversation.reset()

    def failed(self, failure: ScriptError) -> None:
        """Have the client's socket raise it."""
        self.client.fail(failure)

    def unfinished(self) -> ScriptError | None:
        """Return what is wrong with a script that nothing more will happen to, or None."""
        problem = super().unfinished()
        if problem is None and self.client.blocked:
            head = f"{self.title} is unfinished: block_writes() still has to refuse"
            return ScriptError(f"{head} {self.client.blocked} calls of send()")
        return problem
