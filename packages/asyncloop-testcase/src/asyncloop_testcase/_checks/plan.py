"""The checks that apply to a test, and what they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from asyncloop_testcase._checks.base import Check
from asyncloop_testcase._recording.recorder import REGISTRATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__unittest = __tracebackhide__ = True

Options = tuple[tuple[type[Check], object], ...]

EVERY = "*"


@final
class Plan:
    """
    The checks that apply to a test, with their options.

    Args:
        options: Check classes and their options, those that are switched on, in report order.
        warns: The names of checks that warn instead of failing the test; `EVERY` for all.
        ignored: The modules and functions whose findings do not count.
    """

    __slots__ = (
        "asked",
        "blind",
        "checks",
        "cleaning",
        "early",
        "entering",
        "ignored",
        "leaving",
        "needs_garbage",
        "parts",
        "warns",
    )

    def __init__(
        self,
        options: Sequence[tuple[type[Check], object]],
        warns: frozenset[str] = frozenset(),
        ignored: Sequence[str] = (),
        asked: frozenset[str] = frozenset(),
    ) -> None:
        self.warns = warns
        self.ignored = ignored
        self.asked = asked
        self.checks: Options = tuple(options)
        self.parts: frozenset[str] = frozenset(kind._part for kind, _ in options if kind._part)
        self.early: Options = tuple(each for each in self.checks if not each[0]._part)
        # What has to be started where the loop's selector is of no help to a recorder.
        self.blind: Options = tuple(
            each for each in self.checks if each[0]._part in {"", REGISTRATIONS}
        )
        self.needs_garbage: bool = any(check.needs_garbage for check, _ in options)
        self.entering: bool = any(kind.enter_test is not Check.enter_test for kind, _ in options)
        self.cleaning: bool = any(
            kind.enter_cleanups is not Check.enter_cleanups for kind, _ in options
        )
        self.leaving: bool = any(kind.leave_test is not Check.leave_test for kind, _ in options)

    def part(self, wanted: Callable[[type[Check]], bool]) -> Plan:
        """Return the plan of those checks that are wanted."""
        checks = [each for each in self.checks if wanted(each[0])]
        return Plan(checks, self.warns, self.ignored, self.asked)

    def fails_by(self, check: str) -> bool:
        """Tell whether a check is among them, and fails the test."""
        return not self.warns_of(check) and any(kind.name == check for kind, _ in self.checks)

    def warns_of(self, check: str) -> bool:
        """Tell whether a check only warns."""
        return check in self.warns or EVERY in self.warns

    def __bool__(self) -> bool:
        return bool(self.checks)
