"""websockets, client and server."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork
from support.integration import on_both_loops, run

client = pytest.importorskip("websockets.asyncio.client")
server = pytest.importorskip("websockets.asyncio.server")
exceptions = pytest.importorskip("websockets.exceptions")


@on_both_loops
def test_connection_lives_through_a_minute_of_keepalive(loop_kind: str) -> None:
    async def echo(connection: Any) -> None:
        async for message in connection:
            await connection.send(message)

    async def main() -> None:
        network = MemoryNetwork(latency=0.1)
        async with network:
            async with server.serve(echo, "chat.example", 8000, ping_interval=5):
                uri = "ws://chat.example:8000"
                async with client.connect(uri, ping_interval=5, ping_timeout=5) as chat:
                    await asyncio.sleep(60)
                    await chat.send("still here")
                    assert await chat.recv() == "still here"
                    assert 0.19 < chat.latency < 0.21
        pings = [event for event in network.log if event.size in (6, 10)]
        assert len(pings) >= 2 * 60 / 5

    assert 60 <= run(main(), loop_kind) < 62


@on_both_loops
def test_keepalive_notices_a_partition(loop_kind: str) -> None:
    async def hold(connection: Any) -> None:
        with contextlib.suppress(exceptions.ConnectionClosedError):
            await connection.recv()

    async def main() -> None:
        network = MemoryNetwork(hosts=["chat.example"])
        async with network, server.serve(hold, "chat.example", 8000):
            async with client.connect("ws://chat.example:8000", ping_interval=20) as chat:
                network.partition("chat.example")
                with pytest.raises(exceptions.ConnectionClosedError, match="keepalive ping time"):
                    await chat.recv()
                network.heal()

    assert 40 <= run(main(), loop_kind) < 60
