"""A memory network where somebody has put a class of theirs in the place of ``socket.socket``."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import types
from typing import Any
from unittest.mock import Mock

import pytest
from asyncio_testselector import MemoryNetwork, NetworkSocket
from asyncio_testselector._cpython.sockets import Socket
from streams import ask, shout


class Blocked(RuntimeError):
    pass


class Guard(socket.socket):
    """Refuses all sockets, as pytest-socket's does."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        raise Blocked


class Counted(socket.socket):
    """A subclass that has something to do in ``__init__``."""

    made = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        type(self).made += 1
        super().__init__(*args, **kwargs)


class Other:
    """No socket at all."""

    def __init__(self, *args: Any) -> None:
        raise Blocked


GUARDS = [Guard, Counted, Other]


async def talk() -> bytes:
    server = await asyncio.start_server(shout, "db", 80)
    async with server:
        assert all(isinstance(sock, NetworkSocket) for sock in map(inside, server.sockets))
        return await ask(b"hello\n")


def inside(sock: Any) -> Any:
    return sock._sock


def untouched() -> bool:
    return type(socket) is types.ModuleType and "__new__" not in vars(Socket)


@pytest.fixture(params=GUARDS)
def guard(request: pytest.FixtureRequest) -> type:
    return request.param


def test_guard_that_was_there_before_has_nothing_to_guard(
    guard: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = vars(guard).get("__new__")
    loop = asyncio.SelectorEventLoop()

    async def main() -> bytes:
        monkeypatch.setattr(socket, "socket", guard)
        async with MemoryNetwork():
            answer = await talk()
            assert socket.socket is guard
        assert socket.socket is guard
        assert vars(guard).get("__new__") is own
        return answer

    assert loop.run_until_complete(main()) == b"HELLO\n"
    loop.close()
    assert untouched()


def test_guard_that_comes_and_goes_while_the_network_is_there(
    guard: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = vars(guard).get("__new__")

    async def main() -> tuple[bytes, bytes]:
        async with MemoryNetwork():
            with monkeypatch.context() as patched:
                patched.setattr(socket, "socket", guard)
                first = await talk()
            assert vars(guard).get("__new__") is own
            return first, await talk()

    assert asyncio.run(main()) == (b"HELLO\n", b"HELLO\n")
    assert untouched()


def test_guard_that_stays_longer_than_the_network_guards_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        async with MemoryNetwork():
            monkeypatch.setattr(socket, "socket", Guard)
            await talk()
        with pytest.raises(Blocked):
            socket.socket()

    asyncio.run(main())
    assert untouched()


def test_guard_guards_whatever_is_not_the_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with MemoryNetwork():
            monkeypatch.setattr(socket, "socket", Guard)
            with pytest.raises(Blocked):
                await asyncio.to_thread(socket.socket)
            with pytest.raises(Blocked):
                socket.socket(fileno=7)

    asyncio.run(main())


def test_class_known_from_before_the_guard_is_the_networks_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = socket.socket

    async def main() -> type:
        async with MemoryNetwork():
            monkeypatch.setattr(socket, "socket", Guard)
            with made() as sock:
                return type(sock)

    assert asyncio.run(main()) is NetworkSocket


def test_real_socket_of_a_class_in_its_place_is_of_that_class(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        async with MemoryNetwork():
            monkeypatch.setattr(socket, "socket", Counted)
            before = Counted.made
            sock = await asyncio.to_thread(socket.socket)
            sock.close()
            assert type(sock) is Counted
            assert Counted.made == before + 1

    asyncio.run(main())


def test_function_in_its_place_has_nothing_to_guard_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def guard(*args: Any) -> Any:
        raise Blocked

    async def main() -> None:
        with monkeypatch.context() as before:
            before.setattr(socket, "socket", guard)
            async with MemoryNetwork():
                assert await talk() == b"HELLO\n"
                with pytest.raises(Blocked):
                    await asyncio.to_thread(socket.socket)
            assert socket.socket is guard
        async with MemoryNetwork():
            with monkeypatch.context() as meanwhile:
                meanwhile.setattr(socket, "socket", guard)
                assert await talk() == b"HELLO\n"
            assert socket.socket is Socket

    loop = asyncio.SelectorEventLoop()
    loop.run_until_complete(main())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    assert untouched()


def test_mock_in_its_place_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made = socket.socket

    async def main() -> None:
        monkeypatch.setattr(socket, "socket", Mock(return_value=5))
        async with MemoryNetwork():
            assert socket.socket() == 5
            with made() as sock:
                assert type(sock) is NetworkSocket

    loop = asyncio.SelectorEventLoop()
    loop.run_until_complete(main())
    loop.close()


def test_package_imported_while_a_guard_is_there_knows_the_real_class() -> None:
    program = """
import socket
true = socket.socket
class Guard(socket.socket):
    def __new__(cls, *args, **kwargs):
        raise RuntimeError
socket.socket = Guard
from asyncio_testselector import MemorySocket, SocketMock
assert true in MemorySocket.__mro__ and Guard not in MemorySocket.__mro__
assert SocketMock()._spec_class is true
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=600)


def fallback_socketpair() -> Any:
    """Return ``socketpair`` as it is where the kernel has none."""
    found = getattr(socket, "_fallback_socketpair", None)
    return found if isinstance(found, types.FunctionType) else socket.socketpair


def test_pair_of_sockets_is_real_also_where_the_kernel_has_none() -> None:
    async def main() -> list[Any]:
        async with MemoryNetwork():
            pair = fallback_socketpair()()
            pair[0].send(b"real")
            answer = pair[1].recv(100)
            for sock in pair:
                sock.close()
            return [answer, *map(type, pair)]

    assert asyncio.run(main()) == [b"real", socket.socket, socket.socket]
