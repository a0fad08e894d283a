"""aioimaplib, against a scripted server."""

from __future__ import annotations

import asyncio
import re

import pytest
from asyncio_testselector import MemoryNetwork, SocketScript
from support.integration import on_both_loops, run

aioimaplib = pytest.importorskip("aioimaplib")


@on_both_loops
def test_client_logs_in(loop_kind: str) -> None:
    script = (
        SocketScript("imap", timeout=None)
        .reply(b"* OK IMAP4rev1 ready\r\n")
        .expect(re.compile(rb"(\w+) CAPABILITY\r\n"))
        .reply(lambda m: b"* CAPABILITY IMAP4rev1\r\n" + m[1] + b" OK done\r\n")
        .expect(re.compile(rb'(\w+) LOGIN me "?secret"?\r\n'))
        .delay(5)
        .reply(lambda m: m[1] + b" OK LOGIN done\r\n")
        .expect(re.compile(rb"(\w+) LOGOUT\r\n"))
        .reply(lambda m: b"* BYE\r\n" + m[1] + b" OK LOGOUT done\r\n")
        .eof()
    )

    async def main() -> None:
        async with MemoryNetwork() as network:
            network.play("mail.example", 143, script)
            client = aioimaplib.IMAP4(host="mail.example", port=143, timeout=10)
            await client.wait_hello_from_server()
            assert (await client.login("me", "secret")).result == "OK"
            assert (await client.logout()).result == "OK"
            await asyncio.sleep(1)

    assert 5 <= run(main(), loop_kind) < 60
    script.check()
