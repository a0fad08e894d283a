"""The clock of ClockedTestCase."""

import asyncio

from asynctest_cases import case
from asynctest_cases.running import attempt, result_of


def clocked(asynctest, test):
    """Run a coroutine function in a ClockedTestCase; return what it notes."""
    events = []

    class Tests(asynctest.ClockedTestCase):
        async def test(self):
            await test(self, events)

    return [result_of(Tests), events]


@case
def advance(asynctest):
    async def test(self, events):
        events.append(self.loop.time())
        self.loop.call_later(1, lambda: events.append(["one", self.loop.time()]))
        self.loop.call_later(
            2, self.loop.call_later, 1, lambda: events.append(["three", self.loop.time()])
        )
        self.loop.call_at(10, lambda: events.append("never"))
        await self.advance(3)
        events.append(self.loop.time())
        await self.advance(0)
        await self.advance(0.5)
        events.append(self.loop.time())

    return clocked(asynctest, test)


@case
def advance_back(asynctest):
    async def test(self, events):
        await self.advance(5)
        events.append(attempt(list, []))
        try:
            await self.advance(-1)
        finally:
            events.append(self.loop.time())

    return clocked(asynctest, test)


@case
def order(asynctest):
    async def test(self, events):
        for delay, name in ((2, "b"), (1, "a"), (3, "c")):
            self.loop.call_later(delay, events.append, name)
        handle = self.loop.call_later(1.5, events.append, "cancelled")
        handle.cancel()
        await self.advance(10)

    return clocked(asynctest, test)


@case
def sleeping_tasks(asynctest):
    async def test(self, events):
        async def sleeper(delay):
            await asyncio.sleep(delay)
            events.append([delay, self.loop.time()])
            await asyncio.sleep(delay)
            events.append([delay, self.loop.time()])

        tasks = [self.loop.create_task(sleeper(delay)) for delay in (1, 2.5)]
        await self.advance(4)
        events.append([task.done() for task in tasks])
        await self.advance(1)
        events.append([task.done() for task in tasks])

    return clocked(asynctest, test)


@case
def timeouts(asynctest):
    async def test(self, events):
        task = self.loop.create_task(asyncio.wait_for(asyncio.sleep(100), 10))
        await self.advance(9)
        events.append(task.done())
        await self.advance(1)
        events.append(type(task.exception()).__name__)

    return clocked(asynctest, test)


@case
def clock_of_each_test(asynctest):
    events = []

    class Tests(asynctest.ClockedTestCase):
        def setUp(self):
            events.append(self.loop.time())

        async def test(self):
            await self.advance(10)

        def tearDown(self):
            events.append(self.loop.time())

    return [result_of(Tests), result_of(Tests), events]
