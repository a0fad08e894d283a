"""
The mocks of files and sockets of asynctest: those of ``asyncio_testselector``.

`set_read_ready` and `set_write_ready` wait for the callbacks that are scheduled already, as they
did: a reader that one of these adds is called, too.
"""

from __future__ import annotations

import selectors
from typing import TYPE_CHECKING, Any

import asyncio_testselector
from asyncio_testselector import FileDescriptor, fd, isfilemock

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__all__ = [
    "FileDescriptor",
    "FileMock",
    "SSLSocketMock",
    "SocketMock",
    "TestSelector",
    "fd",
    "get_registered_events",
    "isfilemock",
    "set_read_ready",
    "set_write_ready",
]


class FileMock(asyncio_testselector.FileMock):
    """A mock of a file, whose descriptor is the same as long as it lives."""

    _file_keeps_number = True


class SocketMock(FileMock, asyncio_testselector.SocketMock):
    """A mock of a socket, the same, which is connected until the test says something else."""

    _file_always_connected = True


class SSLSocketMock(SocketMock, asyncio_testselector.SSLSocketMock):
    """A mock of a socket wrapped by ``ssl``."""


class _List(selectors.BaseSelector):
    """Keeps the keys of files, and reports nothing."""

    def __init__(self) -> None:
        self._keys: dict[int, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Keep a file's key; who asks has looked whether it is new."""
        number = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        key = self._keys[number] = selectors.SelectorKey(fileobj, number, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Drop it."""
        for number, key in self._keys.items():
            if fileobj is key.fileobj or fileobj == number:
                return self._keys.pop(number)
        msg = f"{fileobj!r} is not registered"
        raise KeyError(msg)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Keep another one."""
        fileobj = self.unregister(fileobj).fileobj
        return self.register(fileobj, events, data)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Report nothing, at once."""
        return []

    def get_map(self) -> Any:
        """Return the keys by descriptor."""
        return self._keys


class TestSelector(asyncio_testselector.TestSelector):
    """
    A selector that serves mocks, over a real selector or alone.

    Alone it lists real files, too, and never reports any of them, as in asynctest.

    Args:
        selector: What watches real files, if anything does.
    """

    __test__ = False  # pytest: not a test case, whatever its name

    default_selector: Callable[[], selectors.BaseSelector] = _List


def get_registered_events(selector: Any) -> set[selectors.SelectorKey]:
    """Return the keys of everything that a selector and the real one inside it watch."""
    keys = set(asyncio_testselector.get_registered_events(selector))
    inner = getattr(selector, "_selector", None)
    return keys if inner is None else keys | set((inner.get_map() or {}).values())


def set_read_ready(fileobj: Any, loop: asyncio.AbstractEventLoop) -> None:
    """
    Call the reader of *fileobj* as if the selector of *loop* had reported it.

    Args:
        fileobj: A mock, or a real file.
        loop: The loop that watches it, or will when the callbacks it has scheduled have run.

    Raises:
        RuntimeError: The loop is closed.
    """
    loop.call_soon_threadsafe(_report, asyncio_testselector.set_read_ready, fileobj, loop)


def set_write_ready(fileobj: Any, loop: asyncio.AbstractEventLoop) -> None:
    """
    Call the writer of *fileobj* as if the selector of *loop* had reported it.

    Args:
        fileobj: A mock, or a real file.
        loop: The loop that watches it, or will when the callbacks it has scheduled have run.

    Raises:
        RuntimeError: The loop is closed.
    """
    loop.call_soon_threadsafe(_report, asyncio_testselector.set_write_ready, fileobj, loop)


def _report(
    set_ready: Callable[[Any, asyncio.AbstractEventLoop], None],
    fileobj: Any,
    loop: asyncio.AbstractEventLoop,
) -> None:
    set_ready(fileobj, loop)
    # The reader is called in the next iteration: until then there is a callback to exhaust.
    loop.call_soon(_nothing)


def _nothing() -> None:
    pass
