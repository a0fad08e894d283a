"""What a TestSelector does beyond a real selector; test_selector_differential.py has the rest."""

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
    SocketMock,
    TestSelector,
    get_registered_events,
)
from asyncio_testselector._selector.readiness import Readiness
from asyncio_testselector._selector.registry import descriptor_of
from asyncio_testselector._selector.selector import SPARES
from asyncio_testselector._selector.wakeup import SocketWakeup


@pytest.fixture
def selector():
    with TestSelector(selectors.DefaultSelector()) as selector:
        yield selector


@pytest.fixture
def descriptors_from_zero():
    saved = FileDescriptor.next_fd
    FileDescriptor.next_fd = 0
    yield
    FileDescriptor.next_fd = saved


class CountingSelector(selectors.DefaultSelector):
    def __init__(self):
        super().__init__()
        self.timeouts = []

    def select(self, timeout=None):
        self.timeouts.append(timeout)
        return super().select(0 if timeout is None else min(timeout, 0.01))


def test_pulse_is_reported_once(selector):
    key = selector.register(FileMock(), EVENT_READ)
    selector.set_ready(key.fileobj, EVENT_READ)
    assert selector.select(0) == [(key, EVENT_READ)]
    assert selector.select(0) == []


def test_two_pulses_are_reported_by_two_calls(selector):
    key = selector.register(FileMock(), EVENT_READ)
    selector.set_ready(key.fileobj, EVENT_READ)
    selector.set_ready(key.fileobj, EVENT_READ)
    assert [selector.select(0) for _ in range(3)] == [[(key, EVENT_READ)], [(key, EVENT_READ)], []]


def test_read_and_write_pulses_are_reported_together(selector):
    key = selector.register(FileMock(), EVENT_READ | EVENT_WRITE)
    selector.set_ready(key.fileobj, EVENT_READ)
    selector.set_ready(key.fileobj, EVENT_WRITE)
    assert selector.select(0) == [(key, EVENT_READ | EVENT_WRITE)]


def test_pulse_that_nobody_waits_for_is_dropped(selector):
    mock = FileMock()
    selector.set_ready(mock, EVENT_READ)
    assert selector.select(0) == []
    selector.register(mock, EVENT_READ)
    selector.set_ready(mock, EVENT_WRITE)
    assert selector.select(0) == []
    selector.modify(mock, EVENT_READ | EVENT_WRITE)
    assert selector.select(0) == []


def test_pulse_before_registration_counts_if_it_is_in_time(selector):
    mock = FileMock()
    selector.set_ready(mock, EVENT_READ)
    key = selector.register(mock, EVENT_READ)
    assert selector.select(0) == [(key, EVENT_READ)]


def test_pulse_of_a_closed_mock_is_ignored(selector):
    mock = FileMock()
    mock.close()
    selector.set_ready(mock, EVENT_READ)
    assert selector.select(0) == []


def test_real_file_can_be_pulsed(selector):
    here, there = socket.socketpair()
    with here, there:
        key = selector.register(here, EVENT_READ | EVENT_WRITE)
        selector.set_ready(here, EVENT_READ)
        assert selector.select(0) == [(key, EVENT_READ | EVENT_WRITE)]
        assert selector.select(0) == [(key, EVENT_WRITE)]


def test_pulse_of_a_real_file_that_is_not_registered_is_dropped(selector):
    selector.set_ready(0, EVENT_READ)
    assert selector.select(0) == []
    assert not selector._file_pulses


@pytest.mark.parametrize("events", [0, 4, -1, "r", None, 1.0])
def test_invalid_events_change_nothing(selector, events):
    mock = FileMock()
    with pytest.raises(ValueError, match=r"^Invalid events: .*, use EVENT_READ, EVENT_WRITE or"):
        selector.register(mock, events)
    assert len(selector.get_map()) == 0
    key = selector.register(mock, EVENT_READ)
    here, there = socket.socketpair()
    with here, there:
        selector.register(here, EVENT_READ)
        for file in (mock, here):
            with pytest.raises(ValueError, match="Invalid events"):
                selector.modify(file, events)
            with pytest.raises(ValueError, match="Invalid events"):
                selector.set_ready(file, events)
        assert selector.get_key(mock) == key
        assert selector.get_key(here).events == EVENT_READ
        here.setblocking(False)
        there.send(b"x")
        assert selector.select(0) == [(selector.get_key(here), EVENT_READ)]
        selector.unregister(here)


def test_registering_twice_is_a_key_error(selector):
    mock = FileMock(name="log")
    key = selector.register(mock, EVENT_READ)
    with pytest.raises(KeyError, match=r"FileMock name='log'.* \(FD \d+\) is already registered"):
        selector.register(mock, EVENT_WRITE)
    assert selector.get_key(mock) is key


