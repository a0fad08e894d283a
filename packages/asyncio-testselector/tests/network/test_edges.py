"""Uncommon answers of a memory network: what it refuses, says and leaves alone."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork, SocketScript, TestSelector
from asyncio_testselector._network.log import WireEvent

UNIX = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs Unix sockets")


@pytest.fixture
def network() -> MemoryNetwork:
    return MemoryNetwork(hosts=["db"])


def run(main: Coroutine[Any, Any, Any]) -> Any:
    loop = asyncio.SelectorEventLoop(TestSelector())
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()


# -- being there, and going ------------------------------------------------------------------


@pytest.mark.parametrize("way", ["uninstall", "with"])
def test_sockets_left_open_are_reported_however_the_network_goes(
    network: MemoryNetwork, way: str
) -> None:
    async def main() -> Any:
        if way == "with":
            with network:
                return network.socket()
        network.install()
        sock = network.socket()
        network.uninstall()
        return sock

    with pytest.warns(ResourceWarning, match="uninstalled with 1 open sockets") as caught:
        assert run(main()).fileno() == -1
    assert caught[0].filename == __file__


def test_refused_network_leaves_the_loops_selector_as_it_was(network: MemoryNetwork) -> None:
    loop = asyncio.SelectorEventLoop()
    plain = loop._selector
    network.install(loop)
    served = loop._selector
    loop._selector = plain
    try:
        with pytest.raises(RuntimeError, match="has a memory network already"):
            MemoryNetwork().install(loop)
        assert loop._selector is plain
    finally:
        loop._selector = served
        network.uninstall()
        loop.close()


def test_selector_that_somebody_put_around_ours_since_stays(network: MemoryNetwork) -> None:
    class Around:
        def __init__(self, selector: Any) -> None:
            self._selector = selector

        def __getattr__(self, name: str) -> Any:
            return getattr(self._selector, name)

    loop = asyncio.SelectorEventLoop()
    network.install(loop)
    loop._selector = around = Around(loop._selector)
    network.uninstall()
    assert loop._selector is around
    loop.close()


def test_test_selector_that_serves_mocks_since_stays(network: MemoryNetwork) -> None:
    from asyncio_testselector import FileMock

    loop = asyncio.SelectorEventLoop()
    network.install(loop)
    served, mock = loop._selector, FileMock()
    loop.add_reader(mock, str)
    network.uninstall()
    assert loop._selector is served
    loop.remove_reader(mock)
    loop.close()


# -- addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["db", ("db",), ["db", 80], None])
def test_what_is_no_address_is_a_type_error(network: MemoryNetwork, address: Any) -> None:
    async def main() -> None:
        async with network:
            with network.socket() as sock, pytest.raises(TypeError, match="must be a tuple of"):
                sock.bind(address)

    run(main())


def test_whole_of_127_is_the_own_machine(network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network:
            with network.socket() as listener, network.socket() as client:
                listener.bind(("127.0.0.5", 80))
                listener.listen()
                client.connect_ex(("127.0.0.5", 80))
                assert client.getpeername() == ("127.0.0.5", 80)
                listener.accept()[0].close()

    run(main())


def test_both_families_can_have_one_port(network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network:
            with network.socket() as four, network.socket(socket.AF_INET6) as six:
                four.bind(("127.0.0.1", 80))
                six.bind(("::1", 80))
                assert six.getsockname() == ("::1", 80, 0, 0)

    run(main())


def test_port_that_is_taken_is_no_free_port(network: MemoryNetwork) -> None:
    async def main() -> list[int]:
        async with network:
            with network.socket() as first, network.socket() as free:
                first.bind(("127.0.0.1", 49152))
                free.bind(("127.0.0.1", 0))
                return [sock.getsockname()[1] for sock in (first, free)]

    assert run(main()) == [49152, 49153]


def test_bound_socket_that_does_not_listen_refuses(network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network:
            with network.socket() as bound, network.socket() as client:
                bound.bind(("db", 80))
                assert client.connect_ex(("db", 80)) == errno.ECONNREFUSED

    run(main())


def test_address_that_was_given_back_can_be_taken_again(network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network:
            with network.socket() as client, network.socket() as listener:
                listener.bind(("db", 80))
                listener.listen()
                client.bind(("127.0.0.1", 5000))
                client.connect_ex(("db", 80))  # a connection needs its port no longer to itself
                with network.socket() as other:
                    other.bind(("127.0.0.1", 5000))
                listener.accept()[0].close()

    run(main())


def test_datagram_to_an_address_of_nobody_is_unreachable(network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network:
            with network.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(OSError) as caught:
                sock.sendto(b"x", ("10.9.9.9", 53))
        assert caught.value.errno == errno.EHOSTUNREACH

    run(main())


def test_names_of_addresses_are_those_of_the_network(network: MemoryNetwork) -> None:
    async def main() -> Any:
        async with network:
            return await asyncio.get_running_loop().getnameinfo(("10.0.0.1", 59999))

    assert run(main()) == ("db", "59999")


def test_script_on_a_port_in_use_is_refused_and_leaves_nothing_open(
    network: MemoryNetwork,
) -> None:
    async def main() -> None:
        async with network:
            script = SocketScript()
            with network.play("db", 80, script):
                with pytest.raises(OSError) as caught:
                    network.play("db", 80, SocketScript())
                assert caught.value.errno == errno.EADDRINUSE
                assert len(network._fabric.open) == 1

    run(main())


# -- Unix paths ------------------------------------------------------------------------------


@UNIX
def test_unix_server_on_a_given_socket_is_asyncios_own(network: MemoryNetwork) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with network:
            sock = network.socket(socket.AF_UNIX)
            sock.bind("path")
            server = await loop.create_unix_server(asyncio.Protocol, sock=sock)
            transport, _ = await loop.create_unix_connection(asyncio.Protocol, "path")
            assert transport.get_extra_info("peername") == "path"
            transport.close()
            for _ in range(5):  # the server accepts before it closes
                await asyncio.sleep(0)
            server.close()
            with pytest.raises(ValueError, match="path was not specified"):
                await loop.create_unix_server(asyncio.Protocol)

    run(main())


@UNIX
@pytest.mark.parametrize("error", [OSError(errno.EACCES, "no"), ZeroDivisionError("odd")])
def test_unix_server_that_fails_leaves_no_socket_open(
    network: MemoryNetwork, error: Exception
) -> None:
    class Loop(asyncio.SelectorEventLoop):
        async def create_unix_server(self, *args: Any, **options: Any) -> Any:
            raise error

    async def main() -> None:
        async with network:
            with pytest.raises(type(error)) as caught:
                await asyncio.get_running_loop().create_unix_server(asyncio.Protocol, "path")
            assert caught.value is error
            assert len(network._fabric.open) == 0

    loop = Loop(TestSelector())
    loop.run_until_complete(main())
    loop.close()


# -- files -----------------------------------------------------------------------------------


def test_file_goes_over_a_real_socket_by_asyncios_own_way(
    network: MemoryNetwork, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"content")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours, theirs, (tmp_path / "file").open("rb") as file:
            async with network:
                assert await loop.sock_sendfile(ours, file) == 7
            assert theirs.recv(100) == b"content"

    run(main())


def test_file_that_is_shorter_than_asked_for_is_sent_to_its_end(
    network: MemoryNetwork, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"content")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with network:
            with network.socket() as listener, network.socket() as client:
                listener.bind(("db", 80))
                listener.listen()
                client.setblocking(False)
                await loop.sock_connect(client, ("db", 80))
                server = listener.accept()[0]
                with (tmp_path / "file").open("rb") as file:
                    assert await loop.sock_sendfile(client, file, 3, 100) == 4
                assert server.recv(100) == b"tent"
                server.close()

    run(main())


# -- what is said ----------------------------------------------------------------------------


def test_log_names_addresses_of_every_kind(network: MemoryNetwork) -> None:
    event = WireEvent(0.25, "data", ("fd00::1", 80, 0, 0), "/run/db", 3, b"abc")

    assert str(event) == "0.250000 [fd00::1]:80 -> '/run/db' data 3 bytes b'abc'"
    assert str(event._replace(source="", size=0)) == "0.250000 (unnamed) -> '/run/db' data"
    assert repr(network.log) == "<WireLog of 0 events>"


def test_log_of_size_0_keeps_nothing() -> None:
    network = MemoryNetwork(hosts=["db"], log_size=0)

    async def main() -> None:
        async with network:
            with network.socket() as listener, network.socket() as client:
                listener.bind(("db", 80))
                listener.listen()
                client.connect_ex(("db", 80))
                client.send(b"x")
                with listener.accept()[0] as server:
                    assert server.recv(1) == b"x"

    run(main())
    assert len(network.log) == 0


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs Unix sockets")
def test_unix_paths_may_be_bytes(network: MemoryNetwork) -> None:
    async def main() -> str:
        async with network:
            with network.socket(socket.AF_UNIX) as sock:
                sock.bind(os.fsencode("path"))
                return sock.getsockname()

    assert run(main()) == "path"
