"""
The socket around one end: everything asyncio, and code above it, asks of a ``socket.socket``.

A `MemorySocket` *is* a ``socket.socket`` that never got a descriptor: the C constructor is not run,
so that whatever is not overridden here fails with EBADF, as on a closed socket, and no kernel
object exists. What happens to bytes is the business of the *end* in ``_end``: a connected stream, a
datagram end, a listener, or one of those that only raise.

Sockets that were made of each other by ``dup()`` are *twins*: they share the end, its options and
the level, which is then found by several descriptors. The last one that is closed closes the end.

A little over 300 lines, as ``socket.socket`` has that many methods, and each answers for itself;
those that bytes go through are in `_memory.transfer`.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import sys
import warnings
import weakref
from typing import TYPE_CHECKING, Any

from asyncio_testselector._cpython.frames import polls, wraps_in_tls
from asyncio_testselector._cpython.sockets import Socket
from asyncio_testselector._files import service
from asyncio_testselector._files.errors import os_error
from asyncio_testselector._memory.closed import CLOSED
from asyncio_testselector._memory.options import SocketOptions, as_asked, doubled
from asyncio_testselector._memory.transfer import TransferringSocket

if TYPE_CHECKING:
    from typing_extensions import Self

    from asyncio_testselector._files.descriptor import FileDescriptor
    from asyncio_testselector._selector.readiness import Readiness

_raw_new: Any = Socket.__mro__[1].__new__  # of the C class, also while a network has taken over


TCP_INFO = int(socket.IPPROTO_TCP), int(getattr(socket, "TCP_INFO", -1))


def tcp_state(end: Any) -> int:
    """Return the state of a connection as Linux numbers it: established, listening, or closed."""
    if getattr(end, "connected", False) is True:
        return 1
    return 10 if hasattr(end, "backlog") else 7


class MemorySocket(TransferringSocket):
    """
    A socket with no kernel object behind it, as `memory_socketpair` returns it.

    It has the methods, the errors and the addresses of a socket of the operating system, and
    ``isinstance(sock, socket.socket)`` holds. It never blocks: what would have to wait is a
    `BlockingIOError`, also where a timeout is set, because in a test nobody else could run
    meanwhile. Its ``fileno()`` is a virtual descriptor, which a `TestSelector` watches.

    Not made directly: see `memory_socketpair`, `SocketScript` and `MemoryNetwork`.

    .. versionadded:: 1.0.0
    """

    __slots__ = (*("_descriptor", "_inheritable", "_level", "_options", "_proto", "_twins"),)

    _level: Readiness
    _descriptor: FileDescriptor

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
        self._descriptor = level.fd
        self._twins: weakref.WeakSet[MemorySocket] | None = None
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
        return f"<{type(self).__name__} fd={self._descriptor}, {what}, {', '.join(names)}>"

    def fileno(self) -> int:
        """Return the virtual descriptor, -1 once closed."""
        if self._end is CLOSED:
            return -1
        if wraps_in_tls(sys._getframe(1)):
            raise service.cannot_be_wrapped(self)
        if polls(sys._getframe(1)):
            return self._level.polled()
        service.asked(self)
        return self._descriptor

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
            self._end.capacity = max(1, int(self._options.get(level, optname)))
        elif optname == socket.SO_LINGER and hasattr(self._end, "linger_reset"):
            self._end.linger_reset = self._options.resets_on_close()

    def getsockopt(self, level: int, optname: int, buflen: int = 0, /) -> Any:
        """Return an option; ``SO_ERROR`` returns the pending error and clears it."""
        self._open()
        if not 0 <= buflen <= 1024:
            msg = f"getsockopt buflen out of range: {buflen!r}"
            raise OSError(msg)
        if (level, optname) == TCP_INFO:
            self._options.get(level, optname)
            value: Any = bytes([tcp_state(self._end)]).ljust(232, b"\0")
        elif level != socket.SOL_SOCKET:
            value = self._options.get(level, optname)
        elif optname == socket.SO_ERROR:
            value = self._end.take_error().errno if self._end.error else 0
        elif optname in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            value = doubled(optname, self._options.get(level, optname, 0)) or self._end.capacity
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
        if end is CLOSED:
            return
        if self._twins is not None:
            self._twins.discard(self)
            if self._twins:
                self._level.drop(self._descriptor)
                return
        end.close()

    def __del__(self, _warn: Any = warnings.warn) -> None:
        # As a real one: whoever loses a socket is told, and the peer sees it closed.
        end = getattr(self, "_end", CLOSED)
        if end is not CLOSED:
            _warn(f"unclosed {self!r}", ResourceWarning, source=self)
            self.release()

    def detach(self) -> int:
        """Close the socket but not the connection, and return the descriptor."""
        number = -1 if self._end is CLOSED else self._descriptor
        if self._twins is not None:
            self._twins.discard(self)
        self._end = CLOSED
        self.abandon()
        return number

    def dup(self) -> Self:
        """Return a second socket with a descriptor of its own; the connection is the same."""
        self._open()
        twin: Self = _raw_new(type(self))
        twin.become_twin(self, self._level.another())
        return twin

    def become_twin(self, other: MemorySocket, descriptor: FileDescriptor) -> None:
        """Become a twin of another socket, by a descriptor of its level; for this package."""
        if other._twins is None:
            other._twins = weakref.WeakSet([other])
        MemorySocket.__init__(
            self, other.family, other.type, other.proto, other._level, other._end, other._timeout
        )
        self._options = other._options
        self._descriptor = descriptor
        self._twins = other._twins
        self._twins.add(self)

    def become(self, end: Any) -> None:
        """Have another end inside, in all twins; for this package."""
        for twin in self._twins or ():
            twin._end = end
        if self._end is not CLOSED:
            self._end = end
