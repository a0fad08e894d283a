"""Methods of sockets in odd states and with odd arguments, beside the kernel's."""

from __future__ import annotations

import select
import socket
from pathlib import Path
from typing import Any

import pytest
from asyncio_testselector import NetworkSocket
from bench import Bench, compare_answers
from kernel_comparison import LINUX


def wait(sock: Any, *, read: bool = False) -> None:
    """Have the kernel get done."""
    if type(sock) is not NetworkSocket:
        select.select([sock] if read else [], [] if read else [sock], [], 0.5)


def refused(on: Bench) -> tuple[Any, Any]:
    sock, address = on.new(), on.nobody()
    on.note(sock.connect, address)
    wait(sock)
    return sock, address


def pair(on: Bench) -> tuple[Any, Any]:
    listener = on.server()
    sock = on.new()
    sock.connect_ex(listener.getsockname())
    wait(sock)
    wait(listener, read=True)
    conn, _ = listener.accept()
    conn.setblocking(False)
    on.sockets.append(conn)
    return sock, conn


def kind_of_error(on: Bench, call: Any, *args: Any) -> None:
    """Note the type of what is raised, not its words."""
    try:
        call(*args)
    except Exception as exc:
        on.answers.append(type(exc))
    else:
        on.answers.append("fine")


def program_refused_and_read(on: Bench) -> None:
    sock, address = refused(on)
    for _ in range(3):
        on.note(sock.recv, 10)
    on.note(sock.send, b"x")
    on.note(sock.getpeername)
    on.note(sock.connect_ex, address)
    on.note(sock.connect_ex, address)
    wait(sock)
    on.note(sock.recv, 10)
    on.note(sock.recv, 10)


def program_refused_and_connected_again(on: Bench) -> None:
    sock, address = refused(on)
    on.note(sock.connect, address)
    on.note(sock.recv, 10)
    on.note(sock.connect, address)
    wait(sock)
    on.note(sock.getsockopt, socket.SOL_SOCKET, socket.SO_ERROR)
    on.note(sock.connect_ex, on.server().getsockname())
    on.note(sock.connect_ex, on.server().getsockname())


def program_refused_and_shut_down(on: Bench) -> None:
    sock, address = refused(on)
    on.note(sock.send, b"x")
    on.note(sock.shutdown, socket.SHUT_RDWR)
    on.note(sock.connect_ex, address)


def program_connected_twice(on: Bench) -> None:
    sock, _ = pair(on)
    for _ in range(3):
        on.note(sock.connect_ex, sock.getpeername())


def program_address_of_a_connected_stream_does_not_matter(on: Bench) -> None:
    here, there = pair(on)
    on.note(here.sendto, b"a", here.getpeername())
    on.note(here.sendto, b"b", ("127.0.0.1", 9))
    on.note(here.sendto, b"c", 0, here.getpeername())
    on.note(here.sendmsg, [b"d"], [], 0, here.getpeername())
    wait(there, read=True)
    on.note(there.recv, 100)
    on.note(on.new().sendto, b"x", ("127.0.0.1", 9))


def program_messages_of_a_stream(on: Bench) -> None:
    here, there = pair(on)
    on.note(there.recvmsg, 100)
    on.note(there.recvmsg_into, [bytearray(3)])
    here.send(b"0123456789")
    wait(there, read=True)
    on.note(there.recvfrom, 2)
    on.note(there.recvmsg, 2, 100)
    first, second = bytearray(1), bytearray(3)
    on.note(there.recvmsg_into, [first, bytearray(), second])
    on.note(lambda: bytes(first + second))
    on.note(there.recv, 0)


def program_inheritable(on: Bench) -> None:
    sock = on.new()
    for call in (
        sock.get_inheritable,
        lambda: sock.set_inheritable(True),
        sock.get_inheritable,
        lambda: sock.set_inheritable(False),
        sock.get_inheritable,
    ):
        on.note(call)


def program_timeouts(on: Bench) -> None:
    sock = on.new()
    for value in (None, 0, 1.5, True, 0.0):
        on.note(sock.settimeout, value)
        on.note(lambda: (sock.gettimeout(), sock.timeout, sock.getblocking()))
        kind_of_error(on, sock.settimeout, "x")
        kind_of_error(on, sock.settimeout, -1)
    for value in (True, False, 1, 0):
        on.note(sock.setblocking, value)
        on.note(lambda: (sock.gettimeout(), sock.getblocking()))


def program_files(on: Bench) -> None:
    here, there = pair(on)
    writer, reader = here.makefile("wb"), there.makefile("rb")
    on.note(writer.write, b"line\nrest")
    on.note(writer.flush)
    wait(there, read=True)
    on.note(reader.readline)
    on.note(reader.peek)
    here.close()
    on.note(lambda: here.fileno() > 0)
    writer.close()
    on.note(here.fileno)
    wait(there, read=True)
    on.note(reader.read)
    there.close()
    reader.close()
    on.note(there.fileno)
    kind_of_error(on, on.new().makefile, "x")


@pytest.mark.parametrize("hows", [(0,), (1,), (2,), (0, 1), (1, 0), (1, 1), (0, 0)])
@LINUX
def test_orders_of_shutting_down(hows: tuple[int, ...], tmp_path: Path) -> None:
    def program(on: Bench) -> None:
        here, there = pair(on)
        for how in hows:
            on.note(here.shutdown, how)
        on.note(here.send, b"x")
        on.note(here.recv, 5)
        on.note(there.send, b"y")
        for _ in range(2):
            on.note(there.recv, 5)
        on.note(here.recv, 5)
        on.note(there.shutdown, socket.SHUT_WR)
        on.note(here.recv, 5)
        for sock in (here, there):
            on.note(sock.shutdown, socket.SHUT_RDWR)
            on.note(lambda sock=sock: sock.getpeername() is not None)

    compare_answers(program, tmp_path)


