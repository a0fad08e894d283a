"""nats-py, against a scripted server."""

from __future__ import annotations

import json
import re

import pytest
from asyncio_testselector import MemoryNetwork, SocketScript
from support.integration import on_both_loops, run

nats = pytest.importorskip("nats")

INFO = {
    "server_id": "test", "version": "2.10.0", "proto": 1, "max_payload": 1_000_000, "headers": True,
}  # fmt: skip


@on_both_loops
def test_client_subscribes_and_publishes(loop_kind: str) -> None:
    ping = SocketScript().expect_line("PING").reply_line("PONG")
    script = (
        SocketScript("nats", timeout=None)
        .reply_line(f"INFO {json.dumps(INFO)}")
        .expect_line(re.compile("CONNECT .*"))
        .any_number(ping)
        .expect_line(re.compile("SUB news +1"))
        .any_number(ping)
        .expect(re.compile(rb"PUB news +5\r\n(hello)\r\n"))
        .delay(60)
        .reply(lambda match: b"MSG news 1 5\r\n" + match[1] + b"\r\n")
        .any_number(ping)
    )

    async def main() -> None:
        async with MemoryNetwork() as network:
            network.play("nats.example", 4222, script)
            client = await nats.connect("nats://nats.example:4222")
            subscription = await client.subscribe("news")
            await client.flush()
            await client.publish("news", b"hello")
            message = await subscription.next_msg(timeout=120)
            assert message.data == b"hello"
            await client.close()

    assert 60 <= run(main(), loop_kind) < 65
    script.check()
