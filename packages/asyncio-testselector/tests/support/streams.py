"""Clients and servers over streams, and loops to run them on."""

from __future__ import annotations

import asyncio
import inspect
import selectors
from typing import Any


async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each line in capitals."""
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer everything as it is."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def ask(text: bytes, host: Any = "db", port: int = 80, **options: Any) -> bytes:
    """Return the line that a server answers."""
    reader, writer = await asyncio.open_connection(host, port, **options)
    writer.write(text)
    answer = await reader.readline()
    await close(writer)
    return answer


async def close(*writers: asyncio.StreamWriter) -> None:
    """Close writers, whatever state their connections are in."""
    for writer in writers:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def run_on(loop: asyncio.AbstractEventLoop, coroutine: Any) -> Any:
    """Run a coroutine, for 30 seconds at most."""
    return loop.run_until_complete(asyncio.wait_for(coroutine, 30))


def line() -> int:
    """Return the line of the caller."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


class CountingSelector(selectors.DefaultSelector):
    """A selector that keeps the timeouts it was asked to wait, and does not wait so long."""

    def __init__(self):
        super().__init__()
        self.timeouts = []

    def select(self, timeout=None):
        self.timeouts.append(timeout)
        return super().select(0 if timeout is None else min(timeout, 0.01))
