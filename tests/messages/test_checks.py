# ruff: noqa: E501 (the messages are as long as they are)
"""What the checks of a test case find, and how they tell it."""

import asyncio
import gc
import logging
import os
import signal
import subprocess
import sys
import threading
import warnings

import pytest
from asyncio_testselector import FileMock, memory_socketpair
from asyncloop_testcase import (
    TestCase,
    check_loop,
    fail_on,
)

from messages.said import outcome_of, says

unix_only = pytest.mark.skipif(sys.platform == "win32", reason="no processes of this kind")


def leave(function, **checks):
    """Return what the checks say of a test that does this."""
    return outcome_of(fail_on(**checks)(type("Case", (TestCase,), {"test": function})))


async def fetch():
    """Fetch."""


@says(
    """
    AssertionError: a check failed: unused_loop

    unused_loop: the loop did not run during the test
      neither the test method nor tearDown ran the loop

    (if that is meant to be, say so with @fail_on(unused_loop=False))
    """
)
def test_loop_that_did_not_run():
    def test(self):
        pass

    return leave(test, unused_loop=True)


@says(
    """
    AssertionError: a check failed: active_selector_callbacks

    active_selector_callbacks: readers or writers were added and not removed
      reader of <FileMock name='log' id='...'>: test_checks.fetch()
        created at File "test_checks.py", line N, in test
          self.loop.add_reader(self.file, fetch)

    (if that is meant to be, say so with @fail_on(active_selector_callbacks=False))
    """
)
def test_reader_that_is_left():
    async def test(self):
        self.file = FileMock(name="log")
        self.loop.add_reader(self.file, fetch)

    return leave(test, active_selector_callbacks=True)


@says(
    """
    AssertionError: a check failed: unhandled_exceptions

    unhandled_exceptions: exceptions were raised where nobody asked for them
      Task 'worker', coroutine fail()
        created at File "test_checks.py", line N, in test
          self.task = asyncio.create_task(fail(), name="worker")
        Traceback (most recent call last):
          File "test_checks.py", line N, in fail
            raise LookupError("no such key")
        LookupError: no such key

    (if that is meant to be, say so with @fail_on(unhandled_exceptions=False))
    """
)
def test_exception_of_a_task():
    async def fail():
        raise LookupError("no such key")

    async def test(self):
        self.task = asyncio.create_task(fail(), name="worker")
        await asyncio.sleep(0)

    return leave(test)


@says(
    """
    AssertionError: a check failed: unhandled_exceptions

    unhandled_exceptions: exceptions were raised where nobody asked for them
      callback test_checks.fail()
        Traceback (most recent call last):
          File "test_checks.py", line N, in fail
            raise LookupError("no such key")
        LookupError: no such key

    (if that is meant to be, say so with @fail_on(unhandled_exceptions=False))
    """
)
def test_exception_of_a_callback():
    def fail():
        raise LookupError("no such key")

    async def test(self):
        self.loop.call_soon(fail)
        await asyncio.sleep(0)

    logger = logging.getLogger("asyncio")
    logger.disabled = True
    try:
        return leave(test)
    finally:
        logger.disabled = False


@says(
    """
    AssertionError: a check failed: unawaited_coroutines

    unawaited_coroutines: coroutines were never awaited
      coroutine fetch()
        created at File "test_checks.py", line N, in test
          fetch()

    (if that is meant to be, say so with @fail_on(unawaited_coroutines=False))
    """
)
def test_coroutine_that_was_not_awaited():
    async def test(self):
        fetch()

    return leave(test)


@says(
    """
    AssertionError: a check failed: active_handles

    active_handles: timers are left on the loop
      timer due in 10000 s: test_checks.fetch()
        created at File "test_checks.py", line N, in test
          self.loop.call_later(10_000, fetch)

    (if that is meant to be, say so with @fail_on(active_handles=False))
    """
)
def test_timer_that_is_left():
    async def test(self):
        self.loop.call_later(10_000, fetch)

    return leave(test, active_handles=True)


@says(
    """
    AssertionError: a check failed: pending_tasks

    pending_tasks: tasks are left pending
      Task 'worker', coroutine work()
        created at File "test_checks.py", line N, in test
          self.task = asyncio.create_task(work(asyncio.Event()), name="worker")
        File "test_checks.py", line N, in work
          await event.wait()
        File "locks.py", line N, in wait
          await fut
        waits for <Future pending cb=[...]>

    (if that is meant to be, say so with @fail_on(pending_tasks=False))
    """
)
def test_task_that_is_pending():
    async def work(event):
        await event.wait()

    async def test(self):
        self.task = asyncio.create_task(work(asyncio.Event()), name="worker")

    return leave(test, pending_tasks=True)


