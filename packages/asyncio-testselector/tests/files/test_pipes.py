"""Virtual pipes; test_scenarios.py has what they do in a loop."""

import asyncio
import os
import stat
import sys

import pytest
from asyncio_testselector import FileMock, SocketMock, install, set_read_ready, set_write_ready
from asyncio_testselector._cpython.loops import pipe_factories
from asyncio_testselector._files.pipes import SYSTEM, refuse_pipes, serving

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


def test_transport_is_told_whether_its_pipe_is_a_socket(loop):
    async def main():
        for mock, is_kind in ((SocketMock(), stat.S_ISSOCK), (FileMock(), stat.S_ISFIFO)):
            transport, _ = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, mock)
            assert is_kind(SYSTEM.fstat(mock.fileno()).st_mode)
            await lost(transport)

    loop.run_until_complete(main())


def test_transports_of_virtual_pipes_have_one_class(loop):
    async def main():
        kinds = set()
        for _ in range(2):
            transport, _ = await loop.connect_read_pipe(asyncio.Protocol, FileMock())
            kinds.add(type(transport))
            await lost(transport)
        assert len(kinds) == 1

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


def test_class_of_the_loop_is_wrapped_once(loop):
    methods = [vars(owner)[name] for owner, name in pipe_factories(type(loop))]
    other = asyncio.SelectorEventLoop()
    install(other)
    assert [vars(owner)[name] for owner, name in pipe_factories(type(other))] == methods
    other.close()


def test_wrapped_methods_keep_their_names(loop):
    for owner, name in pipe_factories(type(loop)):
        assert vars(owner)[name].__name__ == name


def test_pipe_of_a_loop_that_is_not_served_is_left_to_it(loop):
    make = serving("_make_read_pipe_transport", lambda loop, pipe, protocol: "its own")
    other, mock = asyncio.SelectorEventLoop(), FileMock()
    assert make(other, mock, asyncio.Protocol()) == "its own"
    refuse_pipes(loop)
    assert make(loop, mock, asyncio.Protocol()) == "its own"
    other.close()


def test_own_method_of_a_subclass_is_wrapped_too():
    made = []

    class Loop(asyncio.SelectorEventLoop):
        def _make_read_pipe_transport(self, pipe, *args, **kwargs):
            made.append(pipe)
            return super()._make_read_pipe_transport(pipe, *args, **kwargs)

    async def main():
        here, there = os.pipe()
        os.close(there)
        file = open(here, "rb", 0)
        for pipe in (FileMock(), file):
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                asyncio.Protocol, pipe
            )
            await lost(transport)
        return file

    loop = Loop()
    install(loop)
    assert made == [loop.run_until_complete(main())]
    loop.close()
