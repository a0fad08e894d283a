# ruff: noqa: INP001 - a module beside the package, for the reason told here
"""
The pytest plugin of asyncloop-testcase: what pytest loads at its start.

It is a module of its own, beside the package, because importing any module of a package imports
the package, and with it asyncio and all the machinery. That is left to the first test that has
checks switched on; whoever has none pays for these lines only.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

INI = "asyncloop_fail_on"
MARKER = "fail_on"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option of the ini-file."""
    parser.addini(
        INI,
        "checks for all coroutine tests, one a line: 'strict', 'lenient', 'default', or the name "
        "of a check, alone or with a value, as in 'slow_callbacks = 0.5'",
        type="linelist",
        default=[],
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; refuse a wrong ini-file before any test runs."""
    config.addinivalue_line(
        "markers",
        "fail_on(level='default', /, **checks): check what a coroutine test leaves behind on the "
        "event loop. The level is 'default', 'strict' or 'lenient'; see asyncloop_testcase.fail_on",
    )
    lines = config.getini(INI)
    if lines:
        from asyncloop_testcase._pytest.checks import layers_of_ini

        try:
            layers_of_ini(lines)
        except (TypeError, ValueError) as error:
            msg = f"{INI}: {error}"
            raise pytest.UsageError(msg) from None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Put the checks around a coroutine test that has any."""
    if not (
        item.config.getini(INI)
        or "asyncloop_testcase" in sys.modules  # there may be decorators
        or item.get_closest_marker(MARKER) is not None
    ):
        return (yield)
    from asyncloop_testcase._pytest.checks import checked

    with checked(item, item.config.getini(INI)):
        return (yield)
