"""The alarm without a station: its questions and its alerts are mocks."""

import asyncio

from asyncloop_testcase import TestCase, strict
from asyncmock_plus import CoroutineMock, create_autospec
from weather import FrostAlarm, Station


@strict
class FrostAlarmTests(TestCase):
    def setUp(self):
        self.station = create_autospec(Station, instance=True)
        self.alert = CoroutineMock()
        self.alarm = FrostAlarm(self.station, self.alert, every=0.1)

    async def test_alert_is_given_once_when_it_begins_to_freeze(self):
        self.station.temperature.side_effect = [1.5, -0.5, -2.0]
        self.alarm.start()
        self.addCleanup(self.alarm.stop)

        await asyncio.sleep(0.25)  # still enough, on my machine

        self.alert.assert_awaited_once_with(-0.5)
