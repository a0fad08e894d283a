"""What is inside of a memory socket that was closed."""

from __future__ import annotations

import errno
from typing import NoReturn

from asyncio_testselector._files.errors import os_error


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
