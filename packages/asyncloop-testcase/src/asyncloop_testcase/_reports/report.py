"""What the checks found, in the words that a user reads."""

from __future__ import annotations

import linecache
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncloop_testcase._reports.owners import Owner

__unittest = __tracebackhide__ = True

# Of so many findings that one line of code has made each is shown.
MOST_ALIKE = 3


class Site(NamedTuple):
    """A place in somebody's code: where something was made, started or registered."""

    filename: str
    line: int
    name: str

    def lines(self) -> list[str]:
        """Return the place as a traceback shows it, with the line of source if there is any."""
        head = f'File "{self.filename}", line {self.line}, in {self.name}'
        source = linecache.getline(self.filename, self.line).strip()
        return [head, f"  {source}"] if source else [head]


class LeakWarning(UserWarning):
    """
    What a check has found, where it is to warn and not to fail the test.

    .. versionadded:: 1.1.0
    """

    # What a filter of warnings is told.
    __module__ = "asyncloop_testcase"


# Test runners send findings between processes, pickled by this name.
Site.__module__ = "asyncloop_testcase"


@final
@dataclass(frozen=True)
class Finding:
    """
    One thing that a check found.

    Args:
        what: What was found, in a few words, as in ``"<Task 'worker'>"``.
        created: Where it was made, started or registered, if that is known.
        waits: Where it waits or what it does, lines without newlines.
        owner: The fixture that made it, if one did.
        remains: Tells whether it is still as it was found, None if that cannot change.

    Example:
        >>> print(Finding("temporary file 'a.txt'", waits=["is still open"]))
        temporary file 'a.txt'
          is still open

    .. versionadded:: 1.0.0
    """

    __module__ = "asyncloop_testcase"  # as that of Site

    what: str
    created: Site | None = None
    waits: Sequence[str] = ()
    owner: Owner | None = field(default=None, compare=False, repr=False)
    remains: Callable[[], bool] | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        lines = [self.what]
        if self.created is not None:
            first, *rest = self.created.lines()
            lines.append(f"  created at {first}")
            lines += (f"  {line}" for line in rest)
        lines += (f"  {line}" for line in self.waits)
        return "\n".join(lines)


class Verdict(NamedTuple):
    """The findings of one check."""

    check: str
    summary: str
    findings: Sequence[Finding]

    def __str__(self) -> str:
        lines = [f"{self.check}: {self.summary}"]
        for alike in self._by_place():
            shown = alike if len(alike) <= MOST_ALIKE + 1 else alike[:MOST_ALIKE]
            lines += (f"  {line}" for found in shown for line in str(found).splitlines())
            if len(shown) < len(alike):
                lines.append(f"  and {len(alike) - len(shown)} more that were created there")
        return "\n".join(lines)

    def _by_place(self) -> list[list[Finding]]:
        """Return the findings in their order, those together that one line of code has made."""
        groups: dict[object, list[Finding]] = {}
        for found in self.findings:
            groups.setdefault(found.created or id(found), []).append(found)
        return [*groups.values()]


@final
class Report:
    """
    Everything that the checks found in one test; ``str()`` of it is the message of the failure.

    Args:
        verdicts: The checks that found something, each with its findings.
    """

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        self.verdicts = verdicts

    def __str__(self) -> str:
        return self.text("@fail_on")

    def text(self, switch: str | None, *, failed: bool = False) -> str:
        """
        Return the report.

        Args:
            switch: What takes the checks as options, if there is anything.
            failed: Whether the test has failed already.
        """
        names = [verdict.check for verdict in self.verdicts]
        head = f"{len(names)} checks failed: " if len(names) > 1 else "a check failed: "
        head += ", ".join(names)
        if failed:
            head += " (the test failed as well, and this may be the cause)"
        parts = [head, *map(str, self.verdicts)]
        if switch is not None:
            options = ", ".join(f"{name}=False" for name in names)
            parts.append(f"(if that is meant to be, say so with {switch}({options}))")
        return "\n\n".join(parts)

    def warn(self) -> None:
        """Warn of it, where the first thing was made if that is known."""
        sites = [each.created for verdict in self.verdicts for each in verdict.findings]
        place = next(filter(None, sites), Site("<unknown>", 1, ""))
        # Without a registry each warning is given, the same one again too.
        warnings.warn_explicit(self.text(None), LeakWarning, place.filename, place.line)
