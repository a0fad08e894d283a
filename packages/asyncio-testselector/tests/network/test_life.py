"""A memory network comes, and goes without a trace."""

from __future__ import annotations

import asyncio
import socket
import warnings
from typing import Any

import pytest
from asyncio_testselector import (
    MemoryNetwork,
    NetworkSocket,
    SocketScript,
    TestSelector,
    install,
)
from streams import ask, shout


def test_everything_is_put_back(run: Any, network: MemoryNetwork) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        before = dict(vars(loop)), loop._selector, dict(vars(socket.socket))
        with pytest.raises(ZeroDivisionError):
            async with network:
                assert vars(loop).keys() != before[0].keys()
                await asyncio.start_server(shout, "db", 80)
                1 / 0  # noqa: B018
        after = dict(vars(loop)), loop._selector, dict(vars(socket.socket))
        assert after[0].keys() == before[0].keys()
        assert after[1:] == before[1:]
        with socket.socket() as sock:
            assert type(sock) is socket.socket

    run(main())


def test_sockets_of_others_are_left_alone(network: MemoryNetwork) -> None:
    class Own(socket.socket):
        pass

    async def main() -> None:
        async with network:
            pair = socket.socketpair()
            others = [Own(), *pair, *await asyncio.to_thread(lambda: [socket.socket()])]
            with socket.socket() as sock:
                assert isinstance(sock, NetworkSocket)
            for other in others:
                assert not isinstance(other, NetworkSocket)
                other.close()

    asyncio.run(main())


def test_two_loops_have_a_network_each() -> None:
    loops = [asyncio.SelectorEventLoop(TestSelector()) for _ in range(2)]
    networks = [MemoryNetwork() for _ in loops]

    async def serve(network: MemoryNetwork) -> None:
        server = await asyncio.start_server(shout, "db", 80)
        assert await ask(b"hello\n") == b"HELLO\n"
        server.close()

    for loop, network in zip(loops, networks):
        network.install(loop)
    for loop, network in zip(loops, networks):
        loop.run_until_complete(serve(network))
        loop.run_until_complete(asyncio.sleep(0))
    for loop, network in zip(loops, networks):
        network.uninstall()
        loop.close()
    assert "__new__" not in vars(socket.socket)


def test_open_endpoints_are_reported_and_closed(network: MemoryNetwork) -> None:
    async def main() -> Any:
        async with network:
            return await asyncio.start_server(shout, "db", 80)

    with pytest.warns(ResourceWarning) as caught:
        server = asyncio.run(main())

    (warning,) = [each for each in caught if "memory network" in str(each.message)]
    assert str(warning.message).startswith("memory network uninstalled with 1 open sockets: [<Net")
    assert "laddr=('10.0.0.1', 80)" in str(warning.message)
    assert all(sock.fileno() == -1 for sock in server.sockets)


def test_what_a_failed_test_left_open_does_not_hide_its_error(network: MemoryNetwork) -> None:
    async def main() -> None:
        with network:
            await asyncio.start_server(shout, "db", 80)
            raise ZeroDivisionError

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ZeroDivisionError):
            asyncio.run(main())


def test_plain_loop_gets_its_selector_back(network: MemoryNetwork) -> None:
    loop = asyncio.SelectorEventLoop()
    before = loop._selector

    network.install(loop)
    assert isinstance(loop._selector, TestSelector)
    network.uninstall()

    assert loop._selector is before
    loop.close()


def test_network_installed_twice_is_refused(network: MemoryNetwork) -> None:
    async def main() -> None:
        async with network:
            with pytest.raises(RuntimeError, match="installed on .* already: uninstall it first"):
                network.install()
            with pytest.raises(RuntimeError, match="has a memory network already"):
                MemoryNetwork().install()

    asyncio.run(main())


def test_network_without_a_loop_is_refused(network: MemoryNetwork) -> None:
    with pytest.raises(RuntimeError, match="no loop is running, so give install"):
        network.install()
    with pytest.raises(RuntimeError, match="install it before you uninstall it"):
        network.uninstall()
    with pytest.raises(RuntimeError, match="install it on a loop first"):
        network.socket()
    with pytest.raises(RuntimeError, match="install it on a loop first"):
        network.play("db", 80, SocketScript())


def test_loop_that_cannot_be_served_is_refused(network: MemoryNetwork) -> None:
    uvloop = pytest.importorskip("uvloop")
    loop = uvloop.new_event_loop()

    with pytest.raises(TypeError, match="loop_factory=asyncio.SelectorEventLoop"):
        network.install(loop)

    assert "__new__" not in vars(socket.socket)
    assert repr(network) == "<MemoryNetwork: not installed>"
    loop.close()


def test_closed_loop_is_refused(network: MemoryNetwork) -> None:
    loop = asyncio.SelectorEventLoop()
    loop.close()

    with pytest.raises(RuntimeError, match="closed"):
        network.install(loop)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"latency": -1}, "^latency is -1 s: give a finite number of 0 or more"),
        ({"latency": float("nan")}, "^latency is nan s"),
        ({"connect_timeout": float("inf")}, "^connect_timeout is inf s"),
        ({"capacity": 0}, "^capacity is 0: give a whole number of 1 or more"),
        ({"recv_limit": 0}, "^recv_limit is 0"),
        ({"log_size": -1}, "^log_size is -1"),
        ({"hosts": ["a", "a"]}, "^cannot add host 'a': there is one"),
        ({"hosts": {"a": "nonsense"}}, "^cannot add host 'a': 'nonsense' is no IP address"),
        ({"hosts": {"a": "127.0.0.1"}}, "^cannot add host 'a': 127.0.0.1 belongs to 'localhost'"),
        ({"hosts": [""]}, "^cannot add host '': it has no name"),
    ],
)
def test_settings_that_make_no_sense_are_refused(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MemoryNetwork(**options)


@pytest.mark.parametrize(
    "call",
    [
        lambda n: n.partition("nobody"),
        lambda n: n.partition("db", "nobody"),
        lambda n: n.heal("nobody"),
        lambda n: n.reset("nobody"),
        lambda n: n.set_latency(1, "nobody"),
        lambda n: n.on("nobody").__enter__(),
    ],
)
def test_unknown_host_is_refused(network: MemoryNetwork, call: Any) -> None:
    with pytest.raises(ValueError, match=r"no host 'nobody' .* there are 'localhost', 'db'$"):
        call(network)


def test_negative_latency_is_refused_and_changes_nothing(network: MemoryNetwork) -> None:
    with pytest.raises(ValueError, match="latency is -0.1 s"):
        network.set_latency(-0.1, "db")


@pytest.mark.parametrize("scripts", [(), ("text",)])
def test_play_of_no_script_is_refused(network: MemoryNetwork, scripts: Any) -> None:
    with pytest.raises(TypeError, match="takes one SocketScript for each connection"):
        network.play("db", 80, *scripts)


def test_loop_that_is_served_already_keeps_its_test_selector(network: MemoryNetwork) -> None:
    loop = asyncio.SelectorEventLoop()
    selector = install(loop)

    network.install(loop)
    network.uninstall()

    assert loop._selector is selector
    loop.close()
