"""A TestSelector in a loop that exists, and readiness from outside."""

import asyncio
import selectors
import socket
import sys
import threading
from selectors import EVENT_READ
from unittest.mock import Mock

import pytest
from asyncio_testselector import (
    FileDescriptor,
    FileMock,
    SocketMock,
    TestSelector,
    install,
    set_read_ready,
    set_write_ready,
)
from asyncio_testselector._installation.installation import find_selector


@pytest.fixture
def loop():
    loop = asyncio.SelectorEventLoop()
    install(loop)
    yield loop
    loop.close()


class WrappingSelector:
    """What a fake clock may put around the selector of a loop."""

    def __init__(self, selector):
        self._selector = selector

    def __getattr__(self, name):
        return getattr(self._selector, name)


def turn(loop, count=1):
    for _ in range(count):
        loop.call_soon(loop.stop)
        loop.run_forever()


def test_install_wraps_the_selector_of_the_loop():
    loop = asyncio.SelectorEventLoop()
    original = loop._selector
    selector = install(loop)
    assert loop._selector is selector
    assert selector._selector is original
    loop.close()


def test_install_returns_the_selector_that_is_installed(loop):
    assert install(loop) is loop._selector
    loop._selector = wrapper = WrappingSelector(loop._selector)
    assert install(loop) is wrapper._selector


def test_loop_can_be_given_the_selector_at_its_birth():
    selector = TestSelector(selectors.DefaultSelector())
    loop = asyncio.SelectorEventLoop(selector)
    assert install(loop) is selector
    loop.close()


def test_selector_can_be_assigned_as_in_asynctest():
    loop = asyncio.SelectorEventLoop()
    loop._selector = TestSelector(loop._selector)
    mock, calls = FileMock(), []
    loop.add_reader(mock, calls.append, "read")
    set_read_ready(mock, loop)
    turn(loop)
    assert calls == ["read"]
    loop.remove_reader(mock)
    loop.call_soon_threadsafe(loop.stop)
    loop.run_forever()
    loop.close()


def test_running_loop_can_be_given_one():
    async def main():
        loop = asyncio.get_running_loop()
        install(loop)
        event = asyncio.Event()
        mock = FileMock()
        loop.add_reader(mock, event.set)
        set_read_ready(mock, loop)
        await event.wait()
        loop.remove_reader(mock)
        return await asyncio.to_thread(lambda: "woken by a thread")

    loop = asyncio.SelectorEventLoop()
    assert loop.run_until_complete(main()) == "woken by a thread"
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.mark.parametrize("thing", [None, 5, "loop", asyncio.SelectorEventLoop])
def test_what_is_no_loop_is_refused(thing):
    with pytest.raises(TypeError, match="it is no event loop"):
        install(thing)
    with pytest.raises(TypeError, match="it is no event loop"):
        set_read_ready(FileMock(), thing)


def test_closed_loop_is_refused():
    loop = asyncio.SelectorEventLoop()
    loop.close()
    with pytest.raises(RuntimeError, match="the event loop is closed"):
        install(loop)
    with pytest.raises(RuntimeError, match="Event loop is closed"):
        set_read_ready(FileMock(), loop)


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop does not exist for Windows")
def test_uvloop_is_refused_with_the_way_out():
    uvloop = pytest.importorskip("uvloop")
    loop = uvloop.new_event_loop()
    for call in (install, lambda loop: set_read_ready(FileMock(), loop)):
        with pytest.raises(TypeError, match=r"by loop_factory=asyncio.SelectorEventLoop, or"):
            call(loop)
    loop.close()


def test_loop_without_a_selector_is_refused():
    class OtherLoop(asyncio.AbstractEventLoop):
        def is_closed(self):
            return False

    with pytest.raises(TypeError, match="has no selector that could watch mocks"):
        install(OtherLoop())
    with pytest.raises(TypeError, match="has no selector that could watch mocks"):
        set_write_ready(FileMock(), OtherLoop())


@pytest.mark.parametrize("direction", ["read", "write"])
def test_callback_runs_in_the_next_iteration(loop, direction):
    mock, calls = SocketMock(), []
    if direction == "read":
        add, remove, set_ready = loop.add_reader, loop.remove_reader, set_read_ready
    else:
        add, remove, set_ready = loop.add_writer, loop.remove_writer, set_write_ready
    add(mock, calls.append, "called")
    loop.call_soon(set_ready, mock, loop)
    turn(loop)
    assert calls == []
    turn(loop)
    assert calls == ["called"]
    turn(loop, 3)
    assert calls == ["called"]
    remove(mock)


def test_callback_runs_once_for_each_call(loop):
    mock, calls = SocketMock(), []
    loop.add_reader(mock, calls.append, "called")
    for _ in range(3):
        set_read_ready(mock, loop)
    for count in (1, 2, 3, 3):
        turn(loop)
        assert len(calls) == count
    loop.remove_reader(mock)


