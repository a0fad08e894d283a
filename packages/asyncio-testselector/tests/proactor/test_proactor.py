"""asyncio's proactor transports over a TestProactor; test_scenarios.py has the rest."""

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
    TestProactor,
    TestProactorEventLoop,
    TestSelector,
    install,
    memory_socketpair,
    memory_stream_pair,
    set_read_ready,
    set_write_ready,
)
from asyncio_testselector._proactor.endpoints import Connecting

CERTIFICATE = Path(__file__).parents[1] / "support" / "certificate.pem"

unix = pytest.mark.skipif(sys.platform == "win32", reason="os.pipe() does not overlap in Windows")


@pytest.fixture(params=[False, True], ids=["plain", "debug"])
def loop(request):
    loop = TestProactorEventLoop()
    loop.set_debug(request.param)
    loop.slow_callback_duration = 100
    reports = loop.reports = []
    loop.set_exception_handler(lambda _, context: reports.append(context))
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    assert reports == []


def run(loop, coroutine):
    return loop.run_until_complete(asyncio.wait_for(coroutine, 30))


def contexts():
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(CERTIFICATE)
    return server, ssl.create_default_context(cafile=CERTIFICATE)


async def echo(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


def test_transports_are_asyncios_own(loop):
    async def main():
        _, writer = await asyncio.open_connection(sock=SocketMock())
        names = {kind.__name__ for kind in type(writer.transport).__mro__}
        assert "_ProactorSocketTransport" in names
        assert repr(writer.transport).startswith("<_ProactorSocketTransport fd=")
        writer.close()
        await writer.wait_closed()

    run(loop, main())


@pytest.mark.parametrize("name", ["add_reader", "remove_reader", "add_writer", "remove_writer"])
def test_readers_and_writers_are_not_implemented_as_in_windows(loop, name):
    with pytest.raises(NotImplementedError):
        getattr(loop, name)(FileMock(), *[print] * name.startswith("add"))


def test_thread_wakes_the_loop(loop):
    async def main():
        return await asyncio.to_thread(lambda: "from a thread")

    assert run(loop, main()) == "from a thread"
    assert run(loop, main()) == "from a thread"


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

    run(loop, main())


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

    run(loop, main())


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

    run(loop, main())


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

    run(loop, main())


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

    run(loop, main())


def test_exhausted_side_effect_fails_the_connection_and_says_why(loop):
    async def main():
        mock = SocketMock(name="peer")
        mock.recv.side_effect = [b"only"]
        reader, writer = await asyncio.open_connection(sock=mock)
        set_read_ready(mock, loop)
        set_read_ready(mock, loop)
        with pytest.raises(OSError, match="more often than its side_effect has items: 2 calls"):
            await reader.read()
        writer.close()
        with pytest.raises(OSError):
            await writer.wait_closed()

    run(loop, main())
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

    run(loop, main())


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

    run(loop, main())


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

    run(loop, main())


def test_operations_of_one_socket_complete_in_order(loop):
    async def main():
        here, there = memory_socketpair()
        tasks = [asyncio.ensure_future(loop.sock_recv(here, 1)) for _ in range(3)]
        await asyncio.sleep(0)
        there.send(b"abc")
        assert await asyncio.gather(*tasks) == [b"a", b"b", b"c"]
        here.close()
        there.close()

    run(loop, main())


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
        assert caught.value.errno == errno.EBADF

    run(loop, main())


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

    run(loop, main())


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

    run(loop, main())


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

    run(loop, main() if kind == "kernel" else in_memory())


def test_script_plays_against_a_proactor(loop):
    async def main():
        script = SocketScript("redis").expect(b"PING\r\n").reply(b"PONG\r\n").eof()
        reader, writer = await script.open_connection()
        writer.write(b"PING\r\n")
        assert await reader.read() == b"PONG\r\n"
        writer.close()
        await writer.wait_closed()

    run(loop, main())


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

    run(loop, main())


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

    run(loop, main())


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

    run(loop, main())


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

    run(loop, main())


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

    assert run(loop, main()) == b"mocked"
    assert loop._proactor.wait_for_handle(5) == "waited for 5"
    run(loop, loop.shutdown_default_executor())
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

    run(loop, main())
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

    run(loop, main())
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

    assert run(loop, main()) == "woken"
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

    assert run(loop, task) == b"data"
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

    run(loop, main())


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

    run(loop, main())


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

    run(loop, main())
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

    run(loop, main())


def test_reads_of_one_socket_are_served_in_their_order(loop):
    async def main():
        here, there = memory_socketpair()
        with here, there:
            first = loop.create_task(loop.sock_recv(here, 1))
            await asyncio.sleep(0)
            there.send(b"ab")
            second = loop.create_task(loop.sock_recv(here, 1))
            assert await asyncio.gather(first, second) == [b"a", b"b"]

    run(loop, main())
