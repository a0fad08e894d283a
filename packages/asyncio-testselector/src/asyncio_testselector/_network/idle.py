"""A stream socket of a memory network that is not connected."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from asyncio_testselector._files.errors import WINSOCK, os_error
from asyncio_testselector._memory.stream import BOTH, Buffer
from asyncio_testselector._network.fabric import UNIX, Binding, Fabric

if TYPE_CHECKING:
    from asyncio_testselector._selector.readiness import Readiness


class Attempt(Protocol):
    """An attempt to connect, as far as a socket has to know it."""

    def cancel(self) -> None:
        """Give up."""


class IdleEnd:
    """
    The inside of a stream socket that is not connected: new, bound, or trying to connect.

    Args:
        fabric: The network.
        level: The readiness of the socket.
        family: The address family.
        local: The own address.
    """

    def __init__(self, fabric: Fabric, level: Readiness, family: int, local: Any) -> None:
        self.fabric = fabric
        self.level = level
        self.family = family
        self.local = local
        self.capacity: int = fabric.capacity
        self.error: int = 0
        self.binding: Binding | None = None
        self.attempt: Attempt | None = None
        self.failed: bool = False  # to connect, and nobody tried again
        self.dead: bool = False  # it was shut down since

    def begin(self) -> None:
        """
        Be ready for an attempt to connect.

        Raises:
            OSError: The one before failed, which is what this call tells.
        """
        if self.dead:
            raise os_error(errno.EINVAL)
        if self.failed:
            self.failed = False
            raise self.take_error() if self.error else os_error(errno.ECONNABORTED)

    def send(self, data: Buffer) -> NoReturn:
        """Raise what the kernel raises without a connection."""
        if self.attempt is not None:
            raise os_error(errno.EAGAIN)
        if self.error:
            raise self.take_error()
        raise os_error(errno.ENOTCONN if self.family == UNIX else errno.EPIPE)

    send_buffers = send

    def recv(self, size: int) -> bytes:
        """Raise what the kernel raises without a connection; there is an end where one failed."""
        if self.attempt is not None:
            raise os_error(errno.EAGAIN)
        if self.error:
            raise self.take_error()
        if self.failed:
            return b""
        raise os_error(errno.EINVAL if self.family == UNIX else errno.ENOTCONN)

    peek = recv

    def peername(self) -> NoReturn:
        """Raise: there is no peer."""
        raise os_error(errno.ENOTCONN)

    def shutdown(self, how: int) -> None:
        """Raise, as TCP does; a Unix socket takes it."""
        if self.family != UNIX:
            self.dead = self.failed
            if not WINSOCK:  # pragma: no branch - Windows, whose transports rely on it
                raise os_error(errno.ENOTCONN)

    def accept(self) -> NoReturn:
        """Raise: nobody listens."""
        raise os_error(errno.EINVAL)

    def take_error(self) -> OSError:
        """Return the pending error and forget it."""
        code, self.error = self.error, 0
        return os_error(code)

    def fail(self, code: int) -> None:
        """Have an attempt fail."""
        self.attempt = None
        self.error = code
        self.failed = self.family != UNIX
        self.level.set(BOTH)

    def close(self) -> None:
        """Give the address back, and try no longer."""
        if self.attempt is not None:
            self.attempt.cancel()
            self.attempt = None
        if self.binding is not None:
            self.fabric.unbind(self.binding)
        self.level.close()
