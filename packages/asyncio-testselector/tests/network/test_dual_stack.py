"""IPv4 in sockets of IPv6, as the kernel has it."""

from __future__ import annotations

import asyncio
import select
import socket
from pathlib import Path
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork, NetworkSocket
from bench import Bench, compare_answers
from kernel_comparison import LINUX
from streams import ask, close, shout

MAPPED = "::ffff:127.0.0.1"


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


IPV6 = pytest.mark.skipif(not has_ipv6(), reason="the kernel has no IPv6 to compare with")


def v6(on: Bench, kind: int = socket.SOCK_STREAM, *, only: int = 0) -> Any:
    sock = on.new(kind, socket.AF_INET6)
    on.note(sock.setsockopt, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
    on.note(sock.getsockopt, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    return sock


def listening(on: Bench, address: str = "::", *, only: int = 0) -> Any:
    sock = v6(on, only=only)
    on.note(sock.bind, (address, 0))
    on.note(sock.listen)
    on.note(lambda: sock.getsockname()[0])
    return sock


def connect(on: Bench, family: int, host: str, listener: Any) -> Any:
    """Connect, and note how it went and what both ends say of it."""
    sock = on.new(family=family)
    port = listener.getsockname()[1]
    on.note(sock.connect, (host, port))
    if type(sock) is not NetworkSocket:
        select.select([], [sock], [], 5)
    on.note(sock.getsockopt, socket.SOL_SOCKET, socket.SO_ERROR)
    on.note(lambda: (sock.getpeername()[0], len(sock.getpeername()), sock.getsockname()[0]))
    on.note(lambda: sock.getpeername()[1] == port)
    return sock


def accept(on: Bench, listener: Any) -> None:
    if type(listener) is not NetworkSocket:
        select.select([listener], [], [], 0.05)
    try:
        conn, address = listener.accept()
    except OSError as exc:
        on.answers.append((type(exc), exc.errno))
        return
    on.sockets.append(conn)
    on.answers.append((conn.family, address[0], address[2:], conn.getsockname()[0]))
    on.answers.append((conn.getpeername()[0], conn.getpeername() == address))


def program_any_address_takes_both(on: Bench) -> None:
    listener = listening(on)
    for family, host in [
        (socket.AF_INET, "127.0.0.1"),
        (socket.AF_INET6, "::1"),
        (socket.AF_INET6, MAPPED),
    ]:
        connect(on, family, host, listener)
        accept(on, listener)


def program_v6_only_takes_ipv6(on: Bench) -> None:
    listener = listening(on, only=1)
    for family, host in [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]:
        connect(on, family, host, listener)
        accept(on, listener)


def program_one_address_takes_its_family(on: Bench) -> None:
    listener = listening(on, "::1")
    for family, host in [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]:
        connect(on, family, host, listener)
        accept(on, listener)


def program_mapped_address_is_one_of_ipv4(on: Bench) -> None:
    listener = listening(on, MAPPED)
    for family, host in [
        (socket.AF_INET, "127.0.0.1"),
        (socket.AF_INET6, MAPPED),
        (socket.AF_INET6, "::1"),
    ]:
        connect(on, family, host, listener)
        accept(on, listener)


def program_mapped_address_is_reached(on: Bench) -> None:
    listener = on.server()
    connect(on, socket.AF_INET6, MAPPED, listener)
    accept(on, listener)
    sock = v6(on, only=1)
    on.note(sock.connect_ex, (MAPPED, listener.getsockname()[1]))
    sock = v6(on)
    sock.bind(("::1", 0))
    on.note(sock.connect_ex, (MAPPED, listener.getsockname()[1]))
    sock = v6(on, only=1)
    on.note(sock.bind, (MAPPED, 0))


def program_port_is_taken_for_both(on: Bench) -> None:
    for only in (0, 1):
        listener = listening(on, only=only)
        port = listener.getsockname()[1]
        for host in ("0.0.0.0", "127.0.0.1"):
            other = on.new()
            on.note(other.bind, (host, port))
    first = on.new()
    first.bind(("0.0.0.0", 0))
    on.note(v6(on).bind, ("::", first.getsockname()[1]))
    on.note(v6(on, only=1).bind, ("::", first.getsockname()[1]))


def program_option_comes_before_binding(on: Bench) -> None:
    listener = listening(on)
    on.note(listener.setsockopt, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    on.note(listener.getsockopt, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)


def program_datagrams(on: Bench) -> None:
    server = v6(on, socket.SOCK_DGRAM)
    server.bind(("::", 0))
    port = server.getsockname()[1]
    plain, six = on.udp(), v6(on, socket.SOCK_DGRAM)
    on.note(plain.sendto, b"4", ("127.0.0.1", port))
    on.note(six.sendto, b"6", ("::1", port))
    on.note(six.sendto, b"mapped", (MAPPED, port, 0, 0))
    for _ in range(3):
        data, address = server.recvfrom(100)
        on.answers.append((data, address[0], len(address)))
        on.note(server.sendto, b"answer", address)
    on.note(plain.recv, 100)
    for _ in range(2):
        on.note(lambda: six.recvfrom(100)[1][0])
    on.note(lambda: six.getsockname()[0])
    connected = v6(on, socket.SOCK_DGRAM)
    on.note(connected.connect, (MAPPED, port))
    on.note(lambda: (connected.getsockname()[0], connected.getpeername()[0]))
    on.note(connected.send, b"x")
    on.note(lambda: server.recvfrom(100)[1][0])
    only = v6(on, socket.SOCK_DGRAM, only=1)
    on.note(only.sendto, b"x", (MAPPED, port))
    bound = v6(on, socket.SOCK_DGRAM)
    bound.bind(("::1", 0))
    on.note(bound.sendto, b"x", (MAPPED, port))


PROGRAMS = [each for name, each in globals().items() if name.startswith("program")]


@LINUX
@IPV6
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_sockets_of_ipv6_answer_as_the_kernels_do(program: Any, tmp_path: Path) -> None:
    compare_answers(program, tmp_path)


@pytest.mark.parametrize("host", [None, ""])
def test_server_on_all_addresses_listens_on_both_families(host: Any) -> None:
    async def main() -> Any:
        async with MemoryNetwork(hosts={"db": ["10.0.0.9", "fd00::9"]}):
            server = await asyncio.start_server(shout, host, 80)
            async with server:
                names = [sock.getsockname() for sock in server.sockets]
                hosts = ("10.0.0.9", "fd00::9", "127.0.0.1", "::1")
                return sorted(names), [await ask(b"hello\n", each) for each in hosts]

    names, answers = asyncio.run(main())
    assert names == [("0.0.0.0", 80), ("::", 80, 0, 0)]
    assert answers == [b"HELLO\n"] * 4


def test_log_and_faults_know_hosts_by_what_they_are() -> None:
    async def main() -> Any:
        async with MemoryNetwork(hosts={"db": "10.0.0.9"}) as network:
            sock = network.socket(socket.AF_INET6)
            sock.bind(("::", 80))
            async with await asyncio.start_server(shout, sock=sock):
                reader, writer = await asyncio.open_connection("db", 80)
                writer.write(b"hello\n")
                assert await reader.readline() == b"HELLO\n"
                count = network.reset("db")
                await close(writer)
            return count, str(network.log)

    count, log = asyncio.run(main())
    assert count == 1
    assert "-> 10.0.0.9:80 connect" in log
    assert "::ffff" not in log
