"""
A client of a line-based feed: it keeps one connection alive for as long as it runs.

It reconnects with exponential backoff, sends heartbeats, and gives a connection up when a
heartbeat stays unanswered. Written for production: nothing in here knows of tests.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

log = logging.getLogger(__name__)


class FeedClient:
    """
    Keeps a connection to a feed and hands each of its lines to a callback.

    Args:
        host: The feed's host.
        port: The feed's port.
        on_line: Called with each line of the feed, without the line's end.
        heartbeat: Seconds between two heartbeats.
        answer_within: Seconds that the feed has to answer a heartbeat.
        first_backoff: Seconds before the first attempt to reconnect; they double with each
            failure in a row.
        last_backoff: The most seconds between two attempts.
    """

    def __init__(
        self,
        host: str,
        port: int,
        on_line: Callable[[str], None],
        *,
        heartbeat: float = 10.0,
        answer_within: float = 3.0,
        first_backoff: float = 0.5,
        last_backoff: float = 30.0,
    ) -> None:
        self.host = host
        self.port = port
        self.on_line = on_line
        self.heartbeat = heartbeat
        self.answer_within = answer_within
        self.first_backoff = first_backoff
        self.last_backoff = last_backoff
        self.connections = 0

    async def run(self) -> None:
        """Stay connected until cancelled."""
        backoff = self.first_backoff
        while True:
            try:
                reader, writer = await asyncio.open_connection(self.host, self.port)
            except OSError as error:
                log.warning("no connection to %s:%s: %s", self.host, self.port, error)
            else:
                self.connections += 1
                backoff = self.first_backoff
                await self._talk(reader, writer)
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, self.last_backoff)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it is lost or given up."""
        answered = asyncio.Event()
        reading = asyncio.create_task(self._read(reader, answered))
        beating = asyncio.create_task(self._beat(writer, answered))
        try:
            await asyncio.wait({reading, beating}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, beating):
                task.cancel()
            writer.close()
            for error in await asyncio.gather(reading, beating, return_exceptions=True):
                if isinstance(error, OSError):
                    log.warning("connection lost: %s", error)
            with contextlib.suppress(OSError):  # the feed hung up first
                await writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader, answered: asyncio.Event) -> None:
        while line := await reader.readline():
            if line == b"PONG\n":
                answered.set()
            else:
                self.on_line(line.decode().rstrip("\n"))

    async def _beat(self, writer: asyncio.StreamWriter, answered: asyncio.Event) -> None:
        while True:
            await asyncio.sleep(self.heartbeat)
            answered.clear()
            writer.write(b"PING\n")
            await writer.drain()
            try:
                await asyncio.wait_for(answered.wait(), self.answer_within)
            except asyncio.TimeoutError:
                log.warning("no answer within %s s", self.answer_within)
                return
