"""Steps that speak of text: lines, JSON, and replies computed from what came."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncio_testselector._script.report import excerpt
from asyncio_testselector._script.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncio_testselector._script.steps import Stage

ANYTHING: Any = type("ANYTHING", (), {"__repr__": lambda self: "anything"})()
"""What `ExpectJson` is given to take every value."""

UNREADABLE: Any = object()


@dataclass(frozen=True)
class ExpectLine(Step):
    """The client sends one line, ended by LF or CRLF."""

    line: Any = b""
    """Bytes, or a pattern of str or bytes that matches the whole line."""
    waits = True

    def play(self, stage: Stage) -> bool:
        """Take the line as soon as it is complete."""
        line = next_line(stage)
        if line is None:
            if stage.ended:
                when = "within a line" if stage.received else "too early"
                what = f"{stage.who} {stage.closed} {when}"
                stage.fail(what, self.wanted(bytes(stage.received)))
            return False
        matched = self.match(line)
        if matched is None:
            stage.fail(f"{stage.who} sent another line", self.wanted(line))
            return False
        stage.take(stage.received.index(b"\n") + 1, matched)
        return True

    def match(self, line: bytes) -> Any:
        """Return what a line is to a computed reply, or None if it is another one."""
        if not isinstance(self.line, re.Pattern):
            return line if line == self.line else None
        if isinstance(self.line.pattern, bytes):
            return self.line.fullmatch(line)
        return self.line.fullmatch(line.decode("utf-8", "replace"))

    def begins(self, stage: Stage) -> bool | None:
        """Tell by a whole line."""
        line = next_line(stage)
        if line is None:
            return False if stage.ended else None
        return self.match(line) is not None

    def wanted(self, got: bytes) -> str:
        """Return the line beside what came."""
        line = self.line
        if isinstance(line, re.Pattern):
            return f"  expected: a line like {line.pattern!r}\n  got:      {excerpt(got)}"
        return f"  expected: the line {excerpt(line)}\n  got:      {excerpt(got)}"


@dataclass(frozen=True)
class ExpectJson(ExpectLine):
    """The client sends one line of JSON that has an equal value."""

    value: Any = ANYTHING

    def match(self, line: bytes) -> Any:
        """Return the parsed value in a box, or None if it is another one."""
        value = parse(line)
        right = value is not UNREADABLE and (self.value is ANYTHING or self.value == value)
        return Box(value) if right else None

    def wanted(self, got: bytes) -> str:
        """Return the value beside what came."""
        value = parse(got)
        came = f"{excerpt(got)}, which is no JSON" if value is UNREADABLE else repr(value)
        return f"  expected: JSON of {self.value!r}\n  got:      {came}"


@dataclass(frozen=True)
class Box:
    """A value of JSON, which may be None."""

    value: Any


@dataclass(frozen=True)
class ComputedReply(Step):
    """The client receives what a function makes of what it sent."""

    function: Callable[[Any], Any] = bytes
    encode: Callable[[Any], tuple[bytes, ...]] = tuple

    def play(self, stage: Stage) -> bool:
        """Call the function, and put what it returns where the client reads it."""
        matched = stage.matched.value if isinstance(stage.matched, Box) else stage.matched
        try:
            chunks = self.encode(self.function(matched))
        except Exception as exc:
            stage.fail("the reply could not be computed", f"  {exc!r}", exc)
            return False
        if stage.client.closed:
            sent = b"".join(chunks)
            stage.fail(f"{stage.who} closed before the reply", f"  reply:    {excerpt(sent)}")
            return False
        for chunk in chunks:
            stage.send(chunk)
        return True


def next_line(stage: Stage) -> bytes | None:
    """Return the first line that came, without its end; None if none is complete."""
    end = stage.received.find(b"\n")
    return None if end < 0 else bytes(stage.received[:end]).removesuffix(b"\r")


def parse(line: bytes) -> Any:
    """Return the value of a line of JSON, or UNREADABLE."""
    try:
        return json.loads(line)
    except ValueError:
        return UNREADABLE


def encoded_line(line: object, method: str, newline: bytes) -> bytes:
    """
    Return a line of str or bytes with its end.

    Raises:
        TypeError: It is neither.
        ValueError: It has an end already.
    """
    if isinstance(line, str):
        line = line.encode("utf-8")
    if not isinstance(line, bytes):
        msg = f"{method}() takes a line as str or bytes, not {line!r}"
        raise TypeError(msg)
    if b"\n" in line:
        msg = f"{method}() takes one line without its end, not {line!r}: give several, or reply()"
        raise ValueError(msg)
    return line + newline


def encoded_json(value: object) -> bytes:
    """Return a value as a line of JSON."""
    return json.dumps(value, separators=(",", ":")).encode("utf-8") + b"\n"


def as_bytes(data: object, method: str) -> bytes:
    """Return a copy of a non-empty buffer, and refuse everything else."""
    if not isinstance(data, (bytes, bytearray, memoryview)):
        msg = f"{method}() takes bytes, not {data!r}: encode it"
        raise TypeError(msg)
    if not data:
        msg = f"{method}() of no bytes at all: leave the step out"
        raise ValueError(msg)
    return bytes(data)


def as_chunks(computed: object) -> tuple[bytes, ...]:
    """Return what a function computed as chunks of bytes."""
    several = computed if isinstance(computed, (list, tuple)) else (computed,)
    return tuple(as_bytes(chunk, "reply") for chunk in several)
