"""What a descriptor stands for, since numbers are used again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asyncio_fakeclock._world.kernel import System, has_files

if TYPE_CHECKING:
    import os

__all__ = ["Descriptor", "name_of", "status_of"]


class Descriptor(NamedTuple):
    """
    A descriptor and what it stands for, since numbers are used again.

    Attributes:
        fd: The descriptor.
        inode: The file's number; where sockets are no files, one that stands for their addresses.
    """

    fd: int
    inode: int

    @classmethod
    def of(cls, fd: int) -> Descriptor:
        """Return what *fd* stands for now."""
        status = status_of(fd)
        return cls(fd, _addresses_of(fd) if status is None else status.st_ino)


def status_of(fd: int) -> os.stat_result | None:
    """Return the status of a file, None if it has none."""
    if not has_files():
        return None  # it is no descriptor of the C library's
    try:
        return System.fstat(fd)
    except OSError:
        return None


def _addresses_of(fd: int) -> int:
    try:
        with System.socket_of(fd) as sock:
            return hash((name_of(sock, "getsockname"), name_of(sock, "getpeername")))
    except (OSError, ValueError):
        return -1


def name_of(sock: Any, method: str) -> object:
    """Return what a method of a socket says, None if it is refused."""
    try:
        return getattr(System.socket, method)(sock)
    except OSError:
        return None
