"""The attempts of a proactor: what it does to sockets, and to pipes, until it would block."""

from __future__ import annotations

import errno
import os
import select
import socket
import sys
from typing import Any

from asyncio_testselector._files.descriptor import is_virtual
from asyncio_testselector._files.filemock import FileMock, is_socket, would_block
from asyncio_testselector._selector.readiness import readiness_of

if sys.platform != "win32":  # pragma: no branch - Windows has none
    import fcntl


def is_mock(endpoint: Any) -> bool:
    """Tell what is ready when told so from what knows by itself."""
    number = endpoint.fileno()
    return is_virtual(number) and readiness_of(number) is None


def receive(endpoint: Any, size: int, flags: int = 0) -> bytes:
    """Read up to *size* bytes."""
    if is_socket(endpoint):
        data: bytes | None = endpoint.recv(size, flags) if flags else endpoint.recv(size)
    elif isinstance(endpoint, FileMock):
        data = endpoint.read(size)
    else:
        data = read_pipe(endpoint.fileno(), size)
    if data is None:  # what unbuffered files return
        raise would_block()
    return data


def read_pipe(number: int, size: int) -> bytes:
    """
    Read a pipe of the operating system.

    asyncio also reads the end it writes to, in order to learn that the other end was closed.
    """
    if sys.platform != "win32":  # pragma: no branch - pipes are of IOCP there
        mode = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE
        if mode == os.O_WRONLY:
            return closed_reader(number)
    return os.read(number, size)


def closed_reader(number: int) -> bytes:
    """Return EOF if the pipe's reader is gone."""
    poll = select.poll()
    poll.register(number, select.POLLIN)
    if not poll.poll(0):
        raise would_block()
    return b""


def receive_into(endpoint: Any, buffer: Any, flags: int = 0) -> int:
    """Read into *buffer* and return how much."""
    if is_socket(endpoint):
        count: int = endpoint.recv_into(buffer, 0, flags) if flags else endpoint.recv_into(buffer)
        return count
    view = memoryview(buffer).cast("B")
    data = receive(endpoint, len(view))
    view[: len(data)] = data
    return len(data)


def transmit(endpoint: Any, data: memoryview, flags: int = 0) -> int:
    """Write some of *data* and return how much."""
    if is_socket(endpoint):
        count: int | None = endpoint.send(data, flags) if flags else endpoint.send(data)
    elif isinstance(endpoint, FileMock):
        count = endpoint.write(data)
    else:
        count = os.write(endpoint.fileno(), data)
    if count is None:
        raise would_block()
    return count


def receive_from(endpoint: Any, size: int) -> tuple[bytes, Any]:
    """Receive a datagram and where it came from."""
    datagram: tuple[bytes, Any] = endpoint.recvfrom(size)
    return datagram


def receive_from_into(endpoint: Any, buffer: Any, size: int) -> tuple[int, Any]:
    """Receive a datagram of up to *size* bytes into *buffer*."""
    received: tuple[int, Any] = endpoint.recvfrom_into(buffer, size)
    return received


def send_to(endpoint: Any, data: bytes, address: Any) -> int:
    """Send a datagram; without an address, to where the socket is connected."""
    count: int = endpoint.send(data) if address is None else endpoint.sendto(data, address)
    return count


class Sending:
    """
    Writes all of some data, piece by piece.

    IOCP completes a send when all is sent, and the transports rely on it. After a piece it waits
    for the file to be writable again, as the selector's transports do.
    """

    __slots__ = ("_endpoint", "_flags", "_rest", "_size")

    def __init__(self, endpoint: Any, data: Any, flags: int) -> None:
        self._endpoint = endpoint
        self._flags = flags
        self._rest = memoryview(bytes(data))
        self._size = len(self._rest)

    def __call__(self) -> int:
        """Write what is left, once."""
        count = transmit(self._endpoint, self._rest, self._flags)
        self._rest = self._rest[count:]
        if self._rest:
            raise would_block()
        return self._size


class Connecting:
    """Starts to connect a socket, then asks how it went."""

    __slots__ = ("_address", "_sock", "_started")

    def __init__(self, sock: Any, address: Any) -> None:
        self._sock = sock
        self._address = address
        self._started = False

    def __call__(self) -> None:
        """Connect."""
        if not self._started:
            self._started = True
            self._sock.connect(self._address)
            return
        code = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code in {errno.EINPROGRESS, errno.EALREADY, errno.EWOULDBLOCK}:
            raise would_block()
        if code:
            raise OSError(code, f"Connect call failed {self._address}")


class SendingFile:
    """Sends a part of a real file over a real socket, in the kernel."""

    __slots__ = ("_count", "_file", "_offset", "_sock")

    def __init__(self, sock: Any, file: Any, offset: int, count: int) -> None:
        self._sock = sock
        self._file = file
        self._offset = offset
        self._count = count

    def __call__(self) -> None:
        """Send what is left."""
        while self._count:
            sent = os.sendfile(self._sock.fileno(), self._file.fileno(), self._offset, self._count)
            self._offset += sent
            self._count -= sent
            if not sent:
                return


def accept(listener: Any) -> tuple[Any, Any]:
    """Accept a client, whose socket does not block."""
    connection, address = listener.accept()
    connection.setblocking(False)
    return connection, address
