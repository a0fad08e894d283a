"""
The socket around one end: everything asyncio, and code above it, asks of a ``socket.socket``.

A `MemorySocket` *is* a ``socket.socket`` that never got a descriptor: the C constructor is not run,
so that whatever is not overridden here fails with EBADF, as on a closed socket, and no kernel
object exists. What happens to bytes is the business of the *end* in ``_end``: a connected stream, a
datagram end, a listener, or one of those that only raise.

More than 300 lines, as ``socket.socket`` has that many methods, and each answers for itself.
"""

from __future__ import annotations

import contextlib
import errno
import locale
import socket
import sys
import warnings
from typing import TYPE_CHECKING, Any, NoReturn

from asyncio_testselector._cpython.frames import wraps_in_tls
from asyncio_testselector._cpython.sockets import FileSocket
from asyncio_testselector._files import service
from asyncio_testselector._memory.options import SocketOptions, as_asked
from asyncio_testselector._memory.stream import Buffer, os_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncio_testselector._selector.readiness import Readiness

PEEK = int(getattr(socket, "MSG_PEEK", 0))
HARMLESS = PEEK | sum(
    int(getattr(socket, name, 0))  # plain ints: socket.MsgFlag is slow
    for name in ("MSG_DONTWAIT", "MSG_NOSIGNAL", "MSG_WAITALL", "MSG_CMSG_CLOEXEC", "MSG_MORE")
)


INTERNET = (socket.AF_INET, socket.AF_INET6)

NEVER_BLOCKS = (
    "a memory socket cannot block, whatever its timeout, as nobody else would run in this thread "
    "meanwhile; use asyncio's streams or the loop's sock_ methods"
)


class ClosedEnd:
    """What is inside of a socket after ``close()``: nothing works any more."""

    capacity = 0
    peer = None

    def __getattr__(self, name: str) -> NoReturn:
        """Raise what the kernel raises for a descriptor that is not open."""
        if name.startswith("__"):
            raise AttributeError(name)
        raise os_error(errno.EBADF)

    def recv(self, size: int) -> bytes:
        """Raise, unless nothing is asked for: Python then does not ask the kernel."""
        if size:
            raise os_error(errno.EBADF)
        return b""

    peek = recv


CLOSED = ClosedEnd()


