# ruff: noqa: E501 (the messages are as long as they are)
"""What a fake clock refuses."""

import asyncio
import socket
from datetime import timedelta
from fractions import Fraction

import asyncio_fakeclock
from asyncio_fakeclock import FakeClock, fakeclock, get_clock, new_event_loop

from messages.clocked import run
from messages.said import says


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
    "TypeError: unknown option 'atuo' of a clock: there are auto, ignore, max_jumps, max_turns, monotonic, pace, resolution, settle, stall_timeout, start, trace, wall_clock"
)
def test_unknown_option_of_a_test():
    fakeclock(atuo=True)


@says(
    "TypeError: cannot ignore 6379.0: pass a thread, a future, a process, a socket, a pipe, a transport, a file descriptor, or the name of a thread, a module or a program"
)
def test_work_that_cannot_be_ignored():
    async def main():
        get_clock().ignore(6379.0)

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
