"""The class of sockets: where it is, how it makes pairs and files."""

from __future__ import annotations

import _socket
import socket
import types
from typing import TYPE_CHECKING


def socket_class() -> type:
    """
    Return the standard library's class ``socket.socket``, whoever has put another in its place.

    It is the subclass of the C class ``_socket.socket`` that the module ``socket`` defines. Read on
    3.10-3.15.
    """
    derived: list[type] = vars(_socket)["socket"].__subclasses__()
    return next(cls for cls in derived if (cls.__module__, cls.__qualname__) == ("socket",) * 2)


if TYPE_CHECKING:
    Socket = socket.socket
else:
    Socket = socket_class()


SOCKETPAIRS = {
    function.__code__
    for name in ("socketpair", "_fallback_socketpair")
    if isinstance(function := getattr(socket, name, None), types.FunctionType)
}
"""
The code of ``socket.socketpair``, which makes sockets and connects them where the kernel has none.

It is a function of that name up to 3.11, and ``_fallback_socketpair`` since. Read on 3.10-3.15.
"""


class FileSocket(Socket):
    """
    What ``socket.socket`` keeps of the file objects that `makefile` makes.

    It counts them in ``_io_refs``. ``close()`` sets ``_closed``, and calls ``_real_close()`` when
    there are none left. ``__init__`` sets the two, which also opens a socket of the operating
    system. Read on 3.10-3.15.
    """

    __slots__ = ()

    def start_files(self) -> None:
        """Do what ``__init__`` does, but for the socket of the operating system."""
        self._io_refs = 0
        self._closed = False

    def _real_close(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Close for good: no file object needs the socket any more."""

    def abandon(self) -> None:
        """Be closed without closing."""
        self._closed = True
