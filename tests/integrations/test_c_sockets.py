"""Libraries whose sockets are opened in C: they say so, and reach nothing real."""

from __future__ import annotations

import asyncio

import pytest
from asyncio_testselector import MemoryNetwork

aiohttp = pytest.importorskip("aiohttp")


def test_aiodns_is_refused_and_names_the_way_out() -> None:
    pytest.importorskip("aiodns")

    async def main() -> None:
        async with MemoryNetwork(hosts=["web.example"]):
            connector = aiohttp.TCPConnector(resolver=aiohttp.AsyncResolver())
            async with aiohttp.ClientSession(connector=connector) as session:
                with pytest.raises(RuntimeError, match="pycares opens sockets .*ThreadedResolver"):
                    await session.get("http://web.example/")

    asyncio.run(main())


def test_zmq_is_refused_unless_it_stays_in_the_process() -> None:
    zmq = pytest.importorskip("zmq")

    async def main() -> None:
        async with MemoryNetwork():
            with zmq.Context() as context, context.socket(zmq.PAIR) as sock:
                sock.bind("inproc://here")
                with pytest.raises(RuntimeError, match="zmq opens sockets .*inproc"):
                    sock.connect("tcp://127.0.0.1:5555")

    asyncio.run(main())
