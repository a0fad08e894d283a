"""The application's suite: no real second passes, no real socket is opened."""

import asyncio
from itertools import pairwise

import asyncmock_plus as mock
from asyncio_fakeclock import ClockedTestCase
from asyncio_testselector import memory_stream_pair
from asyncloop_testcase import strict
from client.feed_client import FeedClient


class Feed:
    """The other side: accepts connections, or refuses them, and talks over them."""

    def __init__(self, case):
        self.case = case
        self.refuses = 0
        self.attempts = []

    async def connect(self, host, port):
        self.attempts.append(self.case.loop.time())
        if self.refuses:
            self.refuses -= 1
            raise ConnectionRefusedError(f"nobody listens on {host}:{port}")
        ours, (self.reader, self.writer) = await memory_stream_pair()
        self.case.addCleanup(self.hang_up, self.writer)
        return ours

    async def hang_up(self, writer):
        writer.close()
        await writer.wait_closed()


@strict  # whatever the client leaves behind fails the test
class FeedClientTests(ClockedTestCase):
    async def setUp(self):
        self.feed = Feed(self)
        patcher = mock.patch("asyncio.open_connection", side_effect=self.feed.connect)
        self.open_connection = patcher.start()
        self.addCleanup(patcher.stop)
        self.on_line = mock.Mock()
        self.client = FeedClient("feed.example", 7777, self.on_line)

    async def start(self):
        """Run the client, and let it connect."""
        task = asyncio.create_task(self.client.run())
        self.addCleanup(self.stop, task)
        await self.advance(0)

    async def stop(self, task):
        task.cancel()
        await asyncio.wait({task})

    async def answer_heartbeats(self):
        while await self.feed.reader.readline() == b"PING\n":
            self.feed.writer.write(b"PONG\n")

    async def test_each_line_of_the_feed_is_handed_on(self):
        await self.start()

        self.feed.writer.write(b"one\ntw")
        self.feed.writer.write(b"o\n")
        await self.advance(0)

        self.open_connection.assert_awaited_once_with("feed.example", 7777)
        self.assertEqual(self.on_line.mock_calls, [mock.call("one"), mock.call("two")])

    async def test_failed_attempts_back_off_up_to_a_limit(self):
        self.feed.refuses = 9

        with self.assertLogs("client.feed_client", "WARNING") as logs:
            await self.start()
            await self.advance(121.5)

        pauses = [b - a for a, b in pairwise(self.feed.attempts)]
        self.assertEqual(pauses, [0.5, 1, 2, 4, 8, 16, 30, 30, 30])
        self.assertIn("nobody listens on feed.example:7777", logs.output[0])
        self.assertEqual(self.client.connections, 1)

    async def test_connection_that_ends_is_opened_again(self):
        await self.start()

        self.feed.writer.close()
        await self.advance(0.5)

        self.assertEqual(self.feed.attempts, [0, 0.5])

    async def test_answered_heartbeats_keep_the_connection(self):
        await self.start()
        answering = asyncio.create_task(self.answer_heartbeats())
        self.addCleanup(self.stop, answering)

        await self.advance(3600)

        self.assertEqual(self.client.connections, 1)
        self.on_line.assert_not_called()

    async def test_unanswered_heartbeat_gives_the_connection_up(self):
        await self.start()

        with self.assertLogs("client.feed_client", "WARNING") as logs:
            await self.advance(13)
        self.assertEqual(await self.feed.reader.read(), b"PING\n")

        await self.advance(0.5)
        self.assertEqual(self.feed.attempts, [0, 13.5])
        self.assertEqual(logs.output, ["WARNING:client.feed_client:no answer within 3.0 s"])

    async def test_late_answer_is_no_answer(self):
        await self.start()

        with self.assertLogs("client.feed_client", "WARNING"):
            self.loop.call_at(12.999, self.feed.writer.write, b"not a pong\n")
            await self.advance(13.5)

        self.assertEqual(self.client.connections, 2)

    async def test_backoff_starts_over_after_a_connection(self):
        self.feed.refuses = 3
        with self.assertLogs("client.feed_client", "WARNING"):
            await self.start()
            await self.advance(3.5)
        self.assertEqual(self.client.connections, 1)

        self.feed.writer.close()
        await self.advance(0.5)

        self.assertEqual(self.feed.attempts[-1], 4)
        self.assertEqual(self.client.connections, 2)
