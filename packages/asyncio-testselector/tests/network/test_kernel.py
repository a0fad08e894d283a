"""Sockets of a memory network beside the kernel's: unconnected ones, listeners and datagrams."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from bench import LOCAL, Bench, compare_answers
from kernel_comparison import LINUX


def udp_unconnected(on: Bench) -> None:
    sock = on.udp()
    on.note(sock.send, b"x")
    on.note(sock.getpeername)
    on.note(sock.shutdown, socket.SHUT_RD)
    on.note(sock.recv, 10)
    on.note(sock.recv, 10, socket.MSG_PEEK)


def udp_peek(on: Bench) -> None:
    here, there = on.udp(), on.server(socket.SOCK_DGRAM)
    for text in (b"first", b"second"):
        here.sendto(text, there.getsockname())
    on.note(lambda: there.recvfrom(4, socket.MSG_PEEK)[1] == ("127.0.0.1", here.getsockname()[1]))
    for flags in (socket.MSG_PEEK, socket.MSG_PEEK, 0, 0, 0):
        on.note(there.recv, 4, flags)
    on.note(there.recvfrom, 4, socket.MSG_PEEK)


def udp_messages(on: Bench) -> None:
    here, there = on.udp(), on.server(socket.SOCK_DGRAM)
    here.connect(there.getsockname())
    on.note(here.send, bytes(65508))
    on.note(here.sendmsg, [b"sev", b"eral"])
    on.note(here.sendmsg, [b"to an ", b"address"], [], 0, there.getsockname())
    for _ in range(3):
        on.note(there.recv, 100)
    on.note(here.shutdown, socket.SHUT_RD)


def udp_of_strangers(on: Bench) -> None:
    here, peer, stranger = (on.server(socket.SOCK_DGRAM) for _ in range(3))
    here.connect(peer.getsockname())
    stranger.sendto(b"from a stranger", here.getsockname())
    peer.sendto(b"from the peer", here.getsockname())
    on.note(here.recv, 100)
    on.note(here.recv, 100)


def udp_refused(on: Bench) -> None:
    here, other = on.server(socket.SOCK_DGRAM), on.server(socket.SOCK_DGRAM)
    here.connect(on.nobody(socket.SOCK_DGRAM))
    on.note(here.send, b"x")
    on.note(here.send, b"the error of the first")
    on.note(here.send, b"x")
    on.note(here.sendto, b"the error again", other.getsockname())
    on.note(here.send, b"x")
    on.note(here.recv, 100)
    on.note(here.recv, 100)


def udp_unconnected_refusal(on: Bench) -> None:
    here = on.udp()
    on.note(here.sendto, b"x", on.nobody(socket.SOCK_DGRAM))
    on.note(here.sendto, b"x", on.nobody(socket.SOCK_DGRAM))
    on.note(here.recv, 100)


def unix_datagrams(on: Bench) -> None:
    here, there = (on.new(socket.SOCK_DGRAM, socket.AF_UNIX) for _ in range(2))
    on.note(here.send, b"x")
    on.note(here.sendto, b"x", on.path)
    on.note(here.connect, on.path)
    there.bind(on.path)
    on.note(here.sendto, b"to a path", on.path)
    on.note(here.connect, on.path)
    on.note(here.send, b"connected")
    on.note(there.recvfrom, 100)
    on.note(there.recvfrom, 100)
    on.note(lambda: here.getpeername() == on.path)


def stream_unconnected(on: Bench) -> None:
    for family in (socket.AF_INET, socket.AF_UNIX):
        sock = on.new(family=family)
        for call in (sock.getpeername, sock.accept):
            on.note(call)
        on.note(sock.send, b"x")
        on.note(sock.recv, 10)
        on.note(sock.shutdown, socket.SHUT_RDWR)


def stream_listening(on: Bench) -> None:
    sock = on.new()
    on.note(sock.listen)
    on.note(sock.listen, 5)
    on.note(lambda: (sock.getsockname()[0], sock.getsockname()[1] > 0))
    on.note(sock.accept)
    on.note(sock.bind, LOCAL)
    on.note(sock.connect, on.server().getsockname())
    on.note(on.new(family=socket.AF_UNIX).listen)


def stream_closed(on: Bench) -> None:
    sock, address = on.new(), on.server().getsockname()
    sock.close()
    on.note(sock.bind, LOCAL)
    on.note(sock.listen)
    on.note(sock.accept)
    on.note(sock.connect, address)
    on.note(sock.connect_ex, address)


def stream_connected(on: Bench) -> None:
    listener = on.server()
    sock = on.connected(listener.getsockname())
    sock.connect_ex(listener.getsockname())  # Linux answers 0 to the first one after connecting
    on.note(sock.connect, listener.getsockname())
    on.note(sock.accept)
    on.note(sock.listen)
    on.note(sock.bind, LOCAL)
    on.note(lambda: sock.getpeername() == listener.getsockname())


def stream_to_all_addresses(on: Bench) -> None:
    listener = on.server()
    sock = on.connected(("0.0.0.0", listener.getsockname()[1]))
    on.note(lambda: sock.getpeername() == listener.getsockname())


def stream_refused(on: Bench) -> None:
    first, second, third = (on.connected(on.nobody()) for _ in range(3))
    on.note(first.send, b"x")
    on.note(first.send, b"x")
    on.note(second.recv, 10)
    on.note(third.getsockopt, socket.SOL_SOCKET, socket.SO_ERROR)
    on.note(third.getsockopt, socket.SOL_SOCKET, socket.SO_ERROR)


def unix_streams(on: Bench) -> None:
    server, *clients = (on.new(family=socket.AF_UNIX) for _ in range(4))
    on.note(clients[0].connect, on.path)
    server.bind(on.path)
    on.note(clients[0].connect_ex, on.path)
    server.listen(1)
    for client in clients:
        on.note(client.connect_ex, on.path)
    on.note(lambda: clients[0].getpeername() == on.path)
    on.note(lambda: clients[0].send(b"x"))
    with server.accept()[0] as accepted:
        on.note(accepted.recvfrom, 9)
    on.note(clients[0].sendto, b"x", on.path)


def unix_listener_closes(on: Bench) -> None:
    server, client, gone = (on.new(family=socket.AF_UNIX) for _ in range(3))
    server.bind(on.path)
    server.listen()
    on.note(client.connect, on.path)
    on.note(gone.connect, on.path)
    gone.close()
    server.close()
    on.note(client.send, b"x")
    on.note(client.recv, 10)


PROGRAMS = [each for name, each in globals().items() if name.startswith(("udp", "unix", "stream"))]


@LINUX
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_sockets_answer_as_the_kernels_do(program: Any, tmp_path: Path) -> None:
    compare_answers(program, tmp_path)
