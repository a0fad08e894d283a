"""The hooks that put a watch over tests, for a run of pytest that has any checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asyncloop_testcase._pytest import baseline
from asyncloop_testcase._pytest.marks import plan_of
from asyncloop_testcase._pytest.verdicts import Fixtures, fail_at, is_ignored, sort_out, text_of
from asyncloop_testcase._pytest.watching import ItemWatch, entering, is_async, replaced
from asyncloop_testcase._reports.owners import Owner, owned_by
from asyncloop_testcase._reports.report import LeakWarning

if TYPE_CHECKING:
    from collections.abc import Generator

    from asyncloop_testcase._pytest.options import Options
    from asyncloop_testcase._pytest.verdicts import Found

__unittest = __tracebackhide__ = True

# Where a report keeps what the plugin has to tell of it, in whatever process it is read.
TOLD = "asyncloop"
PROPERTY = "asyncloop"
LOST = "what was lost by then"


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

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Make a watch for a test that has checks; it begins when it has something to watch."""
        self._watch = self._told = self._xpass = None
        if isinstance(item, pytest.Function):
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
            if is_ignored(found, self._options.ignore):
                told.append(found.told("ignored"))
            elif self._options.update or (item.nodeid, found.check, found.creator) in self._known:
                told.append(found.told("known"))
            else:
                new.append((summary, found))
                told.append(found.told("warned" if found.check in self._warns else "new"))
        self._told = {"findings": told}
        if not new:
            return
        checks = dict.fromkeys(found.check for _, found in new)
        item.user_properties.append((PROPERTY, ", ".join(checks)))
        warned = [each for each in new if each[1].check in self._warns]
        if warned:
            item.warn(LeakWarning(text_of(warned)))
        failed = [each for each in new if each not in warned]
        if failed:
            fail_at(failed[0][1].place, text_of(failed))

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
