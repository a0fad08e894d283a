"""Memory sockets under asyncio's own transports, each claim also made of the kernel's sockets."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import selectors
import socket
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from asyncio_testselector import (
    FileDescriptor,
    MemorySocket,
    TestSelector,
    memory_socketpair,
    memory_stream_pair,
)
from asyncio_testselector._memory import pair as memory_pair
from kernel_comparison import reset, unix_pair

Pair = Callable[[], tuple[socket.socket, socket.socket]]

CERTIFICATE = Path(__file__).parents[1] / "support" / "certificate.pem"
PAIRS = {
    "memory": memory_socketpair,
    "memory-tcp": lambda: memory_socketpair(socket.AF_INET),
    "kernel": unix_pair,
}


@pytest.fixture(params=PAIRS)
def pair(request: pytest.FixtureRequest) -> Pair:
    if request.param == "kernel" and not hasattr(socket, "AF_UNIX"):
        pytest.skip("the kernel's pair is one of Unix sockets")
    return PAIRS[request.param]


@pytest.fixture(params=[False, True], ids=["", "debug"])
def run(request: pytest.FixtureRequest) -> Any:
    """Run a coroutine on a loop of its own; problems of callbacks fail the test."""
    problems: list[dict[str, Any]] = []

    def runner(main: Coroutine[Any, Any, Any]) -> Any:
        loop = asyncio.SelectorEventLoop(TestSelector(selectors.DefaultSelector()))
        loop.set_debug(request.param)
        loop.set_exception_handler(lambda loop, context: problems.append(context))
        try:
            return loop.run_until_complete(asyncio.wait_for(main, 20))
        finally:
            loop.close()

    yield runner
    assert problems == []


async def streams(pair: Pair) -> Any:
    one, other = pair()
    return await asyncio.open_connection(sock=one), await asyncio.open_connection(sock=other)


async def close(*writers: asyncio.StreamWriter) -> None:
    for writer in writers:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def test_streams_echo(run: Any, pair: Pair) -> None:
    async def main() -> None:
        (reader, writer), (their_reader, their_writer) = await streams(pair)
        for size in (1, 1000, 300_000):
            writer.write(b"x" * size)
            their_writer.write(await their_reader.readexactly(size))
            assert await reader.readexactly(size) == b"x" * size
        await close(writer, their_writer)

    run(main())


def test_end_of_one_direction_leaves_the_other_open(run: Any, pair: Pair) -> None:
    async def main() -> None:
        (reader, writer), (their_reader, their_writer) = await streams(pair)
        writer.write(b"question")
        writer.write_eof()
        assert await their_reader.read() == b"question"
        their_writer.write(b"answer")
        their_writer.write_eof()
        assert await reader.read() == b"answer"
        await close(writer, their_writer)

    run(main())


def test_peer_that_closes_ends_the_stream(run: Any, pair: Pair) -> None:
    async def main() -> None:
        (reader, writer), (_, their_writer) = await streams(pair)
        their_writer.write(b"last words")
        await close(their_writer)
        assert await reader.read() == b"last words"
        await close(writer)

    run(main())


def test_peer_that_closes_unread_resets_the_connection(run: Any, pair: Pair) -> None:
    async def main() -> None:
        one, other = pair()
        reader, writer = await asyncio.open_connection(sock=one)
        writer.write(b"never read")
        other.close()
        with pytest.raises(ConnectionResetError):
            await reader.read()
        await close(writer)

    run(main())


def test_writer_waits_in_drain_until_the_peer_reads(run: Any, pair: Pair) -> None:
    async def main() -> None:
        one, other = pair()
        reader, writer = await asyncio.open_connection(sock=one)
        size = 2_000_000
        writer.write(b"x" * size)
        draining = asyncio.ensure_future(writer.drain())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not draining.done()

        loop, got = asyncio.get_running_loop(), 0
        while got < size:
            got += len(await loop.sock_recv(other, 100_000))

        await draining
        await close(writer)
        other.close()

    run(main())


def test_loops_sock_methods_wait_and_answer(run: Any, pair: Pair) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        one, other = pair()
        receiving = asyncio.ensure_future(loop.sock_recv(one, 100))
        await asyncio.sleep(0)
        await loop.sock_sendall(other, b"late")
        assert await receiving == b"late"

        buffer = bytearray(300_000)
        sending = asyncio.ensure_future(loop.sock_sendall(one, b"y" * 300_000))
        got = 0
        while got < len(buffer):
            got += await loop.sock_recv_into(other, memoryview(buffer)[got:])
        await sending
        assert buffer == b"y" * 300_000
        one.close()
        assert await loop.sock_recv(other, 1) == b""
        other.close()

    run(main())


def test_buffered_protocol_is_filled_in_place(run: Any, pair: Pair) -> None:
    class Collector(asyncio.BufferedProtocol):
        def __init__(self) -> None:
            self.buffer, self.got = bytearray(3), b""
            self.done = asyncio.get_running_loop().create_future()

        def get_buffer(self, sizehint: int) -> bytearray:
            return self.buffer

        def buffer_updated(self, nbytes: int) -> None:
            self.got += self.buffer[:nbytes]

        def eof_received(self) -> None:
            self.done.set_result(self.got)

    async def main() -> None:
        one, other = pair()
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.create_connection(Collector, sock=one)
        other.send(b"abcdefgh")
        other.close()
        assert await protocol.done == b"abcdefgh"
        transport.close()
        await asyncio.sleep(0)

    run(main())


def test_abort_drops_what_was_not_sent(run: Any, pair: Pair) -> None:
    async def main() -> None:
        (reader, writer), (_, their_writer) = await streams(pair)
        writer.write(b"x" * 2_000_000)
        writer.transport.abort()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert writer.transport.get_extra_info("socket").fileno() == -1
        await close(their_writer)
        assert await reader.read() == b""

    run(main())


def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(CERTIFICATE)
    return server, ssl.create_default_context(cafile=CERTIFICATE)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.readexactly(100_000))
    await writer.drain()


def test_tls_end_to_end(run: Any, pair: Pair) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server_context, client_context = contexts()
        one, other = pair()
        their_reader = asyncio.StreamReader()
        accepting = loop.connect_accepted_socket(
            lambda: asyncio.StreamReaderProtocol(their_reader), other, ssl=server_context
        )
        connecting = asyncio.open_connection(
            sock=one, ssl=client_context, server_hostname="localhost"
        )
        (their_transport, protocol), (reader, writer) = await asyncio.gather(accepting, connecting)
        their_writer = asyncio.StreamWriter(their_transport, protocol, their_reader, loop)
        writer.write(b"s" * 100_000)
        await echo(their_reader, their_writer)
        assert await reader.readexactly(100_000) == b"s" * 100_000
        assert writer.get_extra_info("peercert")["subject"] == ((("commonName", "localhost"),),)
        await asyncio.gather(close(writer), close(their_writer))

    run(main())


def test_start_tls_in_the_middle_of_a_connection(run: Any, pair: Pair) -> None:
    async def upgrade(reader: Any, writer: Any, context: ssl.SSLContext, **options: Any) -> Any:
        loop = asyncio.get_running_loop()
        protocol = writer.transport.get_protocol()
        transport = await loop.start_tls(writer.transport, protocol, context, **options)
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def main() -> None:
        server_context, client_context = contexts()
        (reader, writer), (their_reader, their_writer) = await streams(pair)
        writer.write(b"STARTTLS")
        assert await their_reader.readexactly(8) == b"STARTTLS"
        (reader, tls), (their_reader, their_tls) = await asyncio.gather(
            upgrade(reader, writer, client_context, server_hostname="localhost"),
            upgrade(their_reader, their_writer, server_context, server_side=True),
        )
        tls.write(b"z" * 100_000)
        their_tls.write(await their_reader.readexactly(100_000))
        assert await reader.readexactly(100_000) == b"z" * 100_000
        tls.transport.abort()
        their_tls.transport.abort()
        writer.transport.abort()
        their_writer.transport.abort()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    run(main())


def test_pair_is_two_sockets_without_a_kernel_object(run: Any) -> None:
    one, other = memory_socketpair()

    with one, other:
        assert isinstance(one, MemorySocket)
        assert isinstance(one, socket.socket)
        assert isinstance(one.fileno(), FileDescriptor)
        assert (one.type, one.proto, one.gettimeout()) == (socket.SOCK_STREAM, 0, 0.0)
    assert one.fileno() == other.fileno() == -1


def test_internet_pair_has_addresses_and_tcp_options() -> None:
    one, other = memory_socketpair(socket.AF_INET, addresses=(("10.0.0.1", 1), ("10.0.0.2", 80)))

    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    assert one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    assert (one.getsockname(), one.getpeername()) == (("10.0.0.1", 1), ("10.0.0.2", 80))
    assert (other.getsockname(), other.getpeername()) == (("10.0.0.2", 80), ("10.0.0.1", 1))
    assert one.proto == socket.IPPROTO_TCP
    one.close()
    other.close()


def test_internet_pairs_get_addresses_of_their_own() -> None:
    pairs = [*memory_socketpair(socket.AF_INET), *memory_socketpair(socket.AF_INET6)]

    assert len({sock.getsockname() for sock in pairs}) == 4
    assert pairs[2].getsockname()[0] == "::1"
    for sock in pairs:
        sock.close()


@pytest.mark.parametrize("family", [socket.AF_INET, int(socket.AF_INET)])
def test_free_address_of_ipv4_is_a_host_and_a_port(family: int) -> None:
    one, other = memory_socketpair(family)
    with one, other:
        host, port = one.getsockname()
        assert (host, type(port)) == ("127.0.0.1", int)


@pytest.mark.parametrize("family", [socket.AF_INET6, int(socket.AF_INET6)])
def test_free_address_of_ipv6_has_a_flow_and_a_scope(family: int) -> None:
    one, other = memory_socketpair(family)
    with one, other:
        host, port, *rest = one.getsockname()
        assert (host, type(port), rest) == ("::1", int, [0, 0])


def test_free_ports_are_dynamic_ones_and_start_again_after_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory_pair, "_ports", itertools.count(65534))

    pairs = [*memory_socketpair(socket.AF_INET), *memory_socketpair(socket.AF_INET)]

    assert [sock.getsockname()[1] for sock in pairs] == [65534, 65535, 49152, 49153]
    for sock in pairs:
        sock.close()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs a Unix datagram pair")
def test_type_may_be_a_plain_number() -> None:
    one, other = memory_socketpair(type=int(socket.SOCK_DGRAM))
    with one, other:
        one.send(b"first")
        one.send(b"second")
        assert other.recv(100) == b"first"


def test_each_end_needs_an_address() -> None:
    with pytest.raises(ValueError, match="shorter"):
        memory_socketpair(addresses=("only one",))  # type: ignore[arg-type]


def test_limit_of_a_stream_pair_is_that_of_asyncio() -> None:
    def limit(function: Any) -> Any:
        return inspect.signature(function).parameters["limit"].default

    assert limit(memory_stream_pair) == limit(asyncio.open_connection)


def test_stream_pair_connects_both_ways(run: Any) -> None:
    async def main() -> None:
        (reader, writer), (their_reader, their_writer) = await memory_stream_pair(limit=10)
        writer.write(b"one\n")
        their_writer.write(b"other\n")
        assert await their_reader.readline() == b"one\n"
        assert await reader.readline() == b"other\n"
        writer.write(b"longer than the limit\n")
        with pytest.raises(ValueError, match="limit"):
            await their_reader.readline()
        await close(writer, their_writer)

    run(main())


def test_stream_pair_works_on_a_loop_without_a_test_selector() -> None:
    async def talk() -> bytes:
        (_, writer), (reader, other) = await memory_stream_pair()
        writer.write(b"hello")
        data = await reader.readexactly(5)
        for end in (writer, other):
            end.close()
            await end.wait_closed()
        return data

    loop = asyncio.SelectorEventLoop()
    try:
        assert loop.run_until_complete(talk()) == b"hello"
    finally:
        loop.close()


def test_stream_pair_that_fails_closes_both_sockets(run: Any) -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="Limit cannot be <= 0"):
            await memory_stream_pair(limit=0)

    run(main())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"family": 999}, r"^no socket pair in memory for family 999"),
        ({"type": socket.SOCK_RAW}, r"^no socket pair in memory for .* there are AF_UNIX,"),
        ({"capacity": 0}, r"^capacity is 0 bytes: nothing could ever be sent, use 1 or more$"),
    ],
)
def test_pair_that_cannot_be_had_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        memory_socketpair(**arguments)


def test_reset_reaches_a_stream_as_an_error(run: Any) -> None:
    async def main() -> None:
        one, other = memory_socketpair(socket.AF_INET)
        reader, writer = await asyncio.open_connection(sock=one)
        reset(other)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        await close(writer)

    run(main())
