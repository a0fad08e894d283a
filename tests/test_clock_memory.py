"""Mocks and memory sockets under virtual time: they take none, and they hold none back."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from asyncio_fakeclock import ClockedTestCase, DeadlockError, FakeClock, fakeclock
from asyncio_testselector import SocketMock, install, memory_stream_pair, set_read_ready


def run(main: Any, **options: Any) -> Any:
    async def clocked() -> Any:
        loop = asyncio.get_running_loop()
        install(loop)
        async with FakeClock(loop, stall_timeout=0.5, **options) as clock:
            return await main(clock)

    return asyncio.run(clocked())


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        await asyncio.sleep(10)
        writer.write(data)
    writer.close()


def test_conversation_in_memory_takes_virtual_time_only() -> None:
    async def main(clock: FakeClock) -> list[Any]:
        (reader, writer), other = await memory_stream_pair()
        serving = asyncio.create_task(echo(*other))
        heard = []
        for number in range(20):
            await asyncio.sleep(1)
            writer.write(b"%d" % number)
            heard.append((int(await asyncio.wait_for(reader.read(100), 60)), clock.time()))
        writer.close()
        await serving
        return heard

    assert run(main, auto=True) == [(n, 11.0 * (n + 1)) for n in range(20)]


def test_mock_that_is_never_ready_does_not_hold_time_back() -> None:
    async def main(clock: FakeClock) -> float:
        mock = SocketMock()
        mock.type = socket.SOCK_STREAM
        loop = asyncio.get_running_loop()
        loop.add_reader(mock, print)
        await asyncio.sleep(3600)
        loop.remove_reader(mock)
        return clock.time()

    assert run(main, auto=True) == 3600.0


@pytest.mark.parametrize("auto", [False, True])
def test_mock_made_ready_by_a_timer_is_read_at_that_instant(auto: bool) -> None:
    async def main(clock: FakeClock) -> list[float]:
        mock = SocketMock()
        loop = asyncio.get_running_loop()
        read: list[float] = []
        loop.add_reader(mock, lambda: read.append(loop.time()))
        for seconds in (1, 2, 3):
            loop.call_later(seconds, set_read_ready, mock, loop)
        await clock.advance(10)
        loop.remove_reader(mock)
        return read

    assert run(main, auto=auto) == [1.0, 2.0, 3.0]


def test_waiting_for_a_mock_that_nobody_makes_ready_is_a_deadlock() -> None:
    async def main(clock: FakeClock) -> None:
        mock = SocketMock()
        loop = asyncio.get_running_loop()
        loop.add_reader(mock, print)
        try:
            await asyncio.Event().wait()
        finally:
            loop.remove_reader(mock)

    with pytest.raises(DeadlockError):
        run(main, auto=True)


def test_clocked_test_case_serves_mocks() -> None:
    import unittest

    class Tests(ClockedTestCase):
        @fakeclock(auto=True)
        async def test(self) -> None:
            (reader, writer), other = await memory_stream_pair()
            serving = asyncio.create_task(echo(*other))
            writer.write(b"hello")
            self.assertEqual(await reader.read(100), b"hello")
            self.assertEqual(self.loop.time(), 10)
            writer.close()
            await serving

    result = unittest.TestResult()
    Tests("test").run(result)

    assert (result.testsRun, result.errors, result.failures) == (1, [], [])
