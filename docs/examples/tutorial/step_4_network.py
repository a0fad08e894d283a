"""The real client of the station, against a peer that plays an exact part; no socket is opened."""

import asyncio

from asyncio_fakeclock import ClockedTestCase
from asyncio_testselector import MemoryNetwork, SocketScript
from asyncloop_testcase import strict
from weather import Station


@strict
class StationTests(ClockedTestCase):
    auto = True

    async def setUp(self):
        self.network = await self.enterAsyncContext(MemoryNetwork(hosts=["roof.example"]))
        self.station = Station("roof.example", 7000)

    def play(self, script):
        """Let the script answer the next connection to the station, to its last step."""
        listener = self.network.play("roof.example", 7000, script)
        self.addCleanup(script.check)
        self.addCleanup(listener.close)

    async def test_answer_in_pieces_is_one_number(self):
        self.play(SocketScript("station").expect(b"TEMP\n").reply(b"-1", b"2.5\n").expect_eof())

        self.assertEqual(await self.station.temperature(), -12.5)

    async def test_silent_station_is_given_up_after_five_seconds(self):
        self.play(SocketScript("station").expect(b"TEMP\n").expect_eof())

        with self.assertRaises(asyncio.TimeoutError):
            await self.station.temperature()

        self.assertEqual(self.loop.time(), 5)

    async def test_half_an_answer_is_an_error(self):
        self.play(SocketScript("station").expect(b"TEMP\n").reply(b"1").eof())

        with self.assertRaisesRegex(ConnectionError, "hung up after b'1'"):
            await self.station.temperature()

    async def test_nobody_there(self):
        with self.assertRaises(ConnectionRefusedError):
            await self.station.temperature()
