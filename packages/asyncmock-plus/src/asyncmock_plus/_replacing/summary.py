"""What a test run says at its end: how many mocks were made, and whose they were."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    # Of one process: how many were ours, those of others by module, what was bound too early.
    Counted = tuple[int, Mapping[str, int], Mapping[str, Sequence[str]]]

# How many modules are named, so that the summary stays one line or two.
_NAMED = 5


def summary(counted: Sequence[Counted]) -> str:
    """Return what was counted in all processes of a test run, as a sentence."""
    ours = sum(each[0] for each in counted)
    others: Counter[str] = Counter()
    early: dict[str, Sequence[str]] = {}
    for _, made, bound in counted:
        others.update(made)
        early.update(bound)
    text = _made(ours, others)
    if early:
        held = [f"{module} ({', '.join(names)})" for module, names in sorted(early.items())]
        text += f"; imported before ours was there: {_listed(held)}"
    return text


def _made(ours: int, others: Counter[str]) -> str:
    strangers = others.total()
    total = ours + strangers
    if not total:
        return "no mock was made"
    text = "1 mock was made" if total == 1 else f"{total:,} mocks were made"
    if not strangers:
        return f"{text}, {'it is' if total == 1 else 'all of them'} ours"
    makers = [f"{module} ({count:,})" for module, count in others.most_common()]
    return f"{text}, {ours:,} of them ours; the others by unittest.mock for {_listed(makers)}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
