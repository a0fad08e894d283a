"""
Real descriptors for memory sockets, for code that polls the raw descriptor.

A backed socket's ``fileno()`` is a descriptor of the kernel that is readable when the socket is:
an event counter on Linux, elsewhere one end of a pipe (of a socket pair on Windows, where nothing
else can be polled). Nothing is ever transferred over it, and the `TestSelector` does not give it to
the real selector, as it is a `FileDescriptor`, too.
"""

from __future__ import annotations

import os
import socket
import sys
from selectors import EVENT_READ
from typing import Any

from asyncio_testselector._files.descriptor import FileDescriptor
from asyncio_testselector._selector.readiness import Readiness

_dup = socket.dup


class Signal:
    """A kernel object that is readable while it is set."""

    def __init__(self) -> None:
        self._pair: Any = ()
        if hasattr(os, "eventfd"):
            self.fd = self._writer = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        elif sys.platform == "win32":
            self._pair = socket.socketpair()
            self.fd, self._writer = (sock.fileno() for sock in self._pair)
        else:
            self.fd, self._writer = os.pipe()

    def set(self, readable: bool) -> None:
        """Be readable, or not."""
        if self._pair:
            self._pair[1].send(bytes(8)) if readable else self._pair[0].recv(8)
        elif readable:
            os.write(self._writer, (1).to_bytes(8, sys.byteorder))
        else:
            os.read(self.fd, 8)

    def close(self) -> None:
        """Give the descriptors back."""
        for sock in self._pair:
            sock.close()
        if not self._pair:
            for number in {self.fd, self._writer}:
                os.close(number)


class BackedReadiness(Readiness):
    """A level that a kernel object follows: the descriptor is real, and readable when it is."""

    __slots__ = ("_closed", "_signal", "_signalled")

    def __init__(self) -> None:
        self._signal = Signal()
        self._signalled = self._closed = False
        super().__init__(fd=FileDescriptor(self._signal.fd))

    @property
    def events(self) -> int:
        """The current mask."""
        mask: int = _mask.__get__(self)
        return mask

    @events.setter
    def events(self, events: int) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        _mask.__set__(self, events)
        readable = bool(events & EVENT_READ)
        if readable != self._signalled and not self._closed:
            self._signal.set(readable)
            self._signalled = readable

    def new_descriptor(self) -> FileDescriptor:
        """Return a descriptor of the same kernel object."""
        return FileDescriptor(_dup(self.fd))

    def drop(self, number: FileDescriptor) -> None:
        """Give one of the descriptors back; the first one goes with the kernel object."""
        super().drop(number)
        if number in self._others:
            self._others.remove(number)
            socket.close(number)

    def close(self) -> None:
        """Give the descriptors back."""
        if not self._closed:
            super().close()
            self._closed = True
            self._signal.close()

    def __del__(self) -> None:
        self.close()


_mask: Any = vars(Readiness)["events"]  # the slot that the property above hides
