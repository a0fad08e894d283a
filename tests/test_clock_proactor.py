"""Virtual time on a proactor loop, with asyncio's own proactor code."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from asyncio_fakeclock import DeadlockError, FakeClock, get_clock, new_event_loop
from asyncio_testselector import TestProactorEventLoop, memory_stream_pair

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def proactor_loop(**options: Any) -> Iterator[tuple[asyncio.AbstractEventLoop, FakeClock]]:
    loop = new_event_loop(loop_factory=TestProactorEventLoop, **options)
    asyncio.set_event_loop(loop)
    try:
        yield loop, get_clock(loop)
    finally:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(ended(tasks))
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()


async def ended(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


def test_sleep_takes_virtual_time_only() -> None:
    with proactor_loop() as (loop, clock):
        loop.run_until_complete(asyncio.sleep(365 * 86400))
        assert clock.time() == 365 * 86400


def test_callbacks_run_at_their_instants_in_order() -> None:
    with proactor_loop(auto=False) as (loop, clock):
        ran: list[Any] = []
        for seconds in (3, 1, 2, 1):
            loop.call_later(seconds, lambda s=seconds: ran.append((s, loop.time())))
        for _ in range(10):
            loop.run_until_complete(clock.advance(0.3))
        assert ran == [(1, 1.0), (1, 1.0), (2, 2.0), (3, 3.0)]
        assert clock.time() == 3.0


def test_memory_streams_never_hold_time_back() -> None:
    async def main() -> tuple[bytes, float]:
        one, other = await memory_stream_pair()
        loop = asyncio.get_running_loop()
        loop.call_later(60, other[1].write, b"late")
        data = await asyncio.wait_for(one[0].read(10), 3600)
        one[1].close()
        other[1].close()
        return data, loop.time()

    with proactor_loop(stall_timeout=0.5) as (loop, _):
        assert loop.run_until_complete(main()) == (b"late", 60.0)


def test_executor_job_holds_time_back() -> None:
    async def main() -> float:
        await asyncio.wait_for(asyncio.to_thread(time.sleep, 0.02), 5)
        return asyncio.get_running_loop().time()

    with proactor_loop() as (loop, _):
        assert loop.run_until_complete(main()) == 0.0


def test_real_peer_in_another_thread_holds_time_back() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)

    def answer() -> None:
        time.sleep(0.02)
        theirs.sendall(b"answer")

    async def main() -> tuple[bytes, float]:
        loop = asyncio.get_running_loop()
        threading.Thread(target=answer).start()
        return await asyncio.wait_for(loop.sock_recv(ours, 10), 5), loop.time()

    with ours, theirs, proactor_loop() as (loop, _):
        assert loop.run_until_complete(main()) == (b"answer", 0.0)


def test_hanging_test_fails_at_once() -> None:
    with proactor_loop() as (loop, _), pytest.raises(DeadlockError, match="^deadlock at 0 s"):
        loop.run_until_complete(asyncio.Event().wait())


def schedule(loop: asyncio.AbstractEventLoop, log: list[Any], seed: int) -> None:
    """Set timers that set, and cancel, timers: always the same ones for a seed."""
    chance = random.Random(seed)
    handles: list[Any] = []

    def perform(name: str, depth: int) -> None:
        log.append((name, loop.time()))
        for number in range(chance.randrange(4) if depth < 4 else 0):
            child = f"{name}.{number}"
            seconds = chance.choice([0, 0.1, 0.3, 1, 2.5, 3600, 1e-9, 1e6])
            kind = chance.randrange(4)
            if kind == 0:
                handles.append(loop.call_soon(perform, child, depth + 1))
            elif kind == 3 and handles:
                chance.choice(handles).cancel()
            else:
                handles.append(loop.call_later(seconds, perform, child, depth + 1))

    for number in range(5):
        perform(str(number), 0)


@pytest.mark.parametrize("seed", range(30))
def test_random_schedules_run_as_on_a_selector_loop(seed: int) -> None:
    # The selector loop is compared with a model in the package's own tests.
    logs: list[list[Any]] = []
    for factory in (TestProactorEventLoop, asyncio.SelectorEventLoop):
        log: list[Any] = []
        loop = new_event_loop(loop_factory=factory, auto=False)
        schedule(loop, log, seed)
        for seconds in (0.1, 0.2, 3, 1e7):
            loop.run_until_complete(get_clock(loop).advance(seconds))
            log.append(loop.time())
        loop.close()
        logs.append(log)

    assert logs[0] == logs[1]
    assert len(logs[0]) >= 9
