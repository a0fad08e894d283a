"""Listeners of a memory network whose connections are played by scripts."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Protocol, final

from asyncio_testselector._network.listening import BACKLOG, Attempt, Listener

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncio_testselector._memory.stream import StreamEnd
    from asyncio_testselector._network.idle import IdleEnd
    from asyncio_testselector._selector.readiness import Readiness


class Scenario(Protocol):
    """What plays the server on a connection: a script, or a peer that serves every one."""

    @property
    def reusable(self) -> bool:
        """Whether it serves every connection, and not one only."""
        ...

    def begin(self, level: Readiness) -> Any:
        """Return the player of a new connection: its `client`, its `side`, and `play`."""
        ...


@final
class ScriptListener(Listener):
    """
    A listener whose connections are played by scripts, one after the other.

    Args:
        idle: As for a listener.
        scripts: One for each connection; whoever comes after the last is refused, unless the last
            is reusable.
    """

    def __init__(self, idle: IdleEnd, scripts: Sequence[Scenario]) -> None:
        super().__init__(idle, BACKLOG if scripts[-1].reusable else len(scripts))
        self._scripts = deque(scripts)
        self._last = scripts[-1]
        self._refused = 0

    def knock(self, attempt: Attempt) -> None:
        """Admit an attempt if there is a script left."""
        if self._scripts:
            super().knock(attempt)
        else:
            self._refused += 1
            attempt.refuse()

    def remark(self) -> str | None:
        """Return whom it had no script left for, or None if there was nobody."""
        if not self._refused:
            return None
        host, port = self.local[:2]
        return (
            f"memory network: {host}:{port} was asked for {self._refused} more connections than it "
            f"has scripts, and refused them; the last one is {self._last!r}: play() one script "
            "for each connection, or one that is reusable"
        )

    def connected(self, attempt: Attempt) -> StreamEnd:
        """Have the next script play the server, and return the client's end."""
        script = self._scripts[0]
        if script.reusable:
            self.left()  # nobody accepts: the place in the queue is free again
        else:
            self._scripts.popleft()
        player = script.begin(attempt.idle.level)
        attempt.wire(player.client, player.side)
        attempt.out.put(player.play)
        client: StreamEnd = player.client
        return client
