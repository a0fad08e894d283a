"""
Real descriptors for memory sockets, for code that polls the raw descriptor.

A backed socket's ``fileno()`` is a descriptor of the kernel that is readable when the socket is:
an event counter on Linux, elsewhere one end of a pipe (of a socket pair on Windows, where nothing
else can be polled). Nothing is ever transferred over it, and the `TestSelector` does not give it to
the real selector, as it is a `FileDescriptor`, too.
"""

from __future__ import annotations

import socket
from selectors import EVENT_READ
from typing import Any

from asyncio_testselector._files.descriptor import FileDescriptor
from asyncio_testselector._files.signal import Signal
from asyncio_testselector._selector.readiness import Readiness

_dup = socket.dup


class BackedReadiness(Readiness):
    """A level that a kernel object follows: the descriptor is real, and readable when it is."""

    __slots__ = ()

    def __init__(self) -> None:
        self._signal: Signal = Signal()
        super().__init__(fd=FileDescriptor(self._signal.fd))

    @property
    def events(self) -> int:
        """The current mask."""
        mask: int = _mask.__get__(self)
        return mask

    @events.setter
    def events(self, events: int) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        _mask.__set__(self, events)
        self._signal.set(bool(events & EVENT_READ))

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
        if self._signal.is_open:  # or the number is somebody else's by now
            super().close()

    def polled(self) -> FileDescriptor:
        """Return the descriptor: it is one of the kernel."""
        return self.fd

    def __del__(self) -> None:
        self.close()


_mask: Any = vars(Readiness)["events"]  # the slot that the property above hides
