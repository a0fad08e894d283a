"""Scripted peers under virtual time."""

from __future__ import annotations

import asyncio
import unittest

import pytest
from asyncio_fakeclock import ClockedTestCase, FakeClock, new_event_loop
from asyncio_testselector import ScriptError, SocketScript, install


def test_delays_take_no_real_time_under_an_automatic_clock() -> None:
    script = SocketScript("slow").expect(b"x").delay(3600).delay(1800).reply(b"late")

    async def main() -> float:
        loop = asyncio.get_running_loop()
        reader, writer = await script.open_connection()
        writer.write(b"x")
        start = loop.time()
        assert await reader.read() == b"late"
        writer.close()
        await writer.wait_closed()
        return loop.time() - start

    loop = new_event_loop(auto=True)
    install(loop)
    assert loop.run_until_complete(main()) == 5400
    loop.close()
    script.check()


def test_delay_ends_when_the_test_moves_the_clock() -> None:
    script = SocketScript("slow").delay(5).reply(b"late")

    async def main() -> None:
        install(asyncio.get_running_loop())
        async with FakeClock() as clock:
            reader, writer = await script.open_connection()
            reading = asyncio.ensure_future(reader.read())
            await clock.advance(4.999)
            assert not reading.done()
            await clock.advance(0.001)
            assert await reading == b"late"
            writer.close()
            await writer.wait_closed()

    asyncio.run(main())
    script.check()


def test_client_and_script_that_wait_for_each_other_fail_at_once() -> None:
    script = SocketScript("redis").expect(b"PING\r\n").reply(b"+PONG\r\n")

    async def main() -> None:
        reader, writer = await script.open_connection()
        writer.write(b"PING\n")
        try:
            await reader.readline()
        finally:
            writer.transport.abort()

    loop = new_event_loop(auto=True)
    loop.set_exception_handler(lambda loop, context: None)
    install(loop)
    with pytest.raises(ScriptError, match=r"(?s)'redis', step 1 of 2.*got:      b'PING\\n'"):
        loop.run_until_complete(main())
    loop.close()


def test_client_that_sends_too_little_fails_at_once() -> None:
    script = SocketScript("redis", timeout=30).expect(b"PING\r\n").reply(b"+PONG\r\n")

    async def main() -> float:
        reader, writer = await script.open_connection()
        writer.write(b"PING")
        with pytest.raises(ScriptError, match=r"sent nothing more for 30 s"):
            await reader.readline()
        writer.transport.abort()
        await asyncio.sleep(0)
        return asyncio.get_running_loop().time()

    loop = new_event_loop(auto=True)
    loop.set_exception_handler(lambda loop, context: None)
    install(loop)
    assert loop.run_until_complete(main()) == 30
    loop.close()


def test_script_in_a_clocked_test_case() -> None:
    class Tests(ClockedTestCase):
        async def test_reply(self) -> None:
            script = SocketScript("slow").expect(b"x").delay(10).reply(b"late")
            self.addCleanup(script.check)
            reader, writer = await script.open_connection()
            writer.write(b"x")
            reading = asyncio.ensure_future(reader.read())
            await self.advance(10)
            self.assertEqual(await reading, b"late")
            writer.close()
            await writer.wait_closed()

        async def test_mismatch(self) -> None:
            script = SocketScript("strict").expect(b"x")
            self.addCleanup(script.check)
            with script.socket() as sock:
                sock.send(b"y")

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Tests).run(result)

    assert result.errors == []
    ((test, text),) = result.failures
    assert test.id().endswith("test_mismatch")
    assert "script 'strict', step 1 of 1, expect(b'x'), written at" in text
