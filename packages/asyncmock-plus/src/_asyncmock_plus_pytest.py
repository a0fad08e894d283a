# ruff: noqa: INP001 - a module beside the package, for the reason told here
"""
The pytest plugin of asyncmock-plus: ours in the place of ``unittest.mock``, for a whole test suite.

It is a module of its own, beside the package, because importing any module of a package imports
the package. Whoever has not switched it on pays for these lines only.

Theory of operation. What a suite has imported from ``unittest.mock`` stays what it is, so the
switch has to come before its first conftest. pytest reads the command line and the ini-file, loads
the plugins that are installed, and then calls ``pytest_load_initial_conftests``: that is the place.
Plugins that have bound names of ``unittest.mock`` by then get ours under these names, and are named
in the summary. ``-p asyncmock_plus.replace`` comes still earlier, before the plugins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from asyncmock_plus._replacing.replacement import Replacement

INI = "asyncmock_replace"
MARKER = "asyncmock"
PLUGIN = "asyncmock_plus.replace"
# The name under which a worker of pytest-xdist hands over what it has counted.
COUNTED = "asyncmock_plus"

# The replacement of each run: one pytest may run another one in its process.
_running: WeakKeyDictionary[pytest.PytestPluginManager, Replacement] = WeakKeyDictionary()
_FROM_WORKERS = pytest.StashKey["list[Any]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option, and its place in the ini-file."""
    parser.getgroup("asyncmock-plus").addoption(
        "--asyncmock",
        choices=("on", "off"),
        default=None,
        help=f"put asyncmock_plus in the place of unittest.mock, or do not, whatever {INI} says",
    )
    parser.addini(
        INI, "put asyncmock_plus in the place of unittest.mock", type="bool", default=False
    )


def pytest_plugin_registered(plugin: object, manager: pytest.PytestPluginManager) -> None:
    """Switch on for ``-p asyncmock_plus.replace``, before the plugins that are installed."""
    if getattr(plugin, "__name__", None) == PLUGIN:
        _switch_on(manager)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Switch on before anything of the suite is imported."""
    early_config.add_cleanup(lambda: _switch_off(early_config.pluginmanager))
    _switch(early_config)
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; switch on if a conftest has brought the plugin."""
    config.addinivalue_line(
        "markers",
        "asyncmock('off'): run the test with the mocks of unittest.mock, although the suite has "
        "asyncmock_plus in their place",
    )
    _switch(config)


def _switch(config: pytest.Config) -> None:
    manager = config.pluginmanager
    asked = config.known_args_namespace.asyncmock
    by_default = manager.has_plugin(PLUGIN) or config.getini(INI)
    if asked == "on" or (asked is None and by_default):
        _switch_on(manager)
    else:
        _switch_off(manager)


def _switch_on(manager: pytest.PytestPluginManager) -> None:
    if manager not in _running:
        from asyncmock_plus.replace import replace

        _running[manager] = replace(early="rebind").start()


def _switch_off(manager: pytest.PytestPluginManager) -> None:
    replacement = _running.pop(manager, None)
    if replacement is not None:
        replacement.stop()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Switch off for a test that is marked so, and its fixtures."""
    replacement = _running.get(item.config.pluginmanager)
    marker = None if replacement is None else item.get_closest_marker(MARKER)
    if replacement is None or marker is None:
        return (yield)
    if marker.args != ("off",) or marker.kwargs:
        msg = f"{item.nodeid}: the marker asyncmock takes one argument, 'off', not {marker!r}"
        raise pytest.UsageError(msg)
    conftests = [
        plugin
        for plugin in item.config.pluginmanager.get_plugins()
        if str(getattr(plugin, "__file__", "")).endswith("conftest.py")
    ]
    module = item.getparent(pytest.Module)
    with replacement.suspended([*conftests, *([module.obj] if module else [])]):
        return (yield)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what was counted to the controller, in a worker of pytest-xdist."""
    replacement = _running.get(session.config.pluginmanager)
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if replacement is not None and output is not None:
        output[COUNTED] = (replacement.ours, replacement.others, replacement.early)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker has counted."""
    counted = (getattr(node, "workeroutput", None) or {}).get(COUNTED)
    if counted is not None:
        node.config.stash.setdefault(_FROM_WORKERS, []).append(counted)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Tell how many mocks were made, and whose they were."""
    replacement = _running.get(config.pluginmanager)
    if replacement is not None:
        from asyncmock_plus._replacing.summary import summary

        here = (replacement.ours, replacement.others, replacement.early)
        counted = [here, *config.stash.get(_FROM_WORKERS, [])]
        terminalreporter.write_line(f"asyncmock: {summary(counted)}")
