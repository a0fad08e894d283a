"""
``replace()``, and the module behind ``pytest -p asyncmock_plus.replace``.

As a plugin the module switches ours on as soon as pytest has read it, before the plugins that
others have installed. In the package, the function of the same name hides it. The machinery is
imported by whoever uses it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncmock_plus._replacing.replacement import Early, Replacement

__unittest = __tracebackhide__ = True

# The name under which pytest knows the plugin that does the work: its entry point.
_PLUGIN = "asyncmock_plus"


def replace(*, early: Early = "refuse") -> Replacement:
    """
    Return a replacement of ``unittest.mock`` by this package, to be started.

    While it is in force, ``unittest.mock`` and the backport ``mock`` are this package, for whoever
    imports them, and for pytest-mock's ``mocker``. Modules keep what they have bound by then.

    Args:
        early: What to do with modules that were imported before, and have bound names of
            ``unittest.mock``: "refuse" to start, "rebind" these names to ours until the end, or
            "keep" them. Classes that were derived before can only be kept.

    Raises:
        ValueError: *early* is something else.

    Example:
        >>> import asyncmock_plus
        >>> with asyncmock_plus.replace(early="keep"):
        ...     from unittest import mock
        >>> mock is asyncmock_plus
        True
    """
    from asyncmock_plus._replacing.replacement import Replacement

    return Replacement(early)


def pytest_plugin_registered(plugin: object, manager: Any) -> None:
    """Have the plugin that does the work, also if pytest was told to load none by itself."""
    if getattr(plugin, "__name__", None) == __name__ and not manager.has_plugin(_PLUGIN):
        manager.register(import_module("_asyncmock_plus_pytest"), _PLUGIN)
