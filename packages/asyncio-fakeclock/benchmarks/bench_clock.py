"""
What a timer costs in virtual time, beside the other virtual clocks and beside two floors.

    python packages/asyncio-fakeclock/benchmarks/bench_clock.py [--output DIR]

The heap floor is what any ordered schedule has to do: heappush and heappop of a tuple for each
timer, and ``call_soon`` of its callback. The other floor is ``call_soon`` alone. Every contestant
schedules the same timers on a loop that it has made before, and runs them.

asynctest 0.13 stops at Python 3.10, and its name is that of the drop-in. It is measured there, if a
folder it was installed in (``pip install --target FOLDER asynctest``) comes first in PYTHONPATH.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import random
import sys
import warnings
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))

from _compare import Table, main
from asyncio_fakeclock import new_event_loop

warnings.simplefilter("ignore")

FLOOR = "heap floor"
Main = Callable[[], Coroutine[Any, Any, None]]


def nothing() -> None:
    pass


def run_ours(make: Main) -> Callable[[], object]:
    loop = new_event_loop(auto=True)
    return lambda: loop.run_until_complete(make())


def run_looptime(make: Main) -> Callable[[], object]:
    import looptime

    if sys.version_info < (3, 11):
        raise RuntimeError("its loop never ends on Python 3.10")
    loop = looptime.patch_event_loop(asyncio.SelectorEventLoop(), start=0, _enabled=True)
    return lambda: loop.run_until_complete(make())


def run_solipsism(make: Main) -> Callable[[], object]:
    import async_solipsism

    loop = async_solipsism.EventLoop()
    return lambda: loop.run_until_complete(make())


def run_aiotools(make: Main) -> Callable[[], object]:
    from aiotools.timer import VirtualClock

    loop = asyncio.SelectorEventLoop()

    async def inside() -> None:
        with VirtualClock().patch_loop():
            await make()

    return lambda: loop.run_until_complete(inside())


def case_of_asynctest() -> Any:
    """Return a test case of asynctest 0.13 itself, not of its drop-in."""
    import asynctest

    if not hasattr(asynctest.ClockedTestCase, "_drain_loop"):
        raise ImportError("asynctest")

    class Case(asynctest.ClockedTestCase):
        def runTest(self) -> None: ...  # noqa: N802

    case = Case()
    case._init_loop()
    return case


def run_asynctest(make: Main) -> Callable[[], object]:
    case = case_of_asynctest()
    loop = case.loop

    async def advanced() -> None:
        task = asyncio.ensure_future(make())
        await asyncio.sleep(0)
        while not task.done():
            await case.advance(1e6)

    return lambda: loop.run_until_complete(advanced())


PEERS = {
    "ours": run_ours,
    "looptime": run_looptime,
    "async-solipsism": run_solipsism,
    "aiotools": run_aiotools,
    "asynctest": run_asynctest,
}


def contestants(
    make: Main, table: Table, peers: dict[str, Any] = PEERS
) -> dict[str, Callable[[], object]]:
    found = {}
    for name, run in peers.items():
        try:
            work = run(make)
            work()
        except ImportError:  # noqa: PERF203
            note = f"{name} is not installed."
            if note not in table.notes:
                table.note(note)
        except Exception as error:
            table.note(f"{name} cannot do this: {type(error).__name__}: {str(error)[:60]}")
        else:
            found[name] = work
    return found


def floor_of(deadlines: list[float]) -> dict[str, Callable[[], object]]:
    loop = asyncio.SelectorEventLoop()

    def by_heap() -> None:
        heap: list[tuple[float, int, Callable[[], None]]] = []
        for number, deadline in enumerate(deadlines):
            heapq.heappush(heap, (deadline, number, nothing))
        while heap:
            loop.call_soon(heapq.heappop(heap)[2])
        loop.call_soon(loop.stop)
        loop.run_forever()

    def alone() -> None:
        for _ in deadlines:
            loop.call_soon(nothing)
        loop.call_soon(loop.stop)
        loop.run_forever()

    return {FLOOR: by_heap, "call_soon": alone}


def timers(deadlines: list[float]) -> Main:
    async def make() -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for deadline in deadlines:
            loop.call_at(now + deadline, nothing)
        await asyncio.sleep(max(deadlines) + 1)

    return make


def timers_of_callbacks() -> Table:
    """Random deadlines over a day, from a thousand to a million, and shared ones."""
    table = Table("ms, all timers: scheduling and running", baseline=FLOOR, unit="ms")
    chance = random.Random(7)
    for count, rounds in ((1_000, 5), (5_000, 3), (200_000, 3), (1_000_000, 2)):
        deadlines = [chance.random() * 86400 for _ in range(count)]
        # Some peers take minutes for many timers.
        peers = PEERS if count <= 5_000 else {"ours": run_ours}
        works = {**floor_of(deadlines), **contestants(timers(deadlines), table, peers)}
        number = 1 if count > 1_000 else None
        table.row(f"{count:,} random", works, number=number, rounds=rounds, target=1 / 1.3)
    shared = [float(n % 1000) for n in range(20_000)]
    works = {**floor_of(shared), **contestants(timers(shared), table)}
    table.row("20,000 at 1,000 instants", works, number=1, rounds=3, target=1 / 1.3)
    return table


def cancelled(count: int) -> Main:
    async def make() -> None:
        loop = asyncio.get_running_loop()
        for number in range(count):
            handle = loop.call_later(1 + number % 1000, nothing)
            if number % 100:
                handle.cancel()
        await asyncio.sleep(2000)

    return make


def sleeping(count: int, seconds: float) -> Main:
    async def make() -> None:
        for _ in range(count):
            await asyncio.sleep(seconds)

    return make


def many_sleeping(tasks: int, count: int) -> Main:
    async def sleeper(number: int) -> None:
        for _ in range(count):
            await asyncio.sleep(1 + number / tasks)

    async def make() -> None:
        await asyncio.gather(*(sleeper(number) for number in range(tasks)))

    return make


def ticking(seconds: float) -> Main:
    async def make() -> None:
        loop = asyncio.get_running_loop()

        def tick() -> None:
            nonlocal handle
            handle = loop.call_later(1, tick)

        handle = loop.call_later(1, tick)
        await asyncio.sleep(seconds)
        handle.cancel()

    return make


def trio_sleeping(count: int, seconds: float) -> Callable[[], object] | None:
    with contextlib.suppress(ImportError):
        import trio
        import trio.testing

        async def work() -> None:
            for _ in range(count):
                await trio.sleep(seconds)

        return lambda: trio.run(work, clock=trio.testing.MockClock(autojump_threshold=0))
    return None


def trio_many(tasks: int, count: int) -> Callable[[], object] | None:
    with contextlib.suppress(ImportError):
        import trio
        import trio.testing

        async def sleeper(number: int) -> None:
            for _ in range(count):
                await trio.sleep(1 + number / tasks)

        async def work() -> None:
            async with trio.open_nursery() as nursery:
                for number in range(tasks):
                    nursery.start_soon(sleeper, number)

        return lambda: trio.run(work, clock=trio.testing.MockClock(autojump_threshold=0))
    return None


def tasks_and_tickers() -> Table:
    """Tasks that sleep, tickers, cancelled timers."""
    table = Table("ms, tasks", baseline="async-solipsism", unit="ms")
    table.note("looptime makes 42 idle turns a jump by default, and is left out here.")
    peers = {name: run for name, run in PEERS.items() if name != "looptime"}
    rows = [
        ("one task, 10,000 sleeps of 1 s", sleeping(10_000, 1.0), trio_sleeping(10_000, 1.0)),
        ("20,000 x sleep(0.001)", sleeping(20_000, 0.001), trio_sleeping(20_000, 0.001)),
        ("1,000 tasks x 200 sleeps", many_sleeping(1000, 200), trio_many(1000, 200)),
        ("100,000 s over a 1 s ticker", ticking(1e5), None),
        ("10,000 timers, 99 % cancelled", cancelled(10_000), None),
        ("100,000 timers, 99 % cancelled", cancelled(100_000), None),
    ]
    for name, make, by_trio in rows:
        works = contestants(make, table, peers)
        if by_trio is not None:
            works["trio"] = by_trio
        table.row(name, works, number=1, rounds=3)
    return table


def empty_advance() -> Table:
    """An advance() with nothing to run, a thousand times."""
    table = Table("us, a thousand empty advances", baseline="asynctest", unit="us")
    works: dict[str, Callable[[], object]] = {}
    from asyncio_fakeclock import get_clock

    loop = new_event_loop(auto=False)
    clock = get_clock(loop)

    async def ours() -> None:
        for _ in range(1000):
            await clock.advance(1)

    works["ours"] = lambda: loop.run_until_complete(ours())
    try:
        case = case_of_asynctest()
    except ImportError:
        table.note("asynctest is not installed.")
    else:

        async def theirs() -> None:
            for _ in range(1000):
                await case.advance(1)

        works["asynctest"] = lambda: case.loop.run_until_complete(theirs())
    table.row("advance(1)", works, target=1 / 1.5 if "asynctest" in works else None)
    return table


if __name__ == "__main__":
    main(timers_of_callbacks, tasks_and_tickers, empty_advance)
