"""TCP connections in memory: same bytes, same errors, same readiness as the kernel's."""

from __future__ import annotations

import socket
from typing import Any

from asyncio_testselector import memory_socketpair
from hypothesis import given, settings
from kernel_comparison import LINUX, PROGRAMS, compare, reset, tcp_pair


@LINUX
@settings(deadline=None, derandomize=True, max_examples=120)
@given(program=PROGRAMS)
def test_tcp_stream_behaves_as_the_kernels_connection(program: list[Any]) -> None:
    compare(tcp_pair(), memory_socketpair(socket.AF_INET), program)


@LINUX
def test_send_to_a_closed_peer_works_once_then_the_connection_is_reset() -> None:
    program = [("close", 1, None), *[("send", 0, b"x")] * 3, ("recv", 0, 1), ("getpeername", 0, 0)]

    compare(tcp_pair(), memory_socketpair(socket.AF_INET), program)


@LINUX
def test_bytes_before_a_reset_are_read_before_the_error() -> None:
    program = [("send", 1, b"last"), ("reset", 1, None), *[("recv", 0, 10)] * 3, ("send", 0, b"x")]

    compare(tcp_pair(), memory_socketpair(socket.AF_INET), program)


@LINUX
def test_data_after_both_directions_were_shut_resets_both_ends() -> None:
    program = [("shutdown", 0, socket.SHUT_RDWR), ("send", 1, b"x"), ("recv", 1, 1), ("recv", 0, 1)]

    compare(tcp_pair(), memory_socketpair(socket.AF_INET), program)


@LINUX
def test_data_after_the_reading_was_shut_is_kept() -> None:
    program = [("shutdown", 1, socket.SHUT_RD), ("send", 0, b"x"), *[("recv", 1, 1)] * 2]

    compare(tcp_pair(), memory_socketpair(socket.AF_INET), program)


def test_linger_of_zero_seconds_makes_close_a_reset() -> None:
    here, there = memory_socketpair(socket.AF_INET)

    reset(here)

    assert there.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0
    there.close()
