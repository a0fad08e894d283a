# ruff: noqa: INP001 - a module beside the package, for the reason told here
"""
The pytest plugin of asyncloop-testcase: what pytest loads at its start.

It is a module of its own, beside the package, because importing any module of a package imports
the package, and with it asyncio and all the machinery. That is left to the first test that has
checks switched on; whoever has none pays for these lines only.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

INI = "asyncloop_fail_on"
MARKER = "fail_on"
PLUGIN = "asyncloop_testcase_checks"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of the ini-file and of the command line."""
    what = (
        "'default', 'strict', 'lenient', 'warn' (strict, as warnings), or the name of a check, "
        "alone or with a value, as in 'slow_callbacks = 0.5'"
    )
    parser.addini(INI, f"checks for all tests, one a line: {what}", type="linelist", default=[])
    parser.addini(
        "asyncloop_ignore",
        "modules and functions whose findings are ignored, by their full names",
        type="linelist",
        default=[],
    )
    parser.addini("asyncloop_fail_on_baseline", "file of known findings, which pass", default="")
    group = parser.getgroup("asyncloop", "checks of what tests leave on the event loop")
    group.addoption(
        "--fail-on",
        dest=INI,
        action="append",
        default=[],
        metavar="LEVEL",
        help=f"check what all tests leave behind: {what}",
    )
    group.addoption(
        "--fail-on-baseline",
        dest="asyncloop_baseline",
        metavar="FILE",
        help="known findings, which pass; new ones fail, and those that are gone are told",
    )
    group.addoption(
        "--fail-on-update",
        dest="asyncloop_update",
        action="store_true",
        help="write what is found to the file of --fail-on-baseline",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; refuse wrong options before any test runs."""
    config.addinivalue_line(
        "markers",
        "fail_on(level='default', /, **checks): check what a test leaves behind on the event loop. "
        "The level is 'default', 'strict', 'lenient' or 'warn'; see asyncloop_testcase.fail_on",
    )
    if config.getini(INI) or config.option.asyncloop_fail_on or config.option.asyncloop_update:
        _switch_on(config)


def _switch_on(config: pytest.Config) -> None:
    """Register the hooks that watch tests."""
    if config.pluginmanager.has_plugin(PLUGIN):
        return
    from asyncloop_testcase._pytest.options import options_of
    from asyncloop_testcase._pytest.plugin import Checks

    try:
        checks = Checks(options_of(config))
    except (TypeError, ValueError) as error:
        msg = f"{INI}: {error}"
        raise pytest.UsageError(msg) from None
    config.pluginmanager.register(checks, PLUGIN)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look for tests that have checks; refuse those whose markers are wrong."""
    report = yield
    items = [each for each in report.result or () if isinstance(each, pytest.Item)]
    marked = [item for item in items if item.get_closest_marker(MARKER) is not None]
    if marked:
        from asyncloop_testcase._pytest.marks import refusal

        refused = [*dict.fromkeys(filter(None, map(refusal, marked)))]
        if refused:
            report.outcome, report.longrepr, report.result = "failed", "\n".join(refused), []
            return report
    # There may be decorators where the package was imported.
    if items and (marked or "asyncloop_testcase" in sys.modules):
        _switch_on(collector.config)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    """Tell the verdict of a test that has checks once its fixtures are finished."""
    told = getattr(report, "asyncloop", None)
    if told is None or report.outcome not in {"passed", "failed"} or hasattr(report, "wasxfail"):
        return None
    if report.when == "call":
        return ("", "", "") if told.get("held") else None
    return ("passed", ".", "PASSED") if report.passed else ("failed", "F", "FAILED")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Tell which checks found what in how many tests."""
    reports = [
        report
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "asyncloop", None)
    ]
    switched_on = config.pluginmanager.has_plugin(PLUGIN)
    if not reports and not (switched_on and config.option.asyncloop_update):
        return
    from asyncloop_testcase._pytest import summary
    from asyncloop_testcase._pytest.options import options_of

    told: dict[str, list[list[Any]]] = {}
    for report in reports:
        summary.collect(told, report)
    for line in summary.lines(told, options_of(config)):
        terminalreporter.write_line(line)
    if os.environ.get("GITHUB_ACTIONS"):
        for line in summary.github_commands(told, str(config.rootpath)):
            terminalreporter.write_line(line)
