"""The same with pytest: a fixture is the clock, a marker asks for the checks."""

import pytest
from asyncmock_plus import CoroutineMock, create_autospec
from weather import FrostAlarm, Station

pytestmark = [pytest.mark.asyncio, pytest.mark.fail_on(pending_tasks=True, active_handles=True)]


async def test_alert_is_given_once_when_it_begins_to_freeze(fake_clock):
    station = create_autospec(Station, instance=True)
    station.temperature.side_effect = [1.5, -0.5, -2.0]
    alert = CoroutineMock()
    alarm = FrostAlarm(station, alert)
    alarm.start()

    await fake_clock.advance(120)

    alert.assert_awaited_once_with(-0.5)
    await alarm.stop()
