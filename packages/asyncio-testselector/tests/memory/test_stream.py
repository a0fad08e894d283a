"""Streams in memory: same bytes, same errors, same readiness as the kernel's."""

from __future__ import annotations

import socket
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

import pytest
from asyncio_testselector import memory_socketpair
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_comparison import LINUX, PROGRAMS, compare, unix_pair


@LINUX
@settings(deadline=None, derandomize=True, max_examples=200)
@given(program=PROGRAMS)
def test_unix_stream_behaves_as_the_kernels_socket_pair(program: list[Any]) -> None:
    compare(unix_pair(), memory_socketpair(), program)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(
    capacity=st.integers(1, 9),
    steps=st.lists(st.one_of(st.binary(min_size=1, max_size=12), st.integers(1, 12)), max_size=30),
)
def test_stream_takes_what_it_has_room_for_and_loses_nothing(capacity: int, steps: Any) -> None:
    here, there = memory_socketpair(capacity=capacity)
    waiting = b""

    for step in steps:
        if isinstance(step, int):
            taken = there.recv(step) if waiting else b""
            assert taken == waiting[:step]
            waiting = waiting[step:]
        elif len(waiting) == capacity:
            with pytest.raises(BlockingIOError):
                here.send(step)
        else:
            sent = here.send(step)
            assert sent == min(len(step), capacity - len(waiting))
            waiting += step[:sent]

    here.close()
    there.close()


def test_full_stream_is_writable_again_once_the_peer_has_read() -> None:
    here, there = memory_socketpair(capacity=4)
    assert here.send(b"abcdef") == 4
    with pytest.raises(BlockingIOError):
        here.send(b"ef")

    assert there.recv(1) == b"a"

    assert here.send(b"ef") == 1
    assert there.recv(10) == b"bcde"
    here.close()
    there.close()


def test_setting_the_send_buffer_sets_the_capacity() -> None:
    here, there = memory_socketpair()
    here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 3)

    assert here.send(b"abcdef") == 3
    assert there.send(b"abcdef") == 6
    here.close()
    there.close()


@pytest.mark.parametrize("last", [b"e", b"efg"])
def test_sendmsg_takes_no_more_of_many_buffers_than_there_is_room_for(last: bytes) -> None:
    here, there = memory_socketpair(capacity=5)

    def buffers() -> Any:
        yield b"ab"
        yield memoryview(b"cd")
        yield bytearray(last)
        pytest.fail("read on although the stream is full")

    assert here.sendmsg(buffers()) == 5
    assert there.recv(100) == b"abcde"
    here.close()
    there.close()


def test_large_transfer_arrives_whole_through_a_small_capacity() -> None:
    here, there = memory_socketpair(capacity=7)
    sent = bytes(range(256)) * 3
    got, view = bytearray(), memoryview(sent)

    while len(got) < len(sent):
        if view:
            view = view[here.send(view) :]
        got += there.recv(5)

    assert got == sent
    here.close()
    there.close()


def test_buffer_that_is_reused_after_sending_is_not_seen_by_the_peer() -> None:
    here, there = memory_socketpair()
    buffer = bytearray(b"before")

    here.send(buffer)
    buffer[:] = b"after!"

    assert there.recv(100) == b"before"
    here.close()
    there.close()


def test_stream_whose_capacity_was_reduced_is_full_until_there_is_room() -> None:
    here, there = memory_socketpair(capacity=4)
    with here, there:
        here.send(b"abcd")
        here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2)
        there.recv(1)
        there.recv(1)
        with pytest.raises(BlockingIOError):
            here.send(b"e")
        assert not here._end.level.events & EVENT_WRITE
        there.recv(1)
        assert here._end.level.events & EVENT_WRITE
        assert here.send(b"ef") == 1


def test_full_stream_that_shuts_its_reading_is_still_full() -> None:
    here, there = memory_socketpair(capacity=1)
    with here, there:
        here.send(b"a")
        here.shutdown(socket.SHUT_RD)
        assert here._end.level.events == EVENT_READ
