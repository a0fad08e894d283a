"""Methods of sockets in odd states and with odd arguments, beside the kernel's."""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from typing import Any

import pytest
from bench import Bench, compare_answers, pair, wait
from kernel_comparison import LINUX


def refused(on: Bench) -> tuple[Any, Any]:
    sock, address = on.new(), on.nobody()
    on.note(sock.connect, address)
    wait(sock)
    return sock, address


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


def program_buffers(on: Bench) -> None:
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        for value in (1, 100, 5000, 100_000, struct.pack("i", 7000), b"x"):
            sock = on.new()
            on.note(sock.setsockopt, socket.SOL_SOCKET, option, value)
            if value != b"x":
                on.note(sock.getsockopt, socket.SOL_SOCKET, option)


def program_structures(on: Bench) -> None:
    sock = on.new()
    on.note(sock.getsockopt, socket.SOL_SOCKET, socket.SO_LINGER, 8)
    on.note(sock.getsockopt, socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16)
    on.note(sock.getsockopt, socket.IPPROTO_TCP, socket.TCP_LINGER2)
    on.note(lambda: len(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16)))
    here, _ = pair(on)
    for each in (sock, here, on.server()):
        on.note(lambda each=each: each.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[0])


def program_options_of_who_was_accepted(on: Bench) -> None:
    listener, client = on.server(), on.new()
    chosen = [
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 99),
        (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)),
    ]
    for option in chosen:
        listener.setsockopt(*option)
    client.connect_ex(listener.getsockname())
    wait(listener, read=True)
    conn, _ = listener.accept()
    on.sockets.append(conn)
    for level, name, _ in chosen:
        on.note(conn.getsockopt, level, name, 8 if name == socket.SO_LINGER else 0)
    on.note(conn.getsockopt, socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    on.note(conn.close)
    wait(client, read=True)
    on.note(client.recv, 10)


def program_message_that_is_cut(on: Bench) -> None:
    here, there = on.udp(), on.server(socket.SOCK_DGRAM)
    buffer = bytearray(4)
    for _ in range(5):
        here.sendto(b"long message", there.getsockname())
    on.note(there.recv_into, buffer, 4, socket.MSG_TRUNC)
    on.note(lambda: there.recvfrom_into(buffer, 4, socket.MSG_TRUNC)[0])
    on.note(lambda: there.recvmsg(4)[:3])
    on.note(lambda: there.recvmsg_into([buffer])[:3])
    on.note(lambda: there.recvmsg(40)[:3])
    on.note(there.recv, 4, socket.MSG_ERRQUEUE)


def program_protocols(on: Bench) -> None:
    on.new()
    for family, kind, proto in [
        (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP),
        (socket.AF_INET, socket.SOCK_STREAM, 99),
        (socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_TCP),
        (socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_UDP),
        (socket.AF_UNIX, socket.SOCK_STREAM, 99),
    ]:
        on.note(lambda: socket.socket(family, kind, proto).close())  # noqa: B023 - called at once
    kind_of_error(on, socket.socket, "x")
    kind_of_error(on, lambda: socket.socket(bogus=1))


def program_abstract_addresses(on: Bench) -> None:
    name = f"\0{on.path}".encode()
    server, client, lost = (on.new(family=socket.AF_UNIX) for _ in range(3))
    on.note(client.connect, name)
    server.bind(name.decode())
    server.listen()
    on.note(lambda: server.getsockname() == name)
    on.note(client.connect, name)
    on.note(lambda: client.getpeername() == name)
    on.note(lost.bind, name)
    on.note(lost.bind, "")
    on.note(lambda: (len(lost.getsockname()), lost.getsockname()[:1]))
    for path in ("x" * 108, b"x" * 108, "\0" + "x" * 108):
        kind_of_error(on, on.new(family=socket.AF_UNIX).bind, path)
    kind_of_error(on, on.new(family=socket.AF_UNIX).bind, 5)


def program_connecting_without_waiting(on: Bench) -> None:
    listener = on.server()
    for address in (listener.getsockname(), on.nobody()):
        sock = on.new()
        sock.setblocking(True)
        on.note(sock.connect, address)
        on.note(sock.connect_ex, address)
        on.note(sock.getsockopt, socket.SOL_SOCKET, socket.SO_ERROR)
    client = socket.create_connection(listener.getsockname(), timeout=5)
    on.sockets.append(client)
    on.note(client.gettimeout)


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
