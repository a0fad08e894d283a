"""Which loop a test runs on, and coroutines in every phase of a test."""

import asyncio

from asyncloop_testcase import TestCase


class EachTestHasItsOwnLoop(TestCase):
    loops = []

    async def test_first(self):
        self.assertIs(asyncio.get_running_loop(), self.loop)
        self.assertNotIn(self.loop, self.loops)
        self.loops.append(self.loop)

    test_second = test_first


class EveryPhaseMayBeACoroutine(TestCase):
    async def setUp(self):
        self.events = ["setUp"]
        self.addCleanup(self.clean_up)
        await asyncio.sleep(0)

    async def test_setup_ran_before_and_cleanup_runs_after(self):
        self.events.append("test")
        await asyncio.sleep(0)

    async def tearDown(self):
        self.events.append("tearDown")
        await asyncio.sleep(0)

    async def clean_up(self):
        await asyncio.sleep(0)
        self.assertEqual(self.events, ["setUp", "test", "tearDown"])


class UseTheDefaultLoop(TestCase):
    """The tests share a loop that somebody else made, and who made it closes it."""

    use_default_loop = True

    @classmethod
    def setUpClass(cls):
        cls.shared = asyncio.new_event_loop()
        asyncio.set_event_loop(cls.shared)

    @classmethod
    def tearDownClass(cls):
        asyncio.set_event_loop(None)
        cls.shared.close()

    async def test_runs_on_the_shared_loop(self):
        self.assertIs(asyncio.get_running_loop(), self.shared)

    def test_the_shared_loop_stays_open(self):
        self.shared.run_until_complete(asyncio.sleep(0))
        self.assertFalse(self.shared.is_closed())


class LoopsArePassedExplicitly(TestCase):
    forbid_get_event_loop = True

    def test_nobody_relies_on_the_current_loop(self):
        with self.assertRaises(AssertionError):
            asyncio.get_event_loop()

        self.loop.run_until_complete(asyncio.sleep(0))


class LoopFactory(TestCase):
    loop_factory = asyncio.SelectorEventLoop

    async def test_the_loop_is_of_that_kind(self):
        self.assertIsInstance(self.loop, asyncio.SelectorEventLoop)
