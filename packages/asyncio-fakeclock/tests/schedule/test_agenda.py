"""The agenda against a sorted list."""

import asyncio
import random
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock
from asyncio_fakeclock._schedule.agenda import NEVER, Agenda
from clocked import clocked_loop
from hypothesis import given, settings
from hypothesis import strategies as st

INSTANTS = st.sampled_from([0.0, 0.1, 1.0, 2.0, 3.5, 1e9, NEVER]) | st.floats(0, 10)
STEPS = st.lists(st.one_of(INSTANTS.map(lambda when: ("add", when)), st.just(("take", 0.0))))


def taken(agenda: Agenda) -> list[Any]:
    found = agenda.take()
    return found if type(found) is list else [found]


@settings(deadline=None, derandomize=True, max_examples=300)
@given(STEPS)
def test_what_is_taken_is_the_first_by_instant_and_then_by_being_put_in(steps: Any) -> None:
    agenda, model = Agenda(), []
    for number, (step, when) in enumerate(steps):
        if step == "add":
            agenda.add(when, number)
            model.append((when, number))
        elif model:
            first = min(model)[0]
            assert agenda.next == first
            assert agenda.at(first) == [n for w, n in model if w == first]
            assert taken(agenda) == [n for w, n in model if w == first]
            model = [entry for entry in model if entry[0] != first]
        assert list(agenda) == [n for _, n in sorted(model)]
        assert agenda.instants() == {w for w, _ in model} - {NEVER}
    assert agenda.next == min((w for w, _ in model), default=NEVER)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(INSTANTS), st.integers(0, 3), st.lists(INSTANTS), st.integers(1, 5))
def test_dropped_timers_leave_the_others_in_order(
    early: list[float], takes: int, late: list[float], part: int
) -> None:
    agenda, model = Agenda(), []
    for number, when in enumerate([*early, *late]):
        if number == len(early):
            for _ in range(min(takes, len({w for w, _ in model}))):
                first = min(model)[0]
                agenda.take()
                model = [entry for entry in model if entry[0] != first]
        agenda.add(when, number)
        model.append((when, number))

    kept = agenda.drop(lambda number: number % part == 0)

    model = sorted(entry for entry in model if entry[1] % part)
    assert kept == len(model)
    assert agenda.next == (model[0][0] if model else NEVER)
    assert list(agenda) == [n for _, n in model]
    out: list[int] = []
    while agenda.instants() or agenda.at(NEVER):
        out += taken(agenda)
    assert out == [n for _, n in model]


def test_many_timers_come_out_in_order() -> None:
    chance = random.Random(3)
    agenda, whens = Agenda(), [round(chance.random(), 3) for _ in range(5000)]
    for when in whens:
        agenda.add(when, when)

    out: list[float] = []
    while agenda.next < NEVER:
        out += taken(agenda)
        if len(out) % 7 == 0:
            later = agenda.next + chance.random()
            if later < NEVER and len(whens) < 6000:
                whens.append(later)
                agenda.add(later, later)

    assert out == sorted(whens)


def test_cleared_agenda_has_nothing() -> None:
    agenda = Agenda()
    agenda.add(1.0, "one")
    agenda.add(1.0, "two")

    agenda.clear()

    assert list(agenda) == []
    assert agenda.next == NEVER
    agenda.add(1.0, "three")
    assert agenda.take() == "three"


def test_exit_in_a_callback_loses_no_timer_of_that_instant() -> None:
    def leave() -> None:
        raise SystemExit(3)

    with clocked_loop(auto=True) as (loop, clock):
        assert isinstance(clock, FakeClock)
        ran: list[Any] = []
        loop.call_at(1, ran.append, "before")
        loop.call_at(1, leave)
        loop.call_at(1, ran.append, "after")
        with pytest.raises(SystemExit):
            loop.run_until_complete(asyncio.sleep(2))
        loop.run_until_complete(asyncio.sleep(0))

    assert ran == ["before", "after"]
