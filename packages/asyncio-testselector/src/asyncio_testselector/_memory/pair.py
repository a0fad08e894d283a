"""Two connected sockets in memory, and streams over them."""

from __future__ import annotations

import asyncio
import itertools
import socket
from asyncio import open_connection  # asyncio.open_connection may be a mock in the test
from typing import Any

from asyncio_testselector._installation.installation import install
from asyncio_testselector._memory.datagram import DatagramEnd
from asyncio_testselector._memory.socket import MemorySocket
from asyncio_testselector._memory.stream import CAPACITY, StreamEnd, join
from asyncio_testselector._memory.tcp import TcpEnd
from asyncio_testselector._selector.readiness import Readiness

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]

INTERNET = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
UNIX: int | None = getattr(socket, "AF_UNIX", None)

_ports = itertools.count(49152)


def memory_socketpair(
    family: int | None = None,
    type: int = socket.SOCK_STREAM,  # noqa: A002
    proto: int = 0,
    *,
    capacity: int = CAPACITY,
    addresses: tuple[Any, Any] | None = None,
) -> tuple[MemorySocket, MemorySocket]:
    """
    Return two connected sockets that exist in memory only, as `socket.socketpair` does.

    Both are non-blocking, and what one sends the other can receive at once. Give them to asyncio
    as ``sock=``, on a loop with a `TestSelector`.

    Args:
        family: ``AF_UNIX`` for the semantics of Unix sockets, ``AF_INET`` or ``AF_INET6`` for those
            of a TCP connection; the default is what `socket.socketpair` has.
        type: ``SOCK_STREAM``, or ``SOCK_DGRAM`` for a pair of Unix datagram sockets.
        proto: The protocol; internet streams say ``IPPROTO_TCP`` by default.
        capacity: Bytes that can be sent one way before the other end reads; `BlockingIOError`
            after that. ``setsockopt(SOL_SOCKET, SO_SNDBUF, n)`` changes it for one end.
        addresses: What ``getsockname()`` says of the first and of the second socket; ``""`` for
            Unix sockets and free ports of the loopback address for others by default.

    Returns:
        The two sockets.

    Raises:
        ValueError: A family or type that cannot be had in memory, or a capacity below 1.

    Example:
        >>> here, there = memory_socketpair()
        >>> here.send(b"hello")
        5
        >>> there.recv(100)
        b'hello'
        >>> there.recv(100)
        Traceback (most recent call last):
        ...
        BlockingIOError: [Errno 11] Resource temporarily unavailable
        >>> here.close()
        >>> there.recv(100)
        b''
        >>> there.close()

    .. versionadded:: 1.0.0
    """
    if family is None:
        family = int(socket.AF_INET) if UNIX is None else UNIX
    elif family in INTERNET:
        proto = proto or socket.IPPROTO_TCP
    _check(family, type, capacity)
    end_class = _end_class(family, type)
    ends = end_class(Readiness(), capacity), end_class(Readiness(), capacity)
    join(*ends)
    names = addresses or ((internet_address(family), internet_address(family)))
    for end, other, local in zip(ends, reversed(ends), names, strict=True):
        end.local = other.remote = local
    one, other = (MemorySocket(family, type, proto, end.level, end, 0.0) for end in ends)
    return one, other


def internet_address(family: int) -> Any:
    """Return a free port of the loopback address; Unix sockets have no name."""
    if family not in INTERNET:
        return ""
    address = (INTERNET[socket.AddressFamily(family)], next(_ports) % 16384 + 49152)
    return (*address, 0, 0) if family == socket.AF_INET6 else address


def _end_class(family: int, kind: int) -> Any:
    if kind == socket.SOCK_DGRAM:
        return DatagramEnd
    return TcpEnd if family in INTERNET else StreamEnd


def _check(family: int, kind: int, capacity: int) -> None:
    kinds = [(UNIX, socket.SOCK_STREAM), (UNIX, socket.SOCK_DGRAM)]
    kinds += [(each, socket.SOCK_STREAM) for each in INTERNET]
    if (family, kind) not in kinds:
        msg = (
            f"no socket pair in memory for family {family!r} and type {kind!r}: "
            "there are AF_UNIX, AF_INET and AF_INET6 streams, and AF_UNIX datagrams"
        )
        raise ValueError(msg)
    if capacity < 1:
        msg = f"capacity is {capacity!r} bytes: nothing could ever be sent, use 1 or more"
        raise ValueError(msg)


async def memory_stream_pair(
    *,
    family: int | None = None,
    capacity: int = CAPACITY,
    addresses: tuple[Any, Any] | None = None,
    limit: int = 2**16,
) -> tuple[Stream, Stream]:
    """
    Return a reader and a writer for each end of a connection in memory.

    The running loop is given a `TestSelector` if it has none.

    Args:
        family: As for `memory_socketpair`.
        capacity: As for `memory_socketpair`.
        addresses: As for `memory_socketpair`.
        limit: The buffer limit of the readers, in bytes, as for `asyncio.open_connection`.

    Returns:
        ``(reader, writer), (reader, writer)``: what one writer writes the other reader reads.

    Raises:
        ValueError: As `memory_socketpair`.
        RuntimeError: No loop is running.
        TypeError: The loop has no selector, as uvloop.

    Example:
        >>> import asyncio
        >>> async def main():
        ...     (reader, writer), (their_reader, their_writer) = await memory_stream_pair()
        ...     writer.write(b"hello")
        ...     print(await their_reader.read(100))
        ...     for each in writer, their_writer:
        ...         each.close()
        ...         await each.wait_closed()
        >>> asyncio.run(main())
        b'hello'

    .. versionadded:: 1.0.0
    """
    install(asyncio.get_running_loop())
    one, other = memory_socketpair(family, capacity=capacity, addresses=addresses)
    try:
        mine = await open_connection(sock=one, limit=limit)
        theirs = await open_connection(sock=other, limit=limit)
    except BaseException:
        one.close()
        other.close()
        raise
    return mine, theirs
