"""A memory socket as a socket object: options, timeouts, closing, beside a real one."""

from __future__ import annotations

import asyncio
import errno
import gc
import inspect
import os
import selectors
import socket
import struct
import sys
from array import array
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork, memory_socketpair
from asyncio_testselector._files import signal
from asyncio_testselector._memory.stream import CAPACITY
from asyncio_testselector._network.backing import BackedReadiness
from kernel_comparison import LINUX, unix_pair
from numbers_of_errors import number

SOL = socket.SOL_SOCKET


@pytest.fixture
def pair() -> Any:
    pair = memory_socketpair()
    yield pair
    for sock in pair:
        sock.close()


def outcome(call: Any) -> Any:
    try:
        return call()
    except (OSError, ValueError) as exc:
        return type(exc), getattr(exc, "errno", None)


CALLS = {
    "SO_TYPE": lambda s: s.getsockopt(SOL, socket.SO_TYPE),
    "SO_DOMAIN": lambda s: s.getsockopt(SOL, socket.SO_DOMAIN),
    "SO_PROTOCOL as bytes": lambda s: s.getsockopt(SOL, socket.SO_PROTOCOL, 8),
    "SO_KEEPALIVE": lambda s: (
        s.setsockopt(SOL, socket.SO_KEEPALIVE, 1),
        s.getsockopt(SOL, socket.SO_KEEPALIVE),
    ),
    "SO_LINGER": lambda s: (
        s.setsockopt(SOL, socket.SO_LINGER, struct.pack("ii", 1, 5)),
        s.getsockopt(SOL, socket.SO_LINGER, 8),
    ),
    "unknown option": lambda s: s.getsockopt(SOL, 999),
    "option of no number": lambda s: s.getsockopt(SOL, -1),
    "unknown level": lambda s: s.getsockopt(999, 1),
    "TCP option of a Unix socket": lambda s: s.setsockopt(socket.IPPROTO_TCP, 1, 1),
    "type cannot be set": lambda s: s.setsockopt(SOL, socket.SO_TYPE, 1),
    "negative size": lambda s: s.recv(-1),
    "nothing": lambda s: s.recv(0),
    "empty buffer": lambda s: s.recv_into(bytearray()),
    "small buffer": lambda s: s.recv_into(bytearray(2), 3),
    "sendto": lambda s: s.sendto(b"x", "/path"),
    "listen": lambda s: s.listen(),
    "accept": lambda s: s.accept(),
    "connect": lambda s: s.connect_ex("/path") and None,
    "shutdown of what": lambda s: s.shutdown(7),
    "bad timeout": lambda s: s.settimeout(-1),
    "timeout": lambda s: (s.settimeout(2), s.gettimeout(), s.getblocking(), s.timeout),
    "blocking": lambda s: (s.setblocking(True), s.gettimeout(), s.getblocking()),
    "inheritable": lambda s: (s.set_inheritable(False), s.get_inheritable()),
    "names": lambda s: (s.getsockname(), s.getpeername()),
    "facts": lambda s: (s.family, s.type, s.proto),
    "closed twice": lambda s: (s.close(), s.close(), s.fileno()),
    "used closed": lambda s: (s.close(), outcome(lambda: s.send(b"x")), s.fileno(), s.family),
    "options closed": lambda s: (s.close(), s.getsockopt(SOL, socket.SO_TYPE)),
    "timeout closed": lambda s: (s.close(), s.setblocking(False)),
    "shutdown closed": lambda s: (s.close(), s.shutdown(1)),
    "context": lambda s: (s.__enter__() is s, s.__exit__(None, None, None), s.fileno()),
}


@LINUX
@pytest.mark.parametrize("name", CALLS)
def test_call_answers_as_the_kernels_does(name: str, pair: Any) -> None:
    real, other = unix_pair()
    with real, other:
        assert outcome(lambda: CALLS[name](pair[0])) == outcome(lambda: CALLS[name](real))


