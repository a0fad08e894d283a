"""The same program on a pair of kernel sockets and on a pair in memory, step by step."""

from __future__ import annotations

import selectors
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

import pytest
from asyncio_testselector import TestSelector
from hypothesis import strategies as st

SIDES = st.integers(0, 1)
SIZES = st.integers(0, 12)
OPERATIONS = st.one_of(
    st.tuples(st.just("send"), SIDES, st.binary(max_size=8)),
    st.tuples(st.just("sendmsg"), SIDES, st.lists(st.binary(max_size=4), max_size=3)),
    st.tuples(st.just("recv"), SIDES, SIZES),
    st.tuples(st.just("recv_into"), SIDES, SIZES),
    st.tuples(st.just("peek"), SIDES, SIZES),
    st.tuples(
        st.just("shutdown"),
        SIDES,
        st.sampled_from([socket.SHUT_RD, socket.SHUT_WR, socket.SHUT_RDWR]),
    ),
    st.tuples(st.just("close"), SIDES, st.just(None)),
    st.tuples(st.just("reset"), SIDES, st.just(None)),
    st.tuples(st.just("so_error"), SIDES, st.just(None)),
    st.tuples(st.just("getpeername"), SIDES, st.just(None)),
)
PROGRAMS = st.lists(OPERATIONS, max_size=25)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the semantics are those of Linux")


def perform(sock: socket.socket, name: str, argument: Any) -> Any:
    """Do one operation and return its result, or the error it raised."""
    actions: dict[str, Callable[[], Any]] = {
        "send": lambda: sock.send(argument),
        "sendmsg": lambda: sock.sendmsg(argument),
        "recv": lambda: sock.recv(argument),
        "recv_into": lambda: received_into(sock, argument),
        "peek": lambda: sock.recv(argument, socket.MSG_PEEK),
        "shutdown": lambda: sock.shutdown(argument),
        "close": sock.close,
        "reset": lambda: reset(sock),
        "so_error": lambda: sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR),
        "getpeername": lambda: type(sock.getpeername()),
    }
    try:
        return actions[name]()
    except OSError as exc:
        return type(exc), exc.errno, str(exc)


def received_into(sock: socket.socket, size: int) -> bytes:
    buffer = bytearray(size)
    return bytes(buffer[: sock.recv_into(buffer)])


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def ready(selector: selectors.BaseSelector) -> dict[int, int]:
    return {key.data: events for key, events in selector.select(0)}


def watch(selector: selectors.BaseSelector, pair: tuple[socket.socket, socket.socket]) -> None:
    for side, sock in enumerate(pair):
        selector.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE, side)


def compare(
    real: tuple[socket.socket, socket.socket],
    memory: tuple[socket.socket, socket.socket],
    program: list[tuple[str, int, Any]],
) -> None:
    """Run a program on both pairs; every result and the readiness after each step are equal."""
    kernel, ours = selectors.DefaultSelector(), TestSelector()
    try:
        watch(kernel, real)
        watch(ours, memory)
        for name, side, argument in program:
            if name in ("close", "reset") and real[side].fileno() != -1:
                kernel.unregister(real[side])
                ours.unregister(memory[side])
            expected = perform(real[side], name, argument)
            assert perform(memory[side], name, argument) == expected, (name, side, argument)
            assert ready(ours) == ready(kernel), (name, side, argument)
    finally:
        for sock in (*real, *memory):
            sock.close()
        kernel.close()
        ours.close()


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    for sock in (client, server):
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client, server


def unix_pair(type: int = socket.SOCK_STREAM) -> tuple[socket.socket, socket.socket]:
    pair = socket.socketpair(type=type)
    for sock in pair:
        sock.setblocking(False)
    return pair
