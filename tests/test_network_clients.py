"""
Clients and servers that nobody here wrote, unmodified, in a memory network.

They run under an automatic fake clock: hours of their time take no real second, and no socket of
the operating system is opened for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import re
import struct
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from asyncio_fakeclock import new_event_loop
from asyncio_testselector import MemoryNetwork, SocketScript

HOUR = 3600.0
CPU_SECONDS = 20.0  # however busy the machine is; what is slept through is minutes and hours


def kernel_sockets() -> int:
    """Return how many sockets of the kernel this process has open."""
    count = 0
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            count += os.readlink(Path("/proc/self/fd") / number).startswith("socket:")
    return count


@contextlib.contextmanager
def no_kernel_sockets() -> Iterator[Any]:
    """Give a function that fails if there are more sockets of the kernel than before."""
    if sys.platform != "linux":
        yield lambda: None
        return
    before = kernel_sockets()

    def check() -> None:
        assert kernel_sockets() == before

    yield check
    check()


def run(main: Coroutine[Any, Any, None]) -> float:
    """Run a coroutine, and return how many virtual seconds it took."""
    loop = new_event_loop(auto=True)
    try:
        cpu, virtual = time.process_time(), loop.time()
        loop.run_until_complete(main)
        assert time.process_time() - cpu < CPU_SECONDS
        return loop.time() - virtual
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def test_aiohttp_client_meets_aiohttp_server() -> None:
    aiohttp = pytest.importorskip("aiohttp")
    from aiohttp import web

    async def slow(request: Any) -> Any:
        await asyncio.sleep(HOUR)
        return web.json_response({"hello": request.query["name"], "body": await request.text()})

    async def main() -> None:
        app = web.Application()
        app.router.add_post("/slow", slow)
        async with MemoryNetwork(latency=0.05, hosts={"api.example": ("fd00::80", "10.0.0.80")}):
            with no_kernel_sockets() as check:
                runner = web.AppRunner(app)
                await runner.setup()
                await web.TCPSite(runner, "10.0.0.80", 80).start()
                timeout = aiohttp.ClientTimeout(total=2 * HOUR)
                async with aiohttp.ClientSession(timeout=timeout) as session:
                    url = "http://api.example/slow?name=you"
                    async with session.post(url, data="x" * 200_000) as response:
                        answer = await response.json()
                        check()
                assert answer == {"hello": "you", "body": "x" * 200_000}
                await runner.cleanup()

    assert HOUR <= run(main()) < 2 * HOUR


def test_aiohttp_client_times_out_behind_a_partition() -> None:
    aiohttp = pytest.importorskip("aiohttp")

    async def main() -> None:
        network = MemoryNetwork(hosts=["api.example"])
        network.partition("api.example")
        async with network:
            timeout = aiohttp.ClientTimeout(sock_connect=30)
            async with aiohttp.ClientSession(timeout=timeout) as session:
                with pytest.raises(aiohttp.ServerTimeoutError, match="api.example"):
                    await session.get("http://api.example/")

    assert 30 <= run(main()) < 31


def test_redis_client_talks_to_a_script() -> None:
    redis = pytest.importorskip("redis.asyncio")
    script = (
        SocketScript("redis", timeout=None)
        .expect(b"*1\r\n$4\r\nPING\r\n")
        .delay(2.0)
        .reply(b"+PO", b"NG\r\n")
        .expect(b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n")
        .reply(b"$5\r\nva", b"lue\r\n")
        .expect_eof()
    )

    async def main() -> None:
        async with MemoryNetwork() as network:
            with network.play("redis.example", 6379, script), no_kernel_sockets() as check:
                names = inspect.signature(redis.Redis.__init__).parameters
                # Who the client is, is not part of this conversation.
                silent = [{"lib_name", "lib_version"}, {"driver_info"}]["driver_info" in names]
                client = redis.Redis(
                    host="redis.example", protocol=2, socket_timeout=5, **dict.fromkeys(silent)
                )
                assert await client.ping() is True
                check()
                await asyncio.sleep(HOUR)
                assert await client.get("key") == b"value"
                await client.aclose()

    assert HOUR <= run(main()) < HOUR + 60
    script.check()


def test_websocket_lives_through_a_minute_of_keepalive() -> None:
    client = pytest.importorskip("websockets.asyncio.client")
    server = pytest.importorskip("websockets.asyncio.server")

    async def echo(connection: Any) -> None:
        async for message in connection:
            await connection.send(message)

    async def main() -> None:
        network = MemoryNetwork(latency=0.1)
        async with network:
            with no_kernel_sockets() as check:
                async with server.serve(echo, "chat.example", 8000, ping_interval=5):
                    uri = "ws://chat.example:8000"
                    async with client.connect(uri, ping_interval=5, ping_timeout=5) as chat:
                        await asyncio.sleep(60)
                        await chat.send("still here")
                        assert await chat.recv() == "still here"
                        assert 0.19 < chat.latency < 0.21
                        check()
        pings = [event for event in network.log if event.size in (6, 10)]
        assert len(pings) >= 2 * 60 / 5

    assert 60 <= run(main()) < 62


def test_websocket_notices_a_partition_by_its_keepalive() -> None:
    client = pytest.importorskip("websockets.asyncio.client")
    server = pytest.importorskip("websockets.asyncio.server")
    from websockets.exceptions import ConnectionClosedError

    async def hold(connection: Any) -> None:
        with contextlib.suppress(ConnectionClosedError):
            await connection.recv()

    async def main() -> None:
        network = MemoryNetwork(hosts=["chat.example"])
        async with network, server.serve(hold, "chat.example", 8000):
            async with client.connect("ws://chat.example:8000", ping_interval=20) as chat:
                network.partition("chat.example")
                with pytest.raises(ConnectionClosedError, match="keepalive ping timeout"):
                    await chat.recv()
                network.heal()

    assert 40 <= run(main()) < 60


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer as an ASGI application, after a minute."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    await asyncio.sleep(60)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


@contextlib.asynccontextmanager
async def serving(uvicorn: Any, host: str, port: int) -> AsyncIterator[None]:
    config = uvicorn.Config(application, host=host, port=port, log_config=None, ws="none")
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # the test runner's signals are its own
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.1)
    try:
        yield
    finally:
        server.should_exit = True
        await task


def test_httpx_client_meets_uvicorn() -> None:
    httpx = pytest.importorskip("httpx")
    uvicorn = pytest.importorskip("uvicorn")

    async def main() -> None:
        async with MemoryNetwork(backed=True, latency=0.01):
            with no_kernel_sockets() as check:
                async with serving(uvicorn, "web.example", 8000):
                    async with httpx.AsyncClient(timeout=120, trust_env=False) as client:
                        for path in ("/one", "/two"):
                            # The second goes over the first one's connection, which httpcore
                            # polls by its descriptor before it does that.
                            response = await client.get(f"http://web.example:8000{path}")
                            assert (response.status_code, response.text) == (200, path)
                            check()

    assert 120 <= run(main()) < 125


def test_asyncpg_reports_a_refusal() -> None:
    asyncpg = pytest.importorskip("asyncpg")
    fields = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "me"\0\0'
    refusal = b"E" + struct.pack("!I", 4 + len(fields)) + fields
    script = (
        SocketScript("postgres")
        .expect(re.compile(rb"(?s)....\x00\x03\x00\x00.*user\x00me\x00.*\x00\x00"))
        .delay(1.5)
        .reply(refusal)
        .eof()
    )

    async def main() -> None:
        async with MemoryNetwork() as network:
            with network.play("db.example", 5432, script), no_kernel_sockets():
                with pytest.raises(asyncpg.InvalidPasswordError, match='failed for user "me"'):
                    await asyncpg.connect(
                        host="db.example", user="me", password="no", database="db", ssl=False
                    )

    assert 1.5 <= run(main()) < 2
    script.check()


def test_asyncpg_reports_a_server_that_does_not_answer() -> None:
    asyncpg = pytest.importorskip("asyncpg")

    async def main() -> None:
        network = MemoryNetwork(hosts=["db.example"])
        network.partition("db.example")
        async with network:
            with pytest.raises(asyncio.TimeoutError):
                await asyncpg.connect(host="db.example", user="me", database="db", timeout=10)

    assert 10 <= run(main()) < 11