def test_recvmsg_has_no_ancillary_data(pair: Any) -> None:
    pair[0].send(b"abc")

    assert pair[1].recvmsg(2) == (b"ab", [], 0, None)
    assert pair[1].recvfrom_into(bytearray(5)) == (1, None)


def test_ancillary_data_and_odd_flags_are_refused(pair: Any) -> None:
    for call in (
        lambda: pair[0].sendmsg([b"x"], [(SOL, 1, b"")]),
        lambda: pair[0].send(b"x", socket.MSG_OOB),
        lambda: pair[0].recv(1, socket.MSG_OOB),
    ):
        with pytest.raises(OSError) as caught:
            call()
        assert caught.value.errno == number(errno.EOPNOTSUPP)


def test_sendall_sends_what_there_is_room_for() -> None:
    here, there = memory_socketpair(capacity=3)
    with here, there:
        with pytest.raises(BlockingIOError):
            here.sendall(b"abcde")
        assert there.recv(10) == b"abc"


def test_sendall_sends_all_the_bytes_of_any_buffer(pair: Any) -> None:
    pair[0].sendall(memoryview(array("I", [1, 2])))

    assert pair[1].recv(100) == array("I", [1, 2]).tobytes()


def test_receive_buffer_is_the_capacity_until_it_is_set(pair: Any) -> None:
    found = [pair[0].getsockopt(SOL, socket.SO_RCVBUF)]
    pair[0].setsockopt(SOL, socket.SO_RCVBUF, 99)

    least = {"linux": 2304}.get(sys.platform, 99)
    assert [*found, pair[0].getsockopt(SOL, socket.SO_RCVBUF)] == [CAPACITY, least]


def test_connected_socket_cannot_be_bound_or_listen() -> None:
    here, there = memory_socketpair(socket.AF_INET)
    with here, there:
        for call in (lambda: here.bind(("127.0.0.1", 0)), here.listen, here.accept):
            assert outcome(call) == (OSError, number(errno.EINVAL))


def test_closed_socket_can_be_looked_at_by_tools(pair: Any) -> None:
    pair[0].close()

    assert inspect.unwrap(pair[0]._end) is pair[0]._end


def test_what_needs_a_descriptor_of_the_kernel_is_refused(pair: Any) -> None:
    with pytest.raises(OSError, match="no kernel to pass descriptors"):
        pair[0].sendmsg([b"x"], [(socket.SOL_SOCKET, 1, b"\0\0\0\0")])


def test_being_inheritable_is_kept_though_nobody_inherits(pair: Any) -> None:
    pair[0].set_inheritable(True)

    assert (pair[0].get_inheritable(), pair[1].get_inheritable()) == (True, False)


@pytest.mark.parametrize("timeout", [None, 5.0])
def test_call_that_would_block_says_that_it_cannot_wait(pair: Any, timeout: float | None) -> None:
    pair[0].settimeout(timeout)
    pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)

    for call in (
        lambda: pair[0].recv(1),
        lambda: pair[0].recv(1, socket.MSG_PEEK),
        lambda: pair[0].recv_into(bytearray(1)),
        lambda: pair[0].recvmsg(1),
        lambda: pair[0].sendall(b"two"),
        lambda: pair[0].sendmsg([b"two"]),
    ):
        with pytest.raises(
            BlockingIOError, match=r"cannot block.* use asyncio's streams"
        ) as caught:
            call()
        assert caught.value.errno == number(errno.EAGAIN)


