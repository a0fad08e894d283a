"""A test proactor around another one, and where it is installed."""

from __future__ import annotations

import asyncio
import socket

import pytest
from asyncio_testselector import (
    SocketMock,
    TestProactor,
    TestProactorEventLoop,
    TestSelector,
    install,
    set_read_ready,
)
from streams import echo, run_on


def test_everything_is_delegated_that_is_real():
    asked = []

    class Delegate:
        def __getattr__(self, name):
            return lambda *args: asked.append(name)

    proactor = TestProactor(Delegate())
    real = socket.socket()
    with real:
        proactor.recv(real, 1)
        proactor.recv_into(real, bytearray(1))
        proactor.recvfrom(real, 1)
        proactor.recvfrom_into(real, bytearray(1))
        proactor.send(real, b"")
        proactor.sendto(real, b"")
        proactor.connect(real, None)
        proactor.accept(real)
        proactor.sendfile(real, None, 0, 0)
        proactor._stop_serving(real)
    proactor.close()
    names = "recv recv_into recvfrom recvfrom_into send sendto connect accept sendfile"
    assert asked == [*names.split(), "_stop_serving", "close"]


class OtherProactor:
    """Stands for IocpProactor: something with its methods that is no TestProactor."""

    def __init__(self):
        self._proactor = TestProactor()
        self.asked = []

    def __getattr__(self, name):
        method = getattr(self._proactor, name)

        def call(*args):
            self.asked.append(name)
            return method(*args)

        return call

    def wait_for_handle(self, handle):
        return f"waited for {handle}"


def test_real_handles_are_delegated():
    other = OtherProactor()
    loop = TestProactorEventLoop(TestProactor(other))

    async def main():
        mock = SocketMock()
        mock.recv.side_effect = [b"mocked"]
        task = asyncio.ensure_future(loop.sock_recv(mock, 10))
        await task
        before = len(other.asked)
        here, there = socket.socketpair()
        with here, there:
            here.setblocking(False)
            there.setblocking(False)
            assert await loop.sock_sendall(here, b"real") == 4
            assert await loop.sock_recv(there, 10) == b"real"
        assert other.asked[before:].count("recv") == other.asked[before:].count("send") == 1
        assert await asyncio.to_thread(lambda: "woken") == "woken"
        return await task

    assert run_on(loop, main()) == b"mocked"
    assert loop._proactor.wait_for_handle(5) == "waited for 5"
    run_on(loop, loop.shutdown_default_executor())
    loop.close()
    assert other.asked[-1] == "close"


def test_server_of_the_delegate_is_closed_by_it():
    other = OtherProactor()
    loop = TestProactorEventLoop(TestProactor(other))

    async def main():
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello")
        assert await reader.read(5) == b"hello"
        writer.close()
        await writer.wait_closed()
        for _ in range(10):
            await asyncio.sleep(0)
        server.close()
        await server.wait_closed()

    run_on(loop, main())
    loop.close()
    assert {"accept", "connect", "_stop_serving"} <= set(other.asked)


def test_installing_returns_the_selector_inside(loop):
    selector = install(loop)
    assert isinstance(selector, TestSelector)
    assert install(loop) is selector


def test_proactor_of_a_loop_is_wrapped_by_installing():
    other = OtherProactor()
    loop = asyncio.proactor_events.BaseProactorEventLoop(other)
    selector = install(loop)
    assert isinstance(loop._proactor, TestProactor)
    assert install(loop) is selector

    async def main():
        mock = SocketMock()
        mock.recv.side_effect = [b"data"]
        reader, writer = await asyncio.open_connection(sock=mock)
        set_read_ready(mock, loop)
        assert await reader.read(10) == b"data"
        writer.close()
        await writer.wait_closed()

    run_on(loop, main())
    loop.close()


@pytest.mark.parametrize("thing", [5, "proactor", TestSelector()])
def test_what_is_no_proactor_is_refused(thing):
    with pytest.raises(TypeError, match=r"is no proactor: pass an asyncio.IocpProactor\(\), or"):
        TestProactor(thing)
    with pytest.raises(TypeError, match=r"is no TestProactor: pass TestProactor\("):
        TestProactorEventLoop(thing)


def test_proactor_without_a_loop_says_so():
    with pytest.raises(RuntimeError, match=r"^recv\(\) of a proactor that belongs to no event"):
        TestProactor().recv(SocketMock(), 10)
    with pytest.raises(
        AttributeError, match="'TestProactor' object has no attribute 'accept_pipe'"
    ):
        TestProactor().accept_pipe


def test_loop_can_run_again_and_again(loop):
    for _ in range(3):
        assert loop.run_until_complete(asyncio.sleep(0, "slept")) == "slept"
    assert len(install(loop).get_map()) == 0
