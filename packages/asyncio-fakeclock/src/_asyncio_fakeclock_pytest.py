# ruff: noqa: INP001 - a module beside the package, see below
"""
The pytest plugin: the fixture ``fake_clock`` and the marker ``fakeclock``.

A module of its own beside the package, since pytest imports every plugin at its start, and a test
suite that uses no clock should not pay for one.

Theory of operation. The fixture is a plain one, so that it does not matter who runs coroutines:
pytest-asyncio, anyio, or anybody else. It makes a clock without a loop. The clock is installed by
the first coroutine of the test: every async fixture of function scope, and the test itself, are
wrapped to do that as soon as they run, while it is known on which loop they do. The fixture is
moved to the front, so that it is there before the others, and goes after them.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import time
import unittest
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterator

    from asyncio_fakeclock import FakeClock

FIXTURE = "fake_clock"
MARKER = "fakeclock"
PROPERTY = "fakeclock"

_CLOCK = pytest.StashKey["FakeClock"]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    text = (
        "fakeclock(auto=False, start=0.0, ...): give the test a virtual clock with these options "
        "of asyncio_fakeclock.FakeClock; the fixture fake_clock is that clock."
    )
    config.addinivalue_line("markers", text)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Put the fixture before all others."""
    if not isinstance(item, pytest.Function) or _is_unittest(item):
        return
    names = item.fixturenames
    if FIXTURE in names:
        names.remove(FIXTURE)
    elif item.get_closest_marker(MARKER) is None:
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
    from asyncio_fakeclock import FakeClock

    options: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers(MARKER))):
        if marker.args:
            msg = f"the marker fakeclock takes keyword arguments only, not {marker.args[0]!r}"
            raise TypeError(msg)
        options.update(marker.kwargs)
    clock = FakeClock(**options)
    request.node.stash[_CLOCK] = clock
    try:
        yield clock
    finally:
        clock.uninstall()
        del request.node.stash[_CLOCK]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Let an async fixture begin with installing the clock."""
    func: Any = fixturedef.func
    clock = request.node.stash.get(_CLOCK, None) if fixturedef.scope == "function" else None
    if clock is None or not _is_async(func):
        return (yield)
    if inspect.ismethod(func) and type(func.__self__) is type(request.instance):
        # The fixture's instance is that of the collection, not that of the test.
        func = func.__func__.__get__(request.instance)
    with _replaced(fixturedef, "func", _entering(func, clock)):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Let an async test begin with installing the clock, and take the time."""
    clock = item.stash.get(_CLOCK, None)
    if clock is None or not isinstance(item, pytest.Function):
        return (yield)
    target, name = _test_function(item)
    begun, start = time.perf_counter(), clock.time()
    try:
        if not inspect.iscoroutinefunction(getattr(target, name)):
            return (yield)
        test = _thawing(_entering(getattr(target, name), clock), clock)
        with _replaced(target, name, test):
            return (yield)
    finally:
        spent = clock.time() - start, time.perf_counter() - begun
        item.user_properties.append((PROPERTY, spent))


def _test_function(item: pytest.Function) -> tuple[Any, str]:
    hypothesis = getattr(item.obj, "hypothesis", None)
    return (item, "obj") if hypothesis is None else (hypothesis, "inner_test")


def _is_async(func: object) -> bool:
    return inspect.iscoroutinefunction(func) or inspect.isasyncgenfunction(func)


@contextlib.contextmanager
def _replaced(target: Any, name: str, value: object) -> Iterator[None]:
    before = getattr(target, name)
    setattr(target, name, value)
    try:
        yield
    finally:
        setattr(target, name, before)


def _entering(func: Callable[..., Any], clock: FakeClock) -> Callable[..., Any]:
    """Return an async function that installs *clock* on its loop and goes on as *func*."""
    if inspect.isasyncgenfunction(func):

        @functools.wraps(func)
        async def generate(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
            _install(clock)
            async with contextlib.aclosing(func(*args, **kwargs)) as values:
                async for value in values:
                    yield value

        return generate

    @functools.wraps(func)
    async def run(*args: Any, **kwargs: Any) -> Any:
        _install(clock)
        return await func(*args, **kwargs)

    return run


def _thawing(func: Callable[..., Any], clock: FakeClock) -> Callable[..., Any]:
    """Return *func*, after which nothing that tidies up is frozen, be it a task or a fixture."""
    auto = clock.auto

    @functools.wraps(func)
    async def run(*args: Any, **kwargs: Any) -> Any:
        clock.auto = auto  # hypothesis runs a test again and again
        try:
            return await func(*args, **kwargs)
        finally:
            clock.auto = True

    return run


def _install(clock: FakeClock) -> None:
    if not clock.installed:
        clock.install()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what happened when to whoever looks at a failing test."""
    report = yield
    clock = item.stash.get(_CLOCK, None)
    if report.failed and clock is not None and clock.traced:
        report.sections.append(("virtual timeline", str(clock.timeline())))
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tell how much virtual time the tests lived through."""
    spent = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, value in report.user_properties
        if name == PROPERTY
    ]
    if spent:
        virtual, real = (sum(column) for column in zip(*spent, strict=True))
        tests = "1 test" if len(spent) == 1 else f"{len(spent)} tests"
        terminalreporter.write_line(
            f"fake_clock: {tests} lived through {virtual:,.10g} virtual seconds "
            f"in {real:.2f} real seconds"
        )
