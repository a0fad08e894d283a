"""A kernel object that can be polled, for what is no file of the operating system."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any


class Signal:
    """A kernel object that is readable while it is set: an event counter, a pipe, or sockets."""

    def __init__(self) -> None:
        self._pair: Any = ()
        self.is_open: bool = True
        self._readable = False
        if hasattr(os, "eventfd"):
            self.fd = self._writer = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        elif sys.platform == "win32":
            self._pair = socket.socketpair()
            self.fd, self._writer = (sock.fileno() for sock in self._pair)
        else:
            self.fd, self._writer = os.pipe()

    def set(self, readable: bool) -> None:
        """Be readable, or not."""
        if readable == self._readable or not self.is_open:
            return
        self._readable = readable
        if self._pair:
            self._pair[1].send(bytes(8)) if readable else self._pair[0].recv(8)
        elif readable:
            os.write(self._writer, (1).to_bytes(8, sys.byteorder))
        else:
            os.read(self.fd, 8)

    def close(self) -> None:
        """Give the descriptors back."""
        if not self.is_open:
            return
        self.is_open = False
        for sock in self._pair:
            sock.close()
        if not self._pair:
            for number in {self.fd, self._writer}:
                os.close(number)

    def __del__(self) -> None:
        self.close()
