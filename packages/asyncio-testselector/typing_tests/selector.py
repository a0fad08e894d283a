"""Read by type checkers, never run: selectors, mocks and proactors."""

import asyncio
import selectors
from collections.abc import Mapping
from typing import Any

from asyncio_testselector import (
    FileDescriptor,
    FileMock,
    SocketMock,
    SSLSocketMock,
    TestProactor,
    TestProactorEventLoop,
    TestSelector,
    fd,
    get_registered_events,
    install,
    isfilemock,
    set_read_ready,
    set_write_ready,
)
from typing_extensions import assert_type

loop = asyncio.SelectorEventLoop(TestSelector(selectors.DefaultSelector()))
mock = SocketMock(type=1, **{"recv.return_value": b"data"})
assert_type(mock, SocketMock)
assert_type(FileMock(), FileMock)

assert_type(install(loop), TestSelector)
assert_type(set_read_ready(mock, loop), None)
assert_type(set_write_ready(mock.fileno(), loop), None)

selector = TestSelector()
assert_type(
    selector.register(mock, selectors.EVENT_READ, "data"),
    selectors.SelectorKey,
)
assert_type(selector.get_map(), Mapping[Any, selectors.SelectorKey])
assert_type(selector.select(None), list[tuple[selectors.SelectorKey, int]])
assert_type(selector.set_ready(mock, selectors.EVENT_WRITE), None)
assert_type(get_registered_events(selector), set[selectors.SelectorKey])
with TestSelector() as entered:
    assert_type(entered, TestSelector)

assert_type(FileDescriptor(), FileDescriptor)
assert_type(FileDescriptor(5) + 1, int)
assert_type(FileDescriptor.next_fd, int)
assert_type(fd(mock), int)
assert_type(isfilemock(mock), bool)
FileMock(name="log").anything.at_all()
SSLSocketMock().do_handshake()

proactor_loop = TestProactorEventLoop(TestProactor())
assert_type(proactor_loop, TestProactorEventLoop)
assert_type(TestProactor().selector, TestSelector)
assert_type(TestProactor().recv(mock, 10), asyncio.Future[bytes])
