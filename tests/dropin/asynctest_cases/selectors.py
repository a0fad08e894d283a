"""Mocks of files and sockets, and the selector that serves them."""

import asyncio
import selectors
import socket

from asynctest_cases import case
from asynctest_cases.coroutine_mocks import kind
from asynctest_cases.running import attempt


@case
def file_descriptors(asynctest):
    FileDescriptor = asynctest.FileDescriptor
    before = FileDescriptor.next_fd
    try:
        first = FileDescriptor()
        second = FileDescriptor()
        far = FileDescriptor(second + 10)
        return [
            first == before,
            second - first,
            FileDescriptor() - far,
            isinstance(first, int),
            hash(first) == hash(int(first)),
            repr(type(first())) if callable(first) else "not callable",
        ]
    finally:
        FileDescriptor.next_fd = before


@case
def fd_of(asynctest):
    mock = asynctest.FileMock()
    descriptor = asynctest.FileDescriptor()
    return [
        asynctest.fd(mock) == mock.fileno(),
        asynctest.fd(descriptor) is descriptor,
        attempt(asynctest.fd, 1).split(":")[0],
        attempt(asynctest.fd, None).split(":")[0],
        [asynctest.isfilemock(value) for value in (mock, descriptor, 1, None, "text")],
    ]


@case
def file_mocks(asynctest):
    mock = asynctest.FileMock()
    return [
        kind(mock.read),
        kind(mock.read()),
        mock.fileno() == mock.fileno(),
        asynctest.FileMock().fileno() == mock.fileno(),
        isinstance(mock.fileno(), asynctest.FileDescriptor),
    ]


@case
def socket_mocks(asynctest):
    mock = asynctest.SocketMock()
    return [
        isinstance(mock, socket.socket),
        isinstance(mock, asynctest.FileMock),
        attempt(lambda: mock.nothing),
        isinstance(mock.fileno(), asynctest.FileDescriptor),
        kind(mock.listen),
        isinstance(asynctest.SSLSocketMock(), asynctest.SocketMock),
    ]


@case
def selector(asynctest):
    mock = asynctest.FileMock()
    tested = asynctest.TestSelector()
    key = tested.register(mock, selectors.EVENT_READ, "data")
    found = [
        key.fileobj is mock,
        key.fd == mock.fileno(),
        key.events,
        key.data,
        len(tested.get_map()),
        tested.select(0),
        tested.get_key(mock) == key,
        attempt(tested.register, mock, selectors.EVENT_READ).split(":")[0],
        tested.modify(mock, selectors.EVENT_WRITE, "other").events,
        tested.unregister(mock).data,
        len(tested.get_map()),
        attempt(tested.unregister, mock).split(":")[0],
        attempt(tested.register, mock, 64).split(":")[0],
        attempt(tested.modify, mock, selectors.EVENT_READ).split(":")[0],
    ]
    tested.close()
    return found


@case
def selector_over_another(asynctest):
    mock = asynctest.FileMock()
    ours, theirs = socket.socketpair()
    inner = selectors.DefaultSelector()
    with asynctest.TestSelector(inner) as tested:
        tested.register(mock, selectors.EVENT_READ)
        tested.register(ours, selectors.EVENT_READ)
        theirs.send(b"x")
        found = [
            [key.fileobj is ours for key, _ in tested.select(5)],
            len(tested.get_map()),
            len(inner.get_map()),
            len(asynctest.selector.get_registered_events(tested)),
        ]
        tested.unregister(ours)
        found += [len(tested.get_map()), len(inner.get_map())]
    for each in (ours, theirs):
        each.close()
    return found


def with_loop(asynctest, test):
    """Run a test on a loop that serves mocks; return what it notes."""
    events = []

    class Tests(asynctest.TestCase):
        async def runTest(self):
            await test(self.loop, events)

    Tests().debug()
    return events


@case
def readiness(asynctest):
    async def test(loop, events):
        mock = asynctest.SocketMock()
        loop.add_reader(mock, events.append, "read")
        loop.add_writer(mock, events.append, "write")
        asynctest.set_read_ready(mock, loop)
        events.append("nothing yet")
        await asyncio.sleep(0)
        events.append("a turn later")
        await asynctest.exhaust_callbacks(loop)
        asynctest.set_write_ready(mock, loop)
        await asynctest.exhaust_callbacks(loop)
        events.append(
            [loop.remove_reader(mock), loop.remove_writer(mock), loop.remove_reader(mock)]
        )
        asynctest.set_read_ready(mock, loop)
        await asynctest.exhaust_callbacks(loop)

    return with_loop(asynctest, test)


@case
def readiness_before_the_reader_is_added(asynctest):
    async def test(loop, events):
        mock = asynctest.SocketMock()
        mock.gettimeout.return_value = 0
        mock.recv.side_effect = [BlockingIOError, b"data"]
        task = asyncio.ensure_future(loop.sock_recv(mock, 100))
        loop.call_soon(loop.add_writer, mock, events.append, "write")
        asynctest.set_read_ready(mock, loop)
        asynctest.set_write_ready(mock, loop)
        for _ in range(5):
            await asyncio.sleep(0)
        loop.remove_writer(mock)
        events.append(task.done() and task.result().decode())
        task.cancel()

    return with_loop(asynctest, test)


@case
def low_level_io(asynctest):
    async def test(loop, events):
        mock = asynctest.SocketMock()
        mock.gettimeout.return_value = 0
        mock.recv.side_effect = [BlockingIOError, b"data"]
        task = asyncio.ensure_future(loop.sock_recv(mock, 100))
        await asyncio.sleep(0)
        asynctest.set_read_ready(mock, loop)
        events.append((await task).decode())
        events.append(len(asynctest.selector.get_registered_events(loop._selector)) >= 0)

    return with_loop(asynctest, test)


@case
def streams(asynctest):
    async def test(loop, events):
        mock = asynctest.SocketMock()
        mock.type = socket.SOCK_STREAM
        answers = [b"some", b"thing", b""]

        def recv(size):
            if len(answers) > 1:
                asynctest.set_read_ready(mock, loop)
            return answers.pop(0)

        def send(data):
            asynctest.set_read_ready(mock, loop)
            return len(data)

        mock.recv.side_effect = recv
        mock.send.side_effect = send
        reader, writer = await asyncio.open_connection(sock=mock)
        writer.write(b"a request")
        events.append((await reader.read()).decode())
        writer.close()
        await asynctest.exhaust_callbacks(loop)
        events.append(mock.close.called)

    return with_loop(asynctest, test)


@case
def exhaust_callbacks(asynctest):
    async def test(loop, events):
        loop.call_soon(loop.call_soon, events.append, "second turn")
        loop.call_later(60, events.append, "never")
        await asynctest.exhaust_callbacks(loop)
        events.append("done")

    return with_loop(asynctest, test)
