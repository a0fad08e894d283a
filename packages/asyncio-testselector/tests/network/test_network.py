"""Unmodified asyncio code in a memory network."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import sys
from pathlib import Path
from typing import Any

import pytest
from asyncio_testselector import (
    MemoryNetwork,
    NetworkSocket,
    memory_socketpair,
)
from streams import ask, close, shout

CERTIFICATE = Path(__file__).parents[1] / "support" / "certificate.pem"
REFUSED = r"^\[Errno \d+\] Connect call failed \('10\.0\.0\.1', 81\)$"


def sockets_of_this_process() -> int:
    folder = Path("/proc/self/fd")
    return sum(os.readlink(link).startswith("socket:") for link in links(folder))


def links(folder: Path) -> list[Path]:
    return [link for link in folder.iterdir() if link.is_symlink()]


def test_client_and_server_meet_by_name(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network, await asyncio.start_server(shout, "db", 80):
            assert await ask(b"hello\n") == b"HELLO\n"

    run(main())


@pytest.mark.skipif(sys.platform != "linux", reason="counts the links in /proc")
def test_no_socket_of_the_system_is_opened() -> None:
    async def main() -> None:
        before = sockets_of_this_process()
        async with MemoryNetwork(), await asyncio.start_server(shout, None, 80):
            reader, writer = await asyncio.open_connection("localhost", 80)
            writer.write(b"x\n")
            assert await reader.readline() == b"X\n"
            assert sockets_of_this_process() == before
            await close(writer)

    asyncio.run(main())


@pytest.mark.parametrize("served", ["db", None, "0.0.0.0", "10.0.0.1"])
def test_server_answers_on_its_name_its_address_and_on_all(
    run: Any, network: MemoryNetwork, served: Any
) -> None:
    async def main() -> None:
        async with network, await asyncio.start_server(shout, served, 80):
            for host in ("db", "10.0.0.1"):
                assert await ask(b"hello\n", host) == b"HELLO\n"

    run(main())


def test_server_started_on_a_name_makes_a_host_of_it(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network, await asyncio.start_server(shout, "new.example", 80):
            assert await ask(b"hello\n", "new.example") == b"HELLO\n"

    run(main())


def test_two_hosts_serve_one_port(run: Any, network: MemoryNetwork) -> None:
    async def name(reader: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"%s\n" % writer.get_extra_info("sockname")[0].encode())
        writer.close()

    async def main() -> None:
        network.add_host("web", "10.1.1.1")
        async with network:
            async with await asyncio.start_server(name, "db", 80):
                async with await asyncio.start_server(name, "web", 80):
                    assert await ask(b"", "db") == b"10.0.0.1\n"
                    assert await ask(b"", "web") == b"10.1.1.1\n"

    run(main())


def test_free_port_is_told_by_the_socket(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network, await asyncio.start_server(shout, "db", 0) as server:
            ((host, port),) = [sock.getsockname() for sock in server.sockets]
            assert (host, port) == ("10.0.0.1", 49152)
            assert await ask(b"hello\n", host, port) == b"HELLO\n"

    run(main())


def test_both_ends_know_their_addresses(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        names: list[Any] = []

        async def serve(reader: Any, writer: asyncio.StreamWriter) -> None:
            names.append([writer.get_extra_info(name) for name in ("sockname", "peername")])
            writer.close()

        async with network, await asyncio.start_server(serve, "db", 80):
            _, writer = await asyncio.open_connection("db", 80, local_addr=("10.7.7.7", 1234))
            names.append([writer.get_extra_info(name) for name in ("sockname", "peername")])
            await close(writer)
        client, server = ("10.7.7.7", 1234), ("10.0.0.1", 80)
        assert sorted(names) == [[server, client], [client, server]]

    run(main())


def test_unknown_name_is_a_gaierror_as_the_kernel_words_it(
    run: Any, network: MemoryNetwork
) -> None:
    async def main() -> None:
        async with network:
            with pytest.raises(socket.gaierror) as caught:
                await asyncio.open_connection("nowhere.example", 80)
        assert caught.value.errno == socket.EAI_NONAME
        assert str(caught.value) == f"[Errno {socket.EAI_NONAME}] Name or service not known"

    run(main())


def test_port_nobody_listens_on_refuses_as_the_kernel_words_it(
    run: Any, network: MemoryNetwork
) -> None:
    async def main() -> None:
        async with network, await asyncio.start_server(shout, "db", 80):
            with pytest.raises(ConnectionRefusedError, match=REFUSED):
                await asyncio.open_connection("db", 81)

    run(main())


def test_port_refuses_once_its_server_is_closed(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network:
            server = await asyncio.start_server(shout, "db", 81)
            server.close()
            await server.wait_closed()
            with pytest.raises(ConnectionRefusedError, match=REFUSED):
                await asyncio.open_connection("db", 81)

    run(main())


def test_address_of_nobody_is_unreachable(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network:
            with pytest.raises(OSError, match=r"Connect call failed \('10.9.9.9', 80\)") as caught:
                await asyncio.open_connection("10.9.9.9", 80)
        assert caught.value.errno == errno.EHOSTUNREACH

    run(main())


def test_second_listener_on_a_port_is_refused(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network, await asyncio.start_server(shout, "db", 80):
            with pytest.raises(OSError, match=r"address \('10.0.0.1', 80\).*") as err:
                await asyncio.start_server(shout, "db", 80)
            assert err.value.errno == errno.EADDRINUSE
            assert await ask(b"hello\n") == b"HELLO\n"

    run(main())


def test_happy_eyeballs_goes_on_to_the_address_that_answers(
    run: Any, network: MemoryNetwork
) -> None:
    async def main() -> None:
        network.add_host("dual", "fd00::99", "10.2.2.2")
        async with network, await asyncio.start_server(shout, "10.2.2.2", 80):
            infos = await asyncio.get_running_loop().getaddrinfo("dual", 80)
            assert [info[4][0] for info in infos[::3]] == ["fd00::99", "10.2.2.2"]
            assert await ask(b"hello\n", "dual", happy_eyeballs_delay=5) == b"HELLO\n"
        assert [event.target[0] for event in network.log if event.kind == "connect"] == [
            "fd00::99",
            "10.2.2.2",
        ]

    run(main())


def test_alias_resolves_to_all_of_its_hosts(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        network.add_host("spare", "10.4.4.4")
        network.add_alias("service", "db", "spare")
        async with network, await asyncio.start_server(shout, "spare", 80):
            assert await ask(b"hello\n", "service") == b"HELLO\n"

    run(main())


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ("service", "nobody"),
            r"^cannot add alias 'service': there is no host 'nobody'; .* 'db'$",
        ),
        (("service",), r"^cannot add alias 'service': it stands for no host"),
        (("db", "db"), r"^cannot add alias 'db': there is one$"),
    ],
)
def test_alias_of_nobody_is_refused(network: MemoryNetwork, names: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        network.add_alias(*names)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no Unix sockets")
def test_unix_paths_are_those_of_the_network(
    run: Any, network: MemoryNetwork, kind: str, tmp_path: Path
) -> None:
    if kind == "proactor":
        pytest.skip("a proactor loop has no Unix servers")
    path = tmp_path / "app.sock"

    async def main() -> None:
        async with network:
            with pytest.raises(FileNotFoundError):
                await asyncio.open_unix_connection(path)
            async with await asyncio.start_unix_server(shout, path):
                with pytest.raises(OSError, match=r"^\[Errno \d+\] Address .* is already in use$"):
                    await asyncio.start_unix_server(shout, path)
                reader, writer = await asyncio.open_unix_connection(path)
                writer.write(b"hello\n")
                assert await reader.readline() == b"HELLO\n"
                assert not path.exists()
                await close(writer)

    run(main())


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no Unix sockets")
def test_file_with_the_name_of_a_unix_path_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "app.sock"
    real = socket.socket(socket.AF_UNIX)
    real.bind(str(path))

    async def main() -> None:
        async with MemoryNetwork(), await asyncio.start_unix_server(shout, path):
            pass

    asyncio.run(main())
    assert path.exists()
    real.close()


def test_tls_over_the_network(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(CERTIFICATE)
        client = ssl.create_default_context(cafile=CERTIFICATE)
        network.add_host("db.example")
        async with network, await asyncio.start_server(shout, "db.example", 443, ssl=server):
            assert await ask(b"hello\n", "db.example", 443, ssl=client) == b"HELLO\n"

    run(main())


def test_loops_sock_methods_connect_and_accept(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with network:
            with socket.socket() as listener, socket.socket() as client:
                assert isinstance(client, NetworkSocket)
                listener.bind(("db", 80))
                listener.listen()
                for sock in (listener, client):
                    sock.setblocking(False)
                accepting = asyncio.ensure_future(loop.sock_accept(listener))
                await loop.sock_connect(client, ("db", 80))
                conn, address = await accepting
                assert address == client.getsockname() == conn.getpeername()
                await loop.sock_sendall(client, b"hello")
                assert await loop.sock_recv(conn, 100) == b"hello"
                conn.close()

    run(main())


def test_bulk_goes_through_small_capacity_and_tiny_reads() -> None:
    async def main() -> None:
        sent = os.urandom(20_000)
        network = MemoryNetwork(capacity=100, recv_limit=7, hosts=["db"])

        async def store(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.read())
            writer.close()

        async with network, await asyncio.start_server(store, "db", 80):
            reader, writer = await asyncio.open_connection("db", 80)
            writer.write(sent)
            writer.write_eof()
            assert await reader.read() == sent
            await close(writer)
        assert max(event.size for event in network.log) <= 100

    asyncio.run(main())


def test_connection_holds_as_much_as_a_pair_of_sockets() -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            held = []
            for sock in (network.socket(), *memory_socketpair()):
                held.append(sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF))
                sock.close()
            assert held == held[:1] * 3

    asyncio.run(main())


def test_file_is_sent_without_the_kernel(run: Any, network: MemoryNetwork, tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_bytes(b"0123456789\n" * 5000)

    async def main() -> None:
        loop = asyncio.get_running_loop()

        async def send(reader: Any, writer: asyncio.StreamWriter) -> None:
            with path.open("rb") as file:
                await loop.sendfile(writer.transport, file)
            writer.close()

        async with network, await asyncio.start_server(send, "db", 80):
            reader, writer = await asyncio.open_connection("db", 80)
            assert await reader.read() == path.read_bytes()
            await close(writer)
        assert network.log[-1].kind == "eof"

    run(main())


def test_part_of_a_file_is_sent_over_a_socket(
    run: Any, network: MemoryNetwork, tmp_path: Path
) -> None:
    path = tmp_path / "page"
    path.write_bytes(b"0123456789\n" * 5000)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with network, await asyncio.start_server(shout, "db", 80):
            with socket.socket() as sock, path.open("rb") as file:
                sock.setblocking(False)
                await loop.sock_connect(sock, ("db", 80))
                assert await loop.sock_sendfile(sock, file, 11, 22) == 22
                sock.shutdown(socket.SHUT_WR)
                got = b""
                while len(got) < 22:
                    got += await loop.sock_recv(sock, 100)
                assert got == b"0123456789\n" * 2

    run(main())
