"""asyncio's proactor transports over a TestProactor; test_scenarios.py has the rest."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import sys
import threading
from pathlib import Path

import pytest
from asyncio_testselector import (
    FileMock,
    MemoryNetwork,
    SocketMock,
    SocketScript,
    install,
    memory_socketpair,
    memory_stream_pair,
    set_read_ready,
    set_write_ready,
)
from numbers_of_errors import number
from streams import echo, run_on

CERTIFICATE = Path(__file__).parents[1] / "support" / "certificate.pem"
unix = pytest.mark.skipif(sys.platform == "win32", reason="os.pipe() does not overlap in Windows")


def contexts():
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(CERTIFICATE)
    return server, ssl.create_default_context(cafile=CERTIFICATE)


def test_transports_are_asyncios_own(loop):
    async def main():
        _, writer = await asyncio.open_connection(sock=SocketMock())
        names = {kind.__name__ for kind in type(writer.transport).__mro__}
        assert "_ProactorSocketTransport" in names
        assert repr(writer.transport).startswith("<_ProactorSocketTransport fd=")
        writer.close()
        await writer.wait_closed()

    run_on(loop, main())


@pytest.mark.parametrize("name", ["add_reader", "remove_reader", "add_writer", "remove_writer"])
def test_readers_and_writers_are_not_implemented_as_in_windows(loop, name):
    with pytest.raises(NotImplementedError):
        getattr(loop, name)(FileMock(), *[print] * name.startswith("add"))


def test_thread_wakes_the_loop(loop):
    async def main():
        return await asyncio.to_thread(lambda: "from a thread")

    assert run_on(loop, main()) == "from a thread"
    assert run_on(loop, main()) == "from a thread"


def test_thread_makes_a_mock_ready(loop):
    async def main():
        mock = SocketMock()
        mock.recv.side_effect = [b"data"]
        reader, writer = await asyncio.open_connection(sock=mock)
        thread = threading.Thread(target=set_read_ready, args=(mock, loop))
        thread.start()
        assert await reader.read(10) == b"data"
        thread.join()
        writer.close()
        await writer.wait_closed()

    run_on(loop, main())


def test_mock_is_read_when_it_is_ready_and_not_before(loop):
    async def main():
        mock = SocketMock()
        mock.recv.side_effect = [b"first", b"second"]
        reader, writer = await asyncio.open_connection(sock=mock)
        await asyncio.sleep(0)
        assert not mock.recv.called
        set_read_ready(mock, loop)
        assert await reader.read(10) == b"first"
        await asyncio.sleep(0)
        assert mock.recv.call_count == 1
        writer.close()
        await writer.wait_closed()

    run_on(loop, main())


def test_coroutine_of_the_loop_tries_at_once(loop):
    async def main():
        mock = SocketMock()
        mock.recv.return_value = b"data"
        mock.recvfrom.return_value = (b"data", "address")
        mock.accept.side_effect = [(client := SocketMock(), "address")]
        assert await loop.sock_recv(mock, 10) == b"data"
        assert await loop.sock_recv_into(mock, bytearray(4)) == 4
        assert await loop.sock_accept(mock) == (client, "address")
        assert await loop.sock_connect(mock, ("127.0.0.1", 80)) is None
        if sys.version_info >= (3, 11):
            assert await loop.sock_recvfrom(mock, 10) == (b"data", "address")
            assert await loop.sock_recvfrom_into(mock, bytearray(9)) == (4, "address")

    run_on(loop, main())


def test_all_clients_of_one_readiness_are_accepted(loop):
    async def main():
        clients = [SocketMock() for _ in range(3)]
        listener = SocketMock()
        listener.accept.side_effect = [(client, ("127.0.0.1", 9)) for client in clients]
        writers = []
        server = await asyncio.start_server(lambda _, writer: writers.append(writer), sock=listener)
        set_read_ready(listener, loop)
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(writers) == 3
        for writer in writers:
            writer.close()
            await writer.wait_closed()
        server.close()
        await server.wait_closed()

    run_on(loop, main())


def test_accepting_ends_with_an_endless_side_effect(loop):
    """Not more than a hundred clients for one readiness, as in a selector loop."""

    async def main():
        listener = SocketMock()
        listener.accept.side_effect = lambda: (SocketMock(), ("127.0.0.1", 9))
        writers = []
        server = await asyncio.start_server(lambda _, writer: writers.append(writer), sock=listener)
        set_read_ready(listener, loop)
        for _ in range(400):
            await asyncio.sleep(0)
        assert len(writers) == 101
        for writer in writers:
            writer.close()
        server.close()
        await server.wait_closed()

    run_on(loop, main())


def test_exhausted_side_effect_fails_the_connection_and_says_why(loop):
    async def main():
        mock = SocketMock(name="peer")
        mock.recv.side_effect = [b"only"]
        reader, writer = await asyncio.open_connection(sock=mock)
        set_read_ready(mock, loop)
        set_read_ready(mock, loop)
        with pytest.raises(
            RuntimeError, match="more often than its side_effect has items: 2 calls"
        ):
            await reader.read()
        writer.close()
        with pytest.raises(RuntimeError):
            await writer.wait_closed()

    run_on(loop, main())
    (report,) = loop.reports
    loop.reports.clear()
    assert report["message"].startswith("Fatal error in recv_into() of <SocketMock name='peer'")
    assert isinstance(report["exception"], RuntimeError)


def test_error_of_a_coroutine_is_the_error_itself(loop):
    async def main():
        mock = SocketMock()
        mock.recv.side_effect = ZeroDivisionError
        with pytest.raises(ZeroDivisionError):
            await loop.sock_recv(mock, 10)

    run_on(loop, main())


def test_send_waits_for_the_socket_and_then_sends_the_rest(loop):
    async def main():
        mock = SocketMock()
        mock.send.side_effect = [BlockingIOError, 2, 3]
        _, writer = await asyncio.open_connection(sock=mock)
        writer.write(b"hello")
        for _ in range(2):
            set_write_ready(mock, loop)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        await writer.drain()
        assert [call.args[0] for call in mock.send.call_args_list] == [b"hello", b"hello", b"llo"]
        writer.close()
        await writer.wait_closed()

    run_on(loop, main())


def test_cancelled_operation_waits_no_longer(loop):
    async def main():
        here, there = memory_socketpair()
        task = asyncio.ensure_future(loop.sock_recv(here, 10))
        await asyncio.sleep(0)
        assert len(install(loop).get_map()) == 2  # beside the loop's own wake-up socket
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(install(loop).get_map()) == 1
        there.send(b"data")
        assert await loop.sock_recv(here, 10) == b"data"
        here.close()
        there.close()

    run_on(loop, main())


def test_operations_of_one_socket_complete_in_order(loop):
    async def main():
        here, there = memory_socketpair()
        tasks = [asyncio.ensure_future(loop.sock_recv(here, 1)) for _ in range(3)]
        await asyncio.sleep(0)
        there.send(b"abc")
        assert await asyncio.gather(*tasks) == [b"a", b"b", b"c"]
        here.close()
        there.close()

    run_on(loop, main())


@pytest.mark.parametrize("kind", ["mock", "memory", "kernel"])
def test_closed_socket_is_a_bad_descriptor(loop, kind):
    async def main():
        sock, other = {
            "mock": lambda: (SocketMock(), SocketMock()),
            "memory": memory_socketpair,
            "kernel": socket.socketpair,
        }[kind]()
        sock.close()
        other.close()
        with pytest.raises(OSError) as caught:
            await loop.sock_recv(sock, 10)
        assert caught.value.errno == number(errno.EBADF)

    run_on(loop, main())


@pytest.mark.parametrize("pair", [memory_socketpair, socket.socketpair], ids=["memory", "kernel"])
def test_tls_end_to_end(loop, pair):
    async def main():
        server_context, client_context = contexts()
        here, there = pair()
        their_reader = asyncio.StreamReader()
        (_, protocol), (reader, writer) = await asyncio.gather(
            loop.connect_accepted_socket(
                lambda: asyncio.StreamReaderProtocol(their_reader, echo), there, ssl=server_context
            ),
            asyncio.open_connection(sock=here, ssl=client_context, server_hostname="localhost"),
        )
        data = bytes(range(256)) * 4000
        writer.write(data)
        assert await reader.readexactly(len(data)) == data
        writer.close()
        await writer.wait_closed()
        for _ in range(10):
            await asyncio.sleep(0)

    run_on(loop, main())


def test_start_tls_upgrades_a_connection(loop):
    async def upgrade(reader, writer, context, **options):
        protocol = writer.transport.get_protocol()
        transport = await loop.start_tls(writer.transport, protocol, context, **options)
        return asyncio.StreamWriter(transport, protocol, reader, loop)

    async def main():
        server_context, client_context = contexts()
        (reader, writer), (their_reader, their_writer) = await memory_stream_pair()
        tls, their_tls = await asyncio.gather(
            upgrade(reader, writer, client_context, server_hostname="localhost"),
            upgrade(their_reader, their_writer, server_context, server_side=True),
        )
        tls.write(b"secret")
        assert await their_reader.readexactly(6) == b"secret"
        for each in (tls, their_tls, writer, their_writer):
            each.transport.abort()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    run_on(loop, main())


@pytest.mark.parametrize("kind", ["memory", "kernel"])
def test_server_and_client_meet(loop, kind):
    async def main():
        server = await asyncio.start_server(echo, "127.0.0.1", 0 if kind == "kernel" else 80)
        async with server:
            address = server.sockets[0].getsockname()
            reader, writer = await asyncio.open_connection(*address)
            writer.write(b"hello")
            writer.write_eof()
            assert await reader.read() == b"hello"
            writer.close()
            await writer.wait_closed()

    async def in_memory():
        async with MemoryNetwork():
            await main()

    run_on(loop, main() if kind == "kernel" else in_memory())


def test_script_plays_against_a_proactor(loop):
    async def main():
        script = SocketScript("redis").expect(b"PING\r\n").reply(b"PONG\r\n").eof()
        reader, writer = await script.open_connection()
        writer.write(b"PING\r\n")
        assert await reader.read() == b"PONG\r\n"
        writer.close()
        await writer.wait_closed()

    run_on(loop, main())


def test_file_is_sent_by_reading_it(loop, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 1000)

    async def main():
        (reader, writer), (_, their_writer) = await memory_stream_pair()
        with open(path, "rb") as file:
            sending = asyncio.ensure_future(loop.sendfile(their_writer.transport, file))
            assert await reader.readexactly(256_000) == path.read_bytes()
            assert await sending == 256_000
        for each in (writer, their_writer):
            each.close()
            await each.wait_closed()

    run_on(loop, main())


@unix
def test_writer_of_a_pipe_learns_that_its_reader_is_gone(loop):
    async def main():
        there, here = os.pipe()
        protocol = asyncio.streams.FlowControlMixin()
        lost = loop.create_future()
        protocol.connection_lost = lost.set_result
        transport, _ = await loop.connect_write_pipe(lambda: protocol, open(here, "wb", 0))
        transport.write(b"data")
        assert os.read(there, 10) == b"data"
        os.close(there)
        assert await lost is None
        await asyncio.sleep(0)

    run_on(loop, main())


def test_keyboard_interrupt_in_an_operation_leaves_the_loop(loop):
    async def main():
        mock = SocketMock()
        mock.recv.side_effect = KeyboardInterrupt
        await loop.sock_recv(mock, 10)

    with pytest.raises(KeyboardInterrupt):
        loop.run_until_complete(main())


def test_datagram_of_a_coroutine_fits_its_buffer(loop):
    async def main():
        mock = SocketMock(type=socket.SOCK_DGRAM)
        mock.recvfrom.return_value = (b"12345", "sender")
        with pytest.raises(ValueError, match="received 5 bytes where at most 3 were asked for"):
            await loop._proactor.recvfrom_into(mock, bytearray(10), 3)

    run_on(loop, main())


@unix
def test_file_is_sent_by_the_kernel_over_a_real_socket(loop, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 4000)

    async def main():
        here, there = socket.socketpair()
        here.setblocking(False)
        there.setblocking(False)
        with here, there, open(path, "rb") as file:
            sending = asyncio.ensure_future(loop.sock_sendfile(here, file, fallback=False))
            data = b""
            while len(data) < 1_024_000:
                data += await loop.sock_recv(there, 65536)
            assert await sending == 1_024_000
        assert data == path.read_bytes()

    run_on(loop, main())
