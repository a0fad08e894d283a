"""Operations of a test proactor that wait, at odd times."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys

import pytest
from asyncio_testselector import (
    FileMock,
    SocketMock,
    TestProactor,
    memory_socketpair,
    set_read_ready,
    set_write_ready,
)
from asyncio_testselector._proactor.endpoints import Connecting
from streams import echo, run_on

unix = pytest.mark.skipif(sys.platform == "win32", reason="os.pipe() does not overlap in Windows")


@pytest.mark.skipif(sys.platform != "win32", reason="IOCP exists in Windows only")
def test_mocks_and_real_sockets_meet_in_windows():
    """ProactorEventLoop(TestProactor(IocpProactor())): nothing is patched."""
    loop = asyncio.ProactorEventLoop(TestProactor(asyncio.IocpProactor()))

    async def main():
        mock = SocketMock()
        mock.recv.side_effect = [b"mocked"]
        reader, writer = await asyncio.open_connection(sock=mock)
        set_read_ready(mock, loop)
        assert await reader.read(10) == b"mocked"
        writer.close()
        await writer.wait_closed()

        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"real")
        assert await reader.read(10) == b"real"
        writer.close()
        await writer.wait_closed()
        server.close()
        return await asyncio.to_thread(lambda: "woken")

    assert run_on(loop, main()) == "woken"
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_read_after_an_interruption_is_the_next_one_in_line(loop, error):
    async def receive():
        return await loop.sock_recv(sock, 10)

    sock = SocketMock()
    sock.recv.side_effect = [BlockingIOError(), error(), b"data"]
    loop.call_soon(set_read_ready, sock, loop)
    interrupted = loop.create_task(receive())
    with pytest.raises(error):
        loop.run_until_complete(interrupted)
    sock.recv.side_effect = [b"data"]
    loop.run_until_complete(asyncio.sleep(0))
    assert interrupted.cancelled()

    task = loop.create_task(receive())
    loop.call_soon(set_read_ready, sock, loop)

    assert run_on(loop, task) == b"data"
    assert sock.recv.call_count == 3


def test_pipe_mock_whose_calls_return_none_is_waited_for(loop):
    async def main():
        reader, writer = FileMock(), FileMock()
        protocol = asyncio.StreamReader()
        ins, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(protocol), reader
        )
        out, _ = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, writer)
        writer.write.side_effect = [None, 3]
        out.write(b"abc")
        set_read_ready(reader, loop)
        for _ in range(3):
            await asyncio.sleep(0)
        assert (reader.read.call_count, writer.write.call_count) == (1, 1)
        reader.read.side_effect = [b"line\n", b""]
        set_read_ready(reader, loop)
        assert await protocol.readline() == b"line\n"
        set_write_ready(writer, loop)
        for _ in range(3):
            await asyncio.sleep(0)
        assert writer.write.call_count == 2
        set_read_ready(reader, loop)
        assert await protocol.read() == b""
        for transport in (ins, out):
            transport.close()
        for _ in range(3):
            await asyncio.sleep(0)

    run_on(loop, main())


def test_connection_under_way_is_asked_about_again():
    sock = SocketMock()
    sock.getsockopt.side_effect = [errno.EINPROGRESS, errno.EALREADY, 0]
    sock.connect.side_effect = BlockingIOError
    attempt = Connecting(sock, ("10.0.0.1", 80))
    for _ in range(3):
        with pytest.raises(BlockingIOError):
            attempt()

    assert attempt() is None
    sock.connect.assert_called_once_with(("10.0.0.1", 80))


@unix
def test_file_that_has_become_shorter_is_sent_to_its_end(loop, tmp_path):
    (tmp_path / "file").write_bytes(b"content")

    async def main():
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours, theirs, (tmp_path / "file").open("rb") as file:
            await loop._proactor.sendfile(ours, file, 3, 100)
            assert theirs.recv(100) == b"tent"

    run_on(loop, main())


def test_proactor_tells_what_it_is_over_and_what_waits(loop):
    async def main():
        here, there = memory_socketpair()
        with here, there:
            task = loop.create_task(loop.sock_recv(here, 1))
            await asyncio.sleep(0)
            assert here.fileno() in loop._proactor.get_map()
            there.send(b"x")
            assert await task == b"x"
            assert here.fileno() not in loop._proactor.get_map()

    run_on(loop, main())
    assert repr(loop._proactor).startswith("<TestProactor: over <TestSelector: ")


def test_real_files_do_not_come_to_the_selector_over_a_proactor():
    class Proactor:
        def set_loop(self, loop):
            pass

        def close(self):
            pass

        def __repr__(self):
            return "<IOCP>"

    proactor = TestProactor(Proactor())
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with pytest.raises(ValueError, match=r"is served by <IOCP>$"):
            proactor.selector.register(ours, 1)
        with pytest.raises(KeyError, match="is not registered"):
            proactor.selector._selector.unregister(ours)
    assert repr(proactor) == "<TestProactor: over <IOCP>>"
    proactor.close()


@pytest.mark.parametrize("ready", ["read", "write"])
def test_only_what_is_ready_is_tried_again(loop, ready):
    async def main():
        sock = SocketMock()
        sock.recv.side_effect = sock.send.side_effect = BlockingIOError
        reading = loop.create_task(loop.sock_recv(sock, 10))
        writing = loop.create_task(loop.sock_sendall(sock, b"x"))
        await asyncio.sleep(0)
        {"read": set_read_ready, "write": set_write_ready}[ready](sock, loop)
        for _ in range(3):
            await asyncio.sleep(0)
        calls = {"read": sock.recv.call_count, "write": sock.send.call_count}
        assert calls == {"read": 1, "write": 1, ready: 2}
        for task in (reading, writing):
            task.cancel()
        await asyncio.wait([reading, writing])

    run_on(loop, main())


def test_reads_of_one_socket_are_served_in_their_order(loop):
    async def main():
        here, there = memory_socketpair()
        with here, there:
            first = loop.create_task(loop.sock_recv(here, 1))
            await asyncio.sleep(0)
            there.send(b"ab")
            second = loop.create_task(loop.sock_recv(here, 1))
            assert await asyncio.gather(first, second) == [b"a", b"b"]

    run_on(loop, main())
