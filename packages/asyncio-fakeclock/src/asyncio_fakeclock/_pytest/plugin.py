"""The hooks that put clocks on tests, for a run of pytest that has any."""

from __future__ import annotations

import inspect
import time
import unittest
from typing import TYPE_CHECKING, Any

import pytest

from asyncio_fakeclock._clock import FakeClock
from asyncio_fakeclock._pytest.failures import at_line_of_test, is_report
from asyncio_fakeclock._pytest.installing import (
    around_plain_call,
    entering,
    install,
    is_async,
    replaced,
    test_function,
    thawing,
)
from asyncio_fakeclock._pytest.options import (
    MARKER,
    is_switched_off,
    marked_options,
    suite_options,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

__unittest = __tracebackhide__ = True

FIXTURE = "fake_clock"
PROPERTY = "fakeclock"
CLOCK = pytest.StashKey[FakeClock]()
# The form of what pytest-html shows beside a report.
EXTRA = {"name": None, "format_type": "html", "mime_type": None, "extension": None}


class Clocks:
    """
    The clocks of a run.

    Args:
        config: Its configuration.
        everywhere: Whether every test has an automatic clock that nobody has said anything of.
    """

    def __init__(self, config: pytest.Config, *, everywhere: bool) -> None:
        self._options = suite_options(config)
        self._everywhere = everywhere
        self._item: pytest.Item | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Remember which test runs."""
        self._item = item

    def is_asked(self, item: pytest.Item) -> bool:
        """Tell whether the test itself asks for a clock."""
        # What the plugin has put among the names of its fixtures, the test has not asked for.
        info = getattr(item, "_fixtureinfo", None)
        if info is not None and FIXTURE in info.name2fixturedefs:
            return True
        return item.get_closest_marker(MARKER) is not None and not is_switched_off(item)

    def make(self, item: pytest.Item) -> FakeClock:
        """Make the clock of a test."""
        options = {**self._options, **marked_options(item)}
        if not self.is_asked(item):
            options.setdefault("auto", True)
        return FakeClock(**options)

    def clock(self, request: pytest.FixtureRequest) -> Iterator[FakeClock]:
        """Do what the fixture does."""
        # With the first fixture of a run its hooks come too late for the set-up.
        item = self._item = request.node
        clock = self.make(item)
        item.stash[CLOCK] = clock
        try:
            yield clock
        finally:
            clock.uninstall()
            del item.stash[CLOCK]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Let an async fixture begin with installing the clock."""
        func: Any = fixturedef.func
        clock = request.node.stash.get(CLOCK, None) if fixturedef.scope == "function" else None
        if clock is None or not is_async(func):
            return (yield)
        if inspect.ismethod(func) and type(func.__self__) is type(request.instance):
            # The fixture's instance is that of the collection, not that of the test.
            func = func.__func__.__get__(request.instance)
        # aiohttp's plugin keeps what it has made of the function.
        with replaced(fixturedef, "func", entering(func, self._enter), back=False):
            return (yield)

    def _enter(self) -> None:
        item = self._item
        clock = None if item is None else item.stash.get(CLOCK, None)
        if item is not None and clock is not None:
            install(clock, asked=self.is_asked(item))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Let a test begin with installing the clock, and take the time."""
        clock = item.stash.get(CLOCK, None)
        asked = self.is_asked(item)
        own = clock is None and (asked or self._everywhere) and not is_switched_off(item)
        if own:  # a test of unittest, which has no fixtures
            clock = item.stash[CLOCK] = self.make(item)
        if clock is None or not isinstance(item, pytest.Function):
            return (yield)
        target, name = test_function(item)
        begun, start = time.perf_counter(), clock.time()
        function = getattr(target, name)
        if inspect.iscoroutinefunction(function) and not is_unittest(item):
            test = thawing(entering(function, self._enter), clock)
            block = replaced(target, name, test)
        else:
            block = around_plain_call(clock, asked=asked)
        try:
            with block:
                return (yield)
        finally:
            spent = clock.time() - start, time.perf_counter() - begun
            if asked or spent[0]:
                item.user_properties.append((PROPERTY, spent))
            if own:
                clock.uninstall()
                del item.stash[CLOCK]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Show the line of the test above a clock's report, and what happened when."""
        error = call.excinfo and call.excinfo.value
        if (
            error is not None
            and is_report(error)
            and isinstance(item, pytest.Function)
            and item.config.get_verbosity() < 2
        ):
            call.excinfo = pytest.ExceptionInfo.from_exception(at_line_of_test(item, error))
        report = yield
        clock = item.stash.get(CLOCK, None)
        if report.failed and clock is not None and clock.traced:
            timeline = clock.timeline()
            report.sections.append(("virtual timeline", str(timeline)))
            if item.config.pluginmanager.has_plugin("html"):  # pytest-html
                picture = {**EXTRA, "content": f"<div>{timeline.svg()}</div>"}
                vars(report)["extras"] = [*vars(report).get("extras", ()), picture]
        return report


def is_unittest(item: pytest.Item) -> bool:
    """Tell whether unittest runs the test."""
    kind = getattr(item, "cls", None)
    return isinstance(kind, type) and issubclass(kind, unittest.TestCase)
