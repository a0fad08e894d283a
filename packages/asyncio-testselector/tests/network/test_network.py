"""Unmodified asyncio code in a memory network."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import sys
import warnings
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from asyncio_testselector import (
    MemoryNetwork,
    NetworkSocket,
    ScriptError,
    SocketScript,
    TestProactorEventLoop,
    TestSelector,
    install,
    memory_socketpair,
)

CERTIFICATE = Path(__file__).parents[1] / "support" / "certificate.pem"
REFUSED = r"^\[Errno \d+\] Connect call failed \('10\.0\.0\.1', 81\)$"


@pytest.fixture(params=["test-selector", "plain-loop", "debug", "backed", "proactor"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def run(kind: str) -> Any:
    """Run a coroutine on a loop of its own; problems of callbacks fail the test."""
    problems: list[dict[str, Any]] = []

    def runner(main: Coroutine[Any, Any, Any]) -> Any:
        loop: asyncio.AbstractEventLoop
        if kind == "proactor":
            loop = TestProactorEventLoop()
        else:
            loop = asyncio.SelectorEventLoop(None if kind == "plain-loop" else TestSelector())
        loop.set_debug(kind == "debug")
        loop.set_exception_handler(lambda loop, context: problems.append(context))
        try:
            return loop.run_until_complete(asyncio.wait_for(main, 20))
        finally:
            loop.close()

    yield runner
    assert problems == []


@pytest.fixture
def network(kind: str) -> MemoryNetwork:
    return MemoryNetwork(hosts=["db"], backed=kind == "backed")


async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()


async def ask(text: bytes, host: Any = "db", port: int = 80, **options: Any) -> bytes:
    reader, writer = await asyncio.open_connection(host, port, **options)
    writer.write(text)
    answer = await reader.readline()
    await close(writer)
    return answer


async def close(*writers: asyncio.StreamWriter) -> None:
    for writer in writers:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def sockets_of_this_process() -> int:
    folder = Path("/proc/self/fd")
    return sum(os.readlink(link).startswith("socket:") for link in links(folder))


def links(folder: Path) -> list[Path]:
    return [link for link in folder.iterdir() if link.is_symlink()]


# -- clients and servers ---------------------------------------------------------------------


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
            with pytest.raises(OSError, match=r"address \('10.0.0.1', 80\).*already in use") as err:
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


# -- datagrams -------------------------------------------------------------------------------


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


# -- what goes wrong -------------------------------------------------------------------------


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


# -- scripts ---------------------------------------------------------------------------------


def test_scripts_play_one_connection_after_the_other(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        scripts = [SocketScript(f"db {n}").expect(b"x\n").reply(b"%d\n" % n) for n in range(2)]
        async with network:
            with network.play("db", 80, *scripts):
                assert [await ask(b"x\n") for _ in scripts] == [b"0\n", b"1\n"]
                with pytest.raises(ConnectionRefusedError):
                    await ask(b"x\n")
        for script in scripts:
            script.check()
        assert "49152 data 2 bytes b'0\\n'" in str(network.log)

    run(main())


def test_script_played_with_latency_takes_its_time() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        script = SocketScript().reply(b"hi\n").expect(b"x")
        async with MemoryNetwork(latency=0.01) as network:
            with network.play("db", 80, script):
                start = loop.time()
                reader, writer = await asyncio.open_connection("db", 80)
                assert await reader.readline() == b"hi\n"
                passed = loop.time() - start
                writer.write(b"y")
                with pytest.raises(ScriptError, match="got:      b'y'"):
                    await reader.readline()
                await close(writer)
        return passed

    loop = asyncio.SelectorEventLoop()
    loop.set_exception_handler(lambda loop, context: None)
    try:
        assert loop.run_until_complete(main()) >= 0.035
    finally:
        loop.close()


# -- being there, and going ------------------------------------------------------------------


def test_everything_is_put_back(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        before = dict(vars(loop)), loop._selector, dict(vars(socket.socket))
        with pytest.raises(ZeroDivisionError):
            async with network:
                assert vars(loop).keys() != before[0].keys()
                await asyncio.start_server(shout, "db", 80)
                1 / 0  # noqa: B018
        after = dict(vars(loop)), loop._selector, dict(vars(socket.socket))
        assert after[0].keys() == before[0].keys()
        assert after[1:] == before[1:]
        with socket.socket() as sock:
            assert type(sock) is socket.socket

    run(main())


def test_sockets_of_others_are_left_alone(network: MemoryNetwork) -> None:
    class Own(socket.socket):
        pass

    async def main() -> None:
        async with network:
            pair = socket.socketpair()
            others = [Own(), *pair, *await asyncio.to_thread(lambda: [socket.socket()])]
            with socket.socket() as sock:
                assert isinstance(sock, NetworkSocket)
            for other in others:
                assert not isinstance(other, NetworkSocket)
                other.close()

    asyncio.run(main())


def test_two_loops_have_a_network_each() -> None:
    loops = [asyncio.SelectorEventLoop(TestSelector()) for _ in range(2)]
    networks = [MemoryNetwork() for _ in loops]

    async def serve(network: MemoryNetwork) -> None:
        server = await asyncio.start_server(shout, "db", 80)
        assert await ask(b"hello\n") == b"HELLO\n"
        server.close()

    for loop, network in zip(loops, networks):
        network.install(loop)
    for loop, network in zip(loops, networks):
        loop.run_until_complete(serve(network))
        loop.run_until_complete(asyncio.sleep(0))
    for loop, network in zip(loops, networks):
        network.uninstall()
        loop.close()
    assert "__new__" not in vars(socket.socket)


def test_open_endpoints_are_reported_and_closed(network: MemoryNetwork) -> None:
    async def main() -> Any:
        async with network:
            return await asyncio.start_server(shout, "db", 80)

    with pytest.warns(ResourceWarning) as caught:
        server = asyncio.run(main())

    (warning,) = [each for each in caught if "memory network" in str(each.message)]
    assert str(warning.message).startswith("memory network uninstalled with 1 open sockets: [<Net")
    assert "laddr=('10.0.0.1', 80)" in str(warning.message)
    assert all(sock.fileno() == -1 for sock in server.sockets)


def test_what_a_failed_test_left_open_does_not_hide_its_error(network: MemoryNetwork) -> None:
    async def main() -> None:
        with network:
            await asyncio.start_server(shout, "db", 80)
            raise ZeroDivisionError

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ZeroDivisionError):
            asyncio.run(main())


def test_plain_loop_gets_its_selector_back(network: MemoryNetwork) -> None:
    loop = asyncio.SelectorEventLoop()
    before = loop._selector

    network.install(loop)
    assert isinstance(loop._selector, TestSelector)
    network.uninstall()

    assert loop._selector is before
    loop.close()


def test_network_installed_twice_is_refused(network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network:
            with pytest.raises(RuntimeError, match="installed on .* already: uninstall it first"):
                network.install()
            with pytest.raises(RuntimeError, match="has a memory network already"):
                MemoryNetwork().install()

    asyncio.run(main())


def test_network_without_a_loop_is_refused(network: MemoryNetwork) -> None:
    with pytest.raises(RuntimeError, match="no loop is running, so give install"):
        network.install()
    with pytest.raises(RuntimeError, match="install it before you uninstall it"):
        network.uninstall()
    with pytest.raises(RuntimeError, match="install it on a loop first"):
        network.socket()
    with pytest.raises(RuntimeError, match="install it on a loop first"):
        network.play("db", 80, SocketScript())


def test_loop_that_cannot_be_served_is_refused(network: MemoryNetwork) -> None:
    uvloop = pytest.importorskip("uvloop")
    loop = uvloop.new_event_loop()

    with pytest.raises(TypeError, match="loop_factory=asyncio.SelectorEventLoop"):
        network.install(loop)

    assert "__new__" not in vars(socket.socket)
    assert repr(network) == "<MemoryNetwork: not installed>"
    loop.close()


def test_closed_loop_is_refused(network: MemoryNetwork) -> None:
    loop = asyncio.SelectorEventLoop()
    loop.close()

    with pytest.raises(RuntimeError, match="closed"):
        network.install(loop)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"latency": -1}, "^latency is -1 s: give a finite number of 0 or more"),
        ({"latency": float("nan")}, "^latency is nan s"),
        ({"connect_timeout": float("inf")}, "^connect_timeout is inf s"),
        ({"capacity": 0}, "^capacity is 0: give a whole number of 1 or more"),
        ({"recv_limit": 0}, "^recv_limit is 0"),
        ({"log_size": -1}, "^log_size is -1"),
        ({"hosts": ["a", "a"]}, "^cannot add host 'a': there is one"),
        ({"hosts": {"a": "nonsense"}}, "^cannot add host 'a': 'nonsense' is no IP address"),
        ({"hosts": {"a": "127.0.0.1"}}, "^cannot add host 'a': 127.0.0.1 belongs to 'localhost'"),
        ({"hosts": [""]}, "^cannot add host '': it has no name"),
    ],
)
def test_settings_that_make_no_sense_are_refused(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MemoryNetwork(**options)


@pytest.mark.parametrize(
    "call",
    [
        lambda n: n.partition("nobody"),
        lambda n: n.partition("db", "nobody"),
        lambda n: n.heal("nobody"),
        lambda n: n.reset("nobody"),
        lambda n: n.set_latency(1, "nobody"),
        lambda n: n.on("nobody").__enter__(),
    ],
)
def test_unknown_host_is_refused(network: MemoryNetwork, call: Any) -> None:
    with pytest.raises(ValueError, match=r"no host 'nobody' .* there are 'localhost', 'db'$"):
        call(network)


def test_negative_latency_is_refused_and_changes_nothing(network: MemoryNetwork) -> None:
    with pytest.raises(ValueError, match="latency is -0.1 s"):
        network.set_latency(-0.1, "db")


@pytest.mark.parametrize("scripts", [(), ("text",)])
def test_play_of_no_script_is_refused(network: MemoryNetwork, scripts: Any) -> None:
    with pytest.raises(TypeError, match="takes one SocketScript for each connection"):
        network.play("db", 80, *scripts)


def test_loop_that_is_served_already_keeps_its_test_selector(network: MemoryNetwork) -> None:
    loop = asyncio.SelectorEventLoop()
    selector = install(loop)

    network.install(loop)
    network.uninstall()

    assert loop._selector is selector
    loop.close()
