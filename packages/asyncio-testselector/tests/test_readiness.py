"""Levels: what is ready in memory, and who hears of it."""

import gc
from selectors import EVENT_READ, EVENT_WRITE

from asyncio_testselector import FileDescriptor, TestSelector
from asyncio_testselector._readiness import Readiness, readiness_of


class Ear:
    """What is announced to it, instead of the candidates of a selector."""

    def __init__(self, sleeping=False):
        self.heard = []
        self.sleeping = sleeping

    def __setitem__(self, fd, nothing):
        self.heard.append(fd)

    def wake(self):
        self.heard.append("wake up")


def test_level_has_a_virtual_descriptor():
    level = Readiness(EVENT_WRITE)
    assert isinstance(level.fd, FileDescriptor)
    assert readiness_of(level.fd) is readiness_of(int(level.fd)) is level
    assert level.events == EVENT_WRITE


def test_watchers_hear_of_new_events_only():
    level, ear = Readiness(EVENT_WRITE), Ear()
    level.watch(ear)
    level.set(EVENT_WRITE)
    level.set(0)
    assert ear.heard == []
    level.set(EVENT_READ)
    level.set(EVENT_READ | EVENT_WRITE)
    assert ear.heard == [level.fd, level.fd]
    level.unwatch(ear)
    level.set(0)
    level.set(EVENT_READ)
    assert len(ear.heard) == 2


def test_mask_is_set_before_watchers_are_told():
    class Looking(Ear):
        def __setitem__(self, fd, nothing):
            self.heard.append(level.events)

    level, ear = Readiness(), Looking()
    level.watch(ear)
    level.set(EVENT_READ)
    assert ear.heard == [EVENT_READ]


def test_sleeping_watchers_are_woken_after_they_are_told():
    level, ear = Readiness(), Ear(sleeping=True)
    level.watch(ear)
    level.set(EVENT_READ)
    level.set(EVENT_READ)
    assert ear.heard == [level.fd, "wake up"]


def test_closed_level_is_silent_and_unknown():
    level, ear = Readiness(EVENT_WRITE), Ear()
    level.watch(ear)
    level.close()
    level.close()
    assert (level.events, readiness_of(level.fd)) == (0, None)
    level.set(EVENT_READ)
    assert ear.heard == []


def test_dropped_level_is_forgotten():
    level = Readiness()
    number = level.fd
    del level
    gc.collect()
    assert readiness_of(number) is None


def test_two_selectors_watch_one_level():
    level, first, second = Readiness(), TestSelector(), TestSelector()
    first.register(level.fd, EVENT_READ)
    second.register(level.fd, EVENT_READ | EVENT_WRITE)
    level.set(EVENT_READ)
    for _ in range(2):
        assert [mask for _, mask in first.select()] == [EVENT_READ]
        assert [mask for _, mask in second.select()] == [EVENT_READ]
    first.unregister(level.fd)
    level.set(EVENT_WRITE)
    assert first.select() == []
    assert [mask for _, mask in second.select()] == [EVENT_WRITE]


def test_closed_selector_watches_nothing():
    level, selector = Readiness(), TestSelector()
    selector.register(level.fd, EVENT_READ)
    selector.close()
    assert level._watchers == ()


def test_ready_objects_are_reported_in_the_order_they_became_ready():
    levels, selector = [Readiness() for _ in range(5)], TestSelector()
    for level in levels:
        selector.register(level.fd, EVENT_READ)
    order = [levels[i] for i in (3, 0, 4, 1, 2)]
    for level in order:
        level.set(EVENT_READ)
    for _ in range(2):
        assert [key.fd for key, _ in selector.select()] == [level.fd for level in order]


def test_watchers_are_told_apart_although_they_are_equal():
    class Equal(Ear):
        def __eq__(self, other):
            return True

        __hash__ = None

    level, one, other = Readiness(), Equal(), Equal()
    level.watch(one)
    level.watch(other)
    level.unwatch(one)
    level.set(EVENT_READ)
    assert (one.heard, other.heard) == ([], [level.fd])
