"""The decorators of aio.testing: an event loop for single methods of any unittest.TestCase."""

import asyncio
import unittest

from asyncio_fakeclock import new_event_loop
from asyncloop_testcase import current_loop, run_forever, run_until_complete


class RunUntilComplete(unittest.TestCase):
    @run_until_complete
    async def test_example(self):
        await asyncio.sleep(0)

    @run_until_complete()
    def test_generator_of_the_old_kind(self):
        yield from asyncio.sleep(0).__await__()


class VirtualLoop:
    """A context manager that gives a loop, as the ``loop`` argument takes it."""

    def __enter__(self):
        self.loop = new_event_loop(auto=True)
        return self.loop

    def __exit__(self, *exc_info):
        self.loop.close()


class RunForever(unittest.TestCase):
    @run_forever(loop=VirtualLoop)
    async def test_callback_is_called_after_a_second(self):
        loop = asyncio.get_running_loop()
        start = loop.time()

        async def callback():
            self.assertEqual(loop.time() - start, 1)

        return callback

    @run_forever(timeout=10, sleep=5, loop=VirtualLoop)
    async def test_callback_is_called_after_the_timeout(self):
        await asyncio.sleep(2)
        loop = asyncio.get_running_loop()
        start = loop.time()

        async def callback():
            self.assertEqual(loop.time() - start, 10)
            await asyncio.sleep(2)

        return callback


class SharedLoop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(cls.loop)

    @classmethod
    def tearDownClass(cls):
        asyncio.set_event_loop(None)
        cls.loop.close()

    @run_until_complete(loop=current_loop)
    async def test_runs_on_the_loop_of_the_class(self):
        self.assertIs(asyncio.get_running_loop(), self.loop)