class MemorySocket(FileSocket):
    """
    A socket with no kernel object behind it, as `memory_socketpair` returns it.

    It has the methods, the errors and the addresses of a socket of the operating system, and
    ``isinstance(sock, socket.socket)`` holds. It never blocks: what would have to wait is a
    `BlockingIOError`, also where a timeout is set, because in a test nobody else could run
    meanwhile. Its ``fileno()`` is a virtual descriptor, which a `TestSelector` watches.

    Not made directly: see `memory_socketpair`, `SocketScript` and `MemoryNetwork`.

    .. versionadded:: 1.0.0
    """

    __slots__ = (
        *("_end", "_family", "_inheritable", "_level", "_options", "_proto", "_timeout", "_type"),
    )

    _family: socket.AddressFamily
    _type: socket.SocketKind
    _end: Any
    _level: Readiness

    def __init__(
        self,
        family: int,
        type: int,  # noqa: A002
        proto: int,
        level: Readiness,
        end: Any,
        timeout: float | None,
    ) -> None:
        # Not super().__init__(): that is what would open a socket of the operating system.
        self.start_files()
        self._inheritable = False
        self._family = socket.AddressFamily(family)
        self._type = socket.SocketKind(type)
        self._proto = proto
        self._level = level
        self._end = end
        self._timeout = timeout
        self._options = SocketOptions(family, type, proto)
        service.made()

    # -- what it is --------------------------------------------------------------------------

    @property
    def family(self) -> socket.AddressFamily:
        """The address family."""
        return self._family

    @property
    def type(self) -> socket.SocketKind:
        """The socket type, without flags."""
        return self._type

    @property
    def proto(self) -> int:
        """The protocol."""
        return self._proto

    @property
    def timeout(self) -> float | None:
        """What `gettimeout` returns."""
        return self._timeout

    def __repr__(self) -> str:
        what = f"family={self._family!s}, type={self._type!s}, proto={self._proto}"
        if self._end is CLOSED:
            return f"<{type(self).__name__} [closed] fd=-1, {what}>"
        names = [f"laddr={self.getsockname()!r}"]
        with contextlib.suppress(OSError):
            names.append(f"raddr={self.getpeername()!r}")
        return f"<{type(self).__name__} fd={self._level.fd}, {what}, {', '.join(names)}>"

    def fileno(self) -> int:
        """Return the virtual descriptor, -1 once closed."""
        if self._end is CLOSED:
            return -1
        if wraps_in_tls(sys._getframe(1)):
            raise service.cannot_be_wrapped(self)
        service.asked(self)
        return self._level.fd

    def getsockname(self) -> Any:
        """Return the own address."""
        return self._end.local

    def getpeername(self) -> Any:
        """Return the peer's address."""
        return self._end.peername()

    # -- waiting -----------------------------------------------------------------------------

    def gettimeout(self) -> float | None:
        """Return the timeout; no call waits for it."""
        return self._timeout

    def settimeout(self, value: float | None, /) -> None:
        """Keep the timeout in seconds; no call waits for it."""
        self._open()
        if value is not None and value < 0:
            msg = f"Timeout value out of range: {value!r} s is negative"
            raise ValueError(msg)
        self._timeout = None if value is None else float(value)

    def getblocking(self) -> bool:
        """Tell whether the timeout is anything but 0."""
        return self._timeout != 0

    def setblocking(self, flag: bool, /) -> None:
        """Set the timeout to ``None`` or to 0."""
        self._open()
        service.used()
        self._timeout = None if flag else 0.0

    def _open(self) -> None:
        if self._end is CLOSED:
            raise os_error(errno.EBADF)

    # -- receiving ---------------------------------------------------------------------------

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Return up to *bufsize* bytes, ``b""`` at the end of the stream."""
        if flags or bufsize < 0:
            return self._recv_unusual(bufsize, flags)
        try:
            data: bytes = self._end.recv(bufsize)
        except BlockingIOError as exc:
            raise self._cannot_wait(exc) from None
        return data

    def _cannot_wait(self, exc: BlockingIOError) -> BlockingIOError:
        """Return the error of a call that would block, worded for whoever expects it to wait."""
        if self._timeout == 0:
            return exc
        return BlockingIOError(exc.errno, f"{exc.strerror}: {NEVER_BLOCKS}")

    def _recv_unusual(self, bufsize: int, flags: int) -> bytes:
        if bufsize < 0:
            msg = f"negative buffersize in recv: {bufsize!r}"
            raise ValueError(msg)
        if flags & ~HARMLESS:
            raise os_error(errno.EOPNOTSUPP)
        end = self._end
        try:
            data: bytes = end.peek(bufsize) if flags & PEEK else end.recv(bufsize)
        except BlockingIOError as exc:
            raise self._cannot_wait(exc) from None
        return data

    def recv_into(self, buffer: Buffer, nbytes: int = 0, flags: int = 0) -> int:
        """Receive into *buffer*, at most *nbytes* if given, and return how many bytes it was."""
        view = writable(buffer, nbytes)
        data = self.recv(nbytes or len(view), flags)
        view[: len(data)] = data
        return len(data)

    def recvfrom(self, bufsize: int, flags: int = 0, /) -> tuple[bytes, Any]:
        """Receive, and say from where; a stream says None."""
        return self.recv(bufsize, flags), None

    def recvfrom_into(self, buffer: Buffer, nbytes: int = 0, flags: int = 0) -> tuple[int, Any]:
        """Receive into *buffer*, and say from where."""
        view = writable(buffer, nbytes)
        data, address = self.recvfrom(nbytes or len(view), flags)
        view[: len(data)] = data
        return len(data), address

    def recvmsg(
        self, bufsize: int, ancbufsize: int = 0, flags: int = 0, /
    ) -> tuple[bytes, list[Any], int, Any]:
        """Receive; there is never ancillary data."""
        data, address = self.recvfrom(bufsize, flags)
        return data, [], 0, address

    def recvmsg_into(
        self, buffers: Iterable[Buffer], ancbufsize: int = 0, flags: int = 0, /
    ) -> tuple[int, list[Any], int, Any]:
        """Receive into several buffers, one after the other; there is never ancillary data."""
        views = [writable(buffer, 0) for buffer in buffers]
        data, address = self.recvfrom(sum(map(len, views)), flags)
        rest = data
        for view in views:
            part, rest = rest[: len(view)], rest[len(view) :]
            view[: len(part)] = part
        return len(data), [], 0, address

    def makefile(
        self,
        mode: str = "r",
        buffering: int | None = None,
        *,
        encoding: str | None = None,
        **options: Any,
    ) -> Any:
        """Return a file object; like the socket, it does not wait for more than there is."""
        if encoding is None and "b" not in mode:
            # Text files of 3.10 ask the operating system for that of the descriptor.
            encoding = locale.getpreferredencoding(do_setlocale=False)
        return super().makefile(mode, buffering, encoding=encoding, **options)  # type: ignore[call-overload]

    # -- sending -----------------------------------------------------------------------------

    def send(self, data: Buffer, flags: int = 0, /) -> int:
        """Send what there is room for and return how many bytes it was."""
        if flags and flags & ~HARMLESS:
            raise os_error(errno.EOPNOTSUPP)
        try:
            sent: int = self._end.send(data)
        except BlockingIOError as exc:
            raise self._cannot_wait(exc) from None
        return sent

    def sendall(self, data: Buffer, flags: int = 0, /) -> None:
        """Send everything, or as much as there is room for and raise `BlockingIOError`."""
        view = memoryview(data).cast("B")
        while True:
            view = view[self.send(view, flags) :]
            if not view:
                return

    def sendmsg(
        self,
        buffers: Iterable[Buffer],
        ancdata: Iterable[Any] = (),
        flags: int = 0,
        address: Any = None,
        /,
    ) -> int:
        """Send several buffers as one; ancillary data is refused: there are no descriptors."""
        if tuple(ancdata):
            msg = "a memory socket takes no ancillary data: there is no kernel to pass descriptors"
            raise os_error(errno.EOPNOTSUPP, msg)
        if flags & ~HARMLESS:
            raise os_error(errno.EOPNOTSUPP)
        if address is not None:
            return self.sendto(b"".join(buffers), address)
        try:
            sent: int = self._end.send_buffers(buffers)
        except BlockingIOError as exc:
            raise self._cannot_wait(exc) from None
        return sent

    def sendto(self, data: Buffer, *args: Any) -> int:
        """Send to an address; a connected stream has its peer already, and TCP says nothing."""
        if len(args) not in {1, 2}:
            msg = f"sendto() takes 2 or 3 arguments ({len(args) + 1} given)"
            raise TypeError(msg)
        if self._type == socket.SOCK_STREAM and self._family in INTERNET:
            return self.send(data, *args[:-1])
        self._open()
        raise os_error(errno.EISCONN)

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """
        Send a file by reading it, and return how many bytes it was.

        Raises:
            ValueError: The socket does not block, or *count* is not positive.
            BlockingIOError: It is more than there is room for.
        """
        if self._timeout == 0:
            msg = "non-blocking sockets are not supported: use loop.sock_sendfile()"
            raise ValueError(msg)
        if count is not None and count <= 0:
            msg = f"count must be a positive integer (got {count!r})"
            raise ValueError(msg)
        if offset:
            file.seek(offset)
        data = file.read() if count is None else file.read(count)
        self.sendall(data)
        return len(data)

    # -- connecting: it is connected ---------------------------------------------------------

    def bind(self, address: Any, /) -> None:
        """Refuse: the address is there already."""
        self._open()
        raise os_error(errno.EINVAL)

    def listen(self, backlog: int = 128, /) -> None:
        """Refuse: it is connected."""
        self._open()
        raise os_error(errno.EINVAL)

    def accept(self) -> tuple[MemorySocket, Any]:
        """Refuse: it does not listen."""
        self._open()
        raise os_error(errno.EINVAL)

    def connect(self, address: Any, /) -> None:
        """Refuse: it is connected."""
        self._open()
        raise os_error(errno.EISCONN)

    def connect_ex(self, address: Any, /) -> int:
        """Connect and return the error's number, 0 if there was none."""
        try:
            self.connect(address)
        except OSError as exc:
            return exc.errno or 0
        return 0

    # -- options -----------------------------------------------------------------------------

    def setsockopt(
        self, level: int, optname: int, value: Any, optlen: int | None = None, /
    ) -> None:
        """Keep an option; ``SO_SNDBUF`` sets the capacity in bytes."""
        self._open()
        self._options.set(level, optname, value, optlen)
        if level != socket.SOL_SOCKET:
            return
        if optname == socket.SO_SNDBUF:
            self._end.capacity = max(1, int(value))
        elif optname == socket.SO_LINGER and hasattr(self._end, "linger_reset"):
            self._end.linger_reset = self._options.resets_on_close()

    def getsockopt(self, level: int, optname: int, buflen: int = 0, /) -> Any:
        """Return an option; ``SO_ERROR`` returns the pending error and clears it."""
        self._open()
        if not 0 <= buflen <= 1024:
            msg = f"getsockopt buflen out of range: {buflen!r}"
            raise OSError(msg)
        if level != socket.SOL_SOCKET:
            value = self._options.get(level, optname)
        elif optname == socket.SO_ERROR:
            value = self._end.take_error().errno if self._end.error else 0
        elif optname == socket.SO_SNDBUF:
            value = self._end.capacity
        elif optname == socket.SO_RCVBUF:
            value = self._options.get(level, optname, self._end.capacity)
        else:
            value = self._options.get(level, optname)
        return as_asked(value, buflen)

    def get_inheritable(self) -> bool:
        """Return what was set; False is what it is at first."""
        self._open()
        return self._inheritable

    def set_inheritable(self, inheritable: bool) -> None:
        """Keep it: servers set it before they know whether there will be a process to inherit."""
        self._open()
        self._inheritable = bool(inheritable)

    # -- the end -----------------------------------------------------------------------------

    def shutdown(self, how: int, /) -> None:
        """Close one direction or both."""
        if how not in (socket.SHUT_RD, socket.SHUT_WR, socket.SHUT_RDWR):
            self._open()
            raise os_error(errno.EINVAL)
        self._end.shutdown(how)

    def release(self) -> None:
        """Close for good; ``fileno()`` is -1 from now on."""
        end, self._end = self._end, CLOSED
        if end is not CLOSED:
            end.close()

    def __del__(self, _warn: Any = warnings.warn) -> None:
        # As a real one: whoever loses a socket is told, and the peer sees it closed.
        end = getattr(self, "_end", CLOSED)
        if end is not CLOSED:
            _warn(f"unclosed {self!r}", ResourceWarning, source=self)
            self.release()

    def detach(self) -> int:
        """Close the socket but not the connection, and return the descriptor."""
        number = -1 if self._end is CLOSED else self._level.fd
        self._end = CLOSED
        self.abandon()
        return number

    def dup(self) -> NoReturn:
        """Refuse: there is no descriptor to duplicate."""
        self._open()
        raise os_error(errno.EOPNOTSUPP, "a memory socket cannot be duplicated: pass it on instead")


def writable(buffer: Buffer, nbytes: int) -> memoryview:
    """Return a view of a buffer that has to take *nbytes*, or what it has room for."""
    view = memoryview(buffer).cast("B")
    if view.readonly:
        msg = f"a read-write bytes-like object is required, not {type(buffer).__name__!r}"
        raise TypeError(msg)
    if nbytes > len(view):
        msg = f"buffer too small for requested bytes: {len(view)} bytes for {nbytes!r}"
        raise ValueError(msg)
    return view
