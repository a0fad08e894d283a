"""Programs run on sockets of the kernel and of a memory network, whose answers are compared."""

from __future__ import annotations

import asyncio
import select
import socket
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

from asyncio_testselector import MemoryNetwork, NetworkSocket

LOCAL = ("127.0.0.1", 0)


class Bench:
    """Makes sockets, of the kernel or of the network, and notes what their calls answer."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "path")
        self.answers: list[Any] = []
        self.sockets: list[socket.socket] = []

    def new(self, type: int = socket.SOCK_STREAM, family: int = socket.AF_INET) -> Any:
        sock = socket.socket(family, type)
        sock.setblocking(False)
        self.sockets.append(sock)
        return sock

    def udp(self) -> Any:
        return self.new(socket.SOCK_DGRAM)

    def server(self, type: int = socket.SOCK_STREAM) -> Any:
        sock = self.new(type)
        sock.bind(LOCAL)
        if type == socket.SOCK_STREAM:
            sock.listen()
        return sock

    def nobody(self, type: int = socket.SOCK_STREAM) -> Any:
        """Return an address that nothing answers at."""
        sock = self.server(type)
        address = sock.getsockname()
        sock.close()
        return address

    def connected(self, address: Any) -> Any:
        """Return a socket whose connecting came to an end, whatever the end."""
        sock = self.new()
        self.note(sock.connect, address)
        if type(sock) is not NetworkSocket:
            select.select([], [sock], [])
        return sock

    def note(self, call: Callable[..., Any], *args: Any) -> None:
        try:
            answer = call(*args)
        except OSError as exc:
            answer = type(exc), exc.errno, exc.strerror
        self.answers.append(answer)

    def close(self) -> None:
        for sock in self.sockets:
            sock.close()


def wait(sock: Any, *, read: bool = False) -> None:
    """Have the kernel get done."""
    if type(sock) is not NetworkSocket:
        select.select([sock] if read else [], [] if read else [sock], [], 0.5)


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


def compare_answers(program: Callable[[Bench], None], folder: Path) -> None:
    """Run a program on both, and compare what the calls answered."""
    real, ours = Bench(folder), Bench(folder)

    async def main() -> None:
        async with MemoryNetwork():
            program(ours)
            ours.close()

    program(real)
    real.close()
    asyncio.run(main())

    assert {type(sock) for sock in ours.sockets} == {NetworkSocket}
    both = zip_longest(ours.answers, real.answers)
    lines = [f"{at}: ours {x!r}, the kernel's {y!r}" for at, (x, y) in enumerate(both) if x != y]
    assert not lines, "\n".join(lines)
