"""A mismatch is told once: as itself, where the client waits."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

import pytest
from asyncio_testselector import (
    MemoryNetwork,
    ScriptError,
    SocketMock,
    SocketScript,
    TestProactorEventLoop,
    set_read_ready,
)
from streams import close


@pytest.fixture(params=[asyncio.SelectorEventLoop, TestProactorEventLoop])
def loop(request: pytest.FixtureRequest) -> Any:
    loop = request.param()
    loop.reports = []
    loop.set_exception_handler(lambda _, context: loop.reports.append(context))
    yield loop
    loop.close()


def failing() -> SocketScript:
    return SocketScript("redis").expect(b"PING").reply(b"PONG")


async def read_after_mismatch(script: SocketScript) -> bytes:
    reader, writer = await script.open_connection()
    writer.write(b"NOPE")
    try:
        return await reader.read()
    finally:
        await close(writer)


def test_client_gets_the_error_itself(loop: Any) -> None:
    async def main() -> None:
        try:
            await read_after_mismatch(failing())
        except OSError as exc:  # as clients do that reconnect
            pytest.fail(repr(exc))

    with pytest.raises(ScriptError, match="the client sent something else"):
        loop.run_until_complete(asyncio.wait_for(main(), 20))


def test_nobody_else_is_told(loop: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(ScriptError):
        loop.run_until_complete(asyncio.wait_for(read_after_mismatch(failing()), 20))

    assert loop.reports == []
    assert caplog.records == []


def test_client_that_writes_on_and_on_is_told_where_it_reads(loop: Any) -> None:
    async def main() -> None:
        reader, writer = await failing().open_connection()
        try:
            for _ in range(100):
                writer.write(b"NOPE")
            await reader.read()
        finally:
            await close(writer)

    with pytest.raises(ScriptError, match="the client sent something else"):
        loop.run_until_complete(asyncio.wait_for(main(), 20))
    assert loop.reports == []


def test_client_over_a_network_is_told_likewise(loop: Any) -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            network.play("redis", 6379, failing())
            reader, writer = await asyncio.open_connection("redis", 6379)
            writer.write(b"NOPE")
            try:
                await reader.read()
            finally:
                await close(writer)

    with pytest.raises(ScriptError, match="the client sent something else"):
        loop.run_until_complete(asyncio.wait_for(main(), 20))
    assert loop.reports == []


def test_client_without_a_transport_is_told_by_its_call(loop: Any) -> None:
    async def main() -> None:
        with failing().socket() as sock:
            await loop.sock_sendall(sock, b"NOPE")
            await loop.sock_recv(sock, 10)

    with pytest.raises(ScriptError):
        loop.run_until_complete(asyncio.wait_for(main(), 20))
    assert loop.reports == []


@pytest.mark.parametrize("error", [ValueError, KeyError, ZeroDivisionError])
def test_error_of_a_mock_is_the_clients_too(loop: Any, error: type[Exception]) -> None:
    async def main() -> None:
        sock = SocketMock()
        sock.recv.side_effect = error("why")
        reader, writer = await asyncio.open_connection(sock=sock)
        set_read_ready(sock, loop)
        try:
            await reader.read()
        finally:
            await close(writer)

    with pytest.raises(error, match="why"):
        loop.run_until_complete(asyncio.wait_for(main(), 20))
    assert [type(report["exception"]) for report in loop.reports] == [error]


class Case(unittest.IsolatedAsyncioTestCase):
    __test__ = False  # it fails

    async def test_client_that_lets_it_through(self) -> None:
        script = failing()
        self.addCleanup(script.check)
        await read_after_mismatch(script)

    async def test_client_that_keeps_it_to_itself(self) -> None:
        script = failing()
        self.addCleanup(script.check)
        with self.subTest("is no other test"):
            try:
                await read_after_mismatch(script)
            except Exception:  # noqa: BLE001
                return


@pytest.mark.parametrize(
    "name", ["test_client_that_lets_it_through", "test_client_that_keeps_it_to_itself"]
)
def test_unittest_reports_it_once(name: str) -> None:
    result = unittest.TestResult()

    Case(name).run(result)

    told = [*result.errors, *result.failures]
    assert len(told) == 1
    assert "the client sent something else" in told[0][1]


def test_pytest_reports_it_once_at_the_line_of_the_test(tmp_path: Path) -> None:
    program = tmp_path / "test_program.py"
    program.write_text(
        """
import asyncio, contextlib, pytest
from asyncio_testselector import SocketScript

@pytest.fixture
def script():
    script = SocketScript("redis").expect(b"PING").reply(b"PONG")
    yield script
    script.check()

async def main(script):
    reader, writer = await script.open_connection()
    writer.write(b"NOPE")
    try:
        await reader.read()
    finally:
        writer.close()

def test_lets_it_through(script):
    asyncio.run(main(script))

def test_keeps_it(script):
    with contextlib.suppress(AssertionError):
        asyncio.run(main(script))
"""
    )
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", "--tb=short"]
    done = subprocess.run(
        [sys.executable, *command, program.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert "1 failed, 1 passed, 1 error" in done.stdout, done.stdout
    assert "FAILED test_program.py::test_lets_it_through" in done.stdout
    assert "ERROR test_program.py::test_keeps_it" in done.stdout
