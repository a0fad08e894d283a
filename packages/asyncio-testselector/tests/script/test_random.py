"""Scripts beside clients that cut, change, end or prolong what they were to send, at random."""

from __future__ import annotations

import re
from itertools import accumulate

import pytest
from asyncio_testselector import ScriptError, SocketScript
from hypothesis import given, settings
from hypothesis import strategies as st

Turns = list[tuple[bytes, list[bytes]]]

WORDS = st.text("ab\n", min_size=1, max_size=6).map(str.encode)
TURNS = st.lists(st.tuples(WORDS, st.lists(WORDS, min_size=1, max_size=3)), min_size=1, max_size=5)
SIZES = st.lists(st.integers(1, 7), min_size=1, max_size=10)

repeatably = settings(derandomize=True, deadline=None, max_examples=100)


def written(turns: Turns, patterns: bool = False) -> SocketScript:
    """Return a script that expects each request, as bytes or as a pattern, and replies to it."""
    script = SocketScript("random")
    for request, replies in turns:
        script.expect(re.compile(re.escape(request)) if patterns else request).reply(*replies)
    return script


def requests_of(turns: Turns) -> bytes:
    return b"".join(request for request, _ in turns)


def pieces(data: bytes, sizes: list[int]) -> list[bytes]:
    """Cut the data: the sizes in turn, again and again."""
    cut = []
    while data:
        size = sizes[len(cut) % len(sizes)]
        cut.append(data[:size])
        data = data[size:]
    return cut


def step_of(turns: Turns, position: int) -> str:
    """Return the words for the step that takes the byte at a position of the requests."""
    ends = accumulate(len(request) for request, _ in turns)
    before = sum(end <= position for end in ends)
    return f"step {2 * before + 1} of {2 * len(turns)}"


@repeatably
@given(TURNS, SIZES, st.booleans())
def test_request_may_come_in_any_pieces(turns: Turns, sizes: list[int], patterns: bool) -> None:
    script = written(turns, patterns)
    sock = script.socket()
    for piece in pieces(requests_of(turns), sizes):
        assert sock.send(piece) == len(piece)
    replies = [chunk for _, chunks in turns for chunk in chunks]
    assert [sock.recv(100) for _ in replies] == replies
    assert sock.recv(100) == b""
    sock.close()
    script.check()


@repeatably
@given(TURNS, SIZES, st.data())
def test_first_wrong_byte_fails_the_step_that_takes_it(
    turns: Turns, sizes: list[int], data: st.DataObject
) -> None:
    script, right = written(turns), requests_of(turns)
    position = data.draw(st.integers(0, len(right) - 1))
    wrong = right[:position] + b"!" + right[position + 1 :]
    sock = script.socket()
    with pytest.raises(ScriptError, match=step_of(turns, position)):
        for piece in (*pieces(wrong, sizes), b"more"):
            sock.send(piece)
    with pytest.raises(ScriptError, match=step_of(turns, position)):
        script.check()
    sock.close()


@repeatably
@given(TURNS, SIZES, st.booleans(), st.data())
def test_early_end_fails_the_step_that_waits(
    turns: Turns, sizes: list[int], patterns: bool, data: st.DataObject
) -> None:
    script, right = written(turns, patterns), requests_of(turns)
    position = data.draw(st.integers(0, len(right) - 1))
    sock = script.socket()
    for piece in pieces(right[:position], sizes):
        sock.send(piece)
    sock.close()
    with pytest.raises(ScriptError, match=step_of(turns, position)):
        script.check()


@repeatably
@given(TURNS, SIZES, WORDS)
def test_anything_after_the_last_request_fails(turns: Turns, sizes: list[int], more: bytes) -> None:
    script = written(turns)
    sock = script.socket()
    with pytest.raises(ScriptError, match="after its last step"):
        for piece in (*pieces(requests_of(turns) + more, sizes), b"again"):
            sock.send(piece)
    with pytest.raises(ScriptError, match="after its last step"):
        script.check()
    sock.close()
