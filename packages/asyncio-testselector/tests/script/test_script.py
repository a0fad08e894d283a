"""A scripted peer: what it plays, what it says when the client does something else."""

from __future__ import annotations

import asyncio
import inspect
import re
import selectors
import socket
import sys
import unittest
from collections.abc import Coroutine
from typing import Any

import pytest
from asyncio_testselector import ScriptError, SocketScript, TestSelector

HERE = re.escape(__file__)


@pytest.fixture(params=["virtual", "real"])
def run(request: pytest.FixtureRequest) -> Any:
    """Run a coroutine on a TestSelector loop, with and without a real selector inside."""

    def runner(main: Coroutine[Any, Any, Any]) -> Any:
        inner = selectors.DefaultSelector() if request.param == "real" else None
        loop = asyncio.SelectorEventLoop(TestSelector(inner))
        loop.set_exception_handler(lambda loop, context: None)
        try:
            return loop.run_until_complete(asyncio.wait_for(main, 20))
        finally:
            loop.close()

    return runner


def line() -> int:
    """Return the line of the caller."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


async def close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await asyncio.gather(writer.wait_closed(), return_exceptions=True)


# -- what it plays ---------------------------------------------------------------------------


def test_client_that_keeps_to_the_script_passes(run: Any) -> None:
    script = SocketScript("redis").expect(b"PING\r\n").reply(b"PO", b"NG\r\n").eof()

    async def main() -> None:
        reader, writer = await script.open_connection()
        writer.write(b"PI")
        writer.write(b"NG\r\n")
        assert await reader.read() == b"PONG\r\n"
        await close(writer)

    run(main())
    script.check()


def test_each_chunk_of_a_reply_is_one_recv() -> None:
    sock = SocketScript().reply(b"PO", b"NG").reply(b"!").socket()

    assert [sock.recv(100) for _ in range(4)] == [b"PO", b"NG", b"!", b""]
    sock.close()


def test_chunk_larger_than_asked_for_comes_in_pieces() -> None:
    sock = SocketScript().reply(b"abcde", b"f").socket()

    assert [sock.recv(3) for _ in range(3)] == [b"abc", b"de", b"f"]
    sock.close()


def test_reply_may_be_larger_than_any_capacity() -> None:
    sock = SocketScript().reply(b"x" * 200_000).socket()

    assert len(sock.recv(300_000)) == 200_000
    sock.close()


def test_requests_may_be_pipelined() -> None:
    script = SocketScript().expect(b"a").reply(b"1").expect(b"b").reply(b"2")
    sock = script.socket()

    sock.send(b"ab")

    assert (sock.recv(9), sock.recv(9)) == (b"1", b"2")
    script.check()
    sock.close()


def test_pattern_takes_what_it_matches_and_leaves_the_rest() -> None:
    pattern = re.compile(rb"GET (\S+) HTTP/1.1\r\n(.+\r\n)*\r\n")
    script = SocketScript().expect(pattern).reply(b"ok").expect(b"more")
    sock = script.socket()

    sock.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
    with pytest.raises(BlockingIOError):
        sock.recv(9)
    sock.send(b"\r\nmore")

    assert sock.recv(9) == b"ok"
    script.check()
    sock.close()


def test_script_speaks_first_if_it_starts_with_a_reply() -> None:
    sock = SocketScript("smtp").reply(b"220 ready\r\n").expect(b"QUIT").socket()

    assert sock.recv(100) == b"220 ready\r\n"
    sock.close()


def test_end_of_the_script_is_the_end_of_the_stream() -> None:
    sock = SocketScript().expect(b"x").socket()
    sock.send(b"x")

    assert sock.recv(1) == b""
    sock.close()


def test_connection_stays_open_while_the_script_expects_the_client_to_close() -> None:
    script = SocketScript().reply(b"x").expect_eof()
    sock = script.socket()
    assert sock.recv(1) == b"x"
    with pytest.raises(BlockingIOError):
        sock.recv(1)

    sock.shutdown(socket.SHUT_WR)

    assert sock.recv(1) == b""
    script.check()
    sock.close()


def test_script_that_ended_its_stream_still_expects() -> None:
    script = SocketScript().eof().expect(b"late").expect_eof()
    sock = script.socket()
    assert sock.recv(1) == b""

    sock.send(b"late")
    sock.close()

    script.check()


def test_reset_reaches_the_client_after_what_was_replied() -> None:
    script = SocketScript().expect(b"x").reply(b"half").reset()
    sock = script.socket()
    sock.send(b"x")

    assert sock.recv(9) == b"half"
    with pytest.raises(ConnectionResetError, match="Connection reset by peer"):
        sock.recv(9)
    script.check()
    sock.close()


def test_blocked_writes_find_no_room_then_go_on() -> None:
    script = SocketScript().block_writes(2).expect(b"ab")
    sock = script.socket()

    for _ in range(2):
        with pytest.raises(BlockingIOError):
            sock.send(b"ab")

    assert sock.send(b"ab") == 2
    script.check()
    sock.close()


def test_transport_gets_over_blocked_writes(run: Any) -> None:
    script = SocketScript().block_writes(3).expect(b"x" * 100_000).reply(b"done")

    async def main() -> None:
        reader, writer = await script.open_connection()
        writer.write(b"x" * 100_000)
        await writer.drain()
        assert await reader.read() == b"done"
        await close(writer)

    run(main())
    script.check()


def test_delay_lets_the_loops_clock_pass(run: Any) -> None:
    script = SocketScript().expect(b"x").delay(0.03).reply(b"late")

    async def main() -> float:
        loop = asyncio.get_running_loop()
        reader, writer = await script.open_connection()
        start = loop.time()
        writer.write(b"x")
        assert await reader.read() == b"late"
        passed = loop.time() - start
        await close(writer)
        return passed

    assert run(main()) >= 0.02
    script.check()


def test_server_code_can_be_given_the_scripts_client(run: Any) -> None:
    script = SocketScript("client").reply(b"hello\n").expect(b"HELLO\n").expect_eof()

    async def main() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write((await reader.readline()).upper())
            await close(writer)
            done.set()

        done = asyncio.Event()
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: asyncio.StreamReaderProtocol(reader, serve), script.socket()
        )
        await done.wait()

    run(main())
    script.check()


# -- what it says ----------------------------------------------------------------------------


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


# -- how it is used --------------------------------------------------------------------------


def test_with_statement_checks_at_its_end() -> None:
    with pytest.raises(ScriptError, match="is unfinished"), SocketScript().expect(b"x") as script:
        sock = script.socket()
    sock.close()


def test_with_statement_lets_the_tests_own_error_through() -> None:
    with pytest.raises(ZeroDivisionError) as caught, SocketScript("db").expect(b"x"):
        1 / 0  # noqa: B018

    if sys.version_info >= (3, 11):
        (note,) = caught.value.__notes__
        assert note.startswith("script 'db' was never played: no client connected to it; ")


def test_with_statement_does_not_repeat_the_failure_the_client_raised() -> None:
    with pytest.raises(ScriptError) as caught, SocketScript().expect(b"x") as script:
        sock = script.socket()
        sock.send(b"y")
        with sock:
            sock.recv(1)

    assert not hasattr(caught.value, "__notes__")


def test_cleanup_of_a_unittest_fails_the_test_with_the_report() -> None:
    class Tests(unittest.TestCase):
        def test_client(self) -> None:
            script = SocketScript("redis").expect(b"PING")
            self.addCleanup(script.check)
            with script.socket() as sock:
                sock.send(b"PONG")

    result = unittest.TestResult()
    Tests("test_client").run(result)

    ((_, text),) = result.failures
    assert "got:      b'PONG'" in text
    assert "_script.py" not in text.replace("test_script.py", "")


def test_cleanup_of_a_unittest_reports_beside_the_tests_own_error() -> None:
    class Tests(unittest.TestCase):
        def test_client(self) -> None:
            script = SocketScript("redis").expect(b"PING")
            self.addCleanup(script.check)
            raise ZeroDivisionError

    result = unittest.TestResult()
    Tests("test_client").run(result)

    assert "ZeroDivisionError" in result.errors[0][1]
    assert "was never played" in result.failures[0][1]


def test_check_can_be_asked_again() -> None:
    script = SocketScript().expect(b"x")
    script.socket().close()

    for _ in range(2):
        with pytest.raises(ScriptError, match="too early"):
            script.check()


def test_repr_tells_how_far_the_script_is() -> None:
    script = SocketScript("db").expect(b"a").expect(b"b")
    states = [repr(script)]
    sock = script.socket()
    sock.send(b"a")
    states.append(repr(script))
    sock.send(b"a")
    states.append(repr(script))

    assert states == [
        "<SocketScript 'db': 2 steps, not played>",
        "<SocketScript 'db': 1 of 2 steps played>",
        "<SocketScript 'db': failed>",
    ]
    sock.close()


# -- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("write", "error", "message"),
    [
        (lambda s: s.expect("PING"), TypeError, r"expect\(\) takes bytes, not 'PING': encode it"),
        (lambda s: s.expect(re.compile("x")), TypeError, r"compile a pattern of bytes"),
        (lambda s: s.expect(b""), ValueError, r"expect\(\) of no bytes at all"),
        (lambda s: s.reply(), TypeError, r"reply\(\) without bytes"),
        (lambda s: s.reply(b"a", b""), ValueError, r"reply\(\) of no bytes at all"),
        (lambda s: s.reply(b"a", 3), TypeError, r"reply\(\) takes bytes, not 3"),
        (lambda s: s.delay(-1), ValueError, r"cannot delay by -1 s"),
        (lambda s: s.delay(float("nan")), ValueError, r"cannot delay by nan s"),
        (lambda s: s.block_writes(0), ValueError, r"cannot block 0 writes"),
        (lambda s: s.reset().reply(b"x"), ValueError, r"cannot add reply\(b'x'\) after reset\(\)"),
        (lambda s: s.eof().reply(b"x"), ValueError, r"cannot add reply\(b'x'\) after eof\(\)"),
    ],
)
def test_step_that_makes_no_sense_is_refused(write: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        write(SocketScript())


def test_refused_step_is_not_added() -> None:
    script = SocketScript()
    with pytest.raises(TypeError):
        script.expect("text")  # type: ignore[arg-type]

    assert repr(script) == "<SocketScript 'script': 0 steps, not played>"


@pytest.mark.parametrize("timeout", [0, -1.0, float("nan")])
def test_timeout_that_never_waits_is_refused(timeout: float) -> None:
    with pytest.raises(ValueError, match=r"^timeout is .* s: give a positive number, or None"):
        SocketScript(timeout=timeout)


def test_second_connection_is_refused() -> None:
    script = SocketScript("db")
    script.socket().close()

    with pytest.raises(RuntimeError, match=r"played already: write one script for each connection"):
        script.socket()


def test_step_after_the_connection_is_refused() -> None:
    script = SocketScript("db")
    script.socket().close()

    with pytest.raises(RuntimeError, match="write all steps before the first connection"):
        script.expect(b"x")


# -- what a client may do at odd times -------------------------------------------------------


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
