"""Time moves when the test says so: real intervals, exact instants, nothing to wait for."""

from asyncio_fakeclock import ClockedTestCase
from asyncloop_testcase import strict
from asyncmock_plus import CoroutineMock, create_autospec
from weather import FrostAlarm, Station


@strict
class FrostAlarmTests(ClockedTestCase):
    def setUp(self):
        self.station = create_autospec(Station, instance=True)
        self.alert = CoroutineMock()
        self.alarm = FrostAlarm(self.station, self.alert)

    async def start(self, *temperatures):
        self.station.temperature.side_effect = temperatures
        self.alarm.start()
        self.addCleanup(self.alarm.stop)

    async def test_alert_is_given_once_when_it_begins_to_freeze(self):
        await self.start(1.5, -0.5, -2.0)

        await self.advance(59)
        self.alert.assert_not_awaited()

        await self.advance(1)
        self.alert.assert_awaited_once_with(-0.5)

        await self.advance(60)
        self.alert.assert_awaited_once()

    async def test_alert_is_given_again_after_a_thaw(self):
        await self.start(-1.0, 2.0, -3.0)

        await self.advance(120)

        self.assertEqual(self.alert.await_count, 2)

    async def test_unreachable_station_is_asked_again_a_minute_later(self):
        await self.start(ConnectionRefusedError, -1.0)

        await self.advance(60)

        self.assertEqual(self.alarm.failures, 1)
        self.alert.assert_awaited_once_with(-1.0)
