"""A memory network beside real loopback TCP and async-solipsism."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))

from _compare import Table, main
from asyncio_testselector import MemoryNetwork, TestSelector

try:
    import async_solipsism
except ImportError:
    async_solipsism = None
try:
    from asyncio_fakeclock import new_event_loop
except ImportError:
    new_event_loop = None

ECHOES = 200
SMALL = b"x" * 100
BULK = bytes(4_000_000)
PORT = 8000


class World:
    """A server that echoes lines and counts bulk, and a client connected to it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, network: MemoryNetwork | None) -> None:
        self.loop = loop
        self.network = network
        if network is not None:
            network.install(loop)
        self.idle: list[Any] = []
        loop.run_until_complete(self._start())

    async def _start(self) -> None:
        solipsism = async_solipsism is not None and isinstance(self.loop, async_solipsism.EventLoop)
        kernel = not solipsism and self.network is None
        port = 0 if kernel else PORT
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=2**20)
        self.address = self.server.sockets[0].getsockname()
        self.reader, self.writer = await self.connect()

    async def connect(self) -> Any:
        return await asyncio.open_connection(*self.address[:2])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while size := int.from_bytes(await reader.read(4), "big"):
                left = size
                while left:
                    data = await reader.read(min(left, 2**18))
                    left -= len(data)
                writer.write(data[-len(SMALL) :])
        writer.close()

    def request(self, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + body

    def echo(self) -> None:
        self.loop.run_until_complete(self._echo())

    async def _echo(self) -> None:
        message = self.request(SMALL)
        for _ in range(ECHOES):
            self.writer.write(message)
            await self.reader.readexactly(len(SMALL))

    def bulk(self) -> None:
        self.loop.run_until_complete(self._bulk())

    async def _bulk(self) -> None:
        self.writer.write(self.request(BULK))
        await self.writer.drain()
        await self.reader.readexactly(len(SMALL))

    def open_idle(self, count: int) -> None:
        async def opening() -> None:
            for _ in range(count):
                self.idle.append(await self.connect())

        self.loop.run_until_complete(opening())

    def close(self) -> None:
        async def closing() -> None:
            for _, writer in [*self.idle, (None, self.writer)]:
                writer.close()
            self.server.close()
            for _ in range(10):
                await asyncio.sleep(0)

        self.loop.run_until_complete(closing())
        if self.network is not None:
            self.network.uninstall()
        self.loop.close()


def memory(log_size: int = 1000) -> World:
    loop = asyncio.SelectorEventLoop(TestSelector())
    return World(loop, MemoryNetwork(log_size=log_size))


def throughput() -> Table:
    """Measure echoes of 100 bytes, and 4 MB one way."""
    table = Table("connections", baseline="kernel", unit="us")
    made = {"kernel": World(asyncio.SelectorEventLoop(), None), "ours": memory()}
    if async_solipsism is None:
        table.note("async-solipsism is not installed.")
    else:
        made["async-solipsism"] = World(async_solipsism.EventLoop(), None)
    for name in ("echo", "bulk"):
        title = f"{ECHOES} echoes of 100 bytes" if name == "echo" else "4 MB one way"
        work: dict[str, Callable[[], object]] = {who: getattr(made[who], name) for who in made}
        table.row(title, work, target=1.0)
    for world in made.values():
        world.close()
    return table


def idle_connections() -> Table:
    """Measure echoes with 10,000 idle connections beside, against echoes alone."""
    table = Table("echoes beside idle connections", baseline="alone", unit="us")
    alone, crowded = memory(), memory()
    crowded.open_idle(10_000)
    work = {"alone": alone.echo, "ours": crowded.echo}
    table.row("10,000 idle connections", work, target=0.8)
    alone.close()
    crowded.close()
    return table


async def exchanges() -> float:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    loop = asyncio.get_running_loop()
    async with MemoryNetwork(latency=0.1), await asyncio.start_server(serve, "db", PORT):
        reader, writer = await asyncio.open_connection("db", PORT)
        start = loop.time()
        for _ in range(1000):
            writer.write(b"x\n")
            await reader.readline()
        passed = loop.time() - start
        writer.close()
        await writer.wait_closed()
    return passed


def virtual_latency() -> None:
    """Print what 1,000 exchanges over a link with 0.1 s each way cost."""
    if new_event_loop is None:
        print("asyncio-fakeclock is not installed: no virtual latency.")
        return
    seconds = []
    for _ in range(7):
        loop = new_event_loop(auto=True)
        before = time.process_time()
        passed = loop.run_until_complete(exchanges())
        seconds.append(time.process_time() - before)
        loop.close()
    verdict = "reached" if min(seconds) < 0.15 else "MISSED"
    print(f"1,000 exchanges, {passed:.0f} virtual s: {min(seconds):.3f} s of CPU (0.15 {verdict})")


if __name__ == "__main__":
    virtual_latency()
    main(throughput, idle_connections)
