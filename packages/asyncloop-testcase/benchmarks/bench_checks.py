"""
What the checks add to a test: together, each alone, and with many live objects.

``python packages/asyncloop-testcase/benchmarks/bench_checks.py`` prints the tables; times are of
one test: a loop made, a coroutine run, the loop closed. ``without`` is the same without any watch.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from pathlib import Path

from asyncloop_testcase._checks.builtin import BUILTIN
from asyncloop_testcase._checks.fail_on import ALL, make_plan
from asyncloop_testcase._checks.plan import Plan
from asyncloop_testcase._checks.watch import Watch

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))
from _compare import Row, Table, main

MANY_OBJECTS = 1_000_000
# Short rounds, and many of them: differences of microseconds are drowned by any disturbance.
SHORT = {"number": 30, "rounds": 80}
DEFAULT_LIMIT = 20e-6
STRICT_LIMIT = 60e-6

LEVELS = {
    "default": make_plan([]),
    "strict": make_plan([{ALL: "strict"}]),
}


async def body() -> None:
    """Do what an empty test does."""


def without() -> None:
    """Make, run and close a loop."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(body())
    loop.close()


def watched(plan: Plan) -> Callable[[], None]:
    """Return the same with a watch around it."""

    def run() -> None:
        loop = asyncio.new_event_loop()
        watch = Watch()
        watch.start(loop, plan, fresh=True)
        watch.enter_test()
        loop.run_until_complete(body())
        assert watch.finish() is None
        loop.close()

    return run


def cost(row: Row, who: str) -> float:
    """Return the seconds that the checks add."""
    return row.minimum(who) - row.minimum("without")


def note_costs(table: Table, row: Row) -> None:
    """Say what the two levels add, and whether that is within the limits."""
    for who, limit in (("default", DEFAULT_LIMIT), ("strict", STRICT_LIMIT)):
        added = cost(row, who)
        verdict = "within" if added <= limit else "OVER"
        line = f"{row.name}: {who} checks add {added * 1e6:.1f} us, {verdict} {limit * 1e6:.0f} us"
        table.note(f"- {line}")


def checks_together() -> Table:
    """Measure the default checks and all strict ones, with few and with many live objects."""
    table = Table("all checks of a level", baseline="without", ours="default")
    works = {"without": without, **{name: watched(plan) for name, plan in LEVELS.items()}}
    note_costs(table, table.row("few live objects", works, **SHORT))
    many = [[number] for number in range(MANY_OBJECTS)]
    note_costs(
        table, table.row(f"{len(gc.get_objects()):,} live objects", works, number=30, rounds=25)
    )
    assert len(many) == MANY_OBJECTS
    return table


def checks_alone() -> Table:
    """Measure each check by itself."""
    table = Table("one check alone", baseline="without", ours="checked")
    for check in BUILTIN:
        plan = Plan([(check, check.validate(True))])
        row = table.row(check.name, {"without": without, "checked": watched(plan)}, **SHORT)
        table.note(f"- {check.name} adds {cost(row, 'checked') * 1e6:.1f} us")
    return table


def busy_loop() -> Table:
    """Measure what the checks cost the code under test: per callback, coroutine and timer."""
    table = Table("a test of 1,000 turns, tasks and timers", baseline="without", ours="strict")

    async def work() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(1000):
            loop.call_later(60, print).cancel()
            await loop.create_task(body())

    def run(plan: Plan | None) -> Callable[[], None]:
        def test() -> None:
            loop = asyncio.new_event_loop()
            watch = None
            if plan is not None:
                watch = Watch()
                watch.start(loop, plan, fresh=True)
            loop.run_until_complete(work())
            if watch is not None:
                assert watch.finish() is None
            loop.close()

        return test

    slow = make_plan([{"slow_callbacks": 5.0}])
    plans = {"without": None, **LEVELS, "slow_callbacks": slow}
    table.row("all", {name: run(plan) for name, plan in plans.items()}, number=1, rounds=60)
    return table


if __name__ == "__main__":
    main(checks_together, checks_alone, busy_loop)