@says(
    """
    AssertionError: a check failed: active_asyncgens

    active_asyncgens: async generators were not closed
      async generator rows()
        stopped at
          File "test_checks.py", line N, in rows
            yield 1

    (if that is meant to be, say so with @fail_on(active_asyncgens=False))
    """
)
def test_async_generator_that_is_open():
    async def rows():
        yield 1

    async def test(self):
        self.rows = rows()
        await anext(self.rows)

    return leave(test, active_asyncgens=True)


@says(
    """
    AssertionError: a check failed: unclosed_transports

    unclosed_transports: transports or servers were not closed
      _SelectorSocketTransport of StreamReaderProtocol
        created at File "test_checks.py", line N, in test
          ends.append(await asyncio.open_connection(sock=here))

    (if that is meant to be, say so with @fail_on(unclosed_transports=False))
    """
)
def test_transport_that_is_open():
    ends = []

    async def test(self):
        here, there = memory_socketpair()
        ends.append(there)
        ends.append(await asyncio.open_connection(sock=here))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # which is what the check is for
        report = leave(test, unclosed_transports=True)
        ends.clear()
        gc.collect()
    return report


@says(
    """
    AssertionError: a check failed: leaked_threads

    leaked_threads: threads are still alive
      thread 'worker', target threading.Event.wait()
        created at File "test_checks.py", line N, in test
          threading.Thread(target=end.wait, name="worker").start()
        now at
          File "threading.py", line N, in wait
            waiter.acquire()

    (if that is meant to be, say so with @fail_on(leaked_threads=False))
    """
)
def test_thread_that_is_alive():
    end = threading.Event()

    async def test(self):
        threading.Thread(target=end.wait, name="worker").start()

    try:
        return leave(test, leaked_threads=True)
    finally:
        end.set()


@unix_only
@says(
    """
    AssertionError: a check failed: leaked_processes

    leaked_processes: processes are still alive
      process PID: ['sleep', '100']
        created at File "test_checks.py", line N, in test
          started.append(subprocess.Popen(["sleep", "100"]))

    (if that is meant to be, say so with @fail_on(leaked_processes=False))
    """
)
def test_process_that_is_alive():
    started = []

    async def test(self):
        started.append(subprocess.Popen(["sleep", "100"]))

    try:
        return leave(test, leaked_processes=True).replace(str(started[0].pid), "PID")
    finally:
        started[0].kill()
        started[0].wait()


@says(
    """
    AssertionError: a check failed: changed_environment

    changed_environment: the environment is another than before the test
      os.environ['ASYNCLOOP_MESSAGE'] was set

    (if that is meant to be, say so with @fail_on(changed_environment=False))
    """
)
def test_environment_that_is_changed():
    async def test(self):
        os.environ["ASYNCLOOP_MESSAGE"] = "hello"

    try:
        return leave(test, changed_environment=True)
    finally:
        del os.environ["ASYNCLOOP_MESSAGE"]


@says(
    """
    AssertionError: a check failed: changed_signal_handlers

    changed_signal_handlers: signals have other handlers than before the test
      SIGTERM is ignored; before, it did what it does by default

    (if that is meant to be, say so with @fail_on(changed_signal_handlers=False))
    """
)
def test_signal_handler_that_is_changed():
    async def test(self):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        return leave(test, changed_signal_handlers=True)
    finally:
        signal.signal(signal.SIGTERM, before)


@says(
    """
    AssertionError: 2 checks failed: unawaited_coroutines, active_handles

    unawaited_coroutines: coroutines were never awaited
      coroutine fetch()
        created at File "test_checks.py", line N, in test
          fetch()

    active_handles: timers are left on the loop
      timer due in 10000 s: test_checks.fetch()
        created at File "test_checks.py", line N, in test
          self.loop.call_later(10_000, fetch)

    (if that is meant to be, say so with @fail_on(unawaited_coroutines=False, active_handles=False))
    """
)
def test_several_checks_in_one_report():
    async def test(self):
        fetch()
        self.loop.call_later(10_000, fetch)

    return leave(test, active_handles=True)


@says(
    """
    AssertionError: a check failed: unawaited_coroutines

    unawaited_coroutines: coroutines were never awaited
      coroutine fetch()
        created at File "test_checks.py", line N, in test_report_of_a_block
          fetch()

    (if that is meant to be, say so with check_loop(unawaited_coroutines=False))
    """
)
def test_report_of_a_block():
    loop = asyncio.SelectorEventLoop()
    try:
        with check_loop(loop, unused_loop=False, unawaited_coroutines=True):
            fetch()
    finally:
        loop.close()
