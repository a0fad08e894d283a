"""asyncpg, against scripted servers."""

from __future__ import annotations

import asyncio
import re
import struct

import pytest
from asyncio_testselector import MemoryNetwork, SocketScript
from support.integration import on_both_loops, run

asyncpg = pytest.importorskip("asyncpg")

STARTUP = re.compile(rb"(?s)....\x00\x03\x00\x00.*user\x00me\x00.*\x00\x00")


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", 4 + len(body)) + body


@on_both_loops
def test_client_reports_a_refusal(loop_kind: str) -> None:
    fields = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "me"\0\0'
    script = SocketScript("postgres").expect(STARTUP).delay(1.5).reply(message(b"E", fields)).eof()

    async def main() -> None:
        async with MemoryNetwork() as network:
            network.play("db.example", 5432, script)
            with pytest.raises(asyncpg.InvalidPasswordError, match='failed for user "me"'):
                await asyncpg.connect(
                    host="db.example", user="me", password="no", database="db", ssl=False
                )

    assert 1.5 <= run(main(), loop_kind) < 2
    script.check()


@on_both_loops
def test_client_connects_and_asks(loop_kind: str) -> None:
    ready = message(b"Z", b"I")
    parameters = {b"server_version": b"16.0", b"client_encoding": b"UTF8", b"TimeZone": b"UTC"}
    hello = [message(b"R", struct.pack("!I", 0))]
    hello += [message(b"S", name + b"\0" + value + b"\0") for name, value in parameters.items()]
    script = (
        SocketScript("postgres", timeout=None)
        .expect(STARTUP)
        .reply(b"".join(hello) + message(b"K", bytes(8)) + ready)
        .expect(message(b"Q", b"SET x = 1\0"))
        .delay(3)
        .reply(message(b"C", b"SET\0") + ready)
        .expect(message(b"X", b""))
    )

    async def main() -> None:
        async with MemoryNetwork() as network:
            network.play("db.example", 5432, script)
            database = await asyncpg.connect(
                host="db.example", user="me", password="x", database="db", ssl=False
            )
            assert database.get_server_version().major == 16
            assert await database.execute("SET x = 1") == "SET"
            await database.close()

    assert run(main(), loop_kind) == 3
    script.check()


@on_both_loops
def test_client_reports_a_server_that_does_not_answer(loop_kind: str) -> None:
    async def main() -> None:
        network = MemoryNetwork(hosts=["db.example"])
        network.partition("db.example")
        async with network:
            with pytest.raises(asyncio.TimeoutError):
                await asyncpg.connect(host="db.example", user="me", database="db", timeout=10)

    assert 10 <= run(main(), loop_kind) < 11
