"""Datagram pairs in memory beside the kernel's."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from asyncio_testselector import memory_socketpair
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_comparison import LINUX, OPERATIONS, compare, unix_pair

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
