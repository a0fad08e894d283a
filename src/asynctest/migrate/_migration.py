"""One source text through all passes, until nothing changes any more."""

from __future__ import annotations

import ast
import difflib
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asynctest.migrate import _async_name
from asynctest.migrate._aliases import Aliases
from asynctest.migrate._coroutines import Coroutines
from asynctest.migrate._gone import Gone
from asynctest.migrate._ignore_loop import IgnoreLoop
from asynctest.migrate._loops import Loops
from asynctest.migrate._packages import Packages
from asynctest.migrate._pass import Note, Pass

if TYPE_CHECKING:
    from collections.abc import Iterable

_PASSES: tuple[type[Pass], ...] = (Coroutines, Loops, Gone, IgnoreLoop, Aliases)
# A pass may make work for another, once; more than that is a fault of ours.
_MOST_ROUNDS = 5


@dataclass(frozen=True)
class Migration:
    """
    What became of a source text.

    Args:
        before: The text as it was.
        after: The text rewritten, equal to *before* where there was nothing to do.
        notes: The places left to the author, by line of *after*.
        changes: The places that do not do quite the same as before, the same.
    """

    before: str
    after: str
    notes: tuple[Note, ...]
    changes: tuple[Note, ...] = ()

    def before_it(self) -> tuple[tuple[Note, ...], tuple[Note, ...]]:
        """Return notes and changes with the lines they have in the text as it was."""
        return (
            _moved(self.notes, self.after, self.before),
            _moved(self.changes, self.after, self.before),
        )


def _moved(notes: Iterable[Note], text: str, other: str) -> tuple[Note, ...]:
    """Return notes about *text* with the lines that their places have in *other*."""
    old, new = other.split("\n"), text.split("\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    lines = {}
    for _, old_at, old_end, new_at, new_end in matcher.get_opcodes():
        for line in range(new_at, new_end):
            # What is added stands in front: decorators, imports.
            lines[line + 1] = max(old_at, old_end - (new_end - line)) + 1
    return tuple(Note(lines.get(note.line, note.line), note.text) for note in notes)


def migrate(text: str, *, to_packages: bool = False) -> Migration:
    r"""
    Rewrite one module of the asynctest years.

    Args:
        text: The source of a module.
        to_packages: Import from the four packages instead of from ``asynctest``.

    Returns:
        The text before and after, and what is left to the author.

    Raises:
        SyntaxError: *text* is no Python, with the line.

    Example:
        >>> old = "import asyncio\n@asyncio.coroutine\ndef f():\n    yield from g()\n"
        >>> print(migrate(old).after, end="")
        import asyncio
        async def f():
            await g()
    """
    after = text
    changes: tuple[Note, ...] = ()
    for _ in range(_MOST_ROUNDS):
        rewritten, notes, found = _once(after, to_packages)
        if rewritten == after:
            return Migration(text, after, tuple(sorted(set(notes))), tuple(sorted(set(changes))))
        changes = (*_moved(changes, after, rewritten), *found)
        after = rewritten
    msg = f"the passes did not come to an end in {_MOST_ROUNDS} rounds: please report the file"
    raise RuntimeError(msg)


def _once(text: str, to_packages: bool) -> tuple[str, list[Note], tuple[Note, ...]]:
    module = _parse(text)
    text = module.code  # without the names that are keywords today
    notes: list[Note] = []
    changes: tuple[Note, ...] = ()
    passes: tuple[type[Pass], ...] = (*_PASSES, Packages) if to_packages else _PASSES
    for kind in passes:
        if kind.words.search(text):
            run = kind()
            rewritten = run.apply(module).code
            notes += run.notes
            changes = (*_moved(changes, text, rewritten), *_moved(run.changes, text, rewritten))
            if rewritten != text:
                text = rewritten
                module = cst.parse_module(text)
    return text, notes, changes


def _parse(text: str) -> cst.Module:
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        renamed = _async_name.rename(text)
        if renamed != text:
            return _parse(renamed)
        raise _problem(text, error) from None


def _problem(text: str, error: cst.ParserSyntaxError) -> SyntaxError:
    """Return what Python says of *text*: the line that libcst tells is often the next one."""
    message, line = error.message, error.raw_line
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes like "\d", which are no reason
            ast.parse(text)
    except SyntaxError as said:
        message, line = said.msg, said.lineno or line
    except ValueError as said:  # a null byte, before Python 3.12
        message = str(said)
    problem = SyntaxError(f"not parsed: {message}")
    problem.lineno = line
    return problem
