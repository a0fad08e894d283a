"""Virtual pipes; test_scenarios.py has what they do in a loop."""

import asyncio
import os
import sys

import pytest
from asyncio_testselector import FileMock, SocketMock, install, set_read_ready, set_write_ready

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="no pipes in Windows' selector loop"
)


@pytest.fixture
def loop():
    loop = asyncio.SelectorEventLoop()
    install(loop)
    yield loop
    loop.close()


async def turn():
    """Let what is ready run, and what that schedules."""
    for _ in range(3):
        await asyncio.sleep(0)


async def lost(transport):
    transport.close()
    await turn()


def test_read_that_returns_none_would_block(loop):
    async def main():
        mock = FileMock()
        mock.read.side_effect = [None, b"data"]
        reader = asyncio.StreamReader()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), mock
        )
        set_read_ready(mock, loop)
        set_read_ready(mock, loop)
        assert await reader.read(10) == b"data"
        await lost(transport)
        mock.close.assert_called_once_with()

    loop.run_until_complete(main())


@pytest.mark.parametrize("blocked", [None, BlockingIOError], ids=["None", "BlockingIOError"])
def test_write_that_would_block_is_tried_again(loop, blocked):
    async def main():
        mock = FileMock()
        mock.write.side_effect = [blocked, 3, 2]
        transport, _ = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, mock)
        transport.write(b"hello")
        for left in (2, 0):
            set_write_ready(mock, loop)
            await turn()
            assert transport.get_write_buffer_size() == left
        assert [call.args[0] for call in mock.write.call_args_list] == [b"hello", b"hello", b"lo"]
        await lost(transport)

    loop.run_until_complete(main())


def test_reader_that_goes_away_closes_the_write_pipe(loop):
    async def main():
        mock = FileMock()
        transport, _ = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, mock)
        set_read_ready(mock, loop)
        await turn()
        assert transport.is_closing()

    loop.run_until_complete(main())


def test_socket_mock_is_a_pipe_of_recv_and_send(loop):
    async def main():
        mock = SocketMock()
        mock.recv.side_effect = [b"data", b""]
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), mock)
        set_read_ready(mock, loop)
        set_read_ready(mock, loop)
        assert await reader.read() == b"data"
        await turn()
        other = SocketMock()
        transport, _ = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, other)
        transport.write(b"out")
        other.send.assert_called_once_with(b"out")
        await lost(transport)

    loop.run_until_complete(main())


def test_pipe_of_the_system_is_left_to_the_loop(loop):
    async def main():
        here, there = os.pipe()
        reader = asyncio.StreamReader()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), open(here, "rb", 0)
        )
        os.write(there, b"real")
        assert await reader.read(4) == b"real"
        os.close(there)
        await lost(transport)
        return type(transport).__module__

    assert loop.run_until_complete(main()) == "asyncio.unix_events"
