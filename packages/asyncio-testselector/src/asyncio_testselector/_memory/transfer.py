"""
What goes through a memory socket: the methods of ``socket.socket`` that receive and send.

What happens to bytes is the business of the *end* in ``_end``; here is what Python makes of it:
arguments, buffers, flags, and the words of errors.
"""

from __future__ import annotations

import errno
import locale
import socket
from typing import TYPE_CHECKING, Any

from asyncio_testselector._cpython.sockets import FileSocket
from asyncio_testselector._files.errors import os_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncio_testselector._memory.stream import Buffer

PEEK = int(getattr(socket, "MSG_PEEK", 0))
HARMLESS = PEEK | sum(
    int(getattr(socket, name, 0))  # plain ints: socket.MsgFlag is slow
    for name in ("MSG_DONTWAIT", "MSG_NOSIGNAL", "MSG_WAITALL", "MSG_CMSG_CLOEXEC", "MSG_MORE")
)
TRUNC = int(getattr(socket, "MSG_TRUNC", 0))
ERRQUEUE = int(getattr(socket, "MSG_ERRQUEUE", 0))


INTERNET = (socket.AF_INET, socket.AF_INET6)

NEVER_BLOCKS = (
    "a memory socket cannot block, whatever its timeout, as nobody else would run in this thread "
    "meanwhile; use asyncio's streams or the loop's sock_ methods"
)


class TransferringSocket(FileSocket):
    """The part of a `MemorySocket` that bytes go through."""

    __slots__ = ("_end", "_family", "_timeout", "_type")

    _family: socket.AddressFamily
    _type: socket.SocketKind
    _timeout: float | None
    _end: Any

    def _open(self) -> None:
        """Raise if the socket is closed; a method of the whole socket."""

    def _cannot_wait(self, exc: BlockingIOError) -> BlockingIOError:
        """Return the error of a call that would block, worded for whoever expects it to wait."""
        if self._timeout == 0:
            return exc
        return BlockingIOError(exc.errno, f"{exc.strerror}: {NEVER_BLOCKS}")

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

    def _recv_unusual(self, bufsize: int, flags: int) -> bytes:
        if bufsize < 0:
            msg = f"negative buffersize in recv: {bufsize!r}"
            raise ValueError(msg)
        if flags & ERRQUEUE:
            raise os_error(errno.EAGAIN)  # where there is never anything
        if flags & ~(HARMLESS | TRUNC):
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
        wanted = nbytes or len(view)
        size = self._next_size() if wanted else 0  # for nothing, nobody asks the system
        data = self.recv(wanted, flags)
        view[: len(data)] = data
        return size if flags & TRUNC and size else len(data)

    def _next_size(self) -> int:
        """Return how long the next message is, 0 if there is none."""
        size: int = self._end.next_size() if self._type == socket.SOCK_DGRAM else 0
        return size

    def recvfrom(self, bufsize: int, flags: int = 0, /) -> tuple[bytes, Any]:
        """Receive, and say from where; a stream says None."""
        return self.recv(bufsize, flags), None

    def recvfrom_into(self, buffer: Buffer, nbytes: int = 0, flags: int = 0) -> tuple[int, Any]:
        """Receive into *buffer*, and say from where."""
        view = writable(buffer, nbytes)
        size = self._next_size()
        data, address = self.recvfrom(nbytes or len(view), flags)
        view[: len(data)] = data
        return size if flags & TRUNC and size else len(data), address

    def recvmsg(
        self, bufsize: int, ancbufsize: int = 0, flags: int = 0, /
    ) -> tuple[bytes, list[Any], int, Any]:
        """Receive; there is never ancillary data."""
        size = self._next_size()
        data, address = self.recvfrom(bufsize, flags)
        return data, [], TRUNC if size > len(data) else 0, address

    def recvmsg_into(
        self, buffers: Iterable[Buffer], ancbufsize: int = 0, flags: int = 0, /
    ) -> tuple[int, list[Any], int, Any]:
        """Receive into several buffers, one after the other; there is never ancillary data."""
        views = [writable(buffer, 0) for buffer in buffers]
        size = self._next_size()
        data, address = self.recvfrom(sum(map(len, views)), flags)
        rest = data
        for view in views:
            part, rest = rest[: len(view)], rest[len(view) :]
            view[: len(part)] = part
        return len(data), [], TRUNC if size > len(data) else 0, address

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
