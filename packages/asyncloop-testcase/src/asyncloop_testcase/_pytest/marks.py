"""What the markers and decorators of a test say, and which of them are refused."""

from __future__ import annotations

import unittest
from typing import TYPE_CHECKING

import pytest

from asyncloop_testcase._case.case import TestCase
from asyncloop_testcase._checks.base import KNOWN, RESERVED
from asyncloop_testcase._checks.block import LEVELS
from asyncloop_testcase._checks.fail_on import (
    ALL,
    ATTRIBUTE,
    Layer,
    layers_of_class,
    make_plan,
    validated,
)
from asyncloop_testcase._checks.plan import Plan
from asyncloop_testcase._pytest.options import WARN, Said

if TYPE_CHECKING:
    from collections.abc import Iterable
from asyncloop_testcase._reports.words import did_you_mean

__unittest = __tracebackhide__ = True

MARKER = "fail_on"
# Marked themselves, and not as a part of a module where others are meant.
AT_TEST = (pytest.Function, pytest.Class)


def refusal(item: pytest.Item) -> str | None:
    """Return in one line why the markers of a test are wrong, None if they are not."""
    try:
        for node, mark in item.iter_markers_with_node(MARKER):
            said_by_mark(mark)
            if is_unittest(item) and isinstance(node, AT_TEST):
                return (
                    f"{_place(item)}: @pytest.mark.fail_on does nothing for a unittest.TestCase: "
                    "use the decorator asyncloop_testcase.fail_on, and asyncloop_testcase.TestCase "
                    "as the base class, or `async with check_loop():` in the test"
                )
    except (TypeError, ValueError) as error:
        return f"{_place(item)}: {error}"
    return None


def _place(item: pytest.Item) -> str:
    path, line, _ = item.location
    return path if line is None else f"{path}:{line + 1}"


def is_unittest(item: pytest.Item) -> bool:
    """Tell whether unittest runs the test, which no marker reaches."""
    kind = getattr(item, "cls", None)
    return isinstance(kind, type) and issubclass(kind, unittest.TestCase)


def is_case(item: pytest.Item) -> bool:
    """Tell whether our own test case runs the test, which has checks of its own."""
    kind = getattr(item, "cls", None)
    return isinstance(kind, type) and issubclass(kind, TestCase)


def said_by_mark(mark: pytest.Mark) -> Said:
    """
    Return what a marker says.

    Raises:
        TypeError: There is no such level or check, or a value is of the wrong type.
        ValueError: A value is out of range.
    """
    written = ", ".join([*map(repr, mark.args), *(f"{k}={v!r}" for k, v in mark.kwargs.items())])
    text = f"@pytest.mark.fail_on({written})"
    for level in mark.args:
        if level not in (*LEVELS, WARN):
            msg = f"{text}: no level is named {level!r}{did_you_mean(level, [*LEVELS, WARN])}"
            raise TypeError(msg)
    for name in mark.kwargs:
        if name not in KNOWN and name not in RESERVED:
            hint = did_you_mean(name, [*KNOWN, *RESERVED])
            msg = f"{text}: no check is named {name!r}{hint}"
            raise TypeError(msg)
    levels = [level for level in mark.args if level != WARN]
    if len(levels) > 1:
        msg = f"{text}: a test has one level, write @pytest.mark.fail_on({levels[-1]!r})"
        raise TypeError(msg)
    warn = WARN in mark.args
    if not (levels or mark.kwargs):
        levels = ["strict" if warn else "default"]
    return Said((*({ALL: level} for level in levels), validated(mark.kwargs)), warn)


def plan_of(item: pytest.Function, suite: Said) -> tuple[Plan, frozenset[str]] | None:
    """Return the checks of a test, and the names of those that only warn; None if it has none."""
    if is_case(item):
        return None  # which has checks of its own
    # Of a test of unittest only the suite has to say anything: markers are refused.
    said = [suite] if is_unittest(item) else [*_said(item, suite)]
    layers = [layer for each in said for layer in each.layers]
    if not layers:
        return None
    plan = make_plan(layers, awaits=True)
    if not plan:
        return None
    names = [check.name for check, _ in plan.checks]
    warn = [each.warn for each in said if each.warn is not None][-1]
    warns = frozenset(name for name in names if warn or plan.warns_of(name))
    # A watch would warn before it is known whose a finding is.
    return Plan(plan.checks, ignored=plan.ignored, asked=plan.asked), warns


def _said(item: pytest.Function, suite: Said) -> Iterable[Said]:
    """Return what everybody said, the weakest first: suite, module, classes, function."""
    module: list[Said] = []
    classes = [_decorated(layers_of_class(item.cls))] if item.cls is not None else []
    function = [_decorated(getattr(item.obj, ATTRIBUTE, ()))]
    for node, mark in item.iter_markers_with_node(MARKER):
        said = said_by_mark(mark)
        if node is item:
            function = [said, *function]
        elif isinstance(node, pytest.Class):
            classes = [*classes, said]
        else:
            module = [said, *module]
    return [suite, *module, *classes, *function] if suite.layers else [*module, *classes, *function]


def _decorated(layers: Iterable[Layer]) -> Said:
    found = tuple(layers)
    return Said(found, warn=False if found else None)
