"""Sanic, asked by aiohttp."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork
from support.integration import on_both_loops, run

aiohttp = pytest.importorskip("aiohttp")
sanic = pytest.importorskip("sanic")


@on_both_loops
def test_client_meets_server(loop_kind: str) -> None:
    app = sanic.Sanic(f"Test_{loop_kind}", log_config={"version": 1})
    app.config.TOUCHUP = False  # it rewrites classes of its own, once in a process

    @app.get("/hello/<name>")
    async def hello(request: Any, name: str) -> Any:
        await asyncio.sleep(60)
        return sanic.response.json({"hello": name})

    async def main() -> None:
        async with MemoryNetwork(latency=0.01):
            server = await app.create_server(
                host="web.example", port=8000, return_asyncio_server=True
            )
            await server.startup()
            async with aiohttp.ClientSession() as session:
                async with session.get("http://web.example:8000/hello/you") as response:
                    assert await response.json() == {"hello": "you"}
            server.close()
            await server.wait_closed()
            for connection in list(server.connections):
                connection.abort()
            await asyncio.sleep(1)

    assert 60 <= run(main(), loop_kind) < 70
