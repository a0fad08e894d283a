"""What a test selector reports, when it sleeps, and what wakes it."""

from __future__ import annotations

import asyncio
import selectors
import socket
import threading
import time
from selectors import EVENT_READ, EVENT_WRITE
from unittest.mock import Mock

import pytest
from asyncio_testselector import (
    FileDescriptor,
    FileMock,
    TestSelector,
    get_registered_events,
)
from asyncio_testselector._selector.readiness import Readiness
from asyncio_testselector._selector.registry import descriptor_of
from asyncio_testselector._selector.selector import SPARES
from asyncio_testselector._selector.wakeup import SocketWakeup
from streams import CountingSelector


def test_level_that_ended_does_not_keep_the_selector_busy():
    level, real = Readiness(EVENT_READ), CountingSelector()
    with TestSelector(real) as selector:
        selector.register(level.fd, EVENT_READ)
        selector.select(None)
        level.set(0)
        selector.select(None)
    assert real.timeouts == [0, None]


@pytest.mark.parametrize("with_loop", [False, True], ids=["selector alone", "in a loop"])
def test_level_set_by_a_thread_wakes_the_selector(with_loop):
    level = Readiness()
    selector = TestSelector(selectors.DefaultSelector())
    loop = asyncio.SelectorEventLoop(selector) if with_loop else selector
    key = selector.register(level.fd, EVENT_READ, (None, None))

    def announce():
        while not selector._candidates.sleeping:
            time.sleep(0)
        level.set(EVENT_READ)

    thread = threading.Thread(target=announce)
    thread.start()
    events = selector.select(30)
    thread.join()
    assert (key, EVENT_READ) in events or (key, EVENT_READ) in selector.select(0)
    assert all(not isinstance(key.data, SocketWakeup) for key, _ in events)
    level.set(0)
    selector.select(0)
    loop.close()


def test_wakeup_of_a_selector_alone_is_not_in_the_map():
    with TestSelector(selectors.DefaultSelector()) as selector:
        key = selector.register(Readiness().fd, EVENT_READ)
        selector.select(0.001)
        selector._candidates.wake()
        assert selector.select(1) == []
        assert list(selector.get_map().values()) == [key]


def test_wakeup_of_a_selector_alone_is_not_among_the_events_of_a_look():
    with TestSelector(selectors.DefaultSelector()) as selector:
        selector.register(Readiness().fd, EVENT_READ)
        selector.select(0.001)
        selector._candidates.wake()
        assert selector.select(0) == []


def test_closed_selector_refuses_everything():
    selector = TestSelector(selectors.DefaultSelector())
    level = Readiness()
    selector.register(level.fd, EVENT_READ)
    selector.close()
    selector.close()
    level.set(EVENT_READ)
    assert selector.get_map() is None
    for call in (selector.select, lambda: selector.register(FileMock(), EVENT_READ)):
        with pytest.raises(ValueError, match="closed selector"):
            call()
    with pytest.raises(RuntimeError, match="Selector is closed"):
        selector.get_key(level.fd)
    assert "closed" in repr(selector)


def test_close_closes_the_real_selector():
    real = Mock()
    TestSelector(real).close()
    real.close.assert_called_once_with()


def test_cost_of_select_does_not_depend_on_idle_mocks():
    looked_at = []

    class Counting(dict):
        def get(self, number, default=None):
            looked_at.append(number)
            return super().get(number, default)

    with TestSelector() as selector:
        for _ in range(500):
            selector.register(FileDescriptor(), EVENT_READ)
        busy = FileMock()
        selector.register(busy, EVENT_READ)
        selector._mocks = Counting(selector._mocks)
        selector.set_ready(busy, EVENT_READ)
        selector.select()
        selector.select()
    assert looked_at == [busy.fileno()]


def test_registered_events_are_all_keys(selector):
    here, there = socket.socketpair()
    with here, there:
        keys = {selector.register(file, EVENT_READ) for file in (here, FileMock())}
        assert get_registered_events(selector) == keys
        selector.unregister(here)


def test_repr_counts_what_is_watched(selector):
    selector.register(FileMock(), EVENT_READ)
    assert repr(selector).startswith("<TestSelector: 0 files and 1 mocks, over <selectors.")


def test_pulse_of_an_object_with_a_level_is_added_to_it(selector):
    level = Readiness(EVENT_WRITE)
    key = selector.register(level.fd, EVENT_READ | EVENT_WRITE)
    selector.set_ready(level.fd, EVENT_READ)
    selector.set_ready(level.fd, EVENT_READ)
    both = EVENT_READ | EVENT_WRITE
    assert [selector.select(0) for _ in range(3)] == [
        [(key, both)],
        [(key, both)],
        [(key, EVENT_WRITE)],
    ]


