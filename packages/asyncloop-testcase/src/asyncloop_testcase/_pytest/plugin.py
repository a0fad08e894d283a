"""The hooks that put a watch over tests, for a run of pytest that has any checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asyncloop_testcase._checks.fail_on import WARN, join
from asyncloop_testcase._checks.suite import Suite, suite_of
from asyncloop_testcase._pytest import baseline
from asyncloop_testcase._pytest.marks import is_case, plan_of
from asyncloop_testcase._pytest.verdicts import (
    Fixtures,
    fail_at,
    found_in,
    is_ignored,
    sort_out,
    text_of,
)
from asyncloop_testcase._pytest.watching import ItemWatch, entering, is_async, replaced
from asyncloop_testcase._reports.owners import Owner, owned_by
from asyncloop_testcase._reports.report import LeakWarning

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from asyncloop_testcase._checks.plan import Plan
    from asyncloop_testcase._pytest.options import Options
    from asyncloop_testcase._pytest.verdicts import Found
    from asyncloop_testcase._reports.report import Verdict

__unittest = __tracebackhide__ = True

# Where a report keeps what the plugin has to tell of it, in whatever process it is read.
TOLD = "asyncloop"
PROPERTY = "asyncloop"
LOST = "what was lost by then"
# What a finding is told as if the test has to answer for it.
COUNTING = {"new", "warned"}


class Checks:
    """
    The checks of a run.

    Args:
        options: What holds for the whole suite.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._known = baseline.read(options.baseline) if options.baseline else frozenset()
        self._fixtures = Fixtures()
        self._watch: ItemWatch | None = None
        self._warns: frozenset[str] = frozenset()
        self._told: dict[str, Any] | None = None
        self._xpass: tuple[str, Any, str | None] | None = None
        warn = ({WARN: True},) if options.said.warn else ()
        self._suite = Suite((*options.said.layers, *warn), self._sift)
        self._cases: set[type] = set()
        self._item: pytest.Item | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Make a watch for a test that has checks; it begins when it has something to watch."""
        self._watch = self._told = self._xpass = None
        self._item = item
        if is_case(item):
            self._join(item)
        elif isinstance(item, pytest.Function):
            found = plan_of(item, self._options.said)
            if found is not None:
                plan, self._warns = found
                self._watch = ItemWatch(item, plan)
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Let what a fixture makes be its own."""
        watch = self._watch
        if watch is None:
            return (yield)
        func: Any = fixturedef.func
        owner = Owner(fixturedef.argname, lasting=fixturedef.scope != "function")
        self._fixtures.see(func, owner)
        if not owner.lasting:
            watch.begin()
        if not is_async(func):
            with owned_by(owner):
                return (yield)
        instance = request.instance
        if instance is not None and type(getattr(func, "__self__", None)) is type(instance):
            # The fixture's instance is that of the collection, not that of the test.
            func = func.__func__.__get__(instance)
        entered = entering(func, owner, lambda: self._watch)
        # aiohttp's plugin keeps what it has made of the function.
        with replaced(fixturedef, "func", entered, back=False):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Put the watch around the test function."""
        if self._watch is None:
            return (yield)
        with self._watch.around_call():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """Judge the test when its fixtures are finished."""
        __tracebackhide__ = True
        result = yield
        if self._watch is not None and self._watch.passed and self._watch.judged:
            self._judge(item, self._watch)
        return result

    def _judge(self, item: pytest.Item, watch: ItemWatch) -> None:
        __tracebackhide__ = True
        new: list[tuple[str, Found]] = []
        told: list[list[Any]] = []
        for summary, found in sort_out(item, watch.verdicts, self._fixtures):
            status = self._status(item, found, warns=found.check in self._warns)
            told.append(found.told(status))
            if status in COUNTING:
                new.append((summary, found))
        self._told = {"findings": told}
        if not new:
            return
        _add_property(item, [found.check for _, found in new])
        warned = [each for each in new if each[1].check in self._warns]
        if warned:
            item.warn(LeakWarning(text_of(warned)))
        failed = [each for each in new if each not in warned]
        if failed:
            fail_at(failed[0][1].place, text_of(failed))

    def _status(self, item: pytest.Item, found: Found, *, warns: bool) -> str:
        if is_ignored(found, self._options.ignore):
            return "ignored"
        if self._options.update or (item.nodeid, found.check, found.creator) in self._known:
            return "known"
        return "warned" if warns else "new"

    def _join(self, item: Any) -> None:
        """Let the options of the suite hold for our own test case, which judges by itself."""
        if suite_of(item.cls) is not self._suite:
            join(item.cls, self._suite)
            self._cases.add(item.cls)

    def pytest_unconfigure(self) -> None:
        """Let the test cases be as they were."""
        while self._cases:
            join(self._cases.pop(), None)

    def _sift(
        self, case: type, plan: Plan, verdicts: Sequence[Verdict], passed: bool
    ) -> list[Verdict]:
        item: Any = self._item
        if item is None or item.cls is not case:
            return [*verdicts]  # run by hand, in another test
        left, told = [], []
        for verdict in verdicts:
            counting = []
            for finding in verdict.findings:
                found = found_in(item, verdict.check, finding)
                status = self._status(item, found, warns=plan.warns_of(verdict.check))
                told.append(found.told(status))
                if status in COUNTING:
                    counting.append(finding)
            if counting:
                left.append(verdict._replace(findings=counting))
        if passed:
            self._told = {"findings": told}
            _add_property(item, [verdict.check for verdict in left])
        return left

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """
        Hold the verdict of a test that has passed back until its fixtures are finished.

        So a test has one verdict, and an expected failure may be what is found.
        """
        report = yield
        watch = self._watch
        if watch is None and call.when == "call" and item is self._item and is_case(item):
            if self._told is not None or report.passed:
                setattr(report, TOLD, self._told or {"findings": []})
            return report
        if watch is None or watch.item is not item:
            return report
        if call.when == "call" and call.excinfo is None:
            self._hold(report)
        elif call.when == "call":
            lost = watch.noticed()
            if lost:
                report.sections.append((LOST, "\n".join(map(str, lost))))
        elif call.when == "teardown":
            self._release(report, call)
            self._watch = None
        return report

    def _hold(self, report: pytest.TestReport) -> None:
        reason = getattr(report, "wasxfail", None)
        if report.failed or reason is not None:
            self._xpass = report.outcome, report.longrepr, reason
            vars(report).pop("wasxfail", None)
            report.outcome, report.longrepr = "passed", None
        setattr(report, TOLD, {"held": True})

    def _release(self, report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
        if self._told is None:
            return
        setattr(report, TOLD, self._told)
        if self._xpass is not None and call.excinfo is None:
            report.outcome, report.longrepr, reason = self._xpass  # type: ignore[assignment]
            if reason is not None:
                report.wasxfail = reason


def _add_property(item: pytest.Item, checks: Sequence[str]) -> None:
    if checks:
        item.user_properties.append((PROPERTY, ", ".join(dict.fromkeys(checks))))
