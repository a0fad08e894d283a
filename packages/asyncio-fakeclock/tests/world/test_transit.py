"""Bytes that the kernel holds back between two sockets of the loop."""

import asyncio
import socket
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock
from asyncio_fakeclock._world import kernel
from asyncio_fakeclock._world.transit import Transit, holds_back
from clocked import run

told = pytest.mark.skipif(
    kernel.System.ioctl is None or not hasattr(socket, "TCP_INFO"),
    reason="the system does not tell what is under way (SIOCOUTQ, TCP_INFO)",
)


def tcp_pair(**options: int) -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for name, value in options.items():
            listener.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
        one = socket.socket()
        for name, value in options.items():
            one.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
        one.connect(listener.getsockname())
        other = listener.accept()[0]
    one.setblocking(False)
    other.setblocking(False)
    return one, other


@told
def test_small_writes_that_wait_for_an_acknowledgement_take_no_time() -> None:
    async def main(clock: FakeClock) -> Any:
        one, other = tcp_pair()
        _, writer = await asyncio.open_connection(sock=one)
        reader, closing = await asyncio.open_connection(sock=other)
        got = []
        for round_ in range(30):
            for part in (b"a", b"b", b"c"):
                writer.write(part)
                await asyncio.sleep(0)
            got.append(await asyncio.wait_for(reader.readexactly(3), 0.001))
            if round_ % 10 == 9:
                await asyncio.sleep(1)
        now = clock.time()
        writer.close()
        closing.close()
        return got, now

    assert run(main) == ([b"abc"] * 30, 3.0)


@told
def test_window_that_was_closed_takes_no_time() -> None:
    async def main(clock: FakeClock) -> Any:
        one, other = tcp_pair(SO_RCVBUF=1024, SO_SNDBUF=1024)
        _, writer = await asyncio.open_connection(sock=one)
        reader, closing = await asyncio.open_connection(sock=other, limit=1024)
        writer.write(bytes(100_000))
        writer.write_eof()
        data = await asyncio.wait_for(reader.read(), 0.001)
        now = clock.time()
        writer.close()
        closing.close()
        return len(data), now

    assert run(main) == (100_000, 0.0)


@told
def test_reader_that_has_paused_lets_time_move() -> None:
    async def main(clock: FakeClock) -> Any:
        one, other = tcp_pair(SO_RCVBUF=1024, SO_SNDBUF=1024)
        _, writer = await asyncio.open_connection(sock=one)
        reader, closing = await asyncio.open_connection(sock=other, limit=1000)
        writer.write(bytes(100_000))
        await asyncio.sleep(60)
        now = clock.time()
        writer.close()
        closing.close()
        return now

    assert run(main, stall_timeout=2) == 60.0


@told
def test_delayed_acknowledgement_alone_is_nothing_under_way() -> None:
    one, other = tcp_pair()
    transit = Transit()
    with one, other:
        transit.set_pairs({(one.fileno(), other.fileno())})
        assert transit.sources() == []
        for _ in range(40):  # until acknowledgements are delayed
            one.send(b"x")
            while not other.recv(10):
                pass
            other.send(b"y")
            one.recv(10)
            assert transit.sources() == []


@told
def test_acknowledgement_that_comes_between_two_looks_is_counted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = tcp_pair()
    transit = Transit()
    look = kernel.System.ioctl
    assert look is not None
    of_a_moment_ago = [(1).to_bytes(4, "little")]

    def late_look(fd: int, request: int, argument: bytes) -> bytes:
        answer = look(fd, request, argument)
        if fd == one.fileno() and of_a_moment_ago:
            return of_a_moment_ago.pop()
        return answer

    with one, other:
        transit.set_pairs({(one.fileno(), other.fileno())})
        assert transit.sources() == []
        one.send(b"x")
        while kernel.queued(one.fileno(), sent=True) or not kernel.queued(
            other.fileno(), sent=False
        ):
            pass
        other.recv(10)
        monkeypatch.setattr(kernel.System, "ioctl", late_look)
        assert transit.sources() == []
        assert not of_a_moment_ago


def test_socket_with_no_delay_and_large_buffers_holds_nothing_back() -> None:
    one, other = tcp_pair()
    with one, other:
        assert holds_back(one)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for name in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            one.setsockopt(socket.SOL_SOCKET, name, 1 << 18)
        assert not holds_back(one)
    with pytest.raises(OSError, match="."):
        one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert not holds_back(one)


def test_nothing_is_known_to_be_under_way_where_the_system_does_not_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kernel.System, "ioctl", None)
    one, other = tcp_pair()
    transit = Transit()
    with one, other:
        transit.set_pairs({(one.fileno(), other.fileno())})
        one.send(b"x")
        assert transit
        assert transit.sources() == []