@pytest.mark.parametrize("method", ["unregister", "get_key"])
def test_unknown_mock_is_a_key_error(selector, method):
    with pytest.raises(KeyError, match=r"FileMock id='\d+'> is not registered"):
        getattr(selector, method)(FileMock())


def test_closed_mock_is_a_value_error(selector):
    mock = SocketMock()
    mock.close()
    with pytest.raises(ValueError, match=r"Invalid file descriptor: -1 of <SocketMock.*is closed"):
        selector.register(mock, EVENT_READ)
    assert len(selector.get_map()) == 0


def test_mock_closed_after_registration_can_be_unregistered(selector):
    mock = SocketMock()
    key = selector.register(mock, EVENT_READ)
    mock.close()
    assert selector.get_key(mock) is key
    assert selector.unregister(mock) is key


def test_mock_and_file_of_one_number_do_not_collide(descriptors_from_zero):
    here, there = socket.socketpair()
    FileDescriptor.next_fd = here.fileno()
    mock = FileMock()
    assert mock.fileno() == here.fileno()
    with here, there, TestSelector() as selector:
        real_key = selector.register(here, EVENT_WRITE)
        mock_key = selector.register(mock, EVENT_READ)
        assert len(selector.get_map()) == 2
        selector.set_ready(mock, EVENT_READ)
        assert selector.select(0) == [(mock_key, EVENT_READ), (real_key, EVENT_WRITE)]
        assert selector.unregister(mock) is mock_key
        assert selector.get_key(here) is real_key


def test_number_of_a_real_file_is_reused(selector):
    first = socket.socket()
    number = first.fileno()
    selector.register(first, EVENT_READ)
    selector.unregister(first)
    first.close()
    second = socket.socket()
    with second:
        assert second.fileno() == number
        key = selector.register(second, EVENT_READ)
        assert selector.get_map()[number] is key
        selector.unregister(second)


def test_file_that_the_real_selector_forgot_is_forgotten(selector):
    here, there = socket.socketpair()
    selector.register(here, EVENT_READ)
    here.close()
    with there, pytest.raises(OSError):
        selector.modify(here, EVENT_WRITE)
    assert len(selector.get_map()) == 0


def test_map_is_live(selector):
    known = selector.get_map()
    assert selector.get_map() is known
    mock = FileMock()
    assert mock not in known
    key = selector.register(mock, EVENT_READ)
    assert known[mock] is known[mock.fileno()] is known.get(mock) is key
    assert list(known) == [mock.fileno()]
    selector.unregister(mock)
    assert known.get(mock, "nothing") == "nothing"
    with pytest.raises(KeyError, match="is not registered"):
        known[mock]


def test_files_registered_before_wrapping_are_known():
    here, there = socket.socketpair()
    real = selectors.DefaultSelector()
    with here, there:
        key = real.register(here, EVENT_READ)
        with TestSelector(real) as selector:
            assert selector.get_key(here) is key
            assert selector.unregister(here) == key
            assert len(real.get_map()) == 0


def test_anything_with_register_is_wrapped():
    """A mock of a selector can be inside, as in asynctest's own suite."""
    real = Mock()
    real.register.return_value = key = selectors.SelectorKey("file", 5, EVENT_READ, None)
    real.select.return_value = ["probe"]
    selector = TestSelector(real)
    assert selector.register(5, EVENT_READ) is key
    real.register.assert_called_once_with(5, EVENT_READ, None)
    assert selector.select(5) == ["probe"]
    real.select.assert_called_once_with(5)
    assert selector.get_map()[5] is key


@pytest.mark.parametrize("thing", [5, "selector", asyncio.SelectorEventLoop])
def test_no_selector_is_a_type_error(thing):
    with pytest.raises(TypeError, match=r"is no selector: pass one of the selectors module"):
        TestSelector(thing)


def test_select_never_waits_without_a_real_selector():
    selector = TestSelector()
    selector.register(FileMock(), EVENT_READ)
    assert selector.select() == []


def test_real_selector_is_made_for_the_first_real_file():
    here, there = socket.socketpair()
    with here, there, TestSelector() as selector:
        key = selector.register(here, EVENT_WRITE)
        assert selector.select() == [(key, EVENT_WRITE)]


@pytest.mark.parametrize("timeout", [None, 2.5, 0, -1])
def test_idle_timeout_is_handed_on(timeout):
    real = CountingSelector()
    with TestSelector(real) as selector:
        selector.register(Readiness().fd, EVENT_READ)
        selector.select(timeout)
    assert real.timeouts == [timeout]


@pytest.mark.parametrize("timeout", [None, 2.5, 0])
def test_real_selector_is_not_waited_for_when_a_mock_is_ready(timeout):
    level, real = Readiness(EVENT_READ), CountingSelector()
    with TestSelector(real) as selector:
        key = selector.register(level.fd, EVENT_READ)
        assert selector.select(timeout) == [(key, EVENT_READ)]
    assert real.timeouts == [0]


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