def program_listener_is_shut_down(on: Bench) -> None:
    listener = on.server()
    address = listener.getsockname()
    on.note(listener.shutdown, socket.SHUT_RDWR)
    on.note(listener.accept)
    sock = on.new()
    sock.connect_ex(address)
    wait(sock)
    on.note(sock.getsockopt, socket.SOL_SOCKET, socket.SO_ERROR)


def program_closed(on: Bench) -> None:
    sock = on.new()
    sock.close()
    for name, *args in [
        ("recv", 1),
        ("recv", 0),
        ("recv_into", bytearray(1)),
        ("recvfrom", 1),
        ("recvmsg", 1),
        ("send", b"x"),
        ("sendall", b"x"),
        ("sendmsg", [b"x"]),
        ("sendto", b"x", ("127.0.0.1", 9)),
        ("getsockname",),
        ("getpeername",),
        ("getsockopt", socket.SOL_SOCKET, socket.SO_TYPE),
        ("setsockopt", socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        ("setblocking", False),
        ("get_inheritable",),
        ("set_inheritable", True),
        ("shutdown", socket.SHUT_RDWR),
        ("dup",),
        ("detach",),
        ("fileno",),
        ("close",),
    ]:
        on.note(getattr(sock, name), *args)
    on.note(lambda: repr(sock).split("[closed]")[1])


def program_odd_arguments(on: Bench) -> None:
    sock, _ = pair(on)
    for name, *args in [
        ("recv", -1),
        ("recv_into", bytearray(3), 5),
        ("recv_into", bytearray(3), -1),
        ("recv_into", b"read-only"),
        ("recvfrom_into", bytearray(3), 5),
        ("send", "text"),
        ("sendall", 5),
        ("sendto", b"x"),
        ("shutdown", 7),
        ("getsockopt", socket.SOL_SOCKET, socket.SO_TYPE, 2000),
        ("setsockopt", socket.SOL_SOCKET, socket.SO_KEEPALIVE, "x"),
    ]:
        kind_of_error(on, getattr(sock, name), *args)
    for address in (("127.0.0.1",), ("127.0.0.1", 70000), ("127.0.0.1", "80"), "127.0.0.1", 5):
        kind_of_error(on, on.new().bind, address)
        kind_of_error(on, on.new().connect, address)
        kind_of_error(on, on.udp().sendto, b"x", address)


def program_datagram_sockets_in_odd_states(on: Bench) -> None:
    here, there = on.udp(), on.server(socket.SOCK_DGRAM)
    for name in ("listen", "accept", "getpeername"):
        on.note(getattr(here, name))
    for _ in range(2):
        on.note(here.connect, there.getsockname())
    on.note(here.send, b"")
    on.note(there.recv, 0)
    on.note(lambda: there.recvmsg(10)[:3])
    on.note(here.shutdown, socket.SHUT_WR)
    on.note(here.send, b"x")
    on.note(here.sendto, b"x", there.getsockname())
    there.connect(here.getsockname())
    on.note(there.send, b"still read")
    on.note(here.recv, 100)
    on.note(here.shutdown, socket.SHUT_RD)
    on.note(here.recv, 100)


def options() -> list[tuple[int, int]]:
    found = []
    for level, names in [
        ("SOL_SOCKET", "SO_TYPE SO_DOMAIN SO_PROTOCOL SO_ERROR SO_ACCEPTCONN SO_REUSEADDR"),
        ("SOL_SOCKET", "SO_KEEPALIVE SO_BROADCAST SO_OOBINLINE SO_SNDLOWAT SO_PRIORITY SO_MARK"),
        ("IPPROTO_TCP", "TCP_NODELAY TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT TCP_CORK TCP_SYNCNT"),
        ("IPPROTO_TCP", "TCP_QUICKACK TCP_USER_TIMEOUT"),
        ("IPPROTO_IP", "IP_TTL IP_RECVTOS IP_PKTINFO IP_MULTICAST_LOOP"),
        ("IPPROTO_IPV6", "IPV6_V6ONLY IPV6_UNICAST_HOPS IPV6_RECVPKTINFO"),
    ]:
        numbers = [getattr(socket, name, None) for name in names.split()]
        found += [(getattr(socket, level), each) for each in numbers if each is not None]
    return found


def program_options(on: Bench) -> None:
    for family in (socket.AF_INET, socket.AF_INET6):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            sock = on.new(kind, family)
            for option in options():
                on.note(sock.getsockopt, *option)
                on.note(sock.getsockopt, *option, 4)
                for value in (0, 1, 5, 100_000):
                    if option[1] in (socket.SO_MARK, socket.SO_PRIORITY) and value > 1:
                        continue  # for which one has to be root
                    on.note(sock.setsockopt, *option, value)
                    on.note(sock.getsockopt, *option)


PROGRAMS = [each for name, each in globals().items() if name.startswith("program")]


@LINUX
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_methods_answer_as_the_kernels_do(program: Any, tmp_path: Path) -> None:
    compare_answers(program, tmp_path)
