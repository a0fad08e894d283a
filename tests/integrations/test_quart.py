"""Quart and Hypercorn, asked by aiohttp."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork
from support.integration import HOUR, on_both_loops, run

aiohttp = pytest.importorskip("aiohttp")
quart = pytest.importorskip("quart")
hypercorn = pytest.importorskip("hypercorn.asyncio")
config = pytest.importorskip("hypercorn.config")


@contextlib.asynccontextmanager
async def serving(app: Any, address: str) -> AsyncIterator[None]:
    settings = config.Config()
    settings.bind = [address]
    stop = asyncio.Event()
    server = asyncio.ensure_future(hypercorn.serve(app, settings, shutdown_trigger=stop.wait))
    await asyncio.sleep(1)
    try:
        yield
    finally:
        stop.set()
        await server


@on_both_loops
def test_client_meets_quart_on_hypercorn(loop_kind: str) -> None:
    app = quart.Quart(__name__)

    @app.route("/hello/<name>", methods=["POST"])
    async def hello(name: str) -> Any:
        await asyncio.sleep(60)
        return {"hello": name, "body": (await quart.request.get_data()).decode()}

    async def main() -> None:
        async with MemoryNetwork(latency=0.01), serving(app, "10.0.0.80:8000"):
            async with aiohttp.ClientSession() as session:
                url = "http://10.0.0.80:8000/hello/you"
                async with session.post(url, data="x" * 1000) as response:
                    assert await response.json() == {"hello": "you", "body": "x" * 1000}

    assert 60 <= run(main(), loop_kind) < HOUR
