"""A script and what its client may do at odd times."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asyncio_testselector import ScriptError, SocketScript
from streams import close


def test_client_may_send_ahead_while_the_script_waits(run: Any) -> None:
    script = SocketScript().delay(0.001).expect(b"early").reply(b"ok").eof()

    async def main() -> None:
        reader, writer = await script.open_connection()
        writer.write(b"early")
        assert await reader.read() == b"ok"
        await close(writer)

    run(main())
    script.check()


def test_script_without_steps_says_so() -> None:
    script = SocketScript("idle")
    sock = script.socket()
    sock.send(b"x")

    with pytest.raises(ScriptError, match="^script 'idle', which has no steps: the client sent"):
        sock.recv(1)
    with pytest.raises(ScriptError, match="which has no steps"):
        script.check()
    sock.close()


def test_script_without_steps_that_was_never_played_says_so() -> None:
    with pytest.raises(ScriptError, match="^script 'idle' was never played: no client connected"):
        SocketScript("idle").check()


def test_script_without_a_timeout_waits_as_long_as_it_takes() -> None:
    script = SocketScript(timeout=None).expect(b"x").reply(b"ok")

    async def main() -> None:
        sock = script.socket()
        assert len(asyncio.get_running_loop()._scheduled) == 0
        sock.send(b"x")
        assert sock.recv(100) == b"ok"
        sock.close()

    asyncio.run(main())
    script.check()


def test_client_of_a_script_that_reset_cannot_send() -> None:
    sock = SocketScript().reset().socket()

    with pytest.raises(ConnectionResetError):
        sock.send(b"x")
    with pytest.raises(BrokenPipeError):
        sock.send(b"x")
    sock.close()


def test_script_of_a_block_that_passes_is_checked() -> None:
    with SocketScript("kept").expect(b"x") as script:
        sock = script.socket()
        sock.send(b"x")
        sock.close()
    assert script.problem() is None
    with pytest.raises(ScriptError, match="^script 'left', step 1 of 1"):
        with SocketScript("left").expect(b"x") as script:
            script.socket().close()
