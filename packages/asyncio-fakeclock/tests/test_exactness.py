"""
Random schedules against a simple model: same callbacks, same order, same instants.

The model of callbacks is a loop of thirty lines, with the turns of asyncio's; that of tasks
needs no loop at all, since every task's instants follow from its own program.
"""

import asyncio
import math
import sys
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock
from clocked import clocked_loop, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MANY = settings(
    deadline=None,
    derandomize=True,
    max_examples=120,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

DURATIONS = st.one_of(
    st.sampled_from([0, 0.0, 0.1, 0.2, 0.3, 1, 1.0, 2.5, 60, 3600, 86400, 1e-9, 1e9]),
    st.floats(min_value=1e-9, max_value=1e9),
    st.integers(min_value=1, max_value=100).map(lambda n: n / 10),
)
STARTS = st.sampled_from([0.0, 0.1, 4e6 - 1, 1.7e9])
GRID_ENDS = 4e6


def instant(now: float, seconds: float) -> float:
    """The documented rule, in its slow and obvious form."""
    when = now + seconds
    if when <= now or abs(when) >= GRID_ENDS:
        return when
    near = round(when, 9)
    return near if near > now else when


@dataclass
class Action:
    """What a callback does: schedule another callback, or cancel one that was scheduled."""

    kind: str
    seconds: float = 0.0
    number: int = 0
    children: list["Action"] = field(default_factory=list)


def actions(children: Any) -> Any:
    return st.lists(
        st.builds(
            Action,
            kind=st.sampled_from(["later", "at", "soon", "later", "at", "cancel"]),
            seconds=DURATIONS,
            number=st.integers(0, 10),
            children=children,
        ),
        max_size=5,
    )


PROGRAMS = st.recursive(st.just([]), actions, max_leaves=12)


class ModelLoop:
    """Time, callbacks and timers: nothing else."""

    def __init__(self, start: float) -> None:
        self.now = start
        self.seq = 0
        self.ready: list[Any] = []
        self.timers: list[Any] = []

    def soon(self, callback: Any) -> list[Any]:
        entry = [self.now, 0, callback]
        self.ready.append(entry)
        return entry

    def at(self, when: float, callback: Any) -> list[Any]:
        self.seq += 1
        entry = [instant(when, 0) if when <= self.now else self.rounded(when), self.seq, callback]
        self.timers.append(entry)
        return entry

    def rounded(self, when: float) -> float:
        near = round(when, 9) if abs(when) < GRID_ENDS else when
        return near if near > self.now else when

    def cancel(self, entry: list[Any]) -> None:
        entry[2] = None

    def due(self) -> list[Any]:
        return sorted(e for e in self.timers if e[0] <= self.now and e[2] is not None)

    def advance(self, seconds: float) -> None:
        target = instant(self.now, seconds)
        while True:
            while self.ready or self.due():
                for entry in self.due():
                    self.timers.remove(entry)
                    self.ready.append(entry)
                turn, self.ready = self.ready, []
                for entry in turn:
                    if entry[2] is not None:
                        entry[2]()
            coming = [e[0] for e in self.timers if e[2] is not None and e[0] <= target]
            if not coming:
                break
            self.now = min(coming)
        self.now = target


def interpret(
    program: list[Action], log: list[Any], now: Any, soon: Any, at: Any, cancel: Any
) -> None:
    """Run a program on whatever loop the functions belong to."""
    handles: list[Any] = []

    def perform(todo: list[Action], name: str) -> None:
        log.append((name, now()))
        for number, action in enumerate(todo):
            child = f"{name}.{number}"
            callback = partial(perform, action.children, child)
            if action.kind == "soon":
                handles.append(soon(callback))
            elif action.kind == "cancel":
                if handles:
                    cancel(handles[action.number % len(handles)])
            else:
                # call_later(d) is call_at(time() + d).
                handles.append(at(now() + action.seconds, callback))

    perform(program, "0")


@MANY
@given(PROGRAMS, st.lists(DURATIONS, max_size=4), STARTS)
def test_callbacks_run_as_in_the_model(
    program: list[Action], advances: list[float], start: float
) -> None:
    expected: list[Any] = []
    model = ModelLoop(start)
    interpret(program, expected, lambda: model.now, model.soon, model.at, model.cancel)
    for seconds in [*advances, 4e9]:
        model.advance(seconds)
        expected.append(("arrived", model.now))

    actual: list[Any] = []
    with clocked_loop(auto=False, start=start) as (loop, clock):

        async def main() -> None:
            for seconds in [*advances, 4e9]:
                await clock.advance(seconds)
                actual.append(("arrived", loop.time()))

        interpret(program, actual, loop.time, loop.call_soon, loop.call_at, lambda h: h.cancel())
        loop.run_until_complete(main())

    assert actual == expected


@dataclass
class Step:
    """What a task does next."""

    kind: str
    seconds: float
    limit: float
    child: "list[Step]" = field(default_factory=list)


def steps(child: Any) -> Any:
    kinds = ["sleep", "sleep", "wait_for", "advance", "spawn"]
    if sys.version_info >= (3, 11):
        kinds += ["timeout", "group"]
    return st.lists(
        st.builds(
            Step, kind=st.sampled_from(kinds), seconds=DURATIONS, limit=DURATIONS, child=child
        ),
        max_size=4,
    )


TASKS = st.recursive(st.just([]), steps, max_leaves=8)


def predict(program: list[Step], now: float, name: str, log: dict[str, Any]) -> float:
    """Write down when each step of a task ends, and return when the last one does."""
    seen = log.setdefault(name, [])
    for number, step in enumerate(program):
        child = f"{name}.{number}"
        if step.kind == "spawn":
            predict(step.child, now, child, log)
        elif step.kind == "group":
            now = max(now, predict(step.child, now, child, log))
        elif step.kind in ("wait_for", "timeout"):
            slept, limit = instant(now, step.seconds), instant(now, step.limit)
            now = min(slept, limit)
            outcome = "any" if slept == limit else "slept" if slept < limit else "timeout"
            seen.append((now, outcome))
            continue
        else:
            now = instant(now, step.seconds)
        seen.append((now, step.kind))
    return now


async def execute(program: list[Step], name: str, log: dict[str, Any], clock: FakeClock) -> None:
    loop = asyncio.get_running_loop()
    seen = log.setdefault(name, [])
    spawned = []
    for number, step in enumerate(program):
        outcome = step.kind
        if step.kind == "sleep":
            await asyncio.sleep(step.seconds)
        elif step.kind == "advance":
            await clock.advance(step.seconds)
        elif step.kind == "spawn":
            coro = execute(step.child, f"{name}.{number}", log, clock)
            spawned.append(asyncio.create_task(coro))
        elif step.kind == "group":
            async with asyncio.TaskGroup() as group:  # type: ignore[attr-defined]
                group.create_task(execute(step.child, f"{name}.{number}", log, clock))
        else:
            outcome = await limited(step)
        seen.append((loop.time(), outcome))
    await asyncio.gather(*spawned)


async def limited(step: Step) -> str:
    try:
        if step.kind == "wait_for":
            await asyncio.wait_for(asyncio.sleep(step.seconds), step.limit)
        else:
            async with asyncio.timeout(step.limit):  # type: ignore[attr-defined]
                await asyncio.sleep(step.seconds)
    except (TimeoutError, asyncio.TimeoutError):
        return "timeout"
    return "slept"


@pytest.mark.parametrize("auto", [False, True])
@MANY
@given(program=TASKS, advances=st.lists(DURATIONS, max_size=3), start=STARTS)
def test_tasks_wake_at_the_instants_of_the_model(
    auto: bool, program: list[Step], advances: list[float], start: float
) -> None:
    expected: dict[str, Any] = {}
    end = predict(program, start, "0", expected)
    actual: dict[str, Any] = {}

    async def main(clock: FakeClock) -> None:
        task = asyncio.create_task(execute(program, "0", actual, clock))
        for seconds in advances:
            await clock.advance(seconds)
        while not auto and not task.done():
            await clock.advance(1e10)
        await task

    run(main, auto=auto, start=start)

    assert end >= start
    for name, log in expected.items():
        same_outcome = [a == e or e[1] == "any" for a, e in zip(actual[name], log, strict=True)]
        assert [at for at, _ in actual[name]] == [at for at, _ in log]
        assert all(same_outcome)


@pytest.mark.parametrize("start", [0.0, 1.7e9])
@pytest.mark.parametrize("auto", [False, True])
def test_waiting_for_points_of_a_grid_of_tenths_ends(start: float, auto: bool) -> None:
    async def walk() -> int:
        loop = asyncio.get_running_loop()
        sleeps = 0
        for step in range(1, 1001):
            until = start + step * 0.1
            while loop.time() < until:
                await asyncio.sleep(until - loop.time())
                sleeps += 1
        return sleeps

    async def main(clock: FakeClock) -> int:
        task = asyncio.create_task(walk())
        if not auto:
            await clock.advance(101)
        return await task

    # Mostly one sleep for each step; two where the float is beside the grid.
    assert 1000 <= run(main, auto=auto, start=start) <= 2000


@pytest.mark.parametrize("seconds", [1e-9, 0.1, 86400, 365 * 86400, 1e9])
@pytest.mark.parametrize("start", [0.0, 1.7e9])
def test_sleep_of_any_length_ends_at_its_instant(seconds: float, start: float) -> None:
    async def main(clock: FakeClock) -> float:
        await asyncio.sleep(seconds)
        return clock.time()

    assert run(main, start=start) == instant(start, seconds)


def test_instant_is_not_rounded_to_before_now() -> None:
    with clocked_loop(auto=False, start=0.4, resolution=1.0) as (loop, _):
        assert loop.call_at(0.45, print).when() == 0.45
        assert loop.call_at(0.6, print).when() == 1.0


def test_instants_are_rounded_as_long_as_floats_tell_nanoseconds_apart() -> None:
    with clocked_loop(auto=False) as (loop, _):
        beside = 3e6 + math.ulp(3e6)
        assert loop.call_at(beside, print).when() == 3e6
        beyond = 5e6 + math.ulp(5e6)
        assert loop.call_at(beyond, print).when() == beyond


def test_steps_far_out_are_those_of_floats() -> None:
    async def main(clock: FakeClock) -> float:
        await asyncio.sleep(0.1)
        return clock.time()

    assert run(main, start=1e15) == 1e15 + 0.1
    assert math.ulp(1e15) == 0.125


def test_timer_that_another_one_of_its_instant_has_cancelled_does_not_run() -> None:
    ran: list[str] = []

    async def main(clock: FakeClock) -> None:
        loop = asyncio.get_running_loop()

        def first() -> None:
            ran.append("first")
            loop.call_soon(ran.append, "soon")
            second.cancel()

        loop.call_at(1.0, first)
        second = loop.call_at(1.0, ran.append, "second")
        loop.call_at(1.0, ran.append, "third")
        await clock.advance(1)

    run(main, auto=False)
    assert ran == ["first", "third", "soon"]


def test_second_step_meets_each_timer_at_its_instant() -> None:
    met: list[float] = []

    async def main(clock: FakeClock) -> None:
        loop = asyncio.get_running_loop()
        await clock.advance(1)  # with nothing to do; the loop is known to be quiet now
        loop.call_later(1, lambda: met.append(loop.time()))
        loop.call_later(2, lambda: met.append(loop.time()))
        await clock.advance(2)
        assert met == [2.0, 3.0]
        loop.call_soon(lambda: met.append(loop.time()))
        await clock.advance(1)

    run(main, auto=False)
    assert met == [2.0, 3.0, 3.0]
