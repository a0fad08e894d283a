"""redis-py, against a scripted server."""

from __future__ import annotations

import asyncio
import inspect
import re

import pytest
from asyncio_testselector import MemoryNetwork, SocketScript
from support.integration import HOUR, on_both_loops, run

redis = pytest.importorskip("redis.asyncio")


def client(**options: object) -> object:
    names = inspect.signature(redis.Redis.__init__).parameters
    # Who the client is, is not part of these conversations.
    silent = [{"lib_name", "lib_version"}, {"driver_info"}]["driver_info" in names]
    return redis.Redis(host="redis.example", protocol=2, **dict.fromkeys(silent), **options)


def command(*words: bytes) -> bytes:
    """Return what the protocol makes of a command."""
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words)


@on_both_loops
def test_client_talks_to_a_script(loop_kind: str) -> None:
    script = (
        SocketScript("redis", timeout=None)
        .expect(command(b"PING"))
        .delay(2.0)
        .reply(b"+PO", b"NG\r\n")
        .expect(command(b"GET", b"key"))
        .reply(b"$5\r\nva", b"lue\r\n")
        .expect_eof()
    )

    async def main() -> None:
        async with MemoryNetwork() as network:
            network.play("redis.example", 6379, script)
            database = client(socket_timeout=5)
            assert await database.ping() is True
            await asyncio.sleep(HOUR)
            assert await database.get("key") == b"value"
            await database.aclose()

    assert HOUR <= run(main(), loop_kind) < HOUR + 60
    script.check()


@on_both_loops
def test_client_reconnects_to_a_script_for_every_connection(loop_kind: str) -> None:
    get = re.compile(
        re.escape(command(b"GET", b"NAME")).replace(b"NAME", rb"(\w+)").replace(b"4", rb"\d+")
    )
    part = SocketScript().expect(get).reply(lambda m: b"$%d\r\n%s\r\n" % (len(m[1]), m[1]))
    script = SocketScript("redis", timeout=None, reusable=True).any_number(part)

    async def main() -> None:
        async with MemoryNetwork() as network:
            network.play("redis.example", 6379, script)
            database = client()
            assert await database.get("one") == b"one"
            network.reset("redis.example")
            assert await database.get("three") == b"three"
            await database.aclose()

    run(main(), loop_kind)
    script.check()
