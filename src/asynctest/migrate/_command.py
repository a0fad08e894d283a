"""The command line: ``python -m asynctest.migrate PATH...``."""

from __future__ import annotations

import argparse
import difflib
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asynctest.migrate import _files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asynctest.migrate._migration import Migration

_DESCRIPTION = """\
Rewrite test modules of the asynctest years: @asyncio.coroutine and yield from, asyncio.async,
loop= arguments, ignore_loop, and the assertions Python 3.12 removed. What is not understood is
left as it is and listed. Without --write nothing is written, a diff is shown. With --check neither
is done, and the exit status tells whether there is work.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command.

    Args:
        argv: The arguments; those of the process by default.

    Returns:
        The exit status: 0, or 1 when a file could not be read, parsed or written, the others
        done, or with ``--check`` when there is something to rewrite or to do by hand; 2 when the
        command itself cannot run.
    """
    arguments = _parser().parse_args(argv)
    try:
        import libcst  # noqa: F401
    except ImportError:
        print(
            "asynctest.migrate needs libcst: pip install 'asynctest-suite[migrate]'",
            file=sys.stderr,
        )
        return 2
    command = _Command(
        write=arguments.write, check=arguments.check, to_packages=arguments.to_packages
    )
    for path in _files.find(arguments.paths):
        command.run(path)
    command.report()
    has_work = command.check and (command.changed or command.left)
    return 1 if command.failed or has_work else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m asynctest.migrate", description=_DESCRIPTION)
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="a file or a folder")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--write", action="store_true", help="write the files")
    action.add_argument(
        "--check", action="store_true", help="show no diff; exit with 1 if there is work to do"
    )
    parser.add_argument(
        "--to-packages",
        action="store_true",
        help="import from asyncmock_plus, asyncloop_testcase, asyncio_testselector and "
        "asyncio_fakeclock instead of from asynctest",
    )
    return parser


@dataclass
class _Command:
    """One run of the command, and what it counted."""

    write: bool
    check: bool
    to_packages: bool
    changed: int = 0
    left: int = 0
    different: int = 0
    failed: int = 0

    def run(self, path: Path) -> None:
        """Do one file; a failure is reported and counted, and does not keep the others."""
        from asynctest.migrate._migration import migrate

        try:
            source = _files.read(path)
            done = migrate(source.text, to_packages=self.to_packages)
            if done.after != done.before:
                self.changed += 1
                if self.write:
                    _files.write(source, done.after)
                elif self.check:
                    print(f"{path}: to be rewritten", file=sys.stderr)
                else:
                    _show(path, done)
        except SyntaxError as error:
            self._fail(f"{path}:{error.lineno}" if error.lineno else str(path), error.msg)
        except (OSError, UnicodeError, RuntimeError, RecursionError) as error:
            self._fail(str(path), str(getattr(error, "strerror", None) or error))
        else:
            notes, changes = (done.notes, done.changes) if self.write else done.before_it()
            self.left += len(notes)
            self.different += len(changes)
            for note in (*notes, *changes):
                print(f"{path}:{note.line}: {note.text}", file=sys.stderr)

    def _fail(self, place: str, reason: str) -> None:
        self.failed += 1
        print(f"{place}: left alone: {reason}", file=sys.stderr)

    def report(self) -> None:
        """Print the last line."""
        verb = "rewritten" if self.write else "to rewrite (--write does it)"
        parts = [f"{_count(self.changed, 'file')} {verb}"]
        if self.left:
            parts.append(f"{_count(self.left, 'place')} left to you")
        if self.different:
            parts.append(f"{_count(self.different, 'place')} that may do something else")
        if self.failed:
            parts.append(f"{_count(self.failed, 'file')} left alone")
        print(", ".join(parts), file=sys.stderr)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _show(path: Path, done: Migration) -> None:
    """Print a unified diff that ``patch -p0`` takes."""
    # str.splitlines would also split at form feeds and their like, which are no line ends.
    before, after = (list(io.StringIO(text, newline="")) for text in (done.before, done.after))
    for line in difflib.unified_diff(before, after, str(path), str(path)):
        end = "" if line.endswith("\n") else "\n\\ No newline at end of file\n"
        sys.stdout.write(line + end)
