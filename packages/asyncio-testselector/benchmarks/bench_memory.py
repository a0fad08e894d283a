"""Streams in memory beside the kernel's socket pairs and async-solipsism's."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))

from _compare import Table, main
from asyncio_testselector import TestSelector, memory_socketpair

try:
    import async_solipsism
except ImportError:
    async_solipsism = None

ECHOES = 200
SMALL = b"x" * 100
BULK = bytes(4_000_000)


class World:
    """A loop and two connected stream pairs on it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, pair: Callable[[], Any]) -> None:
        self.loop = loop
        self.streams = loop.run_until_complete(self._connect(*pair()))

    async def _connect(self, one: Any, other: Any) -> Any:
        mine = await asyncio.open_connection(sock=one, limit=2**20)
        return (*mine, *await asyncio.open_connection(sock=other, limit=2**20))

    def echo(self) -> None:
        self.loop.run_until_complete(self._echo())

    async def _echo(self) -> None:
        reader, writer, their_reader, their_writer = self.streams
        for _ in range(ECHOES):
            writer.write(SMALL)
            their_writer.write(await their_reader.readexactly(len(SMALL)))
            await reader.readexactly(len(SMALL))

    def bulk(self) -> None:
        self.loop.run_until_complete(self._bulk())

    async def _bulk(self) -> None:
        _, writer, their_reader, _ = self.streams
        reading = asyncio.ensure_future(self._read(their_reader))
        writer.write(BULK)
        await writer.drain()
        await reading

    async def _read(self, reader: asyncio.StreamReader) -> None:
        left = len(BULK)
        while left:
            left -= len(await reader.read(2**18))

    def close(self) -> None:
        self.streams[1].close()
        self.streams[3].close()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()


def worlds(table: Table) -> dict[str, World]:
    made = {
        "kernel": World(asyncio.SelectorEventLoop(), socket.socketpair),
        "ours": World(asyncio.SelectorEventLoop(TestSelector()), memory_socketpair),
    }
    if async_solipsism is None:
        table.note("async-solipsism is not installed.")
    else:
        made["async-solipsism"] = World(async_solipsism.EventLoop(), async_solipsism.socketpair)
    return made


def streams() -> Table:
    """Measure echoes of 100 bytes, and 4 MB one way."""
    table = Table("streams", baseline="kernel", unit="us")
    made = worlds(table)
    table.row(
        f"{ECHOES} echoes of {len(SMALL)} bytes",
        {who: world.echo for who, world in made.items()},
        target=1 / 0.9,
    )
    table.row("4 MB one way", {who: world.bulk for who, world in made.items()}, target=1.0)
    for world in made.values():
        world.close()
    return table


def sockets() -> Table:
    """Measure the sockets alone, without a loop."""
    table = Table("sockets", baseline="kernel", unit="us")
    pairs = {"kernel": socket.socketpair(), "ours": memory_socketpair()}
    if async_solipsism is not None:
        pairs["async-solipsism"] = async_solipsism.socketpair()

    def exchange(one: Any, other: Any) -> Callable[[], object]:
        one.setblocking(False)
        other.setblocking(False)
        return lambda: (one.send(SMALL), other.recv(1000))

    table.row("send and recv", {who: exchange(*pair) for who, pair in pairs.items()})
    table.row("make and close a pair", {"kernel": kernel_pair, "ours": memory_pair})
    for pair in pairs.values():
        for sock in pair:
            sock.close()
    return table


def kernel_pair() -> None:
    for sock in socket.socketpair():
        sock.close()


def memory_pair() -> None:
    for sock in memory_socketpair():
        sock.close()


if __name__ == "__main__":
    main(streams, sockets)
