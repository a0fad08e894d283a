# ruff: noqa: INP001 - a module beside the package, for the reason told here
"""
The pytest plugin of asyncio-testselector: ``memory_network``, ``socket_script``, ``test_selector``.

It is a module of its own, beside the package, because importing any module of a package imports
the package. Whoever uses none of the fixtures pays for these lines only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from asyncio_testselector import MemoryNetwork, SocketScript, TestSelector
    from asyncio_testselector._pytest.plugin import Fixtures

MARKER = "memory_network"
PLUGIN = "asyncio_testselector_fixtures"
# In this order, before all others: the network finds the selector on the loop.
FIRST = ("test_selector", "memory_network")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        "memory_network(hosts=(), latency=0.0, ...): give the test a network in memory with these "
        "options of asyncio_testselector.MemoryNetwork; the fixture memory_network is that network",
    )


def _fixtures(config: pytest.Config) -> Fixtures:
    """Return what does the work, registered when it is needed first."""
    known: Any = config.pluginmanager.get_plugin(PLUGIN)
    if known is None:
        from asyncio_testselector._pytest.plugin import Fixtures

        known = Fixtures()
        config.pluginmanager.register(known, PLUGIN)
    fixtures: Fixtures = known
    return fixtures


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Refuse tests whose markers are wrong; have the hooks where a fixture is used."""
    report = yield
    items = [each for each in report.result or () if isinstance(each, pytest.Function)]
    marked = [item for item in items if item.get_closest_marker(MARKER) is not None]
    if marked:
        from asyncio_testselector._pytest.plugin import refusal

        refused = [*dict.fromkeys(filter(None, map(refusal, marked)))]
        if refused:
            report.outcome, report.longrepr, report.result = "failed", "\n".join(refused), []
            return report
    if marked or any(name in item.fixturenames for item in items for name in FIRST):
        _fixtures(collector.config)
    return report


def pytest_itemcollected(item: pytest.Item) -> None:
    """Put the fixtures before all others: they are there first, and go last."""
    if not isinstance(item, pytest.Function):
        return
    names = item.fixturenames
    if MARKER not in names and item.get_closest_marker(MARKER) is not None:
        names.insert(0, MARKER)
    first = [name for name in FIRST if name in names]
    if first:
        names[:] = [*first, *(name for name in names if name not in first)]


@pytest.fixture
def memory_network(request: pytest.FixtureRequest) -> Iterator[MemoryNetwork]:
    """
    Give the test, and the async fixtures it uses, a network in memory.

    Its options are those of the marker: ``@pytest.mark.memory_network(hosts=["db.example"])``.
    """
    yield from _fixtures(request.config).memory_network(request)


@pytest.fixture
def test_selector(request: pytest.FixtureRequest) -> Iterator[TestSelector]:
    """Give the test the TestSelector of whatever loop it gets."""
    yield from _fixtures(request.config).test_selector(request)


@pytest.fixture
def socket_script(request: pytest.FixtureRequest) -> Iterator[SocketScript]:
    """Give the test a SocketScript, which is checked when the test has passed."""
    yield from _fixtures(request.config).socket_script(request)
