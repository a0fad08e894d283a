"""What a TestSelector does beyond a real selector; test_selector_differential.py has the rest."""

from __future__ import annotations

import asyncio
import selectors
import socket
from selectors import EVENT_READ, EVENT_WRITE
from unittest.mock import Mock

import pytest
from asyncio_testselector import (
    FileDescriptor,
    FileMock,
    SocketMock,
    TestSelector,
)
from asyncio_testselector._selector.readiness import Readiness
from streams import CountingSelector


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
    # Those that ask the kernel say what it says, the others that it is no descriptor any more.
    with there, pytest.raises((OSError, ValueError)):
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


def test_subclass_may_have_another_selector_for_real_files() -> None:
    class Selector(TestSelector):
        default_selector = selectors.SelectSelector

    with Selector() as selector, socket.socket() as real:
        selector.register(real, selectors.EVENT_READ)
        assert isinstance(selector._selector, selectors.SelectSelector)


def test_file_that_was_registered_behind_its_back_can_be_modified() -> None:
    with selectors.DefaultSelector() as inside, socket.socket() as real:
        selector = TestSelector(inside)
        inside.register(real, selectors.EVENT_READ)
        key = selector.modify(real, selectors.EVENT_WRITE, "data")
        assert selector.get_map()[real] == key == inside.get_key(real)
        with socket.socket() as unknown, pytest.raises(KeyError):
            selector.modify(unknown, selectors.EVENT_READ)
        with pytest.raises(KeyError):
            selector.modify(FileMock(), selectors.EVENT_READ)
