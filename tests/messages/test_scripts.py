# ruff: noqa: E501 (the messages are as long as they are)
"""What a `SocketScript` says of its client, and of itself."""

import asyncio
import re

from asyncio_fakeclock import new_event_loop
from asyncio_testselector import SocketScript, install

from messages.said import says


def end_of(script: SocketScript, *sent: bytes) -> None:
    """Send to a script, close, and let it judge."""
    with script, script.socket() as sock:
        for data in sent:
            sock.send(data)


def played(client):
    """Run a client on a loop in memory."""
    loop = new_event_loop(auto=True)
    install(loop)
    try:
        return loop.run_until_complete(client)
    finally:
        for _ in range(3):
            loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@says(
    r"""
    ScriptError: script 'redis', step 1 of 1, expect(b'PING\r\n'), written at test_scripts.py:N: the client sent something else
      expected: b'PING\r\n'
      got:      b'PONG\r\n'
      the first difference is at byte 1
    """
)
def test_other_bytes():
    end_of(SocketScript("redis").expect(b"PING\r\n"), b"PONG\r\n")


@says(
    """
    ScriptError: script 'redis', step 1 of 1, expect(b'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' (bytes 0 to 120 of 5001)), written at test_scripts.py:N: the client sent something else
      expected: b'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaX' (bytes 4881 to 5001 of 5001)
      got:      b'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaY' (bytes 4881 to 5001 of 5001)
      the first difference is at byte 5000
    """
)
def test_other_bytes_far_behind():
    end_of(SocketScript("redis").expect(b"a" * 5000 + b"X"), b"a" * 5000 + b"Y")


@says(
    r"""
    ScriptError: script 'http', step 1 of 1, expect(b'GET \\S+\\r\\n'), written at test_scripts.py:N: the client closed the connection and the pattern had not matched
      expected: a match of b'GET \\S+\\r\\n'
      got:      b'POST /\r\n'
    """
)
def test_no_match():
    end_of(SocketScript("http").expect(re.compile(rb"GET \S+\r\n")), b"POST /\r\n")


@says(
    r"""
    ScriptError: script 'redis', step 1 of 2, expect(b'PING\r\n'), written at test_scripts.py:N: the client closed the connection too early
      expected: b'PING\r\n'
      got:      b'PI'
    """
)
def test_closed_too_early():
    end_of(SocketScript("redis").expect(b"PING\r\n").reply(b"PONG"), b"PI")


@says(
    r"""
    ScriptError: script 'redis', step 1 of 1, expect_eof(), written at test_scripts.py:N: the client sent data instead of closing
      expected: the end of the stream
      got:      b'QUIT\r\n'
    """
)
def test_data_instead_of_closing():
    end_of(SocketScript("redis").expect_eof(), b"QUIT\r\n")


@says(
    r"""
    ScriptError: script 'redis', after its last step reply(b'PONG'), written at test_scripts.py:N: the client sent data after the end of the script
      expected: nothing more
      got:      b'PING\r\n'
    """
)
def test_data_after_the_end():
    end_of(SocketScript("redis").expect(b"PING\r\n").reply(b"PONG"), b"PING\r\nPING\r\n")


@says(
    """
    ScriptError: script 'mute', which has no steps: the client sent data after the end of the script
      expected: nothing more
      got:      b'hello'
    """
)
def test_data_to_a_script_without_steps():
    end_of(SocketScript("mute"), b"hello")


@says(
    """
    ScriptError: script 'redis', step 2 of 2, reply(b'late'), written at test_scripts.py:N: the client closed before the reply
      reply:    b'late'
    """
)
def test_closed_before_the_reply():
    async def client():
        script = SocketScript("redis").delay(5).reply(b"late")
        _, writer = await script.open_connection()
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(10)
        script.check()

    played(client())


@says(
    r"""
    ScriptError: script 'redis', step 1 of 1, expect(b'PING\r\n'), written at test_scripts.py:N: the client sent nothing more for 5 s (timeout=)
      expected: b'PING\r\n'
      got:      b''
    """
)
def test_client_that_sends_nothing():
    async def client():
        script = SocketScript("redis", timeout=5).expect(b"PING\r\n")
        reader, writer = await script.open_connection()
        try:
            await reader.read()
        finally:
            writer.close()

    played(client())


