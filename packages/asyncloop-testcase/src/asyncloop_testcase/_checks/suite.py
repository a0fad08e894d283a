"""What holds for the tests of a class as part of a suite: what a runner's options say of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncloop_testcase._checks.plan import Plan
    from asyncloop_testcase._reports.report import Verdict

__unittest = __tracebackhide__ = True

# Where a class keeps its suite. Classes that are derived from it in a test are part of none.
ATTRIBUTE = "_asyncloop_suite"


class Suite(NamedTuple):
    """
    What holds for tests that say nothing else.

    Attributes:
        layers: Checks that are switched on or off, weaker than any decorator.
        sift: Is told what was found in a test of the class, what its plan is, and whether it has
            passed so far; returns what the test is to answer for.
    """

    layers: tuple[Mapping[str, object], ...]
    sift: Callable[[type, Plan, Sequence[Verdict], bool], list[Verdict]]


def suite_of(case: type) -> Suite | None:
    """Return the suite that a class is a part of, None if there is none."""
    suite: Suite | None = case.__dict__.get(ATTRIBUTE)
    return suite
