"""The mocks of files and sockets of asynctest: those of ``asyncio_testselector``."""

from asyncio_testselector import (
    FileDescriptor,
    FileMock,
    SocketMock,
    SSLSocketMock,
    TestSelector,
    fd,
    get_registered_events,
    isfilemock,
    set_read_ready,
    set_write_ready,
)

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
