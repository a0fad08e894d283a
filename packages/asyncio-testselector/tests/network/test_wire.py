"""Latency and partitions of a memory network, by a clock that jumps instead of waiting."""

from __future__ import annotations

import asyncio
import errno
import selectors
import socket
import struct
from collections.abc import Coroutine
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork, TestSelector
from asyncio_testselector._network.log import WireLog
from asyncio_testselector._network.topology import Topology
from numbers_of_errors import number

LINGER = struct.pack("ii", 1, 0)


class Jumps(selectors.SelectSelector):
    """Lets no time pass but that which somebody would have waited."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0.0
        return super().select(0)


def run(main: Coroutine[Any, Any, Any]) -> Any:
    jumps = Jumps()
    loop = asyncio.SelectorEventLoop(TestSelector(jumps))
    loop.time = lambda: jumps.now  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()


def topology() -> Topology:
    return Topology(1.0, WireLog(0))


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def connected(network: MemoryNetwork, port: int = 80) -> tuple[Any, Any, Any]:
    """Return a listener on db, a client's socket, and the server's socket of it."""
    loop = asyncio.get_running_loop()
    listener, client = network.socket(), network.socket()
    listener.setblocking(False)
    client.setblocking(False)
    listener.bind(("db", port))
    listener.listen()
    await loop.sock_connect(client, ("db", port))
    server, _ = await loop.sock_accept(listener)
    server.setblocking(False)
    return listener, client, server


def close(*sockets: socket.socket) -> None:
    for sock in sockets:
        sock.close()


# -- how far, and whether at all -------------------------------------------------------------


def test_latency_of_a_pair_comes_before_that_of_a_host_before_the_default() -> None:
    there = topology()
    there.change("latency", 2.0, "db", None)
    there.change("latency", 4.0, "web", None)
    there.change("latency", 3.0, "db", "web")

    assert there.link("db", "web").latency == there.link("web", "db").latency == 3.0
    assert there.link("db", "mail").latency == there.link("mail", "db").latency == 2.0
    assert there.link("mail", "other").latency == 1.0
    there.change("latency", 9.0, None, None)
    assert [there.link("db", other).latency for other in ("web", "mail")] == [3.0, 2.0]
    assert there.link("mail", "other").latency == 9.0


def test_link_of_two_hosts_takes_the_longer_of_their_latencies() -> None:
    there = topology()
    there.change("latency", 2.0, "db", None)
    there.change("latency", 4.0, "web", None)

    assert there.link("db", "web").latency == 4.0


def test_partition_is_healed_as_it_was_made_or_altogether() -> None:
    there = topology()
    there.cut("a", None)
    there.cut("b", "c")
    there.cut("b", "d")
    links = ("a", "x"), ("x", "a"), ("b", "c"), ("c", "b"), ("b", "d"), ("b", "x"), ("a", "a")

    def cut() -> list[bool]:
        return [there.is_cut(*link) for link in links]

    assert cut() == [True, True, True, True, True, False, False]
    there.heal("c", "b")
    assert cut() == [True, True, False, False, True, False, False]
    there.heal("b", None)
    assert cut() == [True, True, False, False, False, False, False]
    there.heal("b", "c")
    there.heal("a", None)
    assert not any(cut())
    there.cut("a", None)
    there.cut("b", "c")
    there.heal(None, None)
    assert not any(cut())


def test_time_without_a_loop_stands_still() -> None:
    assert topology().now() == 0.0


# -- what is under way -----------------------------------------------------------------------


def test_connecting_takes_a_round_trip_and_bytes_take_one_way() -> None:
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        network = MemoryNetwork(hosts=["db"])
        network.set_latency(1, "db")
        async with network:
            listener, client, server = await connected(network)
            times = [loop.time()]
            client.send(b"x")
            await loop.sock_recv(server, 1)
            times.append(loop.time())
            close(listener, client, server)
        return times

    assert run(main()) == [3.0, 4.0]


def test_bytes_that_follow_faster_do_not_overtake() -> None:
    async def main() -> list[Any]:
        loop = asyncio.get_running_loop()
        network = MemoryNetwork(hosts=["db"])
        async with network:
            listener, client, server = await connected(network)
            network.set_latency(5)
            client.send(b"slow")
            network.set_latency(1)
            client.send(b"fast")
            seen = [(await loop.sock_recv(server, 100), loop.time())]
            close(listener, client, server)
        return seen

    assert run(main()) == [(b"slowfast", 5.0)]


def test_partition_holds_what_is_under_way_and_heal_sends_it_again() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        network = MemoryNetwork(hosts=["db"])
        async with network:
            listener, client, server = await connected(network)
            network.set_latency(2)
            client.send(b"x")
            network.partition("db")
            await asyncio.sleep(10)
            with pytest.raises(BlockingIOError):
                server.recv(1)
            network.heal("localhost")
            await asyncio.sleep(10)
            network.heal("db")
            assert await loop.sock_recv(server, 1) == b"x"
            close(listener, client, server)
        return loop.time()

    assert run(main()) == 22.0


def test_partition_in_the_middle_of_a_delivery_holds_the_rest() -> None:
    async def main() -> list[bytes]:
        loop = asyncio.get_running_loop()
        network = MemoryNetwork(hosts=["db"])
        async with network:
            listener, client, server = await connected(network)
            wire = client._end.wire
            network.set_latency(1)
            client.send(b"one")
            wire.put(network.partition, "db")
            client.send(b"two")
            await asyncio.sleep(5)
            seen = [server.recv(100)]
            network.heal()
            seen.append(await loop.sock_recv(server, 100))
            close(listener, client, server)
        return seen

    assert run(main()) == [b"one", b"two"]


def test_end_of_a_stream_comes_behind_its_bytes() -> None:
    async def main() -> list[Any]:
        loop = asyncio.get_running_loop()
        network = MemoryNetwork(hosts=["db"])
        async with network:
            listener, client, server = await connected(network)
            network.set_latency(1)
            client.send(b"last")
            client.close()
            seen = [await loop.sock_recv(server, 100), await loop.sock_recv(server, 100)]
            close(listener, server)
        return [*seen, loop.time()]

    assert run(main()) == [b"last", b"", 1.0]


def test_last_words_arrive_at_once_when_the_network_goes() -> None:
    async def main() -> tuple[Any, float]:
        loop = asyncio.get_running_loop()
        seen: list[bytes] = []

        class Server(asyncio.Protocol):
            def data_received(self, data: bytes) -> None:
                seen.append(data)

        network = MemoryNetwork(hosts=["db"])
        async with network:
            server = await loop.create_server(Server, "db", 80)
            transport, _ = await loop.create_connection(asyncio.Protocol, "db", 80)
            await turns()
            network.set_latency(1000)
            transport.write(b"last words")
            transport.close()
            server.close()
        return seen, loop.time()

    assert run(main()) == ([b"last words"], 0.0)


@pytest.mark.filterwarnings("ignore:memory network uninstalled:ResourceWarning")
def test_what_a_partition_holds_is_lost_when_the_network_goes() -> None:
    async def main() -> Any:
        network = MemoryNetwork(hosts=["db"])
        async with network:
            listener, client, server = await connected(network)
            arrived: list[str] = []
            client._end.wire.put(arrived.append, "at once")
            network.partition("db")
            client._end.wire.put(arrived.append, "never")
        await asyncio.sleep(10)
        assert client._end.__class__.__name__ == "ClosedEnd"
        return arrived

    assert run(main()) == ["at once"]


@pytest.mark.filterwarnings("ignore:memory network uninstalled:ResourceWarning")
def test_nothing_arrives_after_the_network_was_uninstalled() -> None:
    async def main() -> Any:
        network = MemoryNetwork(hosts=["db"])
        network.install()
        sockets = await connected(network)
        network.set_latency(1)
        arrived: list[str] = []
        sockets[1]._end.wire.put(arrived.append, "late")
        network.uninstall()
        await asyncio.sleep(10)
        return arrived

    assert run(main()) == []


def test_ends_that_cross_on_the_wire_are_no_news() -> None:
    async def main() -> list[str]:
        network = MemoryNetwork(hosts=["db"])
        async with network:
            for client_resets, server_resets in ((True, False), (True, True)):
                listener, client, server = await connected(network)
                network.set_latency(1)
                if client_resets:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
                if server_resets:
                    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
                close(listener, client, server)
                await asyncio.sleep(2)
                assert not network._fabric.open
                network.set_latency(0)
        return [event.kind for event in network.log]

    kinds = run(main())
    assert kinds == ["connect", "accept", "reset", "eof", "connect", "accept", "reset", "reset"]


def test_bytes_under_way_are_lost_when_the_connection_is_reset_meanwhile() -> None:
    async def main() -> None:
        network = MemoryNetwork(hosts=["db"])
        async with network:
            listener, client, server = await connected(network)
            network.set_latency(1)
            client.send(b"x")
            assert network.reset() == 1
            await asyncio.sleep(2)
            with pytest.raises(ConnectionResetError):
                server.recv(1)
            assert server.recv(1) == b""
            close(listener, client, server)

    run(main())


# -- connecting ------------------------------------------------------------------------------


def test_socket_that_connects_can_neither_send_nor_receive_nor_connect() -> None:
    async def main() -> list[Any]:
        found: list[Any] = []
        async with MemoryNetwork(hosts=["db"], latency=1) as network:
            with network.socket() as client:
                for call in (
                    lambda: client.connect(("db", 80)),
                    lambda: client.connect(("db", 80)),
                    lambda: client.send(b"x"),
                    lambda: client.recv(1),
                ):
                    with pytest.raises(BlockingIOError) as caught:
                        call()
                    found.append(caught.value.errno)
        return found

    assert run(main()) == [
        number(errno.EINPROGRESS),
        number(errno.EALREADY),
        number(errno.EAGAIN),
        number(errno.EAGAIN),
    ]


def test_client_that_gives_up_leaves_its_place_in_the_queue_to_the_next() -> None:
    async def main() -> Any:
        loop = asyncio.get_running_loop()
        async with MemoryNetwork(hosts=["db"], latency=1) as network:
            listener, first, waiting, last = (network.socket() for _ in range(4))
            for sock in (listener, first, waiting, last):
                sock.setblocking(False)
            listener.bind(("db", 80))
            listener.listen(0)
            for sock in (first, waiting, last):
                assert sock.connect_ex(("db", 80)) == number(errno.EINPROGRESS)
            await asyncio.sleep(1)  # the consent is on its way to the first, the others wait
            waiting.close()
            first.close()
            server, address = await loop.sock_accept(listener)
            assert address == last.getsockname()
            close(server, last, listener)
        return [event.kind for event in network.log]

    assert run(main()).count("accept") == 2


def test_listener_that_closes_while_a_client_connects_resets_it() -> None:
    async def main() -> Any:
        loop = asyncio.get_running_loop()
        async with MemoryNetwork(hosts=["db"], latency=1) as network:
            with network.socket() as client:
                client.setblocking(False)
                listener = network.socket()
                listener.bind(("db", 80))
                listener.listen()
                connecting = asyncio.ensure_future(loop.sock_connect(client, ("db", 80)))
                await asyncio.sleep(1)
                listener.close()
                await connecting
                with pytest.raises(ConnectionResetError):
                    await loop.sock_recv(client, 1)
        return [event.kind for event in network.log]

    assert run(main()) == ["connect", "accept", "reset"]


def test_connecting_that_was_given_up_does_not_fail_later() -> None:
    async def main() -> None:
        async with MemoryNetwork(hosts=["db"], latency=1) as network:
            client = network.socket()
            assert client.connect_ex(("db", 80)) == number(errno.EINPROGRESS)
            idle = client._end
            client.close()
            await asyncio.sleep(10)
            assert idle.error == 0

    run(main())
