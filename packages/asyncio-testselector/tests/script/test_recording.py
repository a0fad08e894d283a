"""Scripts that are made from what a network recorded."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork, ScriptError, SocketScript, TestSelector, WireLog
from capabilities import RESOLUTION

CLIENT, OTHER, SERVER = ("10.0.0.1", 49152), ("10.0.0.1", 49153), ("10.0.0.2", 80)


def run(main: Any) -> Any:
    loop = asyncio.SelectorEventLoop(TestSelector())
    try:
        return loop.run_until_complete(asyncio.wait_for(main, 20))
    finally:
        loop.close()


async def talk(host: str) -> list[bytes]:
    """Be the client."""
    reader, writer = await asyncio.open_connection(host, 80)
    writer.write(b"hel")
    writer.write(b"lo\n")
    got = [await reader.readline()]
    writer.write(b"quit\n")
    got.append(await reader.read())
    writer.close()
    await writer.wait_closed()
    return got


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write((await reader.readline()).upper())
    await reader.readline()
    writer.write(b"x" * 10_000)
    writer.close()
    await writer.wait_closed()


async def record() -> WireLog:
    async with MemoryNetwork(log_bytes=None) as network:
        async with await asyncio.start_server(serve, "real.example", 80):
            await talk("real.example")
            await asyncio.sleep(0)
        return network.log


def test_recorded_conversation_can_be_replayed() -> None:
    log = run(record())
    script = SocketScript.from_log(log, name="replay")

    async def main() -> list[bytes]:
        async with MemoryNetwork() as network:
            with network.play("real.example", 80, script):
                return await talk("real.example")

    assert run(main()) == [b"HELLO\n", b"x" * 10_000]
    script.check()


def test_client_that_does_something_else_than_recorded_is_told_where_the_script_was_made() -> None:
    script = SocketScript.from_log(run(record()))
    with script.socket() as sock:
        sock.send(b"goodbye\n")

    with pytest.raises(
        ScriptError, match=r"^script 'recorded', step 1 of \d, .*test_recording.py:\d+"
    ):
        script.check()


def test_each_connection_of_a_log_is_a_script_of_its_own() -> None:
    log = WireLog(20)
    for client, data in ((CLIENT, b"one"), (OTHER, b"two")):
        log.add(0.0, "connect", client, SERVER)
        log.add(0.0, "data", SERVER, client, data)
    log.add(0.0, "eof", SERVER, CLIENT)

    with SocketScript.from_log(log, connection=1).socket() as sock:
        assert sock.recv(9) == b"two"


def test_port_that_was_used_again_begins_another_connection() -> None:
    log = WireLog(20)
    for data in (b"one", b"two"):
        log.add(0.0, "connect", CLIENT, SERVER)
        log.add(0.0, "data", CLIENT, SERVER, data)

    for number, data in enumerate((b"one", b"two")):
        script = SocketScript.from_log(log, connection=number)
        with script.socket() as sock:
            sock.send(data)
        script.check()


def test_server_may_take_as_long_as_it_did() -> None:
    log = WireLog(20)
    log.add(0.0, "connect", CLIENT, SERVER)
    log.add(1.0, "data", CLIENT, SERVER, b"a")
    log.add(1.01, "data", SERVER, CLIENT, b"1")
    script = SocketScript.from_log(log, delays=True)

    async def main() -> float:
        loop = asyncio.get_running_loop()
        reader, writer = await script.open_connection()
        began = loop.time()
        writer.write(b"a")
        assert await reader.read(1) == b"1"
        writer.close()
        return loop.time() - began

    assert run(main()) >= 0.005 - RESOLUTION
    script.check()


@pytest.mark.parametrize(
    ("kind", "source", "steps"),
    [("reset", SERVER, 1), ("eof", SERVER, 1), ("eof", CLIENT, 1), ("reset", CLIENT, 1)],
)
def test_end_is_recorded(kind: str, source: Any, steps: int) -> None:
    log = WireLog(20)
    log.add(0.0, "connect", CLIENT, SERVER)
    log.add(0.0, kind, source, CLIENT if source == SERVER else SERVER)
    script = SocketScript.from_log(log)

    assert f": {steps} steps" in repr(script)
    with script.socket() as sock:
        if (kind, source) == ("reset", SERVER):
            with pytest.raises(ConnectionResetError):
                sock.recv(1)
        elif (kind, source) == ("eof", SERVER):
            assert sock.recv(1) == b""
    script.check()


def test_connection_that_was_not_recorded_is_refused() -> None:
    with pytest.raises(
        ValueError, match="^there is no connection 0 in the log, which has 0 of them"
    ):
        SocketScript.from_log(WireLog(9))


def test_event_of_which_bytes_are_missing_is_refused_with_the_way_out() -> None:
    log = WireLog(9, 4)
    log.add(0.0, "connect", CLIENT, SERVER)
    log.add(0.0, "data", CLIENT, SERVER, b"hello")

    with pytest.raises(ValueError, match=r"the log kept 4 of its bytes; .*log_bytes=None"):
        SocketScript.from_log(log)
