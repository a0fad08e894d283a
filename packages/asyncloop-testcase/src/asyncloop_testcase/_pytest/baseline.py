"""The file of known findings: they pass, others fail, and those that are gone are told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

__unittest = __tracebackhide__ = True

HEAD = """\
# Findings of asyncloop-testcase that are known, a line for each: test, check, creator.
# Written by `pytest --fail-on-update`; what is fixed can be deleted.
"""
SEPARATOR = " | "

# A test, a check, and the creator: no line numbers, which other changes move.
Entry = tuple[str, str, str]


def read(path: Path) -> frozenset[Entry]:
    """
    Return the entries of a file, none if there is no such file.

    Raises:
        ValueError: A line is none of ours.
    """
    if not path.exists():
        return frozenset()
    entries = set()
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        # The name of a test may have anything in its brackets.
        parts = line.strip().rsplit(SEPARATOR, 2)
        if len(parts) != 3:
            msg = (
                f"{path}:{number}: {line!r} is no known finding, which is a test, a check and a "
                f"creator with {SEPARATOR!r} between them: write the file with --fail-on-update"
            )
            raise ValueError(msg)
        entries.add((parts[0], parts[1], parts[2]))
    return frozenset(entries)


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write the entries, in an order that makes for small differences."""
    lines = [SEPARATOR.join(entry) for entry in sorted(set(entries))]
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whoever reads it meanwhile, as another run of pytest, finds one or the other.
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.write_text(HEAD + "".join(f"{line}\n" for line in lines), "utf-8")
    new.replace(path)


def updated(
    known: Iterable[Entry], found: Iterable[Entry], judged: Collection[str]
) -> frozenset[Entry]:
    """Return what is known now: of tests that were judged what was found, of others as before."""
    return frozenset([*found, *(entry for entry in known if entry[0] not in judged)])


def stale(known: Iterable[Entry], found: Iterable[Entry], judged: Collection[str]) -> list[Entry]:
    """Return what is known of tests that were judged, and was not found."""
    gone = {entry for entry in known if entry[0] in judged} - set(found)
    return sorted(gone)