@says(
    """
    ScriptError: script 'redis', step 1 of 1, delay(1), written at test_scripts.py:N: a delay needs a running event loop
      connect inside of a coroutine
    """
)
def test_delay_without_a_loop():
    script = SocketScript("redis").delay(1)
    script.socket().close()
    script.check()


@says(
    """
    ScriptError: script 'redis' is unfinished, it stopped at step 1 of 2, delay(10), written at test_scripts.py:N
      it had not ended when the test did
    """
)
def test_unfinished_at_a_delay():
    async def client():
        script = SocketScript("redis").delay(10).eof()
        _, writer = await script.open_connection()
        try:
            script.check()
        finally:
            writer.close()

    played(client())


@says(
    r"""
    ScriptError: script 'redis' is unfinished, it stopped at step 1 of 2, expect(b'PING\r\n'), written at test_scripts.py:N
      expected: b'PING\r\n'
      got:      b'PI'
    """
)
def test_unfinished_at_an_expectation():
    script = SocketScript("redis").expect(b"PING\r\n").reply(b"PONG")
    with script.socket() as sock:
        sock.send(b"PI")
        script.check()


@says(
    "ScriptError: script 'redis' is unfinished: block_writes() still has to refuse 2 calls of send()"
)
def test_writes_that_were_never_blocked():
    script = SocketScript("redis").block_writes(2)
    with script.socket():
        script.check()


@says(
    r"ScriptError: script 'redis' was never played: no client connected to it; its first step is expect(b'PING\r\n'), written at test_scripts.py:N"
)
def test_never_played():
    SocketScript("redis").expect(b"PING\r\n").reply(b"PONG").check()


@says("ScriptError: script 'redis' was never played: no client connected to it")
def test_never_played_without_steps():
    SocketScript("redis").check()


@says(
    "TypeError: cannot expect re.compile('PING'): sockets carry bytes, compile a pattern of bytes"
)
def test_text_pattern():
    SocketScript().expect(re.compile("PING"))


@says("TypeError: expect() takes bytes, not 'PING': encode it")
def test_text():
    SocketScript().expect("PING")


@says("ValueError: expect() of no bytes at all: leave the step out")
def test_nothing_expected():
    SocketScript().expect(b"")


@says("TypeError: reply() without bytes: give what the client shall receive, or use eof()")
def test_reply_without_bytes():
    SocketScript().reply()


@says("ValueError: reply() of no bytes at all: leave the step out")
def test_empty_reply():
    SocketScript().reply(b"a", b"")


@says("ValueError: cannot delay by -1 s: give a finite number of 0 or more")
def test_delay_into_the_past():
    SocketScript().delay(-1)


@says("ValueError: cannot block 0 writes: give a whole number of 1 or more")
def test_no_writes_to_block():
    SocketScript().block_writes(0)


@says("ValueError: timeout is 0 s: give a positive number, or None to wait for ever")
def test_timeout_of_nothing():
    SocketScript(timeout=0)


@says("ValueError: cannot add reply(b'PONG') after reset(): the client would never see it")
def test_step_after_a_reset():
    SocketScript().reset().reply(b"PONG")


@says("ValueError: cannot add reply(b'PONG') after eof(): the client would never see it")
def test_reply_after_the_end():
    SocketScript().eof().reply(b"PONG")


@says(
    "RuntimeError: cannot add reply(b'PONG') to <SocketScript 'redis': 1 of 1 steps played>, which has ended: write all steps before the first connection, or make it SocketScript(keep_open=True)"
)
def test_step_after_it_was_played():
    script = SocketScript("redis").expect(b"PING")
    with script.socket() as sock:
        sock.send(b"PING")
        script.reply(b"PONG")


@says(
    "RuntimeError: <SocketScript 'redis': 0 of 1 steps played> was played already: write one script for each connection, or make it SocketScript(reusable=True)"
)
def test_second_connection():
    script = SocketScript("redis").expect(b"PING")
    with script.socket():
        script.socket()
