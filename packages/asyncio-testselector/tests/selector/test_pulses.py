"""Events counted until they were reported."""

import sys
import threading
from selectors import EVENT_READ, EVENT_WRITE, SelectorKey

import pytest
from asyncio_testselector import FileMock, TestSelector
from asyncio_testselector._selector.pulses import Pulses


def key(events):
    return SelectorKey(5, 5, events, None)


def test_pulses_are_taken_one_by_one():
    pulses = Pulses()
    pulses.add(5, EVENT_READ)
    pulses.add(5, EVENT_READ | EVENT_WRITE)
    both = EVENT_READ | EVENT_WRITE
    assert pulses
    assert 5 in pulses
    assert list(pulses) == [5]
    assert [pulses.take(key(both)), pulses.take(key(both))] == [both, EVENT_READ]
    assert not pulses


def test_pulses_that_nobody_waits_for_are_dropped():
    pulses = Pulses()
    pulses.add(5, EVENT_READ)
    assert pulses.take(key(EVENT_WRITE)) == 0
    assert not pulses


def test_dropped_descriptor_is_forgotten():
    pulses = Pulses()
    pulses.add(5, EVENT_READ)
    pulses.drop(5)
    pulses.drop(5)
    assert 5 not in pulses


@pytest.fixture
def hectic():
    """Threads take turns as often as can be."""
    saved = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(saved)


def test_no_pulse_of_a_thread_is_lost(hectic):
    selector, mock = TestSelector(), FileMock()
    selector.register(mock, EVENT_READ)
    number = mock.fileno()

    def announce():
        for _ in range(100):
            selector.set_ready(number, EVENT_READ)

    threads = [threading.Thread(target=announce) for _ in range(3)]
    for thread in threads:
        thread.start()
    count = 0
    while any(thread.is_alive() for thread in threads) or selector._pulses:
        count += len(selector.select())
    assert count == 300
