"""Sockets by several descriptors: dup(), detach() and fileno=, as with the kernel's."""

from __future__ import annotations

import asyncio
import errno
import selectors
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork, NetworkSocket, TestSelector, memory_socketpair
from bench import Bench, compare_answers, pair, wait
from kernel_comparison import LINUX


def program_two_descriptors_of_one_connection(on: Bench) -> None:
    here, there = pair(on)
    twin = here.dup()
    on.sockets.append(twin)
    on.note(lambda: twin.fileno() != here.fileno())
    on.note(lambda: (twin.getsockname() == here.getsockname(), twin.gettimeout()))
    on.note(lambda: (twin.getblocking(), twin.get_inheritable(), twin.proto))
    here.close()
    on.note(twin.send, b"still there")
    wait(there, read=True)
    on.note(there.recv, 100)
    twin.close()
    wait(there, read=True)
    on.note(there.recv, 100)


def program_options_of_twins_are_the_same(on: Bench) -> None:
    sock = on.new()
    twin = sock.dup()
    on.sockets.append(twin)
    twin.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    on.note(sock.getsockopt, socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    sock.setblocking(True)
    on.note(twin.getblocking)


def program_twins_listen_and_connect_together(on: Bench) -> None:
    listener = on.server()
    other, sock = listener.dup(), on.new()
    twin = sock.dup()
    on.sockets += [other, twin]
    listener.close()
    sock.connect_ex(other.getsockname())
    sock.close()
    wait(twin)
    wait(other, read=True)
    conn, _ = other.accept()
    on.sockets.append(conn)
    on.note(twin.send, b"x")
    wait(conn, read=True)
    on.note(conn.recv, 10)


def program_descriptor_that_was_detached(on: Bench) -> None:
    here, there = pair(on)
    number = here.detach()
    on.note(lambda: (here.fileno(), number > 0))
    on.note(here.send, b"x")
    again = socket.socket(fileno=number)
    on.sockets.append(again)
    on.note(lambda: (again.fileno() == number, int(again.family), int(again.type)))
    on.note(again.send, b"again")
    wait(there, read=True)
    on.note(there.recv, 10)
    twin = socket.fromfd(number, socket.AF_INET, socket.SOCK_STREAM)
    on.sockets.append(twin)
    on.note(twin.send, b"twin")
    wait(there, read=True)
    on.note(there.recv, 10)


def program_descriptor_that_is_closed(on: Bench) -> None:
    here, there = pair(on)
    on.note(socket.close, here.detach())
    wait(there, read=True)
    on.note(there.recv, 10)
    number = on.new().detach()
    on.note(socket.close, number)
    on.note(socket.close, number)


PROGRAMS = [each for name, each in globals().items() if name.startswith("program")]


@LINUX
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_descriptors_answer_as_the_kernels_do(program: Any, tmp_path: Path) -> None:
    compare_answers(program, tmp_path)


def test_both_descriptors_of_a_pair_are_watched() -> None:
    here, there = memory_socketpair()
    with here, there, there.dup() as twin, TestSelector() as selector:
        for sock in (there, twin):
            selector.register(sock, selectors.EVENT_READ, sock)
        here.send(b"x")

        assert [key.data for key, _ in selector.select(0)] == [there, twin]


def test_backed_twins_are_readable_together_and_leave_nothing_open() -> None:
    async def main() -> None:
        async with MemoryNetwork(backed=True) as network:
            listener = network.socket()
            listener.setblocking(False)
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            with network.socket() as client:
                client.setblocking(False)
                client.connect_ex(listener.getsockname())
                twin = listener.dup()
                listener.close()
                with selectors.DefaultSelector() as kernel:
                    kernel.register(twin.fileno(), selectors.EVENT_READ)
                    assert kernel.select(0)
                accepted, _ = twin.accept()
                accepted.close()
                twin.close()

    asyncio.run(main())


def test_network_that_goes_closes_what_was_detached() -> None:
    async def main() -> Any:
        with pytest.warns(ResourceWarning, match="1 open socket"):
            with MemoryNetwork() as network:
                network.socket().detach()

    asyncio.run(main())


def test_number_that_is_no_descriptor_is_refused() -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            with network.socket() as sock:
                number = sock.fileno()
            with pytest.raises(OSError) as caught:
                socket.socket(fileno=number)
            assert sys.platform == "win32" or caught.value.errno == errno.EBADF

    asyncio.run(main())


def test_transport_gives_a_socket_that_can_be_duplicated() -> None:
    async def main() -> None:
        async with MemoryNetwork():
            server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
            async with server:
                with server.sockets[0].dup() as twin:
                    assert isinstance(twin, NetworkSocket)
                    assert twin.getsockname() == server.sockets[0].getsockname()

    asyncio.run(main())
