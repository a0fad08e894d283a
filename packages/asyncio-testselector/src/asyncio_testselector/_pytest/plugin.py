"""The hooks and the fixtures' work, for a run of pytest in which a test uses one of them."""

from __future__ import annotations

import difflib
import inspect
import unittest
from typing import TYPE_CHECKING, Any

import pytest

from asyncio_testselector._network.network import MemoryNetwork
from asyncio_testselector._pytest.installing import (
    around_plain_call,
    entering,
    install_given,
    is_async,
    replaced,
    test_function,
)
from asyncio_testselector._script.script import SocketScript
from asyncio_testselector._selector.selector import TestSelector

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Generator, Iterator

__unittest = __tracebackhide__ = True

MARKER = "memory_network"
KNOWN = [*inspect.signature(MemoryNetwork).parameters]
LOG = "memory network"


class Installer:
    """What the fixtures of one test have to put on its loops."""

    def __init__(self) -> None:
        self.error: BaseException | None = None
        self.network: MemoryNetwork | None = None
        self.selector: TestSelector | None = None
        self._undo: Callable[[], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Install what there is, unless it is there already."""
        if self.selector is not None and self._undo is None:
            self._undo = install_given(loop, self.selector)
        network = self.network
        if network is None or self._loop is loop:
            return
        if self._loop is not None and self._loop.is_closed():
            network.uninstall()  # a plain function goes on with another loop
            self._loop = None
        if self._loop is None:
            network.install(loop)
            self._loop = loop

    def conclude(self) -> None:
        """Take the network away; tell what was left open, if the test has passed."""
        network, self.network = self.network, None
        if network is not None and self._loop is not None:
            if self.error is None:
                network.uninstall()
            else:
                network.__exit__(None, self.error, None)

    def restore(self) -> None:
        """Take the selector away."""
        self.selector = None
        if self._undo is not None:
            self._undo()
            self._undo = None


INSTALLER = pytest.StashKey[Installer]()


class Fixtures:
    """The work of the fixtures, and the hooks that go with it."""

    def __init__(self) -> None:
        self._item: pytest.Item | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Remember which test runs."""
        self._item = item

    def _installer(self, item: pytest.Item) -> Installer:
        # With the first fixture of a run its hooks come too late for the set-up.
        self._item = item
        return item.stash.setdefault(INSTALLER, Installer())

    def memory_network(self, request: pytest.FixtureRequest) -> Iterator[MemoryNetwork]:
        """Make the network of a test, by its markers."""
        options: dict[str, Any] = {}
        for mark in reversed([*request.node.iter_markers(MARKER)]):
            options.update(mark.kwargs)
        installer = self._installer(request.node)
        installer.network = network = MemoryNetwork(**options)
        try:
            yield network
        finally:
            installer.conclude()

    def test_selector(self, request: pytest.FixtureRequest) -> Iterator[TestSelector]:
        """Make the selector of a test."""
        installer = self._installer(request.node)
        installer.selector = selector = TestSelector()
        try:
            yield selector
        finally:
            installer.restore()

    def socket_script(self, request: pytest.FixtureRequest) -> Iterator[SocketScript]:
        """Make the script of a test, and check it if the test has passed."""
        installer = self._installer(request.node)
        script = SocketScript(request.node.name)
        yield script
        if installer.error is None:
            script.check()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Let an async fixture begin with what is to be on its loop."""
        func: Any = fixturedef.func
        scope = fixturedef.scope
        installer = request.node.stash.get(INSTALLER, None) if scope == "function" else None
        if installer is None or not is_async(func):
            return (yield)
        if inspect.ismethod(func) and type(func.__self__) is type(request.instance):
            # The fixture's instance is that of the collection, not that of the test.
            func = func.__func__.__get__(request.instance)
        # aiohttp's plugin keeps what it has made of the function, for other tests, too.
        with replaced(fixturedef, "func", entering(func, self._install), back=False):
            return (yield)

    def _install(self, loop: asyncio.AbstractEventLoop) -> None:
        installer = None if self._item is None else self._item.stash.get(INSTALLER, None)
        if installer is not None:
            installer.install(loop)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Let a test begin with what is to be on its loop."""
        installer = item.stash.get(INSTALLER, None)
        if installer is None or not isinstance(item, pytest.Function):
            return (yield)
        target, name = test_function(item)
        function = getattr(target, name)
        by_unittest = item.cls is not None and issubclass(item.cls, unittest.TestCase)
        if inspect.iscoroutinefunction(function) and not by_unittest:
            block = replaced(target, name, entering(function, installer.install))
        else:
            block = around_plain_call(installer.install)
        try:
            with block:
                return (yield)
        except BaseException as error:
            installer.error = error
            raise

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Show what crossed the wires to whoever looks at a failing test."""
        report = yield
        installer = item.stash.get(INSTALLER, None)
        network = None if installer is None else installer.network
        if report.when == "call" and report.failed and network is not None and len(network.log):
            report.sections.append((LOG, str(network.log)))
        if report.when == "teardown" and installer is not None:
            del item.stash[INSTALLER]
        return report


def refusal(item: pytest.Item) -> str | None:
    """Return in one line why the markers of a test are wrong, None if they are not."""
    for mark in item.iter_markers(MARKER):
        problem = _problem(mark)
        if problem is not None:
            path, line, _ = item.location
            said = [*map(repr, mark.args), *(f"{k}={v!r}" for k, v in mark.kwargs.items())]
            text = f"@pytest.mark.{MARKER}({', '.join(said)})"
            return f"{path}:{(line or 0) + 1}: {text}: {problem}"
    return None


def _problem(mark: pytest.Mark) -> str | None:
    if mark.args:
        return f"options have names, as in {MARKER}(hosts={mark.args[0]!r})"
    for name in mark.kwargs:
        if name not in KNOWN:
            [*near] = difflib.get_close_matches(name, KNOWN, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(KNOWN)}"
            return f"no option is named {name!r}; {hint}"
    try:
        MemoryNetwork(**mark.kwargs)
    except (TypeError, ValueError) as error:
        return str(error)
    return None
