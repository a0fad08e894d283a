"""Datagram pairs in memory beside the kernel's."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest
from asyncio_testselector import memory_socketpair
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_comparison import LINUX, OPERATIONS, compare, unix_pair

pytestmark = pytest.mark.skipif(
    not hasattr(socket, "AF_UNIX"), reason="datagram pairs are of Unix sockets"
)

UNCOMMON = {"reset", "sendmsg"}
PROGRAMS = st.lists(OPERATIONS.filter(lambda step: step[0] not in UNCOMMON), max_size=25)


@LINUX
@settings(deadline=None, derandomize=True, max_examples=100)
@given(program=PROGRAMS)
def test_datagram_pair_behaves_as_the_kernels(program: list[Any]) -> None:
    real = unix_pair(socket.SOCK_DGRAM)

    compare(real, memory_socketpair(type=socket.SOCK_DGRAM), program)


def test_message_is_cut_to_what_is_asked_for() -> None:
    here, there = memory_socketpair(type=socket.SOCK_DGRAM)
    here.send(b"abcdef")
    here.send(b"gh")

    assert (there.recv(3), there.recv(3)) == (b"abc", b"gh")
    here.close()
    there.close()


def test_full_queue_refuses_until_a_message_is_read() -> None:
    here, there = memory_socketpair(type=socket.SOCK_DGRAM)
    count = 0
    with pytest.raises(BlockingIOError):
        while True:
            here.send(b"x")
            count += 1

    there.recv(1)

    assert count > 1
    assert here.send(b"x") == 1
    here.close()
    there.close()


FIRST = ("send", 0, b"first")


@LINUX
@pytest.mark.parametrize(
    "program",
    [
        [("shutdown", 0, socket.SHUT_WR), FIRST, ("send", 1, b"back"), ("recv", 0, 9)],
        [("shutdown", 1, socket.SHUT_RD), FIRST, ("recv", 1, 9)],
        [("shutdown", 0, socket.SHUT_RDWR), FIRST, ("send", 1, b"back"), ("recv", 0, 9)],
        [FIRST, ("send", 1, b"lost"), ("close", 1, None), FIRST, FIRST, ("recv", 0, 9)],
        [("close", 1, None), FIRST, ("getpeername", 0, None), FIRST, ("close", 0, None)],
        [("close", 0, None), ("close", 0, None), ("send", 1, b"x"), ("so_error", 1, None)],
        [("sendmsg", 0, [b"a", b"b"]), ("peek", 1, 1), ("peek", 1, 9), ("recv", 1, 1)],
        [("send", 0, b""), ("recv", 1, 0), ("recv", 1, 9), ("recv", 1, 9)],
        [("close", 0, None), ("recv_into", 0, 0), ("recv", 0, 0)],
        [FIRST, ("recv_into", 1, 0), ("recv_into", 1, 9)],
    ],
    ids=str,
)
def test_end_of_a_datagram_pair_is_as_the_kernels(program: list[Any]) -> None:
    compare(unix_pair(socket.SOCK_DGRAM), memory_socketpair(type=socket.SOCK_DGRAM), program)


def test_message_longer_than_the_capacity_is_refused() -> None:
    here, there = memory_socketpair(type=socket.SOCK_DGRAM, capacity=3)
    with here, there:
        assert here.send(b"abc") == 3
        with pytest.raises(OSError) as caught:
            here.send(b"abcd")
        assert caught.value.errno == errno.EMSGSIZE
        assert there.recv(100) == b"abc"
