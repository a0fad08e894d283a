# ruff: noqa: INP001 - a module beside the package, see below
"""
The pytest plugin: fixture ``fake_clock``, marker ``fakeclock``, and clocks for whole suites.

A module of its own beside the package, since pytest imports every plugin at its start, and a test
suite that uses no clock should not pay for one.

Theory of operation. The fixture is a plain one, so that it does not matter who runs coroutines:
pytest-asyncio, anyio, or anybody else. It makes a clock without a loop. The clock is installed by
the first coroutine of the test: every async fixture of function scope, and the test itself, are
wrapped to do that as soon as they run, while it is known on which loop they do. The fixture is
moved to the front, so that it is there before the others, and goes after them. In a plain test
function, or a test of unittest, the clock is installed on each loop that is let run.
"""

from __future__ import annotations

import unittest
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from asyncio_fakeclock import FakeClock
    from asyncio_fakeclock._pytest.plugin import Clocks

FIXTURE = "fake_clock"
MARKER = "fakeclock"
PROPERTY = "fakeclock"
PLUGIN = "asyncio_fakeclock_clocks"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of the ini-file and of the command line."""
    parser.addini(
        "fakeclock_auto", "run every test on an automatic clock", type="bool", default=False
    )
    for name, text in (
        ("settle", "real seconds that what may answer is waited for before time moves on"),
        ("stall_timeout", "real seconds that time may stand still, or 'none'"),
        ("wall_clock", "whether the wall clock of the tests moves along"),
    ):
        parser.addini(f"{MARKER}_{name}", f"for every fake clock: {text}", default="")
    parser.addini(
        f"{MARKER}_ignore",
        "for every fake clock: names of threads that time does not stand still for, one a line",
        type="linelist",
        default=[],
    )
    group = parser.getgroup("fakeclock", "virtual time for tests")
    group.addoption(
        "--fakeclock",
        action="store_true",
        help="run every test on an automatic clock, those marked with fakeclock(False) excepted",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known; refuse wrong options before any test runs."""
    text = (
        "fakeclock(auto=False, start=0.0, ...): give the test a virtual clock with these options "
        "of asyncio_fakeclock.FakeClock; the fixture fake_clock is that clock. fakeclock(False): "
        "leave it real time where every test has a clock."
    )
    config.addinivalue_line("markers", text)
    if _is_everywhere(config):
        _clocks(config)


def _is_everywhere(config: pytest.Config) -> bool:
    return bool(config.option.fakeclock or config.getini("fakeclock_auto"))


def _clocks(config: pytest.Config) -> Clocks:
    """Return what has the hooks for clocks, registered when it is needed first."""
    known: Any = config.pluginmanager.get_plugin(PLUGIN)
    if known is not None:
        registered: Clocks = known
        return registered
    from asyncio_fakeclock._pytest.plugin import Clocks

    try:
        clocks = Clocks(config, everywhere=_is_everywhere(config))
    except (TypeError, ValueError) as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(clocks, PLUGIN)
    return clocks


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look for tests that have clocks; refuse those whose markers are wrong."""
    report = yield
    items = [each for each in report.result or () if isinstance(each, pytest.Item)]
    marked = [item for item in items if item.get_closest_marker(MARKER) is not None]
    if marked:
        from asyncio_fakeclock._pytest.options import refusal

        refused = [*dict.fromkeys(filter(None, map(refusal, marked)))]
        if refused:
            report.outcome, report.longrepr, report.result = "failed", "\n".join(refused), []
            return report
    if marked or any(FIXTURE in getattr(item, "fixturenames", ()) for item in items):
        _clocks(collector.config)
    return report


def pytest_itemcollected(item: pytest.Item) -> None:
    """Put the fixture before all others."""
    if not isinstance(item, pytest.Function) or _is_unittest(item):
        return
    names = item.fixturenames
    if FIXTURE in names:
        names.remove(FIXTURE)
    else:
        mark = item.get_closest_marker(MARKER)
        wanted = _is_everywhere(item.config) if mark is None else mark.args[:1] != (False,)
        if not wanted:
            return
    names.insert(0, FIXTURE)


def _is_unittest(item: pytest.Function) -> bool:
    return item.cls is not None and issubclass(item.cls, unittest.TestCase)


@pytest.fixture
def fake_clock(request: pytest.FixtureRequest) -> Iterator[FakeClock]:
    """
    Give the test, and the async fixtures it uses, virtual time.

    The clock is manual and begins at 0, unless the marker says otherwise:
    ``@pytest.mark.fakeclock(auto=True, start=100)``.
    """
    yield from _clocks(request.config).clock(request)


def _spent(terminalreporter: Any) -> dict[str, tuple[float, float]]:
    """Return the virtual and the real seconds of each test that had a clock."""
    return {
        report.nodeid: value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, value in report.user_properties
        if name == PROPERTY
    }


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Tell how much virtual time the tests lived through."""
    spent = _spent(terminalreporter)
    if not spent:
        return
    longest = config.option.durations
    if longest is not None:
        ranked = sorted(spent.items(), key=lambda each: -each[1][0])
        terminalreporter.write_sep("=", "slowest virtual durations")
        for nodeid, (virtual, _) in ranked[: longest or None]:
            terminalreporter.write_line(f"{virtual:,.10g}s virtual  {nodeid}")
    virtual, real = (sum(column) for column in zip(*spent.values(), strict=True))
    tests = "1 test" if len(spent) == 1 else f"{len(spent)} tests"
    terminalreporter.write_line(
        f"fake_clock: {tests} lived through {virtual:,.10g} virtual seconds "
        f"in {real:.2f} real seconds"
    )
