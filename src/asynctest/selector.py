"""
The mocks of files and sockets of asynctest: those of ``asyncio_testselector``.

`set_read_ready` and `set_write_ready` wait for the callbacks that are scheduled already, as they
did: a reader that one of these adds is called, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncio_testselector
from asyncio_testselector import (
    FileDescriptor,
    FileMock,
    SocketMock,
    SSLSocketMock,
    TestSelector,
    fd,
    get_registered_events,
    isfilemock,
)

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
