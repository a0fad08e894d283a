"""Levels: what is ready in memory, and who hears of it."""

import gc
from selectors import EVENT_READ, EVENT_WRITE, SelectorKey

import pytest
from asyncio_testselector import FileDescriptor, TestSelector
from asyncio_testselector._selector.readiness import (
    Candidates,
    Readiness,
    Watch,
    _levels,
    readiness_of,
)


class Ear:
    """What is announced to it, instead of the candidates of a selector."""

    def __init__(self, sleeping=False):
        self.heard = []
        self.sleeping = sleeping

    def __setitem__(self, watch, nothing):
        self.heard.append(watch)

    def pop(self, watch, nothing):
        self.heard.append("nothing")

    def wake(self):
        self.heard.append("wake up")


def watch_of(level, ear, events=EVENT_READ | EVENT_WRITE):
    return Watch(ear, level, SelectorKey(level.fd, level.fd, events, None))


class Racing(Ear):
    """While a watch is taken out, another thread announces it."""

    def pop(self, watch, nothing):
        watch.level.set(EVENT_READ)
        super().pop(watch, nothing)


def test_level_has_a_virtual_descriptor():
    level = Readiness(EVENT_WRITE)
    assert isinstance(level.fd, FileDescriptor)
    assert readiness_of(level.fd) is readiness_of(int(level.fd)) is level
    assert level.events == EVENT_WRITE


def test_new_events_are_announced_once():
    level, ear = Readiness(), Ear()
    watch = watch_of(level, ear)
    level.set(EVENT_READ)
    level.set(EVENT_READ)
    level.set(EVENT_READ | EVENT_WRITE)
    level.set(EVENT_READ)
    assert ear.heard == [watch, watch]


def test_events_that_nobody_waits_for_are_not_announced():
    level, ear = Readiness(EVENT_READ), Ear()
    watch = watch_of(level, ear, EVENT_READ)
    assert ear.heard == [watch]
    level.set(EVENT_READ | EVENT_WRITE)
    assert ear.heard == [watch]


def test_mask_that_stays_as_it_is_is_not_announced():
    level, ear = Readiness(EVENT_READ), Ear()
    watch_of(level, ear, EVENT_WRITE)
    level.set(EVENT_READ)
    assert ear.heard == []


def test_what_was_ready_before_is_announced_to_who_begins_to_wait():
    level, ear = Readiness(EVENT_WRITE), Ear()
    watch = watch_of(level, ear, EVENT_READ)
    assert ear.heard == []
    watch.change(SelectorKey(level.fd, level.fd, EVENT_WRITE, None))
    assert ear.heard == [watch]


def test_end_of_all_that_is_waited_for_is_announced():
    level, ear = Readiness(EVENT_READ | EVENT_WRITE), Ear()
    watch = watch_of(level, ear, EVENT_READ)
    level.set(EVENT_READ)
    level.set(EVENT_WRITE)
    assert ear.heard == [watch, "nothing"]
    level.set(EVENT_READ)
    assert (level.events, ear.heard) == (EVENT_READ, [watch, "nothing", watch])


def test_ended_watch_hears_nothing():
    level, ear = Readiness(), Ear()
    watch_of(level, ear).end()
    ear.heard.clear()
    level.set(EVENT_READ)
    level.set(0)
    assert ear.heard == []


def test_ended_watch_is_no_candidate_any_more():
    level, ear = Readiness(EVENT_READ), Ear()
    watch = watch_of(level, ear)
    watch.end()
    assert ear.heard == [watch, "nothing"]


def test_watch_that_ends_while_others_are_told_hears_nothing():
    class Ending(Ear):
        def __setitem__(self, watch, nothing):
            ended.end()

    level, ear = Readiness(), Ear()
    watch_of(level, Ending())
    ended = watch_of(level, ear)
    level.set(EVENT_READ)
    assert ear.heard == ["nothing"]


def test_watch_with_nothing_to_report_is_no_candidate_any_more():
    level, ear = Readiness(EVENT_READ), Ear()
    watch = watch_of(level, ear)
    assert watch.look() == EVENT_READ
    level.events = 0  # lowered by a plain store, which announces nothing
    assert watch.look() == 0
    assert ear.heard == [watch, "nothing"]


def test_watch_whose_level_is_ready_for_something_else_only_is_no_candidate_any_more():
    level, ear = Readiness(EVENT_READ | EVENT_WRITE), Ear()
    watch = watch_of(level, ear, EVENT_READ)
    level.events = EVENT_WRITE  # a plain store, as above
    assert watch.look() == 0
    assert ear.heard == [watch, "nothing"]


def test_mask_is_set_before_watchers_are_told():
    class Looking(Ear):
        def __setitem__(self, watch, nothing):
            self.heard.append(level.events)

    level, ear = Readiness(), Looking()
    watch_of(level, ear)
    level.set(EVENT_READ)
    assert ear.heard == [EVENT_READ]


def test_sleeping_watchers_are_woken_after_they_are_told():
    level, ear = Readiness(), Ear(sleeping=True)
    watch = watch_of(level, ear)
    level.set(EVENT_READ)
    level.set(EVENT_READ)
    assert ear.heard == [watch, "wake up"]


def test_selector_that_does_not_sleep_yet_is_not_woken():
    level, candidates, woken = Readiness(), Candidates(), []
    candidates.wakeup = lambda: woken.append("wake up")
    watch = watch_of(level, candidates)
    level.set(EVENT_READ)
    assert (list(candidates), woken) == ([watch], [])


@pytest.mark.parametrize("how", ["by the level", "by the selector"])
def test_announcement_while_a_watch_is_taken_out_is_not_lost(how):
    level, ear = Readiness(EVENT_READ), Racing()
    watch = watch_of(level, ear, EVENT_READ)
    if how == "by the level":
        level.set(0)
    else:
        level.events = 0
        watch.look()
    assert ear.heard == [watch, watch, "nothing", watch]


def test_closed_level_is_silent_and_unknown():
    level, ear = Readiness(EVENT_READ), Ear()
    watch_of(level, ear)
    level.close()
    level.close()
    assert (level.events, readiness_of(level.fd)) == (0, None)
    ear.heard.clear()
    level.set(EVENT_READ)
    assert ear.heard == []


def test_dropped_level_is_forgotten():
    level = Readiness()
    number = level.fd
    del level
    gc.collect()
    assert readiness_of(number) is None
    assert number not in _levels


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
    assert level._watches == ()


def test_ready_objects_are_reported_in_the_order_they_became_ready():
    levels, selector = [Readiness() for _ in range(5)], TestSelector()
    for level in levels:
        selector.register(level.fd, EVENT_READ)
    order = [levels[i] for i in (3, 0, 4, 1, 2)]
    for level in order:
        level.set(EVENT_READ)
    for _ in range(2):
        assert [key.fd for key, _ in selector.select()] == [level.fd for level in order]


def test_object_that_became_idle_is_reported_by_no_select_and_costs_none():
    level, selector = Readiness(), TestSelector()
    selector.register(level.fd, EVENT_READ)
    level.set(EVENT_READ)
    level.set(0)
    assert not selector._candidates
    assert selector.select() == []


def test_two_watches_of_one_selector_are_told_apart():
    level, selector = Readiness(), TestSelector()
    first = selector.register(level.fd, EVENT_READ)
    selector.unregister(level.fd)
    second = selector.register(level.fd, EVENT_READ, "data")
    level.set(EVENT_READ)
    assert first != second
    assert selector.select() == [(second, EVENT_READ)]
