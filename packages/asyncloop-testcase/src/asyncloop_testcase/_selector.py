"""
File mocks for the loop of a test: the one optional import of this package.

When asyncio-testselector is installed, the selector of a test's loop is wrapped, so that its
``FileMock`` and ``SocketMock`` can be registered. Nothing else here depends on it.
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


SERVED = (BaseSelectorEventLoop, BaseProactorEventLoop)

_UNKNOWN: Any = object()
_install: Callable[[asyncio.AbstractEventLoop], object] | None = _UNKNOWN


def _find_install() -> Callable[[asyncio.AbstractEventLoop], object] | None:
    """Return what installs a ``TestSelector``, or None; imported with the first test."""
    global _install
    try:
        _install = importlib.import_module("asyncio_testselector").install
    except ImportError:
        _install = None
    return _install


def serve_file_mocks(loop: asyncio.AbstractEventLoop) -> None:
    """
    Give a selector loop a ``TestSelector``, and a proactor loop a ``TestProactor``.

    Any other loop stays as it is.
    """
    install = _install
    if install is _UNKNOWN:
        install = _find_install()
    if install is not None and isinstance(loop, SERVED):
        install(loop)
