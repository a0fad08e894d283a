"""Names that are resolved by the module socket, from code on a loop with a network."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork

NAMES = (
    *("getaddrinfo", "gethostbyname", "getnameinfo", "gethostbyname_ex", "gethostbyaddr"),
    *("dup", "close"),
)


def functions() -> list[Any]:
    return [getattr(socket, name) for name in NAMES]


def test_names_are_those_of_the_network() -> None:
    async def main() -> None:
        async with MemoryNetwork(hosts={"db.example": ("fd00::5", "10.0.0.5")}):
            found = socket.getaddrinfo("db.example", 80, type=socket.SOCK_STREAM)
            assert [info[4][0] for info in found] == ["fd00::5", "10.0.0.5"]
            assert socket.gethostbyname("db.example") == "10.0.0.5"
            assert socket.getnameinfo(("10.0.0.5", 59999), 0) == ("db.example", "59999")
            with pytest.raises(socket.gaierror):
                socket.getaddrinfo("nobody.example", 80)

    asyncio.run(main())


def test_other_threads_ask_the_operating_system() -> None:
    async def main() -> None:
        answers: list[Any] = []

        def ask() -> None:
            answers.append(socket.gethostbyname("127.0.0.5"))
            answers.append(socket.getaddrinfo("127.0.0.5", 80)[0][4][0])
            answers.append(socket.getnameinfo(("127.0.0.5", 80), socket.NI_NUMERICHOST)[0])

        async with MemoryNetwork(hosts={"db.example": "127.0.0.5"}):
            thread = threading.Thread(target=ask)
            thread.start()
            thread.join()
        assert answers == ["127.0.0.5"] * 3

    asyncio.run(main())


def test_everything_is_put_back_with_the_last_network() -> None:
    before = functions()

    async def main() -> None:
        async with MemoryNetwork():
            assert not set(before) & set(functions())
            other = asyncio.new_event_loop()
            network = MemoryNetwork()
            network.install(other)
            network.uninstall()
            assert not set(before) & set(functions())
            other.close()
        assert functions() == before

    asyncio.run(main())
    assert functions() == before


def test_what_somebody_else_puts_in_front_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def mine(*args: Any) -> list[Any]:
        return []

    original = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", original)  # what is put back in the end

    async def main() -> None:
        async with MemoryNetwork():
            ours = socket.getaddrinfo
            monkeypatch.setattr(socket, "getaddrinfo", mine)
        assert socket.getaddrinfo is mine
        assert ours("127.0.0.1", 80) == original("127.0.0.1", 80)

    asyncio.run(main())
    monkeypatch.setattr(socket, "getaddrinfo", original)
