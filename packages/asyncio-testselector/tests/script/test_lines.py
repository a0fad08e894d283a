"""Lines, JSON, and replies that are computed from what came."""

from __future__ import annotations

import re
from typing import Any
from unittest import mock

import pytest
from asyncio_testselector import ScriptError, SocketScript


def failure(script: SocketScript) -> str:
    """Return what the check says."""
    with pytest.raises(ScriptError) as caught:
        script.check()
    return str(caught.value)


# -- lines -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [b"QUIT\r\n", b"QUIT\n"])
def test_line_may_end_in_either_way(sent: bytes) -> None:
    script = SocketScript().expect_line("QUIT").reply_line("221 bye")

    with script, script.socket() as sock:
        sock.send(sent)
        assert sock.recv(100) == b"221 bye\r\n"


def test_line_may_come_in_pieces() -> None:
    script = SocketScript().expect_line(b"QUIT").reply(b"x")

    with script, script.socket() as sock:
        sock.send(b"QU")
        sock.send(b"IT\r")
        with pytest.raises(BlockingIOError):
            sock.recv(9)
        sock.send(b"\n")
        assert sock.recv(9) == b"x"


def test_several_lines_are_several_chunks_with_their_ends() -> None:
    script = SocketScript(newline=b"\n").reply_line("grüß", b"bytes")

    with script, script.socket() as sock:
        assert sock.recv(100) == "grüß\n".encode()
        assert sock.recv(100) == b"bytes\n"


@pytest.mark.parametrize("pattern", [re.compile(r"MAIL FROM:<(.+)>"), re.compile(rb"MAIL.*<(.+)>")])
def test_pattern_has_to_match_the_whole_line(pattern: Any) -> None:
    script = SocketScript().expect_line(pattern)
    with script.socket() as sock:
        sock.send(b"MAIL FROM:<a@b> SIZE=3\r\n")

    told = r"sent another line\n  expected: a line like b?'MAIL.*'\n  got:      b'MAIL.*SIZE=3'$"
    assert re.search(told, failure(script))


def test_other_line_is_told_beside_the_expected_one() -> None:
    script = SocketScript("smtp").expect_line("QUIT")
    with script.socket() as sock:
        sock.send(b"NOOP\r\n")

    assert failure(script).endswith(
        ": the client sent another line\n  expected: the line b'QUIT'\n  got:      b'NOOP'"
    )


def test_client_that_closes_within_a_line_is_told() -> None:
    script = SocketScript("smtp").expect_line("QUIT")
    with script.socket() as sock:
        sock.send(b"QUI")

    assert failure(script).endswith(
        "closed the connection within a line\n  expected: the line b'QUIT'\n  got:      b'QUI'"
    )


# -- JSON ------------------------------------------------------------------------------------


def test_json_is_compared_by_its_value() -> None:
    script = SocketScript().expect_json({"id": mock.ANY, "on": True}).reply_json({"ok": [1, None]})

    with script, script.socket() as sock:
        sock.send(b'{"on": true,   "id": 7}\n')
        assert sock.recv(100) == b'{"ok":[1,null]}\n'


@pytest.mark.parametrize(
    ("sent", "got"),
    [(b'{"id": 2}\n', "{'id': 2}"), (b"{id}\n", "b'{id}', which is no JSON")],
)
def test_other_json_is_told_beside_the_expected_one(sent: bytes, got: str) -> None:
    script = SocketScript().expect_json({"id": 1})
    with script.socket() as sock:
        sock.send(sent)

    assert failure(script).endswith(f"\n  expected: JSON of {{'id': 1}}\n  got:      {got}")


@pytest.mark.parametrize("value", [b"null", b"[]", b"0"])
def test_any_json_will_do_where_no_value_is_given(value: bytes) -> None:
    script = SocketScript().expect_json().reply_json(lambda got: [got])

    with script, script.socket() as sock:
        sock.send(value + b"\n")
        assert sock.recv(100) == b"[" + value + b"]\n"


def test_what_is_no_json_at_all_fails_also_where_anything_will_do() -> None:
    script = SocketScript().expect_json()
    with script.socket() as sock:
        sock.send(b"hello\n")

    assert failure(script).endswith("JSON of anything\n  got:      b'hello', which is no JSON")


# -- computed replies ------------------------------------------------------------------------


def test_reply_is_computed_from_the_match() -> None:
    script = SocketScript().expect(re.compile(rb"GET (\S+)\n")).reply(lambda m: b"got " + m[1])

    with script, script.socket() as sock:
        sock.send(b"GET /a\nmore"[:7])
        assert sock.recv(100) == b"got /a"


