"""
Runs ten thousand tests in one process, and watches memory, descriptors and threads.

Usage: ``python tests/endurance/leaks.py [--tests 10000]``. The first tenth warms up (caches fill,
the allocator takes its arenas); from there on nothing may grow.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
import threading
import tracemalloc
import unittest
from dataclasses import dataclass
from pathlib import Path

from asyncio_fakeclock import ClockedTestCase
from asyncio_testselector import SocketMock, memory_stream_pair, set_read_ready
from asyncloop_testcase import TestCase, strict
from asyncmock_plus import AsyncMock, CoroutineMock, MagicMock, create_autospec, patch

BYTES_A_TEST = 8


class Service:
    """What the autospecs are made of."""

    async def fetch(self, key: str) -> str:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


@strict
class Plain(TestCase):
    async def setUp(self) -> None:
        self.addCleanup(asyncio.sleep, 0)

    async def test_tasks(self) -> None:
        await asyncio.gather(*(asyncio.sleep(0) for _ in range(3)))

    async def test_mocks(self) -> None:
        service = create_autospec(Service, instance=True)
        service.fetch.return_value = "value"
        assert await service.fetch("key") == "value"
        for mock in (CoroutineMock(), AsyncMock()):
            await mock(1)
            mock.assert_awaited_once_with(1)
        assert len(MagicMock(name="m").a.b.mock_calls) == 0

    @patch.object(Service, "fetch")
    @patch("os.getcwd", return_value="/")
    async def test_patches(self, getcwd: MagicMock, fetch: AsyncMock) -> None:
        assert os.getcwd() == "/"
        await Service().fetch("key")
        fetch.assert_awaited_once()

    async def test_mocked_socket(self) -> None:
        sock = SocketMock()
        sock.recv.side_effect = [b"data", b""]
        reader, writer = await asyncio.open_connection(sock=sock)
        set_read_ready(sock, self.loop)
        assert await reader.read(4) == b"data"
        writer.close()
        await writer.wait_closed()

    async def test_memory_streams(self) -> None:
        (reader, writer), (_, other) = await memory_stream_pair()
        other.write(b"line\n")
        assert await reader.readline() == b"line\n"
        for end in (writer, other):
            end.close()
            await end.wait_closed()


@strict
class Failing(TestCase):
    async def test_left_task(self) -> None:
        self.task = asyncio.create_task(asyncio.sleep(3600))

    async def test_forgotten_await(self) -> None:
        asyncio.sleep(1)

    async def test_error(self) -> None:
        raise LookupError


@strict
class Clocked(ClockedTestCase):
    async def test_advance(self) -> None:
        self.loop.call_later(5, lambda: None)
        await self.advance(10)


class Automatic(ClockedTestCase):
    auto = True

    async def test_sleep(self) -> None:
        await asyncio.sleep(3600)


CASES = (Plain, Failing, Clocked, Automatic)


@dataclass(frozen=True)
class Usage:
    """What the process holds."""

    memory: int
    descriptors: int
    threads: int

    @classmethod
    def now(cls) -> Usage:
        """Measure, after a full collection."""
        gc.collect()
        descriptors = Path("/proc/self/fd")
        return cls(
            tracemalloc.get_traced_memory()[0],
            len(list(descriptors.iterdir())) if descriptors.exists() else 0,
            threading.active_count(),
        )


def run(number: int) -> int:
    """Run about *number* tests, and return how many."""
    done = 0
    while done < number:
        result = unittest.TestResult()
        for case in CASES:
            unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
        wrong = len(result.failures) + len(result.errors)
        if wrong != 3 or result.testsRun != 10:
            sys.exit("\n".join(text for _, text in result.failures + result.errors))
        done += result.testsRun
    return done


def main() -> int:
    """Run the tests, and compare."""
    parser = argparse.ArgumentParser(description="Watches what ten thousand tests leave behind.")
    parser.add_argument("--tests", type=int, default=10_000)
    options = parser.parse_args()
    tracemalloc.start()
    run(options.tests // 10)
    before = Usage.now()
    done = run(options.tests - options.tests // 10)
    after = Usage.now()
    growth = (after.memory - before.memory) / done
    print(f"before {before}\nafter  {after}\n{done} tests, {growth:.2f} bytes a test")
    grown = after.descriptors > before.descriptors or after.threads > before.threads
    return 1 if grown or growth > BYTES_A_TEST else 0


if __name__ == "__main__":
    sys.exit(main())
