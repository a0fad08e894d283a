"""What goes wrong in a memory network, and what is written down of it."""

from __future__ import annotations

import asyncio
import errno
from typing import Any

import pytest
from asyncio_testselector import (
    MemoryNetwork,
)
from streams import ask, close, shout


def test_reset_reaches_both_ends(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        lost: list[Any] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with pytest.raises(ConnectionResetError):
                await reader.read()
            writer.close()
            lost.append(True)

        async with network, await asyncio.start_server(serve, "db", 80):
            reader, writer = await asyncio.open_connection("db", 80)
            await asyncio.sleep(0)
            assert network.reset("db") == 1
            with pytest.raises(ConnectionResetError):
                await reader.read()
            await close(writer)
            while not lost:
                await asyncio.sleep(0)

    run(main())


def test_partition_holds_back_what_heal_delivers() -> None:
    async def main() -> None:
        network = MemoryNetwork(hosts=["db"])
        async with network, await asyncio.start_server(shout, "db", 80):
            reader, writer = await asyncio.open_connection("db", 80)
            network.partition("db", "localhost")
            writer.write(b"one\n")
            connecting = asyncio.ensure_future(asyncio.open_connection("db", 80))
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(reader.readline(), 0.01)
            assert not connecting.done()
            network.heal("db")
            assert await reader.readline() == b"ONE\n"
            _, second = await connecting
            await close(writer, second)

    asyncio.run(main())


def test_connecting_through_a_partition_times_out_like_the_kernel() -> None:
    async def main() -> None:
        network = MemoryNetwork(hosts=["db"], connect_timeout=0.01)
        network.partition("db")
        async with network, await asyncio.start_server(shout, "db", 80):
            with pytest.raises(OSError, match="Connect call failed") as caught:
                await asyncio.open_connection("db", 80)
        assert caught.value.errno == errno.ETIMEDOUT

    asyncio.run(main())


def test_backlog_lets_in_one_more_and_the_others_wait() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        network = MemoryNetwork(hosts=["db"])
        async with network:
            clients = [network.socket() for _ in range(4)]
            with network.socket() as listener:
                listener.bind(("db", 80))
                listener.listen(1)
                for sock in (listener, *clients):
                    sock.setblocking(False)
                connecting = [
                    asyncio.ensure_future(loop.sock_connect(sock, ("db", 80))) for sock in clients
                ]
                for _ in range(20):
                    await asyncio.sleep(0)
                assert [task.done() for task in connecting] == [True, True, False, False]
                conn, _ = await loop.sock_accept(listener)
                await connecting[2]
                assert not connecting[3].done()
                conn.close()
            with pytest.raises(ConnectionRefusedError):
                await connecting[3]
            for sock in clients:
                sock.close()

    asyncio.run(main())


def test_log_tells_who_sent_what() -> None:
    async def main() -> list[Any]:
        network = MemoryNetwork(hosts=["db"])
        async with network, await asyncio.start_server(shout, "db", 80):
            await ask(b"hello\n")
            with pytest.raises(ConnectionRefusedError):
                await ask(b"hello\n", port=81)
        assert "-> 10.0.0.1:80 data 6 bytes b'hello\\n'" in str(network.log)
        assert "10.0.0.1:81 -> 10.0.0.2:49153 refused" in str(network.log)
        return [
            (event.kind, event.target[1], event.data)
            for event in network.log
            if client in (event.source[1], event.target[1])
        ]

    client = 49152
    assert asyncio.run(main()) == [
        ("connect", 80, b""),
        ("accept", client, b""),
        ("data", 80, b"hello\n"),
        ("data", client, b"HELLO\n"),
        ("eof", 80, b""),
        ("eof", client, b""),
    ]


def test_log_keeps_the_newest_events() -> None:
    async def main() -> None:
        network = MemoryNetwork(hosts=["db"], log_size=3)
        async with network, await asyncio.start_server(shout, "db", 80):
            await ask(b"x" * 10_000 + b"\n")
        assert len(network.log) == 3
        assert [len(event.data) for event in network.log] == [4096, 0, 0]
        network.log.clear()
        assert str(network.log) == ""

    asyncio.run(main())


def test_sockets_made_on_a_host_have_its_address(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        network.add_host("web", "10.3.3.3", "fd00::3")

        async def tell(reader: Any, writer: asyncio.StreamWriter) -> None:
            writer.write(b"%s\n" % writer.get_extra_info("peername")[0].encode())
            writer.close()

        async with network, await asyncio.start_server(tell, "db", 80):
            with network.on("web"):
                assert await asyncio.create_task(ask(b"")) == b"10.3.3.3\n"
            assert await ask(b"") == b"10.0.0.2\n"

    run(main())
