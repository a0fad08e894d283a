"""What a test can look at afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, final


@final
@dataclass
class ProcessRun:
    """
    A process that was started and played by a `ProcessScript`.

    Attributes:
        args: The command: the program and its arguments, or one command line for the shell.
        options: What else it was started with, such as ``cwd`` and ``env``.
        pid: Its number, which no process of the operating system has.
        input: What was written to its stdin.
        signals: The signals that it was sent.
        returncode: How it ended; None while it runs.

    .. versionadded:: 1.0.0
    """

    args: tuple[Any, ...]
    options: dict[str, Any]
    pid: int
    input: bytes = b""
    signals: list[int] = field(default_factory=list)
    returncode: int | None = None
