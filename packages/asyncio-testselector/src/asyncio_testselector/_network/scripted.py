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

    def knock(self, attempt: Attempt) -> None:
        """Admit an attempt if there is a script left."""
        if self._scripts:
            super().knock(attempt)
        else:
            attempt.refuse()

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
