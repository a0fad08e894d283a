"""What a script leaves to its client: how often, and in which order."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from asyncio_testselector import SocketScript, TestSelector

PING = b"PING\r\n"


def ping() -> SocketScript:
    return SocketScript().expect_line("PING").reply_line("PONG")


def played(script: SocketScript, *chunks: bytes) -> str:
    """Play a script for a client that sends these chunks and closes; return what check() says."""
    with script.socket() as sock:
        for chunk in chunks:
            sock.send(chunk)
    problem = script.problem()
    return "" if problem is None else str(problem)


# -- any number ------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 5])
def test_part_may_come_any_number_of_times(count: int) -> None:
    script = SocketScript().any_number(ping()).expect_line("QUIT").reply_line("bye")

    with script, script.socket() as sock:
        sock.send(PING * count + b"QUIT\r\n")
        assert [sock.recv(99) for _ in range(count)] == [b"PONG\r\n"] * count
        assert sock.recv(99) == b"bye\r\n"


def test_part_in_small_pieces_is_told_from_what_comes_behind() -> None:
    script = SocketScript().any_number(SocketScript().expect(b"abc").reply(b"1")).expect(b"abd")

    assert played(script, *(b"abcabcabd"[i : i + 1] for i in range(9))) == ""


@pytest.mark.parametrize("count", [0, 3])
def test_script_that_ends_in_any_number_ends_when_the_client_does(count: int) -> None:
    assert played(SocketScript().any_number(ping()), PING * count) == ""


def test_script_that_ends_in_any_number_is_complete_while_the_client_stays() -> None:
    script = SocketScript().any_number(ping())
    with script.socket() as sock:
        sock.send(PING)
        script.check()


def test_script_that_ends_in_any_number_is_unfinished_within_the_part() -> None:
    script = SocketScript("db").any_number(SocketScript().expect(b"a").reply(b"1").expect(b"b"))
    with script.socket() as sock:
        sock.send(b"a")
        problem = str(script.problem())

    assert (
        "is unfinished, it stopped at step 1 of 1, any_number(): expect(b'b'), written" in problem
    )


def test_client_may_wait_between_parts_as_long_as_it_likes() -> None:
    script = SocketScript(timeout=0.001).any_number(ping())

    async def main() -> None:
        reader, writer = await script.open_connection()
        for _ in range(2):
            await asyncio.sleep(0.01)
            writer.write(PING)
            assert await reader.readline() == b"PONG\r\n"
        writer.close()
        await writer.wait_closed()

    loop = asyncio.SelectorEventLoop(TestSelector())
    loop.run_until_complete(main())
    loop.close()
    script.check()


def test_something_else_is_told_beside_all_that_could_come() -> None:
    script = SocketScript("db").any_number(ping()).any_number(SocketScript().expect(b"x"))
    script.expect(b"QUIT")

    problem = played(script, b"NO, NOT THIS\r\n")

    assert re.fullmatch(
        r"script 'db', step 1 of 3, any_number\(\), written at .*: the client sent something else\n"
        r"  expected: any_number\(\): expect_line\('PING'\), written at .*:\d+\n"
        r"        or: any_number\(\): expect\(b'x'\), written at .*:\d+\n"
        r"        or: expect\(b'QUIT'\), written at .*:\d+\n"
        r"  got:      b'NO, NOT THIS\\r\\n'",
        problem,
    )


def test_end_of_the_stream_is_among_what_could_come() -> None:
    assert "\n        or: the end of the stream\n" in played(
        SocketScript().any_number(ping()), b"a\n"
    )


def test_client_that_closes_in_the_middle_of_a_part_fails() -> None:
    script = SocketScript().any_number(ping()).expect(b"QUIT")

    assert "the client closed the connection too early" in played(script, b"PI")


def test_several_in_a_row_come_in_their_order() -> None:
    a, b = SocketScript().expect(b"a"), SocketScript().expect(b"b")
    assert played(SocketScript().any_number(a).any_number(b), b"aabbb") == ""

    again = SocketScript().any_number(a).any_number(b)
    assert "or: the end of the stream\n  got:      b'a'" in played(again, b"aaba")


def test_any_number_within_any_number() -> None:
    inner = SocketScript().expect(b"(").any_number(SocketScript().expect(b"x"))
    script = SocketScript().any_number(inner.expect(b")"))

    assert played(script, b"(xx)()(x)") == ""


def test_computed_reply_in_a_part_has_the_parts_own_match() -> None:
    echo = SocketScript().expect_line(re.compile(".*!")).reply_line(lambda m: m[0].upper())
    script = SocketScript().any_number(echo)

    with script, script.socket() as sock:
        sock.send(b"one!\ntwo!\n")
        assert (sock.recv(9), sock.recv(9)) == (b"ONE!\r\n", b"TWO!\r\n")


# -- in any order ----------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [b"abc", b"acb", b"bac", b"cba"])
def test_parts_come_in_any_order(sent: bytes) -> None:
    parts = [SocketScript().expect(bytes([each])).reply(bytes([each])) for each in b"abc"]
    script = SocketScript().in_any_order(*parts).expect(b"!")

    with script, script.socket() as sock:
        sock.send(sent + b"!")
        assert b"".join(sock.recv(1) for _ in range(3)) == sent


def test_part_comes_once_only() -> None:
    a, b = SocketScript().expect(b"a"), SocketScript().expect(b"b")
    script = SocketScript("db").in_any_order(a, b)

    problem = played(script, b"aa")

    assert re.search(
        r"^script 'db', step 1 of 1, in_any_order\(\), .*: the client sent something else\n"
        r"  expected: in_any_order\(\): expect\(b'b'\), written at .*\n  got:      b'a'$",
        problem,
    )


def test_part_that_never_came_is_told() -> None:
    a, b = SocketScript().expect(b"a"), SocketScript().expect(b"b")
    script = SocketScript("db").in_any_order(a, b)

    assert "closed the connection too early\n  expected: in_any_order(): expect(b'b')" in played(
        script, b"a"
    )


def test_parts_in_any_order_may_follow_any_number() -> None:
    a, b = SocketScript().expect(b"a"), SocketScript().expect(b"b")
    script = SocketScript().any_number(ping()).in_any_order(a, b)

    assert played(script, PING + b"ba") == ""


# -- bad input -------------------------------------------------------------------------------


def started() -> SocketScript:
    script = ping()
    script.socket().close()
    return script


@pytest.mark.parametrize(
    ("write", "error", "message"),
    [
        (lambda s: s.any_number(SocketScript()), ValueError, "has no steps: begin with what"),
        (
            lambda s: s.any_number(SocketScript().reply(b"x")),
            ValueError,
            r"begins with reply\(b'x'\)",
        ),
        (lambda s: s.any_number(SocketScript().expect(b"x").eof()), ValueError, r"have eof\(\)"),
        (
            lambda s: s.any_number(SocketScript().expect(b"x").reset()),
            ValueError,
            r"have reset\(\)",
        ),
        (
            lambda s: s.any_number(b"x"),
            TypeError,
            r"^any_number\(\) takes scripts that are not played",
        ),
        (
            lambda s: s.any_number(s),
            TypeError,
            r"^any_number\(\) takes scripts that are not played",
        ),
        (
            lambda s: s.in_any_order(started()),
            TypeError,
            r"^in_any_order\(\) takes scripts that are",
        ),
        (lambda s: s.in_any_order(), TypeError, r"^in_any_order\(\) without parts"),
        (lambda s: s.any_number(ping()).reply(b"x"), ValueError, r"after any_number\(\): only the"),
        (
            lambda s: s.in_any_order(SocketScript().expect(b"x").any_number(ping())).delay(1),
            ValueError,
            r"cannot add delay\(1\) after any_number\(\)",
        ),
    ],
)
def test_choice_that_makes_no_sense_is_refused(write: Any, error: Any, message: str) -> None:
    script = SocketScript()
    with pytest.raises(error, match=message):
        write(script)
