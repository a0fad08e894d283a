"""Selector and mocks beside asynctest 0.13's and plain loops."""

from __future__ import annotations

import asyncio
import selectors
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))

import asyncio_testselector as ours
from _compare import Table, main

ECHOES = 200
READERS = 200


def peer(table: Table) -> ModuleType | None:
    """Return asynctest 0.13, which runs up to Python 3.10; its drop-in does not count."""
    try:
        import asynctest
    except ImportError:
        asynctest = None
    if asynctest is None or asynctest.TestSelector is ours.TestSelector:
        table.note("asynctest 0.13 is not installed.")
        return None
    return asynctest


class Echo:
    """Echoes over a real socket pair on a loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.streams = loop.run_until_complete(self._connect())

    async def _connect(self) -> Any:
        one, other = socket.socketpair()
        mine = await asyncio.open_connection(sock=one)
        return (*mine, *await asyncio.open_connection(sock=other))

    def __call__(self) -> None:
        self.loop.run_until_complete(self._echo())

    async def _echo(self) -> None:
        reader, writer, their_reader, their_writer = self.streams
        for _ in range(ECHOES):
            writer.write(b"x" * 100)
            their_writer.write(await their_reader.readexactly(100))
            await reader.readexactly(100)

    def close(self) -> None:
        self.streams[1].close()
        self.streams[3].close()
        for _ in range(3):
            self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()


def loop_over(library: Any) -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop(library.TestSelector(selectors.DefaultSelector()))


def real_sockets() -> Table:
    """Measure what real sockets pay for a TestSelector."""
    table = Table("real sockets", baseline="plain loop")
    asynctest = peer(table)
    made = {"plain loop": Echo(asyncio.SelectorEventLoop()), "ours": Echo(loop_over(ours))}
    if asynctest is not None:
        made["asynctest"] = Echo(loop_over(asynctest))
    table.row(f"{ECHOES} echoes of 100 bytes", made, target=1 / 1.1)
    for each in made.values():
        each.close()
    return table


class Readers:
    """Adds and removes readers of mocks."""

    def __init__(self, library: Any) -> None:
        self.loop = loop_over(library)
        self.mocks = [library.FileMock().fileno() for _ in range(READERS)]

    def __call__(self) -> None:
        loop = self.loop
        for mock in self.mocks:
            loop.add_reader(mock, print)
        for mock in self.mocks:
            loop.remove_reader(mock)


def mocks() -> Table:
    """Measure mocks on a loop."""
    table = Table("mocks", baseline="asynctest")
    asynctest = peer(table)
    libraries = {"ours": ours} if asynctest is None else {"asynctest": asynctest, "ours": ours}
    readers = {who: Readers(library) for who, library in libraries.items()}
    table.row(f"add and remove {READERS} readers", readers, target=1.5)
    table.row("SocketMock()", {who: each.SocketMock for who, each in libraries.items()}, target=4)
    table.row("FileMock()", {who: each.FileMock for who, each in libraries.items()}, target=4)
    for each in readers.values():
        each.loop.close()
    return table


def selector_with(idle: int) -> Any:
    """Return what selects one ready mock among idle ones."""
    selector = ours.TestSelector(selectors.DefaultSelector())
    for _ in range(idle):
        selector.register(ours.FileDescriptor(), selectors.EVENT_READ)
    busy = ours.FileDescriptor()
    selector.register(busy, selectors.EVENT_READ)

    def select() -> None:
        selector.set_ready(busy, selectors.EVENT_READ)
        selector.select(0)

    return select


def idle_mocks() -> Table:
    """Measure select() with one ready mock among many idle ones."""
    table = Table("select", baseline="10", ours="10,000")
    contestants = {f"{idle:,}": selector_with(idle) for idle in (10, 100, 1000, 10_000)}
    table.row("one ready, so many idle", contestants, rounds=40, target=0.9)
    return table


if __name__ == "__main__":
    main(real_sockets, mocks, idle_mocks)