def test_thread_pulses_a_real_file_of_a_sleeping_selector():
    asleep = threading.Event()

    class Signalling(selectors.DefaultSelector):
        def select(self, timeout=None):
            asleep.set()
            return super().select(timeout)

    selector = TestSelector(Signalling())
    loop = asyncio.SelectorEventLoop(selector)
    here, there = socket.socketpair()
    key = selector.register(here, EVENT_READ, (None, None))

    def announce():
        asleep.wait()
        selector.set_ready(here, EVENT_READ)

    thread = threading.Thread(target=announce)
    with here, there:
        thread.start()
        events = selector.select(30)
        thread.join()
        assert (key, EVENT_READ) in events or (key, EVENT_READ) in selector.select(0)
        selector.unregister(here)
    loop.close()


def test_pulse_of_a_real_file_ends_the_sleep_of_a_selector_that_has_mocks_as_well():
    class Announcing(selectors.DefaultSelector):
        def select(self, timeout=None):  # as another thread would, meanwhile
            selector.set_ready(here, EVENT_READ)
            return super().select(timeout)

    selector = TestSelector(Announcing())
    selector.register(Readiness().fd, EVENT_READ)
    here, there = socket.socketpair()
    with here, there:
        key = selector.register(here, EVENT_READ)
        assert selector.select(30) == [(key, EVENT_READ)]
        selector.close()


def test_announcement_just_before_sleeping_is_not_slept_over():
    """A thread announces after select() has looked, and before it says that it sleeps."""
    level = Readiness()

    class Late(selectors.DefaultSelector):
        def select(self, timeout=None):
            assert timeout == 0
            return super().select(timeout)

    class Timeout(float):
        def __le__(self, other):
            level.set(EVENT_READ)
            return False

    selector = TestSelector(Late())
    key = selector.register(level.fd, EVENT_READ)
    assert selector.select(Timeout(30)) == [(key, EVENT_READ)]
    selector.close()


def test_busy_loop_still_looks_at_real_files():
    """Looks at the wake-up socket of a loop are spared now and then, never those at real files."""
    selector = TestSelector(selectors.DefaultSelector())
    loop = asyncio.SelectorEventLoop(selector)
    level = Readiness(EVENT_WRITE)
    selector.register(level.fd, EVENT_WRITE, (None, None))
    here, there = socket.socketpair()
    with here, there:
        key = selector.register(here, EVENT_WRITE, (None, None))
        for _ in range(20):
            assert (key, EVENT_WRITE) in selector.select(0)
        selector.unregister(here)
    loop._write_to_self()
    assert any(len(selector.select(0)) == 2 for _ in range(SPARES + 1))
    selector.unregister(level.fd)
    loop.close()


@pytest.mark.parametrize("kind", ["mock", "descriptor", "file"])
def test_whoever_asks_is_told_what_is_registered_and_modified(selector, kind):
    with socket.socket() as sock:
        mock = FileMock()
        fileobj = {"mock": mock, "descriptor": mock.fileno(), "file": sock}[kind]
        told = []
        selector.on_register = told.append
        keys = [selector.register(fileobj, EVENT_READ), selector.modify(fileobj, EVENT_WRITE, "b")]
        for refused in (selector.register, selector.modify):
            with pytest.raises((KeyError, ValueError)):
                refused(fileobj, EVENT_READ if refused == selector.register else 0)
        selector.unregister(fileobj)
        assert told == keys


class Named:
    """A file that is equal to every other of its name."""

    def __init__(self, number):
        self.number = number

    def fileno(self):
        return self.number

    def __eq__(self, other):
        return isinstance(other, Named)

    __hash__ = None


def test_closed_file_is_not_found_by_one_that_is_equal(selector):
    registered = Named(int(FileDescriptor()))
    key = selector.register(registered, EVENT_READ)
    registered.number = -1
    with pytest.raises(ValueError, match="which is closed"):
        selector.get_key(Named(-1))
    assert selector.unregister(registered) == key


def test_descriptor_0_is_one_as_any_other():
    assert descriptor_of(0) == descriptor_of(Named(0)) == 0


def test_descriptor_registered_twice_is_refused(selector):
    descriptor = FileDescriptor()
    key = selector.register(descriptor, EVENT_READ)
    with pytest.raises(KeyError, match=r"\(FD \d+\) is already registered"):
        selector.register(descriptor, EVENT_WRITE)
    assert selector.get_key(descriptor) == key


def test_file_that_the_real_selector_fails_to_forget_stays():
    class Failing(selectors.SelectSelector):
        def unregister(self, fileobj):
            raise OSError("on purpose")

    ours, theirs = socket.socketpair()
    with ours, theirs, TestSelector(Failing()) as selector:
        key = selector.register(ours, EVENT_READ)
        with pytest.raises(OSError, match="on purpose"):
            selector.unregister(ours)
        assert selector.get_key(ours) == key


def test_event_of_a_real_file_that_nobody_waits_for_is_dropped(selector):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        key = selector.register(ours, EVENT_READ)
        selector.set_ready(ours, EVENT_WRITE)
        assert selector.select(0) == []
        selector.set_ready(ours, EVENT_READ)
        assert selector.select(0) == [(key, EVENT_READ)]
        selector.unregister(ours)


