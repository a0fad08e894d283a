"""Libraries that open sockets in C are refused on a loop with a network."""

from __future__ import annotations

import asyncio
import select
import sys
from types import ModuleType
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork, memory_socketpair
from kernel_comparison import LINUX


class Channel:
    """Stands for that of pycares: what counts is where it is, and what it is called."""

    def query(self, name: str) -> str:
        return f"asked for {name}"


class Socket:
    """Stands for that of pyzmq."""

    def connect(self, address: str) -> str:
        return f"connected to {address}"


@pytest.fixture(autouse=True)
def modules(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, cls in (("pycares", Channel), ("zmq.sugar.socket", Socket)):
        module: Any = ModuleType(name)
        setattr(module, cls.__name__, cls)
        monkeypatch.setitem(sys.modules, name, module)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Channel().query("db.example"), r"pycares .* query\('db.example'\) would .*Thread"),
        (lambda: Socket().connect("tcp://db:1"), r"zmq .* connect\('tcp://db:1'\) would .*inproc:"),
    ],
)
def test_call_that_would_reach_the_real_network_is_refused(call: Any, message: str) -> None:
    async def main() -> None:
        async with MemoryNetwork():
            with pytest.raises(RuntimeError, match=message):
                call()

    asyncio.run(main())


def test_what_stays_within_the_process_is_let_through() -> None:
    async def main() -> str:
        async with MemoryNetwork():
            return Socket().connect("inproc://here")

    assert asyncio.run(main()) == "connected to inproc://here"


def test_loop_without_a_network_and_the_time_afterwards_are_left_alone() -> None:
    before = vars(Channel)["query"]
    loop = asyncio.SelectorEventLoop()
    network = MemoryNetwork()
    network.install(loop)

    assert Channel().query("x") == "asked for x"
    network.uninstall()
    loop.close()
    assert vars(Channel)["query"] is before


def readable(sock: Any) -> bool:
    """Poll a socket as httpcore does."""
    poller = select.poll()
    poller.register(sock.fileno(), select.POLLIN)
    return bool(poller.poll(0))


@LINUX
def test_who_polls_is_given_a_descriptor_of_the_kernel() -> None:
    here, there = memory_socketpair()
    with here, there:
        seen = [readable(there)]
        here.send(b"x")
        seen.append(readable(there))
        there.recv(1)
        seen.append(readable(there))
        assert there.fileno() == there.fileno() < 2**31

    assert seen == [False, True, False]


@LINUX
def test_loop_watches_the_descriptor_of_who_polls() -> None:
    async def main() -> bytes:
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        async with MemoryNetwork():
            here, there = memory_socketpair()
            with here, there:
                loop.add_reader(there.fileno(), told.set)
                here.send(b"x")
                await told.wait()
                loop.remove_reader(there.fileno())
                return there.recv(1)

    assert asyncio.run(main()) == b"x"
