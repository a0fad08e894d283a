"""
File mocks for the loop of a test: the one optional import of this package.

When asyncio-testselector is installed, the selector of a test's loop is wrapped, so that its
``FileMock`` and ``SocketMock`` can be registered. Nothing else here depends on it.
"""

from __future__ import annotations

import functools
import importlib
from asyncio.selector_events import BaseSelectorEventLoop
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__unittest = True


@functools.cache
def find_install() -> Callable[[Any], object] | None:
    """Return what installs a ``TestSelector``, imported with the first test, or None."""
    try:
        install: Callable[[Any], object] = importlib.import_module("asyncio_testselector").install
    except ImportError:
        return None
    return install


def serve_file_mocks(loop: asyncio.AbstractEventLoop) -> None:
    """
    Give a selector loop its ``TestSelector``; any other loop stays as it is.

    A proactor loop takes its ``TestProactor`` when it is made: that is for ``loop_factory``.
    """
    install = find_install()
    if install is not None and isinstance(loop, BaseSelectorEventLoop):
        install(loop)
