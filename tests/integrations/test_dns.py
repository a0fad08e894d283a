"""dnspython's asynchronous resolver, against name servers of datagrams and of streams."""

from __future__ import annotations

import asyncio
import struct
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork
from support.integration import on_both_loops, run

message = pytest.importorskip("dns.message")
resolver = pytest.importorskip("dns.asyncresolver")
rrset = pytest.importorskip("dns.rrset")
flags = pytest.importorskip("dns.flags")

SERVER = "10.0.0.53"


def answer(query: bytes, *, truncated: bool = False) -> bytes:
    question = message.from_wire(query)
    response = message.make_response(question)
    if truncated:
        response.flags |= flags.TC
    else:
        name = question.question[0].name
        response.answer.append(rrset.from_text(name, 60, "IN", "A", "192.0.2.7"))
    wire: bytes = response.to_wire()
    return wire


class NameServer(asyncio.DatagramProtocol):
    def __init__(self, truncated: bool = False, deaf: int = 0) -> None:
        self.truncated, self.deaf = truncated, deaf

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self.deaf:
            self.deaf -= 1
        else:
            self.transport.sendto(answer(data, truncated=self.truncated), addr)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    (size,) = struct.unpack("!H", await reader.readexactly(2))
    reply = answer(await reader.readexactly(size))
    writer.write(struct.pack("!H", len(reply)) + reply)
    writer.close()


def client() -> Any:
    asking = resolver.Resolver(configure=False)
    asking.nameservers = [SERVER]
    return asking


@on_both_loops
def test_answer_comes_by_datagram_after_one_was_lost(loop_kind: str) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with MemoryNetwork(latency=0.01, hosts={"ns.example": SERVER}):
            listening, _ = await loop.create_datagram_endpoint(
                lambda: NameServer(deaf=1), (SERVER, 53)
            )
            found = await client().resolve("www.example", "A", lifetime=30)
            assert [record.address for record in found] == ["192.0.2.7"]
            listening.close()

    assert 1 < run(main(), loop_kind) < 30


@on_both_loops
def test_answer_that_is_truncated_comes_by_stream(loop_kind: str) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with MemoryNetwork(latency=0.01, hosts={"ns.example": SERVER}):
            listening, _ = await loop.create_datagram_endpoint(
                lambda: NameServer(truncated=True), (SERVER, 53)
            )
            async with await asyncio.start_server(serve, SERVER, 53):
                found = await client().resolve("www.example", "A")
                assert [record.address for record in found] == ["192.0.2.7"]
            listening.close()

    assert run(main(), loop_kind) < 1