def test_mock_that_is_not_ready_any_more_is_no_candidate():
    level, selector = Readiness(EVENT_READ), TestSelector()
    plain = int(level.fd)  # looked up by number, as add_reader(sock.fileno()) does
    selector.register(plain, EVENT_READ)
    level.events = 0
    selector.set_ready(plain, EVENT_WRITE)
    assert selector.select(0) == []
    assert not selector._candidates
    level.set(EVENT_READ)
    assert [events for _, events in selector.select(0)] == [EVENT_READ]
    selector.close()


def test_descriptor_registered_again_after_its_object_was_closed_says_nothing(selector):
    level = Readiness(EVENT_READ)
    selector.register(level.fd, EVENT_READ)
    selector.unregister(level.fd)
    level.close()
    selector.register(level.fd, EVENT_READ)
    assert selector.select(0) == []


def test_news_of_what_nobody_watches_wake_nobody():
    class Announcing(selectors.SelectSelector):
        def select(self, timeout=None):
            selector.set_ready(FileMock(), EVENT_READ)
            return []

    selector = TestSelector(Announcing())
    assert selector.select(60) == selector.select(0) == []
    selector.close()


def test_files_alone_are_left_to_the_real_selector():
    real = CountingSelector()
    selector = TestSelector(real)
    loop = asyncio.SelectorEventLoop(selector)
    here, there = socket.socketpair()
    with here, there:
        key = selector.register(here, EVENT_WRITE, (None, None))
        assert selector.select(5) == [(key, EVENT_WRITE)]
        assert selector.select(0) == [(key, EVENT_WRITE)]
        assert real.timeouts == [5, 0]
        selector.unregister(here)
    loop.close()


@pytest.mark.parametrize("again", [False, True], ids=["once", "after another mock"])
def test_mock_beside_files_is_reported(selector, again):
    loop = asyncio.SelectorEventLoop(selector)
    here, there = socket.socketpair()
    with here, there:
        real_key = selector.register(here, EVENT_WRITE, (None, None))
        assert selector.select(0) == [(real_key, EVENT_WRITE)]
        if again:
            selector.register(mock := FileMock(), EVENT_READ)
            selector.unregister(mock)
            assert selector.select(0) == [(real_key, EVENT_WRITE)]
        key = selector.register(Readiness(EVENT_READ).fd, EVENT_READ, (None, None))
        mock_key = selector.register(FileMock(), EVENT_READ, (None, None))
        selector.set_ready(mock_key.fileobj, EVENT_READ)
        assert mock_key in [key for key, _ in selector.select(0)]
        selector.unregister(mock_key.fileobj)
        selector.unregister(key.fileobj)
        selector.unregister(here)
    loop.close()


def test_pulse_is_reported_by_a_selector_that_had_files_alone(selector):
    loop = asyncio.SelectorEventLoop(selector)
    here, there = socket.socketpair()
    with here, there:
        key = selector.register(here, EVENT_READ, (None, None))
        assert selector.select(0) == []
        selector.set_ready(here, EVENT_READ)
        assert (key, EVENT_READ) in selector.select(0)
        selector.unregister(here)
    loop.close()


def test_closed_selector_that_had_files_alone_refuses_to_select():
    selector = TestSelector(selectors.DefaultSelector())
    loop = asyncio.SelectorEventLoop(selector)
    with socket.socket() as sock:
        selector.register(sock, EVENT_READ, (None, None))
        loop.close()
        with pytest.raises(ValueError, match="closed selector"):
            selector.select(0)


def test_levels_and_pulses_are_reported_in_the_order_they_came(selector):
    levels, mocks = [Readiness(), Readiness()], [FileMock(), FileMock()]
    for fileobj in (levels[0].fd, levels[1].fd, *mocks):
        selector.register(fileobj, EVENT_READ)
    selector.set_ready(mocks[1], EVENT_READ)
    levels[1].set(EVENT_READ)
    selector.set_ready(levels[1].fd, EVENT_READ)
    selector.set_ready(mocks[0], EVENT_READ)
    levels[0].set(EVENT_READ)
    expected = [mocks[1].fileno(), levels[1].fd, mocks[0].fileno(), levels[0].fd]
    assert [key.fd for key, _ in selector.select(0)] == expected
    assert [key.fd for key, _ in selector.select(0)] == [levels[1].fd, levels[0].fd]


def test_registered_again_a_ready_object_is_reported_once(selector):
    level = Readiness(EVENT_READ)
    selector.register(level.fd, EVENT_READ)
    selector.unregister(level.fd)
    key = selector.register(level.fd, EVENT_READ)
    assert selector.select(0) == [(key, EVENT_READ)]


def test_loop_without_files_is_spared_looks_again_after_it_had_one():
    real = selectors.DefaultSelector()
    selector = TestSelector(real)
    loop = asyncio.SelectorEventLoop(selector)
    selector.register(Readiness().fd, EVENT_READ, (None, None))
    spares = selector._spares
    with socket.socket() as sock:
        selector.register(sock, EVENT_READ, (None, None))
        assert selector._spares == 0
        selector.unregister(sock)
    assert selector._spares == spares == SPARES
    loop.close()
