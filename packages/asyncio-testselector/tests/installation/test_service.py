"""Mocks and memory sockets are served by the loop they are used on, without any installation."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from typing import Any

import pytest
from asyncio_testselector import (
    FileMock,
    SocketMock,
    SocketScript,
    SSLSocketMock,
    TestSelector,
    fd,
    isfilemock,
    memory_socketpair,
    set_read_ready,
    set_write_ready,
)
from streams import close


@pytest.fixture(params=[False, True], ids=["plain", "debug"])
def loop(request: pytest.FixtureRequest) -> Any:
    """Return a loop that nothing was installed on, whose problems fail the test."""
    loop = asyncio.new_event_loop()
    loop.set_debug(request.param)
    loop.slow_callback_duration = 100
    problems: list[Any] = []
    loop.set_exception_handler(lambda _, context: problems.append(context))
    yield loop
    loop.close()
    assert problems == []


@pytest.fixture
def run(loop: asyncio.AbstractEventLoop) -> Any:
    def run(coroutine: Any) -> Any:
        return loop.run_until_complete(asyncio.wait_for(coroutine, 20))

    return run


@pytest.fixture(params=["made before the loop runs", "made on the loop"])
def make(request: pytest.FixtureRequest) -> Any:
    """Return a function that returns mocks made outside of the loop, or inside."""
    if "on" in request.param:
        return lambda kind: kind()
    made = {kind: kind() for kind in (SocketMock, FileMock)}
    return made.__getitem__


def selector_loop() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop()


def test_streams_of_a_mock(run: Any, make: Any) -> None:
    async def main() -> bytes:
        sock = make(SocketMock)
        sock.recv.side_effect = [b"hello", b""]
        reader, writer = await asyncio.open_connection(sock=sock)
        for _ in range(2):
            set_read_ready(sock, asyncio.get_running_loop())
        answer = await reader.read()
        await close(writer)
        return answer

    assert run(main()) == b"hello"


def test_server_of_a_mock(run: Any, make: Any) -> None:
    async def main() -> bytes:
        listener, client = make(SocketMock), SocketMock()
        listener.accept.side_effect = [(client, ("127.0.0.1", 1))]
        client.recv.side_effect = [b"hello", b""]
        met = asyncio.get_running_loop().create_future()
        server = await asyncio.start_server(lambda *pair: met.set_result(pair), sock=listener)
        loop = asyncio.get_running_loop()
        set_read_ready(listener, loop)
        reader, writer = await met
        for _ in range(2):
            set_read_ready(client, loop)
        answer = await reader.read()
        await close(writer)
        server.close()
        return answer

    assert run(main()) == b"hello"


def test_datagrams_of_a_mock(run: Any) -> None:
    sock = SocketMock(type=socket.SOCK_DGRAM)
    sock.recvfrom.side_effect = [(b"hello", ("127.0.0.1", 1))]

    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        received = loop.create_future()

        class Protocol(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: Any) -> None:
                received.set_result(data)

        transport, _ = await loop.create_datagram_endpoint(Protocol, sock=sock)
        set_read_ready(sock, loop)
        try:
            return await received
        finally:
            transport.close()
            await asyncio.sleep(0)

    assert run(main()) == b"hello"


def test_coroutines_of_the_loop(make: Any) -> None:
    async def main() -> Any:
        loop = asyncio.get_running_loop()
        sock = make(SocketMock)
        sock.recv.side_effect = [BlockingIOError, b"hello"]
        sock.send.side_effect = [BlockingIOError, 2]
        receiving = asyncio.ensure_future(loop.sock_recv(sock, 100))
        await asyncio.sleep(0)
        set_read_ready(sock, loop)
        received = await receiving
        sending = asyncio.ensure_future(loop.sock_sendall(sock, b"hi"))
        await asyncio.sleep(0)
        set_write_ready(sock, loop)
        await sending
        return received

    loop = selector_loop()
    assert loop.run_until_complete(main()) == b"hello"
    loop.close()


@pytest.mark.parametrize("kind", [FileMock, SocketMock])
@pytest.mark.parametrize("running", [False, True])
def test_readers_and_writers_also_before_the_loop_runs(kind: Any, running: bool) -> None:
    loop, mock, events = selector_loop(), kind(), []

    def add() -> None:
        loop.add_reader(mock, events.append, "read")
        loop.add_writer(mock, events.append, "write")

    async def main() -> None:
        if running:
            add()
        set_read_ready(mock, loop)
        set_write_ready(mock, loop)
        await asyncio.sleep(0.01)

    if not running:
        add()
    loop.run_until_complete(main())
    assert sorted(events) == ["read", "write"]
    assert loop.remove_reader(mock)
    assert loop.remove_writer(mock)
    loop.close()


@pytest.mark.skipif(
    not hasattr(asyncio.SelectorEventLoop, "_make_read_pipe_transport")
    or asyncio.SelectorEventLoop._make_read_pipe_transport
    is asyncio.BaseEventLoop._make_read_pipe_transport,
    reason="selector loops have no pipes here",
)
def test_pipes_of_mocks(make: Any) -> None:
    async def main() -> Any:
        loop = asyncio.get_running_loop()
        pipe = make(FileMock)
        pipe.read.side_effect = [b"hello", b""]
        reader = asyncio.StreamReader()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        for _ in range(2):
            set_read_ready(pipe, loop)
        writing, _ = await loop.connect_write_pipe(asyncio.Protocol, out := FileMock())
        writing.write(b"out")
        out.write.assert_called_once_with(b"out")
        answer = await reader.read()
        for each in (transport, writing):
            each.close()
        await asyncio.sleep(0)
        return answer

    loop = selector_loop()
    assert loop.run_until_complete(main()) == b"hello"
    loop.close()


def test_script_and_memory_sockets(run: Any) -> None:
    script = SocketScript("x").reply(b"hi").eof()
    here, there = memory_socketpair()

    async def main() -> Any:
        reader, writer = await script.open_connection()
        answer = await reader.read()
        mine, theirs = [await asyncio.open_connection(sock=sock) for sock in (here, there)]
        mine[1].write(b"hello")
        mine[1].write_eof()
        received = await theirs[0].read()
        await close(writer, mine[1], theirs[1])
        return answer, received

    assert run(main()) == (b"hi", b"hello")


def test_readiness_set_by_another_thread_has_the_loop_serve_the_mock() -> None:
    loop, mock, seen = selector_loop(), FileMock(), []

    async def main() -> None:
        done = asyncio.Event()
        thread = threading.Thread(target=set_read_ready, args=(mock, loop))
        loop.call_soon(thread.start)
        while not isinstance(loop._selector, TestSelector):
            await asyncio.sleep(0.001)
        thread.join()
        loop.add_reader(mock, lambda: (seen.append(1), done.set()))
        set_read_ready(mock, loop)
        await done.wait()
        loop.remove_reader(mock)

    loop.run_until_complete(asyncio.wait_for(main(), 20))
    loop.close()
    assert seen


def test_readiness_of_a_real_file_leaves_a_loop_as_it_is() -> None:
    loop = selector_loop()
    here, there = socket.socketpair()
    with here, there:
        set_read_ready(here, loop)
    assert not isinstance(loop._selector, TestSelector)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def test_looking_at_a_mock_has_no_loop_serve_it() -> None:
    here, there = memory_socketpair()

    async def main() -> bool:
        mock = FileMock()
        assert isfilemock(mock)
        assert isfilemock(here)
        assert fd(mock) == fd(mock)
        assert repr(here)
        return isinstance(asyncio.get_running_loop()._selector, TestSelector)

    loop = selector_loop()
    assert not loop.run_until_complete(main())
    loop.close()
    here.close()
    there.close()


def uvloop() -> Any:
    loop = pytest.importorskip("uvloop").new_event_loop()
    loop.set_exception_handler(lambda loop, context: None)
    return loop


REFUSED = r"has no selector that could watch mocks: .*loop_factory=asyncio.SelectorEventLoop"


@pytest.mark.parametrize("kind", [SocketMock, lambda: memory_socketpair()[0]])
@pytest.mark.parametrize(
    "use",
    [
        lambda loop, sock: loop.create_connection(asyncio.Protocol, sock=sock),
        lambda loop, sock: loop.create_server(asyncio.Protocol, sock=sock),
        lambda loop, sock: loop.sock_recv(sock, 10),
        lambda loop, sock: loop.add_reader(sock, print),
    ],
)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_loop_that_cannot_serve_says_so_with_the_way_out(kind: Any, use: Any) -> None:
    async def main() -> None:
        sock = kind()
        try:
            with pytest.raises((TypeError, RuntimeError), match=REFUSED):
                await use(asyncio.get_running_loop(), sock)
        finally:
            sock.close()

    loop = uvloop()
    loop.run_until_complete(asyncio.wait_for(main(), 20))
    loop.close()


def test_mock_is_looked_at_on_a_loop_that_cannot_serve_it() -> None:
    loop = uvloop()
    here, there = memory_socketpair()

    async def main() -> None:
        assert isfilemock(here)
        assert fd(SocketMock())
        assert repr(here)

    loop.run_until_complete(main())
    loop.close()
    here.close()
    there.close()


def test_mock_of_an_ssl_socket_names_the_way_out() -> None:
    async def main() -> None:
        with pytest.raises(TypeError, match=r"memory_socketpair\(\) and ssl=") as caught:
            await asyncio.open_connection(sock=SSLSocketMock())
        assert "Socket cannot be of type SSLSocket" in str(caught.value)

    loop = selector_loop()
    loop.run_until_complete(main())
    loop.close()
    assert isinstance(SSLSocketMock(), ssl.SSLSocket)


def test_closed_loop_may_be_asked_to_forget_a_mock():
    loop = asyncio.SelectorEventLoop()
    sock = SocketMock()
    loop.add_reader(sock, print)
    loop.close()

    assert loop.remove_reader(sock) is False


@pytest.mark.parametrize("kind", [SocketMock, lambda: memory_socketpair()[0]])
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_tls_around_what_the_kernel_does_not_know_names_the_way_out(kind: Any) -> None:
    sock = kind()
    with pytest.raises(ValueError, match=r"cannot be wrapped by ssl, .* by ssl=, or .*wrap_bio"):
        ssl.create_default_context().wrap_socket(sock, server_hostname="x")
    sock.close()
