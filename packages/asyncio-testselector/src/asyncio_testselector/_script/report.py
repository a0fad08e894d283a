"""What a script says when its client does something else."""

from __future__ import annotations

import asyncio
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asyncio_testselector._files.verdict import Verdict

if TYPE_CHECKING:
    from types import FrameType

LIBRARIES = tuple(
    str(Path(folder).resolve())
    for folder in {
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("purelib"),
        sysconfig.get_path("platlib"),
        str(Path(__file__).parents[1]),
    }
)
"""Where code is that nobody wrote for the test: Python's, installed packages, and this one."""

RUNNER = str(Path(asyncio.events.__file__).resolve())
"""Where a loop calls what it runs: what called the loop has nothing to do with that."""

SHOWN = 120
"""Bytes shown of each side; more of them say nothing more."""


class ScriptError(Verdict):
    """
    A client did not keep to a script, or left it unfinished, or asked for something unexpected.

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


def caller_outside() -> Place | None:
    """Return the line of the test, or of the code under test, that is at work; None if unknown."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        filename = str(Path(frame.f_code.co_filename).resolve())
        if filename == RUNNER:
            return None
        if not filename.startswith(LIBRARIES) and "<" not in filename:
            return Place(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None


def add_remark(exc: BaseException, text: str) -> None:
    """Say something beside the test's own error, which comes first; on 3.10 on standard error."""
    if sys.version_info >= (3, 11):
        exc.add_note(text)
    else:
        print(text, file=sys.stderr)


def reported(failure: BaseException) -> bool:
    """
    Tell whether a test has failed by this very error already.

    Then it has come as far as the code that runs tests, which caught it and will report it: that is
    the outermost frame of its traceback. To fail again, in a cleanup, would say it twice.
    """
    traceback = failure.__traceback__
    if traceback is None:
        return False
    module = str(traceback.tb_frame.f_globals.get("__name__"))
    return module.partition(".")[0] in RUNNERS


RUNNERS = {"unittest", "_pytest", "pluggy", "asyncloop_testcase"}
"""Packages whose code runs tests."""
