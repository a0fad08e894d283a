"""Virtual time: what takes seconds for the loop takes none for the test."""

import asyncio
import time

from asyncio_fakeclock import ClockedTestCase
from asyncloop_testcase import fail_on


class AdvancingTime(ClockedTestCase):
    async def test_advance_moves_the_clock_of_the_loop_and_no_other(self):
        base_loop_time = self.loop.time()
        base_wall_time = time.time()

        await self.advance(10)

        self.assertEqual(base_loop_time + 10, self.loop.time())
        self.assertLess(time.time() - base_wall_time, 5)


@fail_on(active_handles=True)  # the test fails if a callback did not run by its end
class CallbacksRunWhenExpected(ClockedTestCase):
    def setUp(self):
        self.ran_at = []

    def note_the_time(self):
        self.ran_at.append(self.loop.time())

    async def test_each_callback_runs_at_its_own_instant(self):
        self.loop.call_later(1, self.note_the_time)
        self.loop.call_at(7, self.note_the_time)
        self.assertEqual(self.ran_at, [])

        await self.advance(10)

        self.assertEqual(self.ran_at, [1, 7])

    async def test_a_callback_scheduled_on_the_way_runs_on_the_way(self):
        self.loop.call_later(2, self.loop.call_later, 1, self.note_the_time)

        await self.advance(3)

        self.assertEqual(self.ran_at, [3])


class AutomaticTime(ClockedTestCase):
    auto = True

    async def test_a_year_of_sleep_takes_no_time(self):
        await asyncio.sleep(365 * 86400)

        self.assertEqual(self.loop.time(), 365 * 86400)

    async def test_a_timeout_fires_when_it_should(self):
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), timeout=30)

        self.assertEqual(self.loop.time(), 30)