def test_file_is_sent_by_a_socket_that_may_block(pair: Any, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        with pytest.raises(ValueError, match="non-blocking sockets are not supported"):
            pair[0].sendfile(file)
        pair[0].setblocking(True)
        with pytest.raises(ValueError, match="count must be a positive integer"):
            pair[0].sendfile(file, 0, 0)
        sent = pair[0].sendfile(file, 2, 3), pair[0].sendfile(file)
    assert (sent, pair[1].recv(100)) == ((3, 5), b"23456789")


def test_file_object_reads_lines_and_keeps_the_socket_open(pair: Any) -> None:
    with pair[0].makefile("w") as writer, pair[1].makefile() as reader:
        pair[0].close()
        writer.write("one\ntwo\n")
        writer.flush()
        assert [reader.readline(), reader.readline()] == ["one\n", "two\n"]
        assert pair[0].fileno() > 0
    assert pair[0].fileno() == -1
    assert pair[1].recv(1) == b""


def test_detached_socket_is_closed_and_its_connection_is_not(pair: Any) -> None:
    number = pair[0].fileno()

    assert pair[0].detach() == number
    assert pair[0].fileno() == -1
    with pytest.raises(BlockingIOError):
        pair[1].recv(1)


def test_socket_that_is_lost_is_closed_with_a_warning() -> None:
    here, there = memory_socketpair()

    with pytest.warns(ResourceWarning, match=r"^unclosed <MemorySocket fd="):
        del here
        gc.collect()

    assert there.recv(1) == b""
    there.close()


def test_repr_tells_both_ends(pair: Any) -> None:
    one, other = memory_socketpair(socket.AF_INET, addresses=(("10.0.0.1", 1), ("10.0.0.2", 2)))

    assert "laddr=('10.0.0.1', 1), raddr=('10.0.0.2', 2)>" in repr(one)
    one.close()
    what = f"family={socket.AF_INET!s}, type={socket.SOCK_STREAM!s}, proto=6"
    assert repr(one) == f"<MemorySocket [closed] fd=-1, {what}>"
    other.close()


@LINUX
@pytest.mark.parametrize("kind", ["eventfd", "pipe", "socket pair"])
def test_backed_descriptor_can_be_polled_for_reading(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind != "eventfd":
        monkeypatch.delattr(os, "eventfd")
    if kind == "socket pair":  # as in Windows
        fake = SimpleNamespace(platform="win32", byteorder=sys.byteorder)
        monkeypatch.setattr(signal, "sys", fake)
    level = BackedReadiness()
    with selectors.DefaultSelector() as poller:
        poller.register(int(level.fd), selectors.EVENT_READ)
        seen = [bool(poller.select(0))]
        for events in (selectors.EVENT_READ, 0, selectors.EVENT_READ | selectors.EVENT_WRITE):
            level.set(events)
            seen.append(bool(poller.select(0)))
        poller.unregister(int(level.fd))
    level.close()
    level.close()

    assert seen == [False, True, False, True]


@LINUX
def test_unbound_and_listening_sockets_know_what_they_cannot() -> None:
    async def main() -> list[Any]:
        async with MemoryNetwork() as network:
            with network.socket() as fresh, network.socket() as listener:
                listener.bind(("127.0.0.1", 0))
                listener.listen()
                found = [outcome(lambda: sock.send(b"x"))[1] for sock in (fresh, listener)]
                found += [outcome(lambda: sock.recv(1))[1] for sock in (fresh, listener)]
                found.append(outcome(fresh.accept)[1])
                found.append(outcome(listener.accept)[1])
                found.append(outcome(lambda: listener.bind(("127.0.0.1", 0)))[1])
                found.append(outcome(lambda: fresh.shutdown(1))[1])
                found.append(listener.getsockopt(SOL, socket.SO_ACCEPTCONN))
                return found

    real_fresh, real_listener = socket.socket(), socket.socket()
    with real_fresh, real_listener:
        assert asyncio.run(main()) == [
            number(errno.EPIPE),
            number(errno.EPIPE),
            number(errno.ENOTCONN),
            number(errno.ENOTCONN),
            number(errno.EINVAL),
            number(errno.EAGAIN),
            number(errno.EINVAL),
            number(errno.ENOTCONN),
            1,
        ]
