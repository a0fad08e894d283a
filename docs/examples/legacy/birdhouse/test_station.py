# coding: utf-8
import asyncio

import asynctest
from asynctest import ignore_loop, mock

from . import station


class StationTestCase(asynctest.ClockedTestCase):
    @asyncio.coroutine
    def setUp(self):
        self.heat = asynctest.Mock()
        self.heat.read = asynctest.CoroutineMock(return_value=21)
        self.light = asynctest.Mock()
        self.light.read = asynctest.CoroutineMock(return_value=300)
        self.station = station.Station({'heat': self.heat, 'light': self.light}, self.loop)
        yield  # the loop has run once

    @asyncio.coroutine
    def tearDown(self):
        yield from self.station.close()


class Test_Station(StationTestCase):
    @asyncio.coroutine
    def test_sensor_is_read(self):
        value = yield from self.station.read('heat')

        self.assertEquals(21, value)
        self.assertEquals({'heat': 21}, self.station.last)
        self.assertEquals(('heat', 21), (yield from self.station.next_reading()))
        self.heat.read.assert_awaited_once_with()

    # asked too late, asyncio says nothing of it
    @asyncio.coroutine
    def test_silent_sensor_is_given_up(self):
        self.heat.read.side_effect = lambda: asyncio.sleep(60, loop=self.loop)
        reading = asyncio.async(self.station.read('heat', timeout=2))

        yield from self.advance(1)
        self.failIf(reading.done())
        yield from self.advance(1)

        with self.assertRaisesRegexp(station.SensorError, 'heat: no answer in 2 s'):
            yield from reading

    @asyncio.coroutine
    def test_sensors_that_fail_are_left_out(self):
        self.heat.read.side_effect = station.SensorError('broken')

        self.assertEquals({'light': 300}, (yield from self.station.read_all()))

    @asyncio.coroutine
    def test_sensors_share_the_wire(self):
        running = []

        @asyncio.coroutine
        def read():
            running.append(len(running))
            yield from asyncio.sleep(.1, loop=self.loop)
            self.assert_(len(running) == 1)
            running.pop()
            return 1

        self.heat.read = self.light.read = read
        task = self.station._loop.create_task(self.station.read_all())

        yield from self.advance(1)

        self.assertEquals({'heat': 1, 'light': 1}, (yield from task))

    @mock.patch(station.__name__ + '.Reading')
    @asyncio.coroutine
    def test_reading_is_put_into_the_queue(self, Reading):
        yield from self.station.read('light')

        Reading.assert_called_once_with('light', 300)
        self.assertIs(Reading.return_value, (yield from self.station.next_reading()))

    @asyncio.coroutine
    def test_polling_in_the_background(self):
        task = self.station.start(every=10, turns=2)

        yield from self.advance(10)
        self.assertEquals(2, self.heat.read.await_count)
        yield from self.advance(10)

        self.assertTrue(task.done())
        self.assertEquals({"heat": 21, "light": 300}, self.station.last)

    @asyncio.coroutine
    def test_queue_that_is_full_holds_the_reader(self):
        self.station = station.Station({'heat': self.heat}, self.loop, capacity=1)
        yield from self.station.read('heat')
        second = self.loop.create_task(self.station.read('heat'))
        yield from self.advance(1)
        self.failIf(second.done())

        yield from self.station.next_reading()

        self.assertEquals(21, (yield from second))


@ignore_loop
class Test_Reading(asynctest.TestCase):
    def test_reading_is_a_pair(self):
        self.assertEquals(('heat', 21), station.Reading('heat', 21))

    @asynctest.fail_on(unused_loop=True)
    def test_loop_runs(self):
        self.loop.run_until_complete(asyncio.sleep(0, loop=self.loop))


if __name__ == '__main__':
    asynctest.main()