@pytest.mark.parametrize("ready", [set_read_ready, set_write_ready])
@pytest.mark.parametrize("fileobj", ["file", object(), None])
def test_what_is_no_file_is_refused_at_once(loop, ready, fileobj):
    with pytest.raises(ValueError, match=r"^Invalid file object: "):
        ready(fileobj, loop)


def test_mock_that_nobody_watches_is_ignored(loop):
    reports = []
    loop.set_exception_handler(lambda _, context: reports.append(context))
    mock, calls = SocketMock(), []
    set_read_ready(mock, loop)
    set_read_ready(FileDescriptor(), loop)
    loop.add_writer(mock, calls.append, "written")
    set_read_ready(mock, loop)
    turn(loop, 2)
    loop.remove_writer(mock)
    mock.close()
    set_read_ready(mock, loop)
    turn(loop, 2)
    assert calls == reports == []


def test_task_that_has_not_begun_to_wait_is_served(loop):
    sock = SocketMock()
    sock.recv.side_effect = [BlockingIOError, b"data"]

    async def main():
        reading = loop.create_task(loop.sock_recv(sock, 10))
        set_read_ready(sock, loop)
        for _ in range(4):  # begin, be ready, read, return
            await asyncio.sleep(0)
        assert reading.done()
        return await reading

    assert loop.run_until_complete(main()) == b"data"


def test_reader_is_served_while_somebody_begins_to_write(loop):
    mock, calls = FileMock(), []
    loop.add_reader(mock, calls.append, "read")
    loop.call_soon(loop.add_writer, mock, calls.append, "write")
    set_write_ready(mock, loop)
    set_read_ready(mock, loop)
    turn(loop)
    assert calls == ["read"]
    turn(loop)
    assert calls == ["read", "write"]
    loop.remove_writer(mock)
    loop.remove_reader(mock)


def test_readiness_is_kept_for_no_longer_than_an_iteration(loop):
    mock, calls = FileMock(), []
    set_read_ready(mock, loop)
    turn(loop, 2)
    loop.add_reader(mock, calls.append, "read")
    turn(loop, 2)
    assert calls == []
    loop.remove_reader(mock)


def test_reader_removed_in_the_meantime_is_not_called(loop):
    mock, calls = SocketMock(), []
    loop.add_reader(mock, calls.append, "read")
    set_read_ready(mock, loop)
    loop.remove_reader(mock)
    turn(loop, 2)
    assert calls == []


def test_thread_wakes_a_sleeping_loop(loop):
    mock = SocketMock()
    loop.add_reader(mock, loop.stop)

    def later():
        while not loop._selector._candidates.sleeping:
            pass
        set_read_ready(mock, loop)

    thread = threading.Thread(target=later)
    thread.start()
    loop.run_forever()
    thread.join()
    assert loop.remove_reader(mock)


def test_real_file_can_be_made_ready(loop):
    here, there = socket.socketpair()
    calls = []
    with here, there:
        loop.add_reader(here, calls.append, "read")
        set_read_ready(here, loop)
        turn(loop, 2)
        loop.remove_reader(here)
    assert calls == ["read"]


def test_real_file_of_a_loop_without_test_selector_can_be_made_ready():
    loop = asyncio.SelectorEventLoop()
    here, there = socket.socketpair()
    calls = []
    with here, there:
        set_read_ready(here, loop)
        turn(loop, 2)
        loop.add_reader(here, calls.append, "read")
        set_read_ready(here, loop)
        turn(loop, 2)
        loop.remove_reader(here)
    assert calls == ["read"]
    loop.close()


def test_mock_is_ready_through_a_wrapping_selector(loop):
    loop._selector = WrappingSelector(loop._selector)
    mock, calls = SocketMock(), []
    loop.add_reader(mock, calls.append, "read")
    set_read_ready(mock, loop)
    turn(loop, 2)
    loop.remove_reader(mock)
    assert calls == ["read"]


def test_closing_the_loop_closes_the_selector(loop):
    selector = loop._selector
    loop.add_reader(FileMock(), print)
    loop.close()
    assert selector.get_map() is None


def test_readers_are_known_to_the_selector(loop):
    before = set(loop._selector.get_map().values())
    mock = FileMock()
    loop.add_reader(mock, print)
    (key,) = set(loop._selector.get_map().values()) - before
    assert (key.fileobj, key.events) == (mock, EVENT_READ)
    loop.remove_reader(mock)


def test_loop_whose_selector_is_a_mock_has_no_test_selector():
    assert find_selector(Mock()) is None


def test_loop_has_no_more_attributes_than_before():
    """More of them make a loop slower; see _pipes.py."""
    plain, ours = asyncio.SelectorEventLoop(), asyncio.SelectorEventLoop(TestSelector())
    assert set(vars(ours)) == set(vars(plain))
    ours.close()
    plain.close()
