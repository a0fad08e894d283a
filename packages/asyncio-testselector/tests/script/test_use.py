"""How a script is used in a test, and how it is not."""

from __future__ import annotations

import re
import sys
import unittest
from typing import Any

import pytest
from asyncio_testselector import ScriptError, SocketScript


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
        (lambda s: s.block_writes(1.5), ValueError, r"cannot block 1.5 writes: give a whole"),
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
