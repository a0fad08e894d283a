"""What a script says when its client does something else."""

from __future__ import annotations

from dataclasses import dataclass

SHOWN = 120
"""Bytes shown of each side; more of them say nothing more."""


class ScriptError(AssertionError):
    """
    A client did not keep to a `SocketScript`, or left it unfinished.

    Its text names the script, the step, the line that wrote the step, what was expected and what
    came instead.

    .. versionadded:: 1.0.0
    """

    __module__ = "asyncio_testselector"  # what a traceback shows is the public name


@dataclass(frozen=True)
class Place:
    """Where a step was written."""

    filename: str
    line: int

    def __str__(self) -> str:
        return f"{self.filename}:{self.line}"


def excerpt(data: bytes, around: int = 0) -> str:
    """Return the repr of *data*, of long data only what is near the given byte."""
    if len(data) <= SHOWN:
        return repr(data)
    start = max(0, min(around - SHOWN // 2, len(data) - SHOWN))
    part = data[start : start + SHOWN]
    return f"{part!r} (bytes {start} to {start + len(part)} of {len(data)})"


def first_difference(expected: bytes, got: bytes) -> int:
    """Return the index of the first byte that differs, or the length of the shorter side."""
    for index, (one, other) in enumerate(zip(expected, got, strict=False)):
        if one != other:
            return index
    return min(len(expected), len(got))


def comparison(expected: bytes, got: bytes) -> str:
    """Return expected beside got, around the first difference."""
    index = first_difference(expected, got)
    lines = [f"  expected: {excerpt(expected, index)}", f"  got:      {excerpt(got, index)}"]
    if index < min(len(expected), len(got)):
        lines.append(f"  the first difference is at byte {index}")
    return "\n".join(lines)
