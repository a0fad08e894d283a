# ruff: noqa: E501 (the messages are as long as they are)
"""What a fake clock says: where time stands still, and what it refuses."""

import asyncio
import select
import signal
import socket
import sys

import pytest
from asyncio_fakeclock import ClockedTestCase, get_clock, new_event_loop

from messages.clocked import run
from messages.said import outcome_of, says


@says(
    """
    DeadlockError: deadlock at 3600 s: no callback is ready, no timer is set and nothing real is in flight.
      Task 'main' waits
        at test_clocks.py:N in main(): await asyncio.create_task(worker(asyncio.Event()), name="worker")
        for task 'worker'
      Task 'worker' waits
        at test_clocks.py:N in worker(): await event.wait()
        in asyncio's Event.wait() of <asyncio.locks.Event object at 0x... [unset, waiters:1]>
        for <Future pending cb=[...]>
    """
)
def test_deadlock():
    async def worker(event):
        await event.wait()

    async def main():
        await asyncio.sleep(3600)
        await asyncio.create_task(worker(asyncio.Event()), name="worker")

    run(main)


@says(
    """
    DeadlockError: deadlock at 0 s: no callback is ready, no timer is set and nothing real is in flight.
      Task 'main' waits
        at test_clocks.py:N in main(): await asyncio.gather(first, second)
        for all of task 'first', task 'second'
      Task 'first' waits
        in asyncio's Event.wait() of <asyncio.locks.Event object at 0x... [unset, waiters:1]>
        for <Future pending cb=[...]>
      Task 'second' waits
        in asyncio's Event.wait() of <asyncio.locks.Event object at 0x... [unset, waiters:1]>
        for <Future pending cb=[...]>
    """
)
def test_deadlock_of_a_gather():
    async def main():
        first = asyncio.create_task(asyncio.Event().wait(), name="first")
        second = asyncio.create_task(asyncio.Event().wait(), name="second")
        await asyncio.gather(first, second)

    run(main)


@says(
    """
    DeadlockError: deadlock at 0 s: no callback is ready, no timer is set and nothing real is in flight.
      no task is pending
    """
)
def test_deadlock_without_tasks():
    loop = new_event_loop(auto=True)
    try:
        loop.run_forever()
    finally:
        loop.close()


@pytest.mark.skipif(sys.platform == "win32", reason="loops handle no signals there")
@says(
    """
    DeadlockError: deadlock at 0 s: no callback is ready, no timer is set and nothing real is in flight.
      The loop handles signals.
      If somebody outside of this test is to call: wait in clock.external().
      Task 'main' waits
        at test_clocks.py:N in main(): await asyncio.Event().wait()
        in asyncio's Event.wait() of <asyncio.locks.Event object at 0x... [unset, waiters:1]>
        for <Future pending cb=[...]>
    """
)
def test_deadlock_with_a_signal_handler():
    async def main():
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, print)
        try:
            await asyncio.Event().wait()
        finally:
            loop.remove_signal_handler(signal.SIGUSR1)

    run(main)


@says(
    """
    DeadlockError: time is frozen at 0 s: the clock is manual, and nobody advances it. The next timer is due at 5 s (a sleep ends): let another task await clock.advance(5), or use auto=True.
      Task 'main' waits
        at test_clocks.py:N in main(): await asyncio.sleep(5)
        in asyncio's sleep()
        for <Future pending cb=[...]>
    """
)
def test_frozen_time():
    async def main():
        await asyncio.sleep(5)

    run(main, auto=False)


@says(
    """
    DeadlockError: time is frozen at 0 s: the clock is manual, and nobody advances it. The next timer is due at 0.25 s (expire()): let another task await clock.advance(0.25), or use auto=True.
      Task 'main' waits
        at test_clocks.py:N in main(): await asyncio.Event().wait()
        in asyncio's Event.wait() of <asyncio.locks.Event object at 0x... [unset, waiters:1]>
        for <Future pending cb=[...]>
    """
)
def test_frozen_time_of_a_callback():
    def expire():
        pass

    expire.__qualname__ = "expire"

    async def main():
        asyncio.get_running_loop().call_later(0.25, expire)
        await asyncio.Event().wait()

    run(main, auto=False)


