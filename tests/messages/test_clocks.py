# ruff: noqa: E501 (the messages are as long as they are)
"""What a fake clock says: where time stands still, and what it refuses."""

import asyncio
import signal
import socket
import sys
import threading
from datetime import timedelta
from fractions import Fraction

import asyncio_fakeclock
import pytest
from asyncio_fakeclock import ClockedTestCase, FakeClock, fakeclock, get_clock, new_event_loop

from messages.said import outcome_of, says


def run(main, **options):
    """Run a coroutine function with a clock on a loop in virtual time."""
    loop = new_event_loop(**{"auto": True, **options})
    task = loop.create_task(main(), name="main")
    try:
        loop.run_until_complete(task)
    finally:
        for left in asyncio.all_tasks(loop):
            left.cancel()
        for _ in range(3):
            loop.run_until_complete(asyncio.sleep(0))
        loop.close()


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
    LivelockError: livelock: the clock has run on to 200 s, and for 100 timers nothing has changed but the time. What keeps it running: a sleep ends.
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
        executor job job()
      Let it end, or tell the clock not to wait for it: clock.ignore(...).
      Task 'main' waits
        at test_clocks.py:N in main(): await asyncio.get_running_loop().run_in_executor(None, job)
        for <Future pending cb=[...]>
    """
)
def test_stall_of_a_job():
    end = threading.Event()

    def job():
        end.wait()

    job.__qualname__ = "job"

    async def main():
        await asyncio.get_running_loop().run_in_executor(None, job)

    try:
        run(main, stall_timeout=0.01)
    finally:
        end.set()


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
      Let it end, or tell the clock not to wait for it: clock.ignore(...).
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


@says("ValueError: cannot advance by -1 s: a fake clock never runs backwards")
def test_advance_into_the_past():
    async def main():
        await get_clock().advance(-1)

    run(main)


@says("ValueError: cannot advance by nan s: it takes a finite number of seconds")
def test_advance_by_nothing_known():
    async def main():
        await get_clock().advance(float("nan"))

    run(main)


@says("TypeError: seconds must be a number, not '1'")
def test_advance_by_a_text():
    async def main():
        await get_clock().advance("1")

    run(main)


@says(
    "TypeError: seconds must be a number, not datetime.timedelta(seconds=1): pass its .total_seconds()"
)
def test_advance_by_a_timedelta():
    async def main():
        await get_clock().advance(timedelta(seconds=1))

    run(main)


@says(
    "TypeError: seconds must be a number that fits a float, not Fraction(1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000, 1)"
)
def test_advance_by_a_number_that_is_too_large():
    async def main():
        await get_clock().advance(Fraction(10**309))

    run(main)


@says("ValueError: cannot go back to 3 s: it is 5.0 s, and a fake clock never runs back")
def test_advance_to_the_past():
    async def main():
        await asyncio.sleep(5)
        await get_clock().advance_to(3)

    run(main)


@says("ValueError: when must be a finite number of seconds, not inf")
def test_advance_to_no_time():
    async def main():
        await get_clock().advance_to(float("inf"))

    run(main)


@says("ValueError: start must be a finite number of seconds, not nan")
def test_start_at_no_time():
    FakeClock(start=float("nan"))


@says("ValueError: resolution must be a power of ten from 1e-15 to 1 s, such as 1e-9, not 0.3")
def test_resolution_that_is_none():
    FakeClock(resolution=0.3)


@says("TypeError: max_turns must be an int or None, not 'many'")
def test_turns_that_are_no_number():
    FakeClock(max_turns="many")


@says("ValueError: max_jumps must be at least 1, not 0: None for no limit")
def test_turns_that_are_none():
    FakeClock(max_jumps=0)


@says(
    "ValueError: stall_timeout must be a finite number of 0 or more seconds, not -1: None for no limit"
)
def test_stall_timeout_that_is_negative():
    FakeClock(stall_timeout=-1)


@says("TypeError: loop must be an event loop, not 'loop'")
def test_clock_of_no_loop():
    FakeClock("loop").install()


@says(
    "RuntimeError: no loop is running: install the clock inside of a coroutine, or pass FakeClock(loop)"
)
def test_clock_without_a_running_loop():
    FakeClock().install()


@says(
    "TypeError: cannot give <OtherLoop> virtual time, since its timers are not asyncio's own: run the test with loop_factory=asyncio.SelectorEventLoop"
)
def test_clock_of_a_loop_without_timers():
    class OtherLoop(asyncio.AbstractEventLoop):
        def __repr__(self):
            return "<OtherLoop>"

    FakeClock(OtherLoop()).install()


@says(
    "RuntimeError: cannot install a clock on <SelectorEventLoop running=False closed=True debug=False>: it is closed"
)
def test_clock_of_a_closed_loop():
    loop = asyncio.SelectorEventLoop()
    loop.close()
    FakeClock(loop).install()


@says(
    "RuntimeError: <FakeClock at 0.0 s, manual> is installed already: leave it, or make another one for another loop"
)
async def test_clock_that_is_installed_twice():
    with FakeClock() as clock:
        clock.install()


@says(
    "RuntimeError: <SelectorEventLoop running=True closed=False debug=False> has a clock already, <FakeClock at 0.0 s, manual>: use that one, or uninstall it first"
)
async def test_second_clock():
    with FakeClock():
        FakeClock().install()


@says(
    "RuntimeError: <FakeClock at 0.0 s, manual, not installed> is not installed: use it as a context manager, or call install()"
)
async def test_clock_that_is_not_installed():
    await FakeClock().advance(1)


@says(
    "RuntimeError: cannot move the time of <SelectorEventLoop running=False closed=False debug=False> from another loop, <SelectorEventLoop running=True closed=False debug=False> in thread 'MainThread'"
)
def test_clock_of_another_loop():
    loop = new_event_loop()
    clock = get_clock(loop)
    try:
        asyncio.run(clock.advance(1))
    finally:
        loop.close()


@says(
    "RuntimeError: <SelectorEventLoop running=True closed=False debug=False> has no fake clock: install one with FakeClock(loop).install()"
)
async def test_loop_without_a_clock():
    get_clock()


@says("RuntimeError: there is no timeline: make the clock with FakeClock(trace=True)")
def test_timeline_that_is_not_kept():
    FakeClock().timeline()


@says("ValueError: cannot save a timeline as 'timeline.pdf': use .svg, .html or .txt")
def test_timeline_of_an_unknown_form():
    FakeClock(trace=True).timeline().save("timeline.pdf")


@says(
    "TypeError: unknown option 'atuo' of a clock: there are auto, max_jumps, max_turns, resolution, stall_timeout, start, trace, wall_clock"
)
def test_unknown_option_of_a_test():
    fakeclock(atuo=True)


@says(
    "TypeError: cannot ignore 'redis': pass a thread, a future, a process, a socket, a pipe, a transport or a file descriptor"
)
def test_work_that_cannot_be_ignored():
    async def main():
        get_clock().ignore("redis")

    run(main)


@says(
    "ValueError: cannot ignore <socket.socket [closed] fd=-1, family=2, type=1, proto=0>: it is closed"
)
def test_closed_socket_that_is_to_be_ignored():
    async def main():
        sock = socket.socket()
        sock.close()
        get_clock().ignore(sock)

    run(main)


@says("ValueError: cannot schedule a callback at nan: it takes a number of seconds")
def test_callback_at_no_time():
    async def main():
        asyncio.get_running_loop().call_at(float("nan"), print)

    run(main)


@says("TypeError: delay must not be None")
def test_callback_without_a_delay():
    async def main():
        asyncio.get_running_loop().call_later(None, print)

    run(main)


@says("AttributeError: module 'asyncio_fakeclock' has no attribute 'FakeClok'")
def test_name_that_the_module_does_not_have():
    asyncio_fakeclock.FakeClok


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