@pytest.mark.parametrize(
    ("expect", "sent", "seen"),
    [
        (lambda s: s.expect(b"abc"), b"abc", b"abc"),
        (lambda s: s.expect_line("abc"), b"abc\r\n", b"abc"),
        (lambda s: s.expect_json(), b"null\n", None),
        (lambda s: s.expect_json({"a": mock.ANY}), b'{"a": 1}\n', {"a": 1}),
    ],
)
def test_function_is_given_what_the_last_step_recognised(
    expect: Any, sent: bytes, seen: Any
) -> None:
    given = []
    script = expect(SocketScript()).reply(lambda what: given.append(what) or b"ok")

    with script, script.socket() as sock:
        sock.send(sent)
        assert sock.recv(9) == b"ok"

    assert given == [seen]


def test_match_keeps_its_groups_whatever_comes_later() -> None:
    matches: list[Any] = []
    script = SocketScript().expect(re.compile(b"(.)")).reply(lambda m: matches.append(m) or b"1")
    script.expect(b"yz")

    with script, script.socket() as sock:
        sock.send(b"x")
        sock.send(b"yz")

    assert matches[0][1] == b"x"


def test_function_may_return_several_chunks() -> None:
    script = SocketScript().expect(b"x").reply(lambda x: [x, x + x])

    with script, script.socket() as sock:
        sock.send(b"x")
        assert (sock.recv(9), sock.recv(9)) == (b"x", b"xx")


def test_line_is_computed() -> None:
    script = (
        SocketScript().expect_line(re.compile("ADD (.*)")).reply_line(lambda m: f"added {m[1]}")
    )

    with script, script.socket() as sock:
        sock.send(b"ADD one\n")
        assert sock.recv(100) == b"added one\r\n"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (lambda s: s.reply(lambda x: "text"), r"TypeError\(\"reply\(\) takes bytes, not 'text'"),
        (lambda s: s.reply(lambda x: {}[x]), r"KeyError\(b'x'\)"),
        (lambda s: s.reply_line(lambda x: "a\n"), r"ValueError\(.*without its end"),
        (lambda s: s.reply_json(lambda x: x), r"TypeError\('Object of type bytes is not JSON"),
    ],
)
def test_function_that_fails_fails_the_script_at_its_line(reply: Any, error: str) -> None:
    script = reply(SocketScript("db").expect(b"x"))
    with script.socket() as sock:
        sock.send(b"x")

    with pytest.raises(ScriptError) as caught:
        script.check()

    head = r"^script 'db', step 2 of 2, reply.*\(<lambda>\), written at .*test_lines.py:\d+"
    assert re.search(rf"{head}: the reply could not be computed\n  {error}", str(caught.value))
    assert caught.value.__cause__ is not None


def test_client_that_closed_before_a_computed_reply_fails() -> None:
    script = SocketScript().expect_line("x").expect_eof().reply(lambda x: b"late")
    with script.socket() as sock:
        sock.send(b"x\n")

    assert failure(script).endswith("the client closed before the reply\n  reply:    b'late'")


# -- bad input -------------------------------------------------------------------------------


async def answer(match: object) -> bytes:
    return b""


@pytest.mark.parametrize(
    ("write", "error", "message"),
    [
        (lambda s: s.expect_line(3), TypeError, r"^expect_line\(\) takes a line as str or bytes"),
        (
            lambda s: s.expect_line("a\n"),
            ValueError,
            r"^expect_line\(\) takes one line without its",
        ),
        (lambda s: s.reply_line(), TypeError, r"^reply_line\(\) without lines"),
        (
            lambda s: s.reply_line("a", 3),
            TypeError,
            r"^reply_line\(\) takes a line as str or bytes",
        ),
        (lambda s: s.reply_line(b"a\nb"), ValueError, r"^reply_line\(\) takes one line without"),
        (lambda s: s.reply_json(b"x"), TypeError, "bytes is not JSON serializable"),
        (lambda s: s.reply(lambda m: b""), ValueError, r"^reply\(<lambda>\): nothing is expected"),
        (
            lambda s: s.expect(b"x").reply(answer),
            TypeError,
            r"^reply\(answer\): .* cannot be async",
        ),
        (
            lambda s: s.expect(b"x").eof().reply(len),
            ValueError,
            r"cannot add reply\(len\) after eof",
        ),
    ],
)
def test_step_that_makes_no_sense_is_refused(write: Any, error: Any, message: str) -> None:
    script = SocketScript()
    with pytest.raises(error, match=message):
        write(script)


@pytest.mark.parametrize(("newline", "error"), [("\n", TypeError), (b"", ValueError)])
def test_newline_that_ends_nothing_is_refused(newline: Any, error: Any) -> None:
    with pytest.raises(error, match=r"^newline\(\) "):
        SocketScript(newline=newline)