@says(
    """
    LivelockError: livelock at 0 s: callbacks have made one another ready at this one instant 100 times, so that time cannot move; it is the turn of again().
      Task 'main' waits
        at test_clocks.py:N in main(): await asyncio.sleep(1)
        in asyncio's sleep()
        for <Future pending cb=[...]>
    """
)
def test_livelock_at_one_instant():
    turns = iter(range(150))

    def again():
        if next(turns, None) is not None:
            asyncio.get_running_loop().call_soon(again)

    again.__qualname__ = "again"

    async def main():
        again()
        await asyncio.sleep(1)

    run(main, max_turns=100)


@says(
    """
    LivelockError: livelock: the clock has run on to 200 s, and for 100 timers nothing has changed but the time. What keeps it running: the sleep of task 'heart' ends. If the test does get somewhere, raise the limit: FakeClock(max_jumps=...), None for no limit.
      Task 'main' waits
        at test_clocks.py:N in main(): await asyncio.Event().wait()
        in asyncio's Event.wait() of <asyncio.locks.Event object at 0x... [unset, waiters:1]>
        for <Future pending cb=[...]>
      Task 'heart' waits
        at test_clocks.py:N in beat(): await asyncio.sleep(1)
        in asyncio's sleep()
        for <Future pending cb=[...]>
    """
)
def test_livelock_of_a_heartbeat():
    async def beat():
        while True:
            await asyncio.sleep(1)

    async def main():
        beating = asyncio.create_task(beat(), name="heart")
        try:
            await asyncio.Event().wait()
        finally:
            beating.cancel()

    run(main, max_jumps=100)


@says(
    """
    StalledError: time has stood still at 0 s for 0.01 real seconds, since something real may answer:
        executor job job() at test_clocks.py:N in job(): select.select([reading], [], [], 60)
      Let it end, or tell the clock not to wait for it: clock.ignore(...), FakeClock(ignore=[...]) by name, or settle= to move on after real calm.
      Task 'main' waits
        at test_clocks.py:N in main(): await asyncio.get_running_loop().run_in_executor(None, job)
        for <Future pending cb=[...]>
    """
)
def test_stall_of_a_job():
    reading, writing = socket.socketpair()

    def job():
        select.select([reading], [], [], 60)

    job.__qualname__ = "job"

    async def main():
        await asyncio.get_running_loop().run_in_executor(None, job)

    with reading, writing:
        try:
            run(main, stall_timeout=0.01)
        finally:
            writing.send(b".")


@says(
    """
    DeadlockError: deadlock at 0 s: no callback is ready, no timer is set and nothing real is in flight.
      A server socket at ('127.0.0.1', PORT) is open.
      If somebody outside of this test is to call: wait in clock.external().
      Task 'main' waits
        at test_clocks.py:N in main(): await asyncio.get_running_loop().sock_accept(listener)
        in asyncio's SelectorEventLoop.sock_accept() of <SelectorEventLoop running=True closed=False debug=False>
        for <Future pending cb=[...]>
    """
)
def test_deadlock_with_a_server():
    listener = socket.create_server(("127.0.0.1", 0))

    async def main():
        listener.setblocking(False)
        await asyncio.get_running_loop().sock_accept(listener)

    with listener:
        run(main, stall_timeout=0.01)


@says(
    """
    StalledError: time has stood still at 0 s for 0.01 real seconds, since something real may answer:
        external() block at test_clocks.py:N
      Let it end, or tell the clock not to wait for it: clock.ignore(...), FakeClock(ignore=[...]) by name, or settle= to move on after real calm.
      Task 'main' waits
        at test_clocks.py:N in main(): await asyncio.sleep(1)
        in asyncio's sleep()
        for <Future pending cb=[...]>
    """
)
def test_stall_of_something_external():
    async def main():
        with get_clock().external():
            await asyncio.sleep(1)

    run(main, stall_timeout=0.01)


@says(
    """
    DeadlockError: time is frozen at 0 s: the clock is manual, and nobody advances it. The next timer is due at 5 s (a sleep ends): let another task await clock.advance(5), or use auto=True.
      Task 'main' waits
        at test_clocks.py:N in test(): await asyncio.sleep(5)
        in asyncio's sleep()
        for <Future pending cb=[...]>
    """
)
def test_deadlock_of_a_test_case():
    class Case(ClockedTestCase):
        async def test(self):
            asyncio.current_task().set_name("main")
            await asyncio.sleep(5)

    return outcome_of(Case)
