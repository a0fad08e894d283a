"""Datagrams in a memory network."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from asyncio_testselector import (
    MemoryNetwork,
)


class Collector(asyncio.DatagramProtocol):
    def __init__(self, reply: bool = False) -> None:
        self.reply = reply
        self.got: asyncio.Queue[Any] = asyncio.Queue()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self.reply:
            self.transport.sendto(data.upper(), addr)
        self.got.put_nowait((data, addr))

    def error_received(self, exc: Exception) -> None:
        self.got.put_nowait(exc)


def test_datagrams_go_to_and_fro(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with network:
            server, _ = await loop.create_datagram_endpoint(
                lambda: Collector(reply=True), local_addr=("db", 53)
            )
            client, asked = await loop.create_datagram_endpoint(Collector, remote_addr=("db", 53))
            client.sendto(b"query")
            assert await asked.got.get() == (b"QUERY", ("10.0.0.1", 53))
            free, heard = await loop.create_datagram_endpoint(Collector, local_addr=("0.0.0.0", 0))
            free.sendto(b"once", ("10.0.0.1", 53))
            assert await heard.got.get() == (b"ONCE", ("10.0.0.1", 53))
            for transport in (server, client, free):
                transport.close()

    run(main())


def test_endpoint_without_a_remote_address_is_closed_on_the_default_loop() -> None:
    problems: list[Any] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: problems.append(context))
        async with MemoryNetwork():
            transport, _ = await loop.create_datagram_endpoint(
                asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
            )
            transport.close()
            await asyncio.sleep(0)

    asyncio.run(main())

    assert problems == []


def test_datagram_to_a_closed_port_is_an_error_of_a_connected_endpoint(
    run: Any, network: MemoryNetwork
) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with network:
            client, asked = await loop.create_datagram_endpoint(Collector, remote_addr=("db", 53))
            client.sendto(b"query")
            assert isinstance(await asked.got.get(), ConnectionRefusedError)
            client.close()

    run(main())


def test_datagrams_are_lost_in_a_partition_and_when_nobody_reads() -> None:
    async def main() -> None:
        network = MemoryNetwork(hosts=["db"], capacity=5)
        async with network:
            with network.socket(type=socket.SOCK_DGRAM) as here:
                with network.socket(type=socket.SOCK_DGRAM) as there:
                    there.bind(("db", 53))
                    network.partition("db")
                    here.sendto(b"lost", ("db", 53))
                    network.heal()
                    here.sendto(b"kept", ("db", 53))
                    here.sendto(b"full", ("db", 53))
                    assert there.recvfrom(100)[0] == b"kept"
                    with pytest.raises(BlockingIOError):
                        there.recvfrom(100)
        assert [event.kind for event in network.log] == ["drop", "datagram", "datagram", "drop"]

    asyncio.run(main())
