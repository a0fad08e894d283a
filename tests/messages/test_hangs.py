# ruff: noqa: E501 (the messages are as long as they are)
"""What a test case says of tests that hang, and of what does not end."""

import asyncio
import re
import threading
from types import SimpleNamespace
from unittest.mock import patch

from asyncloop_testcase import TestCase, lenient, timeout
from asyncloop_testcase._case import loops as _loops
from asyncloop_testcase._case import timeout as _timeout

from messages.said import outcome_of, says


def case(test=None, **members):
    """Return a class with this test."""

    async def passing(self):
        pass

    return type("Case", (TestCase,), {"test": test or passing, **members})


class Clock:
    """What limits go by; it stands still until a test says that time is up."""

    now = 0.0

    def monotonic(self):
        return self.now

    def is_up(self):
        self.now += 10


@says(
    """
    AssertionError: the test took longer than its timeout of 0.01 s
    Task 'Task-N', coroutine test()
      File "test_hangs.py", line N, in test
        await asyncio.create_task(work(), name="worker")
      waits for task 'worker'
    Task 'worker', coroutine work()
      File "test_hangs.py", line N, in work
        await asyncio.Event().wait()
      File "locks.py", line N, in wait
        await fut
      waits for <Future pending cb=[...]>
    """
)
def test_test_that_takes_too_long():
    time = Clock()

    async def work():
        time.is_up()
        await asyncio.Event().wait()

    async def test(self):
        await asyncio.create_task(work(), name="worker")

    with patch.object(_timeout, "time", time):
        return outcome_of(case(test, timeout=0.01))


@says(
    """
    AssertionError: the test took longer than its timeout of 0.05 s, and did not end within 0.3 s after it was cancelled
    Task 'Task-N', coroutine test()
      File "test_hangs.py", line N, in test
        await asyncio.Event().wait()
      File "locks.py", line N, in wait
        await fut
      waits for <Future pending cb=[...]>
    RuntimeError: cancelled when the loop was closed, but not ended after 0.3 s; does it swallow the cancellation?
    Task 'Task-N', coroutine test()
      File "test_hangs.py", line N, in test
        await asyncio.Event().wait()
      File "locks.py", line N, in wait
        await fut
      waits for <Future pending cb=[...]>
    """
)
def test_test_that_takes_too_long_and_does_not_end():
    time = Clock()

    async def test(self):
        while True:
            time.is_up()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                pass

    with patch.object(_timeout, "time", time):
        return outcome_of(lenient(case(test, timeout=0.05, cancel_timeout=0.3)))


@says(
    """
    AssertionError: the test took longer than its timeout of 0.01 s
    the loop was blocked by
      File "test_hangs.py", line N, in test
        lock.acquire(timeout=seconds.pop())
    """
)
def test_test_that_blocks_the_loop():
    lock, seconds = threading.Lock(), [0.5]
    time = SimpleNamespace(monotonic=lambda: 0 if seconds else 10)  # is up as soon as it blocks

    async def test(self):
        lock.acquire(timeout=seconds.pop())

    with lock, patch.object(_timeout, "time", time):
        text = outcome_of(case(test, timeout=0.01))
    # In between is asyncio, which is not the same in each version.
    return re.sub(r'(?s)(blocked by\n).*(  File "[^"]*test_hangs\.py")', r"\1\2", text)


@says("TypeError: timeout must be a number of seconds or None, not 'long'")
def test_timeout_of_no_number():
    timeout("long")


@says("ValueError: timeout must be more than 0 s, not 0; None means no limit")
def test_timeout_of_nothing():
    timeout(0)


@says(
    """
    AssertionError: a task raised an exception when it was cancelled at the end:
    Task 'worker', coroutine stubborn()
      done
    """
)
def test_task_that_raises_when_it_is_cancelled():
    async def stubborn():
        try:
            await asyncio.Event().wait()
        finally:
            raise LookupError("no such key")

    async def test(self):
        self.task = asyncio.create_task(stubborn(), name="worker")
        await asyncio.sleep(0)

    return outcome_of(case(test))


@says(
    """
    RuntimeError: jobs of the loop's executor do not end: let them end in the test, and wait for that
    Thread 'asyncio_0'
      File "test_hangs.py", line N, in job
        lock.acquire()
    """
)
def test_job_of_the_executor_that_does_not_end():
    lock = threading.Lock()

    def job():
        lock.acquire()

    async def test(self):
        self.loop.run_in_executor(None, job)

    lock.acquire()
    try:
        with patch.object(_loops, "LEAST_FOR_THREADS", 0.05):
            text = outcome_of(lenient(case(test, cancel_timeout=0.01)))
    finally:
        lock.release()
    # In between is the executor, which is not the same in each version.
    return re.sub(r"(?s)('asyncio_0'\n).*(  File \"[^\"]*test_hangs\.py\")", r"\1\2", text)


@says(
    "AssertionError: asyncio.get_event_loop() was called, but forbid_get_event_loop is True: pass the loop on"
)
def test_forbidden_event_loop():
    def test(self):
        asyncio.get_event_loop()

    return outcome_of(lenient(case(test, forbid_get_event_loop=True)))
