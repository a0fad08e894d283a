# coding: utf-8
import asyncio
import types

import asynctest

from .scheduler import Job, Run, Scheduler


@asynctest.fail_on(active_handles=True)
class Test_Scheduler(asynctest.ClockedTestCase):
    def setUp(self):
        self.errors = []
        self.scheduler = Scheduler(
            self.loop, on_error=lambda job, error: self.errors.append((job.name, str(error))))
        self.function = asynctest.CoroutineMock(return_value=None)

    async def tearDown(self):
        await self.scheduler.close()

    def outcomes(self):
        return [run.outcome for run in self.scheduler.history]

    async def test_clock_starts_at_zero_and_moves_only_when_told(self):
        self.assertEqual(0, self.loop.time())
        await asyncio.sleep(0)
        self.assertEqual(0, self.loop.time())

        await self.advance(12.5)

        self.assertEqual(12.5, self.loop.time())

    async def test_clock_does_not_go_back(self):
        with self.assertRaises(ValueError):
            await self.advance(-1)

        self.assertEqual(0, self.loop.time())

    async def test_job_runs_at_each_interval(self):
        self.scheduler.add(Job('tick', self.function, every=10))

        await self.advance(9)
        self.function.assert_not_awaited()
        await self.advance(1)
        self.assertEqual(1, self.function.await_count)
        await self.advance(35)

        self.assertEqual([10, 20, 30, 40], [run.started for run in self.scheduler.history])
        self.assertEqual(50, self.scheduler.next_run('tick'))

    async def test_first_run_can_come_at_another_time(self):
        self.scheduler.add(Job('tick', self.function, every=10), delay=0)

        await self.advance(11)

        self.assertEqual([0, 10], [run.started for run in self.scheduler.history])

    @types.coroutine
    def test_jobs_run_in_order_of_their_time(self):
        order = []

        def job(name, every):
            @types.coroutine
            def function():
                order.append((self.loop.time(), name))
                yield from asyncio.sleep(0)
            return Job(name, function, every)

        self.scheduler.add(job('b', 3))
        self.scheduler.add(job('a', 2))

        yield from self.advance(6)

        self.assertEqual([(2, 'a'), (3, 'b'), (4, 'a'), (6, 'a'), (6, 'b')],
                         sorted(order, key=lambda run: (run[0], run[1])))

    async def test_run_that_takes_long_delays_the_next(self):
        self.function.side_effect = lambda: asyncio.sleep(25)
        self.scheduler.add(Job('slow', self.function, every=10))

        await self.advance(70)

        self.assertEqual([Run('slow', 10, 35, 'ok'), Run('slow', 35, 60, 'ok')],
                         self.scheduler.history)

    async def test_run_is_ended_at_its_timeout(self):
        self.function.side_effect = lambda: asyncio.sleep(1000)
        self.scheduler.add(Job('stuck', self.function, every=10, timeout=2))

        await self.advance(12)

        self.assertEqual([Run('stuck', 10, 12, 'TimeoutError')], self.scheduler.history)
        self.assertEqual([('stuck', '')], self.errors)

    async def test_failed_run_is_tried_again_with_growing_pauses(self):
        times = []

        async def fail_twice():
            times.append(self.loop.time())
            if len(times) < 3:
                raise OSError('down')

        self.scheduler.add(Job('flaky', fail_twice, every=100, retries=5, backoff=2))

        await self.advance(110)

        self.assertEqual([100, 102, 106], times)
        self.assertEqual(['ok'], self.outcomes())

    async def test_last_failure_is_reported(self):
        self.function.side_effect = OSError('down')
        self.scheduler.add(Job('down', self.function, every=10, retries=1, backoff=3))

        await self.advance(13)

        self.assertEqual([('down', 'down')], self.errors)
        self.assertEqual(['OSError'], self.outcomes())
        self.assertEqual(2, self.function.await_count)

    async def test_removed_job_runs_no_more(self):
        self.scheduler.add(Job('tick', self.function, every=10))
        await self.advance(10)

        self.scheduler.remove('tick')
        await self.advance(1000)

        self.assertEqual(1, self.function.await_count)

    async def test_closing_cancels_what_runs(self):
        self.function.side_effect = lambda: asyncio.sleep(1000)
        self.scheduler.add(Job('stuck', self.function, every=10))
        await self.advance(15)

        await self.scheduler.close()

        self.assertEqual([Run('stuck', 10, 15, 'cancelled')], self.scheduler.history)

    def test_interval_has_to_be_positive(self):
        self.assertRaisesRegex(ValueError, 'every 0 seconds', Job, 'never', self.function, 0)

    async def test_names_are_unique(self):
        self.scheduler.add(Job('tick', self.function, every=10))

        with self.assertRaises(KeyError):
            self.scheduler.add(Job('tick', self.function, every=20))

    async def test_month_passes_at_once(self):
        self.scheduler.add(Job('daily', self.function, every=24 * 3600))

        await self.advance(30 * 24 * 3600)

        self.assertEqual(30, self.function.await_count)


if __name__ == '__main__':
    asynctest.main()
