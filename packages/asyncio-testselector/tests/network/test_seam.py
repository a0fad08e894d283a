"""Where a memory network takes over: ``socket.socket`` itself."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork, MemorySocket, NetworkSocket
from asyncio_testselector._installation.overrides import Overrides
from numbers_of_errors import number


def test_socket_without_its_constructor_has_no_descriptor() -> None:
    """If this fails, CPython opens sockets in ``__new__``: memory sockets would be real ones."""
    sock = socket.socket.__mro__[1].__new__(socket.socket)  # type: ignore[call-arg]

    assert socket.socket.__mro__[1].fileno(sock) == -1  # type: ignore[attr-defined]


def test_call_that_is_not_overridden_fails_as_on_a_closed_socket() -> None:
    async def main() -> None:
        async with MemoryNetwork():
            with socket.socket() as sock, pytest.raises(OSError) as caught:
                socket.socket.__mro__[1].listen(sock)  # type: ignore[attr-defined]
            assert caught.value.errno == number(errno.EBADF)

    asyncio.run(main())


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (socket.AF_INET, socket.SOCK_STREAM, 6),
        (socket.AF_INET6, socket.SOCK_DGRAM),
        (socket.AF_INET, socket.SOCK_STREAM | getattr(socket, "SOCK_NONBLOCK", 0)),
    ],
)
def test_socket_made_on_the_loop_is_one_of_the_network(arguments: Any) -> None:
    made = socket.socket

    async def main() -> None:
        async with MemoryNetwork():
            with made(*arguments) as sock:
                assert type(sock) is NetworkSocket
                assert isinstance(sock, made)
                assert sock.family == (arguments[0] if arguments else socket.AF_INET)
                nonblocking = len(arguments) > 1 and arguments[1] != sock.type
                assert sock.gettimeout() == (0.0 if nonblocking else None)

    asyncio.run(main())


def test_keywords_make_a_socket_of_the_network_too() -> None:
    async def main() -> None:
        async with MemoryNetwork():
            with socket.socket(family=socket.AF_INET, type=socket.SOCK_DGRAM, proto=17) as sock:
                assert isinstance(sock, MemorySocket)
                assert (sock.type, sock.proto) == (socket.SOCK_DGRAM, 17)

    asyncio.run(main())


@pytest.mark.skipif(not hasattr(socket, "AF_NETLINK"), reason="needs a family of its own")
def test_socket_of_another_family_is_real() -> None:
    async def main() -> None:
        async with MemoryNetwork():
            with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW) as sock:
                assert type(sock) is socket.socket

    asyncio.run(main())


def test_what_somebody_else_put_in_front_since_stays() -> None:
    class Target:
        def method(self) -> str:
            return "own"

    target, overrides = Target(), None
    overrides = Overrides(target)
    overrides.put("method", lambda: "ours")
    target.method = lambda: "theirs"  # type: ignore[method-assign]

    overrides.remove()

    assert target.method() == "theirs"


def test_attribute_of_the_object_itself_is_put_back() -> None:
    class Target:
        pass

    target: Any = Target()
    target.method = before = lambda: "own"
    overrides = Overrides(target)
    overrides.put("method", lambda: "ours")

    overrides.remove()

    assert target.method is before
