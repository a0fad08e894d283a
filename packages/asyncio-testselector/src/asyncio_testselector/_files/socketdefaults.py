"""What a socket mock does when the test says nothing else."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, Any, ClassVar

from asyncio_testselector._files import service
from asyncio_testselector._files.errors import os_error
from asyncio_testselector._files.filemock import FileDefaults, FileMethod, FileMock

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = ("127.0.0.1", 50000)
THERE = ("127.0.0.1", 50001)
ABSTRACT = b"\0asyncio-testselector"  # a Unix address without a file, which asyncio need not remove


class AcceptMethod(FileMethod):
    """``accept``: at the end of its ``side_effect`` nobody else is waiting to be accepted."""

    def _exhausted(self) -> Exception:
        # asyncio accepts until the kernel says that nobody is left, up to a hundred times.
        return os_error(errno.EAGAIN)


class IntoMethod(FileMethod):
    """``recv_into`` and its kind: the buffer must stay the caller's, so it is not copied."""

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Record the call with the very buffer."""
        try:
            return super(FileMethod, self).__call__(*args, **kwargs)
        except StopIteration as exc:
            raise self._exhausted() from exc


class SendmsgMethod(FileMethod):
    """``sendmsg``: the buffers arrive in an iterator, and are recorded as a list of bytes."""

    def __call__(self, buffers: Iterable[Any] = (), /, *args: Any, **kwargs: Any) -> Any:
        """Record the call with copies of all buffers."""
        return super().__call__([bytes(buffer) for buffer in buffers], *args, **kwargs)


class SocketDefaults(FileDefaults):
    """
    What a `SocketMock` does when the test says nothing else: a connected, silent socket.

    It has nothing to read, takes whatever is sent, and forgets it.
    """

    names: ClassVar[frozenset[str]] = frozenset(
        {
            *("accept", "bind", "close", "connect", "connect_ex", "detach", "fileno"),
            *("getblocking", "getpeername", "getsockname", "getsockopt", "gettimeout"),
            *("listen", "recv", "recv_into", "recvfrom", "recvfrom_into"),
            *("send", "sendall", "sendmsg", "sendto"),
            *("setblocking", "setsockopt", "settimeout", "shutdown"),
        }
    )
    method_classes: ClassVar[dict[str, type[FileMethod]]] = {
        "accept": AcceptMethod,
        "recv_into": IntoMethod,
        "recvfrom_into": IntoMethod,
        "sendmsg": SendmsgMethod,
    }

    family = socket.AF_INET
    type = socket.SOCK_STREAM
    proto = 0

    def __init__(self, mock: FileMock) -> None:
        super().__init__(mock)
        # asyncio demands non-blocking sockets in debug mode, and a mock never blocks.
        self.timeout: float | None = 0.0
        self.name: Any = None
        self.peer: Any = None
        self.listening = False
        always_connected: bool = mock._file_always_connected
        self.always_connected = always_connected
        self.options: dict[tuple[int, int], Any] = {}

    def check_open(self) -> None:
        """Fail as the kernel does when the socket is closed."""
        if self.closed:
            raise os_error(errno.EBADF)

    def detach(self) -> int:
        """Return the descriptor and be closed."""
        descriptor = self.fileno()
        self.closed = True
        return descriptor

    def setblocking(self, flag: bool, /) -> None:
        """
        Remember the mode, and be open again.

        asyncio does this first to every socket it is given: one mock serves several transports,
        one after the other.
        """
        service.used()
        self.closed = False
        self.timeout = None if flag else 0.0

    def getblocking(self) -> bool:
        """Return the mode."""
        return self.timeout != 0.0

    def settimeout(self, value: float | None, /) -> None:
        """Remember the timeout in seconds."""
        self.timeout = value

    def gettimeout(self) -> float | None:
        """Return the timeout in seconds: 0.0, unless it was set."""
        return self.timeout

    def bind(self, address: Any, /) -> None:
        """Remember the address."""
        self.name = address

    def listen(self, backlog: int = 0, /) -> None:
        """Be a socket that listens, which has no peer."""
        self.listening = True

    def accept(self) -> Any:
        """Fail: nobody is waiting to be accepted."""
        self.check_open()
        raise os_error(errno.EAGAIN)

    def connect(self, address: Any, /) -> None:
        """Be connected at once."""
        self.check_open()
        self.peer = address

    def connect_ex(self, address: Any, /) -> int:
        """Be connected at once."""
        self.connect(address)
        return 0

    def getsockname(self) -> Any:
        """Return the address bound to, or one of the mock's family."""
        self.check_open()
        return self._address(HERE) if self.name is None else self.name

    def getpeername(self) -> Any:
        """Return the address connected to, or one of the mock's family."""
        self.check_open()
        if self.peer is not None:
            return self.peer
        if self.listening or (self.mock.type == socket.SOCK_DGRAM and not self.always_connected):
            raise os_error(errno.ENOTCONN)
        return self._address(THERE)

    def _address(self, address: tuple[str, int]) -> Any:
        family = self.mock.family
        if family == socket.AF_INET:
            return address
        if family == socket.AF_INET6:
            return ("::1", address[1], 0, 0)
        return ABSTRACT if address is HERE else ""

    def setsockopt(self, level: int, option: int, value: Any, *_: Any) -> None:
        """Remember the option."""
        self.options[level, option] = value

    def getsockopt(self, level: int, option: int, buflen: int = 0, /) -> Any:
        """Return an option as it was set; no error is pending, and the others are 0."""
        if (level, option) == (socket.SOL_SOCKET, socket.SO_TYPE):
            return int(self.mock.type)
        return self.options.get((level, option), bytes(buflen) if buflen else 0)

    def shutdown(self, how: int, /) -> None:
        """Do nothing."""
        self.check_open()

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Fail: there is nothing to read."""
        self.check_open()
        raise os_error(errno.EAGAIN)

    def recvfrom(self, bufsize: int, flags: int = 0, /) -> tuple[bytes, Any]:
        """Fail: there is nothing to read."""
        self.check_open()
        raise os_error(errno.EAGAIN)

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Read what the mock's ``recv`` gives."""
        size = nbytes or len(memoryview(buffer).cast("B"))
        return self._fill(buffer, self.mock.recv(size), size)

    def recvfrom_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> tuple[int, Any]:
        """Read what the mock's ``recvfrom`` gives."""
        size = nbytes or len(memoryview(buffer).cast("B"))
        data, address = self.mock.recvfrom(size)
        return self._fill(buffer, data, size), address

    def _fill(self, buffer: Any, data: bytes, size: int) -> int:
        if len(data) > size:
            msg = f"{self.mock!r} received {len(data)} bytes where at most {size} were asked for"
            raise ValueError(msg)
        memoryview(buffer).cast("B")[: len(data)] = data
        return len(data)

    def send(self, data: bytes, flags: int = 0, /) -> int:
        """Take everything."""
        self.check_open()
        return len(data)

    def sendall(self, data: bytes, flags: int = 0, /) -> None:
        """Take everything."""
        self.check_open()

    def sendto(self, data: bytes, *_: Any) -> int:
        """Take everything."""
        self.check_open()
        return len(data)

    def sendmsg(self, buffers: list[bytes], *_: Any) -> Any:
        """
        Send the buffers with the mock's ``send``.

        asyncio uses ``sendmsg`` since 3.12, for data that ``send`` did not take before: a test
        that configured ``send`` works on all versions.
        """
        return self.mock.send(b"".join(buffers))
