"""
Tests with a bug in them, each of which would pass elsewhere, hang or race.

The tour runs every one of them and fails if its bug is not caught. *evidence* is what the report
has to say.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import asyncmock_plus as mock
from asyncio_fakeclock import ClockedTestCase
from asyncio_testselector import SocketScript
from asyncloop_testcase import TestCase, fail_on, strict


@dataclass(frozen=True)
class Bug:
    """A planted bug."""

    what: str
    evidence: str
    case: type[TestCase]


BUGS: list[Bug] = []


def bug(what: str, *, evidence: str) -> Callable[[type[TestCase]], type[TestCase]]:
    """Add the test case to the planted bugs."""

    def add(case: type[TestCase]) -> type[TestCase]:
        BUGS.append(Bug(what, evidence, case))
        return case

    return add


@bug("a test that never runs its loop", evidence="unused_loop")
class UnusedLoop(TestCase):
    def test(self):
        self.loop.create_future().set_result("nobody waits for this")


@bug("a reader that stays registered", evidence="active_selector_callbacks")
class ReaderLeft(TestCase):
    loop_factory = asyncio.SelectorEventLoop  # the loop of Windows knows no readers

    async def test(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        self.loop.add_reader(ours, print)


@bug("a timer that is still running", evidence="active_handles")
@strict
class TimerLeft(TestCase):
    async def test(self):
        self.loop.call_later(60, print, "too late")


@bug("a background task that failed, and nobody asked", evidence="unhandled_exceptions")
class LostException(TestCase):
    async def test(self):
        self.task = asyncio.create_task(self.background())
        await asyncio.sleep(0)

    async def background(self):
        raise LookupError("nobody hears this")


@bug("a coroutine that nobody awaited", evidence="unawaited_coroutines")
class ForgottenAwait(TestCase):
    async def test(self):
        self.greet()

    async def greet(self):
        raise AssertionError("never gets here")


@bug("a task that is left waiting", evidence="pending_tasks")
@strict
class TaskLeft(TestCase):
    async def test(self):
        self.task = asyncio.create_task(asyncio.Event().wait(), name="waits for nothing")
        await asyncio.sleep(0)


@bug("an async generator that is not closed", evidence="active_asyncgens")
@strict
class GeneratorLeft(TestCase):
    async def test(self):
        self.numbers = self.count()
        async for number in self.numbers:
            if number == 3:
                break

    async def count(self):
        number = 0
        while True:
            number += 1
            yield number


@bug("a server that is left open", evidence="unclosed_transports")
@strict
class ServerLeft(TestCase):
    async def test(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addClassCleanup(listener.close)
        self.server = await asyncio.start_server(lambda reader, writer: None, sock=listener)


@bug("a thread that outlives the test", evidence="leaked_threads")
@strict
class ThreadLeft(TestCase):
    stop = threading.Event()

    async def test(self):
        threading.Thread(target=self.stop.wait, name="a forgotten worker").start()

    @classmethod
    def tearDownClass(cls):
        cls.stop.set()


@bug("a process that outlives the test", evidence="leaked_processes")
@strict
class ProcessLeft(TestCase):
    async def test(self):
        program = "input()"
        process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
        type(self).process = process

    @classmethod
    def tearDownClass(cls):
        cls.process.communicate(b"\n")


@bug("a variable of the environment that stays set", evidence="changed_environment")
@strict
class EnvironmentChanged(TestCase):
    async def test(self):
        os.environ["A_FORGOTTEN_VARIABLE"] = "1"

    @classmethod
    def tearDownClass(cls):
        del os.environ["A_FORGOTTEN_VARIABLE"]


@bug("a signal that stays ignored", evidence="changed_signal_handlers")
@strict
class SignalIgnored(TestCase):
    before = signal.getsignal(signal.SIGTERM)

    async def test(self):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    @classmethod
    def tearDownClass(cls):
        signal.signal(signal.SIGTERM, cls.before)


@bug("a callback that blocks the loop", evidence="slow_callbacks")
@fail_on(slow_callbacks=0.02)
class BlockedLoop(TestCase):
    async def test(self):
        time.sleep(0.05)  # should have been asyncio.sleep()


@bug("a test that waits for ever", evidence="longer than its timeout")
class HangingTest(TestCase):
    timeout = 0.05

    async def test(self):
        await asyncio.Event().wait()


@bug("a deadlock under the automatic clock", evidence="DeadlockError")
class Deadlock(ClockedTestCase):
    auto = True

    async def test(self):
        first, second = asyncio.Lock(), asyncio.Lock()
        await asyncio.gather(self.take(first, second), self.take(second, first))

    async def take(self, one, other):
        async with one:
            await asyncio.sleep(1)
            async with other:
                pass


@bug("waiting for a clock that nobody moves", evidence="frozen")
class FrozenClock(ClockedTestCase):
    async def test(self):
        await asyncio.sleep(5)


@bug("a misspelt assertion", evidence="assert_awaited_onced")
class MisspeltAssertion(TestCase):
    async def test(self):
        fetch = mock.CoroutineMock()
        await fetch()
        fetch.assert_awaited_onced()


@bug(
    "a mock called with what the real function does not take",
    evidence="too many positional arguments",
)
class WrongSignature(TestCase):
    async def test(self):
        sleep = mock.create_autospec(asyncio.sleep)
        await sleep(1, "result", "what is this?")


@bug("a client that does not keep to the protocol", evidence="greeter")
class WrongProtocol(TestCase):
    async def test(self):
        script = SocketScript("greeter").expect(b"HELLO\n").reply(b"hello yourself\n")
        self.addCleanup(script.check)
        reader, writer = await asyncio.open_connection(sock=script.socket())
        writer.write(b"GOOD MORNING\n")
        try:
            await reader.readline()
        finally:
            writer.close()
