"""Where we start: these tests pass, and that is about all that can be said for them."""

import asyncio
import unittest

from weather import FrostAlarm, Station


class FrostAlarmTests(unittest.IsolatedAsyncioTestCase):
    async def test_alert(self):
        answers = iter([b"1.5\n", b"-0.5\n", b"-2\n"])

        async def serve(reader, writer):
            await reader.readline()
            writer.write(next(answers))
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        alerts = []

        async def alert(celsius):
            alerts.append(celsius)

        alarm = FrostAlarm(Station("127.0.0.1", port), alert, every=0.1)
        alarm.start()
        await asyncio.sleep(0.25)  # enough, on my machine

        self.assertEqual(alerts, [-0.5])
