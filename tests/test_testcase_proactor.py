"""A test case on a proactor loop serves the same mocks as on a selector loop."""

import asyncio
import unittest

import pytest
from asyncio_testselector import (
    SocketMock,
    TestProactor,
    TestProactorEventLoop,
    set_read_ready,
)
from asyncloop_testcase import TestCase, strict


class OtherProactor:
    """A proactor that is no TestProactor, as Windows' own."""

    def __init__(self) -> None:
        self._proactor = TestProactor()

    def __getattr__(self, name: str) -> object:
        return getattr(self._proactor, name)


class OtherLoop(asyncio.proactor_events.BaseProactorEventLoop):
    """A proactor loop made by somebody else."""

    def __init__(self) -> None:
        super().__init__(OtherProactor())  # type: ignore[call-arg]


@pytest.mark.parametrize("factory", [TestProactorEventLoop, OtherLoop, asyncio.SelectorEventLoop])
def test_mocks_are_served(factory: type[asyncio.AbstractEventLoop]) -> None:
    @strict
    class Case(TestCase):
        loop_factory = factory

        async def test_read(self) -> None:
            sock = SocketMock()
            sock.recv.side_effect = [b"hello"]
            reader, writer = await asyncio.open_connection(sock=sock)
            set_read_ready(sock, self.loop)
            self.assertEqual(await reader.read(10), b"hello")
            writer.close()
            await writer.wait_closed()

    result = unittest.TestResult()
    Case("test_read").run(result)
    assert (result.testsRun, result.errors, result.failures) == (1, [], [])
