"""
What the system tells of this process, of its descriptors and of its children.

Tests patch ``os.listdir``, ``open``, ``socket.socket`` and the like, to forbid or to fake them. The
clock must neither fall for that nor be caught by it: the functions it needs are bound here
once, in a class, where tools that replace functions in modules do not look for them.
"""

from __future__ import annotations

import os
import socket
import stat
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

__all__ = [
    "System",
    "command_of",
    "has_files",
    "listed",
    "pid_of_handle",
    "pid_of_pidfd",
    "queued",
    "terminal_of",
    "text_of",
]

_SIOCOUTQ: Final = 0x5411  # Linux, linux/sockios.h: bytes sent and not acknowledged
_FIONREAD: Final = 0x541B
_TIOCGPTN: Final = 0x80045430  # the number of the terminal that a master is the other end of
_TERMINALS: Final = range(136, 144)  # the major numbers of their other ends
_LONGEST_COMMAND: Final = 60


class System:
    """The functions of the system, as they were when this module was imported."""

    open = staticmethod(os.open)
    read = staticmethod(os.read)
    pread: Any = staticmethod(getattr(os, "pread", os.read))
    close = staticmethod(os.close)
    dup = staticmethod(os.dup)
    fstat = staticmethod(os.fstat)
    lstat = staticmethod(os.lstat)
    listdir = staticmethod(os.listdir)
    readlink = staticmethod(getattr(os, "readlink", os.fspath))
    waitid = staticmethod(getattr(os, "waitid", None) or (lambda *_: None))
    has_waitid = hasattr(os, "waitid")
    ioctl: Any = None if fcntl is None else staticmethod(fcntl.ioctl)
    # Python's own subclass of it is what tests patch.
    socket: Any = socket.socket.__mro__[1]

    @classmethod
    @contextmanager
    def socket_of(cls, fd: int) -> Iterator[Any]:
        """Return a socket for a descriptor, which stays open when the block ends."""
        if not has_files():
            sock = cls.socket(fileno=fd)
            try:
                yield sock
            finally:
                sock.detach()
            return
        # A duplicate: a socket object that is left behind closes its descriptor.
        copy = cls.dup(fd)
        try:
            sock = cls.socket(fileno=copy)
        except OSError:
            cls.close(copy)
            raise
        try:
            yield sock
        finally:
            sock.close()


def has_files() -> bool:
    """
    Whether sockets and processes are files to the system.

    On Windows their handles are no descriptors, and /proc is a folder like any other, if there is
    one.
    """
    return os.name != "nt"


def text_of(path: str, *, whole: bool = False) -> str:
    """
    Return what a file of the system says, nothing if it cannot be read.

    Args:
        path: Its name.
        whole: Read on until its end, for a table that may be long.
    """
    if not has_files():
        return ""
    try:
        fd = System.open(path, os.O_RDONLY)
    except OSError:
        return ""
    try:
        found = read = System.read(fd, 1 << 16)
        while whole and read:
            read = System.read(fd, 1 << 16)
            found += read
        return found.decode(errors="replace")
    except OSError:
        return ""
    finally:
        System.close(fd)


def listed(path: str) -> list[str] | None:
    """Return the names in a folder of the system, None if it cannot be read."""
    if not has_files():
        return None
    try:
        return System.listdir(path)
    except OSError:
        return None


def command_of(pid: int) -> str:
    """Return the command line of a process, nothing if it is not known."""
    words = text_of(f"/proc/{pid}/cmdline").split("\0")
    text = " ".join(words).strip().replace("\n", " ")
    return text if len(text) <= _LONGEST_COMMAND else f"{text[:_LONGEST_COMMAND]}..."


def pid_of_pidfd(fd: int, owner: int | str = "self") -> int | None:
    """Return the process that a descriptor of *owner* stands for, None if it stands for none."""
    for line in text_of(f"/proc/{owner}/fdinfo/{fd}").splitlines():
        if line.startswith("Pid:"):
            pid = int(line.split()[1])
            return pid if pid > 0 else None
    return None


def pid_of_handle(handle: int) -> int | None:
    """Return the process that a handle of Windows stands for, None if it stands for none."""
    import ctypes

    libraries: Any = getattr(ctypes, "windll", None)
    if libraries is None:
        return None
    return libraries.kernel32.GetProcessId(ctypes.c_void_p(handle)) or None


def terminal_of(fd: int, status: os.stat_result) -> tuple[int, bool] | None:
    """Return the number of a pseudo terminal and whether *fd* is its master; None if it is none."""
    if System.ioctl is None or not stat.S_ISCHR(status.st_mode):
        return None
    try:
        answer = System.ioctl(fd, _TIOCGPTN, b"\0\0\0\0")
        return int.from_bytes(answer, sys.byteorder), True
    except (OSError, ValueError):
        is_one = os.major(status.st_rdev) in _TERMINALS
        return (os.minor(status.st_rdev), False) if is_one else None


def queued(fd: int, *, sent: bool) -> int | None:
    """
    Return the bytes that are on their way out of a socket, or have come in and are not read.

    None where the system does not tell.
    """
    if System.ioctl is None:
        return None
    try:
        answer = System.ioctl(fd, _SIOCOUTQ if sent else _FIONREAD, b"\0\0\0\0")
    except (OSError, ValueError):
        return None
    return int.from_bytes(answer, "little", signed=True)
