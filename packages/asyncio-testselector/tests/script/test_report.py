"""What a script says when its client does something else."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from asyncio_testselector import ScriptError, SocketScript
from streams import close, line

HERE = re.escape(__file__)


def test_mismatch_names_script_step_line_and_both_sides() -> None:
    script = SocketScript("redis").reply(b"hi")
    script.expect(b"PING\r\n")
    written = line() - 1
    sock = script.socket()
    sock.send(b"PONG\r\n")

    with pytest.raises(ScriptError) as caught:
        script.check()

    assert str(caught.value) == (
        "script 'redis', step 2 of 2, expect(b'PING\\r\\n'), "
        f"written at {__file__}:{written}: the client sent something else\n"
        "  expected: b'PING\\r\\n'\n"
        "  got:      b'PONG\\r\\n'\n"
        "  the first difference is at byte 1"
    )
    sock.close()


def test_long_mismatch_is_shown_around_the_difference() -> None:
    script = SocketScript().expect(b"a" * 5000 + b"X" + b"a" * 5000)
    sock = script.socket()
    sock.send(b"a" * 5000 + b"Y")

    with pytest.raises(ScriptError, match=r"(?s)aXa.* \(bytes 4940 to 5060 of .*at byte 5000$"):
        script.check()
    sock.close()


def test_client_that_waits_gets_the_failure_at_once(run: Any) -> None:
    script = SocketScript("redis").expect(b"PING").reply(b"PONG")

    async def main() -> None:
        reader, writer = await script.open_connection()
        writer.write(b"QUIT")
        try:
            with pytest.raises(ScriptError, match=r"(?s)expected: b'PING'.*got:      b'QUIT'"):
                await reader.read()
        finally:
            await close(writer)

    run(main())


def test_plain_socket_raises_the_failure_from_then_on() -> None:
    sock = SocketScript().expect(b"a").socket()
    sock.send(b"b")

    for call in (lambda: sock.recv(1), lambda: sock.send(b"a"), lambda: sock.recv(1)):
        with pytest.raises(ScriptError, match="the client sent something else"):
            call()
    sock.close()


def test_data_after_the_end_fails() -> None:
    script = SocketScript("redis").expect(b"QUIT")
    sock = script.socket()
    sock.send(b"QUIT and more")

    with pytest.raises(ScriptError) as caught:
        script.check()

    assert re.fullmatch(
        rf"script 'redis', after its last step expect\(b'QUIT'\), written at {HERE}:\d+: "
        r"the client sent data after the end of the script\n"
        r"  expected: nothing more\n"
        r"  got:      b' and more'",
        str(caught.value),
    )
    sock.close()


def test_unfinished_script_fails_with_the_step_it_stopped_at() -> None:
    script = SocketScript("redis").expect(b"PING").reply(b"PONG").expect(b"QUIT")
    sock = script.socket()
    sock.send(b"PINGQU")

    with pytest.raises(ScriptError) as caught:
        script.check()

    assert re.fullmatch(
        r"script 'redis' is unfinished, it stopped at step 3 of 3, expect\(b'QUIT'\), "
        rf"written at {HERE}:\d+\n"
        r"  expected: b'QUIT'\n"
        r"  got:      b'QU'",
        str(caught.value),
    )
    sock.close()


def test_script_nobody_connected_to_fails() -> None:
    script = SocketScript("redis").expect(b"PING").reply(b"PONG")

    with pytest.raises(ScriptError, match=r"^script 'redis' was never played: no client conn"):
        script.check()


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (lambda s: s.expect(b"PING"), r"closed the connection too early\n .*b'PING'\n .*b'PI'$"),
        (lambda s: s.expect(re.compile(b"PI.G")), r"had not matched\n .*b'PI\.G'\n .*b'PI'$"),
        (lambda s: s.expect_eof(), r"sent data instead of closing\n .*end of the stream\n .*b'PI'"),
    ],
)
def test_client_that_closes_too_early_or_late_fails(steps: Any, message: str) -> None:
    script = steps(SocketScript())
    sock = script.socket()
    sock.send(b"PI")
    sock.close()

    with pytest.raises(ScriptError, match=message):
        script.check()


def test_client_that_closes_before_a_delayed_reply_fails(run: Any) -> None:
    script = SocketScript().delay(0.01).reply(b"late")

    async def main() -> None:
        script.socket().close()
        await asyncio.sleep(0.03)

    run(main())
    with pytest.raises(ScriptError, match=r"closed before the reply\n  reply:    b'late'$"):
        script.check()


def test_writes_that_were_never_blocked_fail() -> None:
    script = SocketScript().block_writes(3)
    sock = script.socket()
    with pytest.raises(BlockingIOError):
        sock.send(b"x")

    with pytest.raises(ScriptError, match=r"block_writes\(\) still has to refuse 2 calls of send"):
        script.check()
    sock.close()


def test_data_after_the_end_fails_at_the_last_of_the_steps() -> None:
    script = SocketScript("redis").reply(b"hello").expect(b"QUIT")
    sock = script.socket()
    sock.send(b"QUIT and more")

    with pytest.raises(ScriptError, match=r"^script 'redis', after its last step expect\("):
        script.check()
    sock.close()


def test_client_that_waits_like_the_script_fails_after_the_timeout(run: Any) -> None:
    script = SocketScript("redis", timeout=0.05).expect(b"PING\r\n").reply(b"PONG\r\n")

    async def main() -> None:
        reader, writer = await script.open_connection()
        writer.write(b"PING")
        try:
            with pytest.raises(ScriptError) as caught:
                await reader.read()
        finally:
            await close(writer)
        assert "the client sent nothing more for 0.05 s (timeout=)" in str(caught.value)
        assert "expected: b'PING\\r\\n'\n  got:      b'PING'" in str(caught.value)

    run(main())


def test_delay_without_a_running_loop_fails_the_script() -> None:
    script = SocketScript().delay(1).reply(b"x")
    sock = script.socket()

    with pytest.raises(ScriptError, match="a delay needs a running event loop"):
        sock.recv(1)
    sock.close()
