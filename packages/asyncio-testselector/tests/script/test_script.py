"""A scripted peer: what it plays, what it says when the client does something else."""

from __future__ import annotations

import asyncio
import re
import socket
from typing import Any

import pytest
from asyncio_testselector import SocketScript
from capabilities import RESOLUTION, with_second_refusals
from streams import close


def test_client_that_keeps_to_the_script_passes(run: Any) -> None:
    script = SocketScript("redis").expect(b"PING\r\n").reply(b"PO", b"NG\r\n").eof()

    async def main() -> None:
        reader, writer = await script.open_connection()
        writer.write(b"PI")
        writer.write(b"NG\r\n")
        assert await reader.read() == b"PONG\r\n"
        await close(writer)

    run(main())
    script.check()


def test_each_chunk_of_a_reply_is_one_recv() -> None:
    sock = SocketScript().reply(b"PO", b"NG").reply(b"!").socket()

    assert [sock.recv(100) for _ in range(4)] == [b"PO", b"NG", b"!", b""]
    sock.close()


def test_chunk_larger_than_asked_for_comes_in_pieces() -> None:
    sock = SocketScript().reply(b"abcde", b"f").socket()

    assert [sock.recv(3) for _ in range(3)] == [b"abc", b"de", b"f"]
    sock.close()


def test_reply_may_be_larger_than_any_capacity() -> None:
    sock = SocketScript().reply(b"x" * 200_000).socket()

    assert len(sock.recv(300_000)) == 200_000
    sock.close()


def test_requests_may_be_pipelined() -> None:
    script = SocketScript().expect(b"a").reply(b"1").expect(b"b").reply(b"2")
    sock = script.socket()

    sock.send(b"ab")

    assert (sock.recv(9), sock.recv(9)) == (b"1", b"2")
    script.check()
    sock.close()


def test_pattern_takes_what_it_matches_and_leaves_the_rest() -> None:
    pattern = re.compile(rb"GET (\S+) HTTP/1.1\r\n(.+\r\n)*\r\n")
    script = SocketScript().expect(pattern).reply(b"ok").expect(b"more")
    sock = script.socket()

    sock.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
    with pytest.raises(BlockingIOError):
        sock.recv(9)
    sock.send(b"\r\nmore")

    assert sock.recv(9) == b"ok"
    script.check()
    sock.close()


def test_script_speaks_first_if_it_starts_with_a_reply() -> None:
    sock = SocketScript("smtp").reply(b"220 ready\r\n").expect(b"QUIT").socket()

    assert sock.recv(100) == b"220 ready\r\n"
    sock.close()


def test_end_of_the_script_is_the_end_of_the_stream() -> None:
    sock = SocketScript().expect(b"x").socket()
    sock.send(b"x")

    assert sock.recv(1) == b""
    sock.close()


def test_connection_stays_open_while_the_script_expects_the_client_to_close() -> None:
    script = SocketScript().reply(b"x").expect_eof()
    sock = script.socket()
    assert sock.recv(1) == b"x"
    with pytest.raises(BlockingIOError):
        sock.recv(1)

    sock.shutdown(socket.SHUT_WR)

    assert sock.recv(1) == b""
    script.check()
    sock.close()


def test_script_that_ended_its_stream_still_expects() -> None:
    script = SocketScript().eof().expect(b"late").expect_eof()
    sock = script.socket()
    assert sock.recv(1) == b""

    sock.send(b"late")
    sock.close()

    script.check()


def test_reset_reaches_the_client_after_what_was_replied() -> None:
    script = SocketScript().expect(b"x").reply(b"half").reset()
    sock = script.socket()
    sock.send(b"x")

    assert sock.recv(9) == b"half"
    with pytest.raises(ConnectionResetError, match="Connection reset by peer"):
        sock.recv(9)
    script.check()
    sock.close()


def test_blocked_writes_find_no_room_then_go_on() -> None:
    script = SocketScript().block_writes(2).expect(b"ab")
    sock = script.socket()

    for _ in range(2):
        with pytest.raises(BlockingIOError):
            sock.send(b"ab")

    assert sock.send(b"ab") == 2
    script.check()
    sock.close()


@with_second_refusals
def test_transport_gets_over_blocked_writes(run: Any) -> None:
    script = SocketScript().block_writes(3).expect(b"x" * 100_000).reply(b"done")

    async def main() -> None:
        reader, writer = await script.open_connection()
        writer.write(b"x" * 100_000)
        await writer.drain()
        assert await reader.read() == b"done"
        await close(writer)

    run(main())
    script.check()


def test_delay_lets_the_loops_clock_pass(run: Any) -> None:
    script = SocketScript().expect(b"x").delay(0.03).reply(b"late")

    async def main() -> float:
        loop = asyncio.get_running_loop()
        reader, writer = await script.open_connection()
        start = loop.time()
        writer.write(b"x")
        assert await reader.read() == b"late"
        passed = loop.time() - start
        await close(writer)
        return passed

    assert run(main()) >= 0.02 - 2 * RESOLUTION
    script.check()


def test_server_code_can_be_given_the_scripts_client(run: Any) -> None:
    script = SocketScript("client").reply(b"hello\n").expect(b"HELLO\n").expect_eof()

    async def main() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write((await reader.readline()).upper())
            await close(writer)
            done.set()

        done = asyncio.Event()
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: asyncio.StreamReaderProtocol(reader, serve), script.socket()
        )
        await done.wait()

    run(main())
    script.check()
