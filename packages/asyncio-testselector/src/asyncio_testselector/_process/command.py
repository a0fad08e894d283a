"""Which commands a scripted process is for."""

from __future__ import annotations

import os
import re
import shlex
from typing import Any, final

REST: Any = ...
"""Stands at the end of a command for whatever arguments follow."""


@final
class Command:
    """
    A command, or what one has to be like.

    Args:
        parts: The program and its arguments, or one command line for the shell. Each is a str,
            bytes, a path, a pattern that matches the whole of it, or an object that is equal to
            it, such as `unittest.mock.ANY`; ``...`` at the end is whatever follows.
        shell: Whether it is a command line for the shell.
    """

    def __init__(self, parts: tuple[Any, ...], *, shell: bool) -> None:
        self.parts = parts
        self.shell = shell

    def __str__(self) -> str:
        words = ["..." if part is REST else shown(part) for part in self.parts]
        return f"the shell command {words[0]}" if self.shell else " ".join(words)

    def matches(self, other: Command) -> bool:
        """Tell whether *other*, which was started, is what this one is for."""
        if self.shell != other.shell:
            return False
        wanted, given = self.parts, other.parts
        if wanted and wanted[-1] is REST:
            wanted = wanted[:-1]
            given = given[: len(wanted)]
        return len(wanted) == len(given) and all(map(fits, wanted, given))


def fits(wanted: Any, given: Any) -> bool:
    """Tell whether one argument is like another."""
    text = plain(given)
    if isinstance(wanted, re.Pattern):
        return wanted.fullmatch(text) is not None
    return bool(plain(wanted) == text)


def plain(part: Any) -> Any:
    """Return an argument as str; what is no argument, as it is."""
    return os.fsdecode(part) if isinstance(part, (str, bytes, os.PathLike)) else part


def shown(part: Any) -> str:
    """Return an argument as one would type it."""
    text = plain(part)
    if isinstance(text, str):
        return shlex.quote(text)
    return f"/{text.pattern}/" if isinstance(text, re.Pattern) else repr(text)


def check_parts(parts: tuple[Any, ...]) -> None:
    """
    Refuse what cannot be a command.

    Raises:
        TypeError: It is no program, or a pattern of bytes.
        ValueError: ``...`` stands elsewhere than at the end.
    """
    if not parts or parts[0] is REST:
        msg = "a ProcessScript is for a command: give the program and its arguments"
        raise TypeError(msg)
    if REST in parts[:-1]:
        msg = f"{parts!r} has ... in the middle: it is for all arguments that follow"
        raise ValueError(msg)
    for part in parts:
        if isinstance(part, re.Pattern) and isinstance(part.pattern, bytes):
            msg = f"{part!r} is a pattern of bytes: arguments are compared as str"
            raise TypeError(msg)
        if isinstance(part, (int, float, list, tuple)) or part is None:
            msg = f"{part!r} is no argument of a command: give str, bytes, a path or a pattern"
            raise TypeError(msg)
