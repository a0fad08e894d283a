"""
The module behind ``pytest -p asyncmock_plus.replace``.

As a plugin it switches ours on as soon as pytest has read it, before the plugins that others have
installed. For code there is the function of the same name, which hides this module in the package.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from asyncmock_plus._replacing.replacement import replace as replace

# The name under which pytest knows the plugin that does the work: its entry point.
_PLUGIN = "asyncmock_plus"


def pytest_plugin_registered(plugin: object, manager: Any) -> None:
    """Have the plugin that does the work, also if pytest was told to load none by itself."""
    if getattr(plugin, "__name__", None) == __name__ and not manager.has_plugin(_PLUGIN):
        manager.register(import_module("_asyncmock_plus_pytest"), _PLUGIN)
