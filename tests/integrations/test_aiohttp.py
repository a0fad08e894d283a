"""aiohttp, client and server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork
from support.integration import HOUR, on_both_loops, run

aiohttp = pytest.importorskip("aiohttp")
web = pytest.importorskip("aiohttp.web")


@on_both_loops
def test_client_meets_server(loop_kind: str) -> None:
    async def slow(request: Any) -> Any:
        await asyncio.sleep(HOUR)
        return web.json_response({"hello": request.query["name"], "body": await request.text()})

    async def main() -> None:
        app = web.Application()
        app.router.add_post("/slow", slow)
        async with MemoryNetwork(latency=0.05, hosts={"api.example": ("fd00::80", "10.0.0.80")}):
            runner = web.AppRunner(app)
            await runner.setup()
            await web.TCPSite(runner, "10.0.0.80", 80).start()
            timeout = aiohttp.ClientTimeout(total=2 * HOUR)
            async with aiohttp.ClientSession(timeout=timeout) as session:
                url = "http://api.example/slow?name=you"
                async with session.post(url, data="x" * 200_000) as response:
                    answer = await response.json()
            assert answer == {"hello": "you", "body": "x" * 200_000}
            await runner.cleanup()

    assert HOUR <= run(main(), loop_kind) < 2 * HOUR


@on_both_loops
def test_websocket_lives_through_minutes_of_heartbeats(loop_kind: str) -> None:
    async def echo(request: Any) -> Any:
        socket = web.WebSocketResponse(heartbeat=60)
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data.upper())
        return socket

    async def main() -> None:
        app = web.Application()
        app.router.add_get("/", echo)
        async with MemoryNetwork(latency=0.05):
            runner = web.AppRunner(app)
            await runner.setup()
            await web.TCPSite(runner, "chat.example", 80).start()
            async with aiohttp.ClientSession() as session:
                async with session.ws_connect("http://chat.example/", heartbeat=30) as socket:
                    receiving = asyncio.ensure_future(socket.receive_str())
                    await asyncio.sleep(300)
                    await socket.send_str("still here")
                    assert await receiving == "STILL HERE"
            await runner.cleanup()

    assert 300 <= run(main(), loop_kind) < 360


@on_both_loops
def test_client_times_out_behind_a_partition(loop_kind: str) -> None:
    async def main() -> None:
        network = MemoryNetwork(hosts=["api.example"])
        network.partition("api.example")
        async with network:
            timeout = aiohttp.ClientTimeout(sock_connect=30)
            async with aiohttp.ClientSession(timeout=timeout) as session:
                with pytest.raises(aiohttp.ServerTimeoutError, match="api.example"):
                    await session.get("http://api.example/")

    assert 30 <= run(main(), loop_kind) < 31


@on_both_loops
def test_client_gets_scripted_answers(loop_kind: str) -> None:
    async def main() -> None:
        async with MemoryNetwork() as network, aiohttp.ClientSession() as session:
            api = network.http("api.example")
            api.get("/rates").reply(status=503, times=2).reply(json={"EUR": 1.1}, delay=5)
            api.get("/cut").reply("x" * 100, reset_after=50)
            statuses = []
            for _ in range(3):
                async with session.get("http://api.example/rates") as response:
                    statuses.append(response.status)
                    body = await response.read()
            assert (statuses, body) == ([503, 503, 200], b'{"EUR": 1.1}')
            async with session.get("http://api.example/cut") as response:
                with pytest.raises(aiohttp.ClientPayloadError):
                    await response.read()

    assert run(main(), loop_kind) == 5
