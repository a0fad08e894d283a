"""aioquic, client and server: QUIC by datagrams."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork
from support.integration import CERTIFICATE, HOUR, run

aioquic = pytest.importorskip("aioquic.asyncio")
configuration = pytest.importorskip("aioquic.quic.configuration")


def test_client_meets_server_though_datagrams_are_lost() -> None:
    async def shout(reader: Any, writer: Any) -> None:
        writer.write((await reader.read()).upper())
        writer.write_eof()

    async def main() -> None:
        here = configuration.QuicConfiguration(is_client=False)
        here.load_cert_chain(CERTIFICATE)
        there = configuration.QuicConfiguration(verify_mode=ssl.CERT_NONE)
        async with MemoryNetwork(latency=0.02, hosts={"quic.example": "10.0.0.9"}, seed=3) as net:
            net.set_faults(loss=0.1)
            server = await aioquic.serve(
                "10.0.0.9",
                4433,
                configuration=here,
                stream_handler=lambda r, w: tasks.append(asyncio.ensure_future(shout(r, w))),
            )
            async with aioquic.connect("quic.example", 4433, configuration=there) as client:
                reader, writer = await client.create_stream()
                writer.write(b"hello")
                writer.write_eof()
                assert await reader.read() == b"HELLO"
            server.close()
            await asyncio.sleep(60)

    tasks: list[Any] = []
    assert run(main()) < HOUR
