"""
File mocks for the loop of a test: the one optional import of this package.

When asyncio-testselector is installed, the selector of a test's loop is wrapped as soon as the test
makes a ``FileMock`` or ``SocketMock``, so that it can be registered. A proactor has to know before.
Nothing else here depends on that package.
"""

from __future__ import annotations

import importlib
from asyncio.proactor_events import BaseProactorEventLoop
from asyncio.selector_events import BaseSelectorEventLoop
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__unittest = __tracebackhide__ = True


_UNKNOWN: Any = object()
_install: Callable[[asyncio.AbstractEventLoop], object] | None = _UNKNOWN
_install_when_needed: Callable[[asyncio.AbstractEventLoop], object]


def _find_install() -> Callable[[asyncio.AbstractEventLoop], object] | None:
    """Return what installs a ``TestSelector``, or None; imported with the first test."""
    global _install, _install_when_needed
    try:
        package = importlib.import_module("asyncio_testselector")
    except ImportError:
        _install = None
        return None
    _install = package.install
    _install_when_needed = getattr(package, "install_when_needed", package.install)
    return _install


def serve_file_mocks(loop: asyncio.AbstractEventLoop) -> None:
    """
    Give a selector loop a ``TestSelector``, and a proactor loop a ``TestProactor``.

    Any other loop stays as it is.
    """
    install = _install
    if install is _UNKNOWN:
        install = _find_install()
    if install is None:
        return
    if isinstance(loop, BaseSelectorEventLoop):
        _install_when_needed(loop)
    elif isinstance(loop, BaseProactorEventLoop):
        install(loop)
