"""What a process has only one of: its environment, and the handlers of its signals."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

__unittest = __tracebackhide__ = True

# Nobody can handle the first two, and the others stand for many without a name of their own. On
# Windows there are events beside the signals, which have no handlers.
WITHOUT_HANDLER = {"SIGKILL", "SIGSTOP", "SIGRTMIN", "SIGRTMAX", "CTRL_C_EVENT", "CTRL_BREAK_EVENT"}
SIGNALS: tuple[signal.Signals, ...] = tuple(
    each for each in signal.Signals if each.name not in WITHOUT_HANDLER
)
_NUMBERS = [*map(int, SIGNALS)]


def environment() -> Mapping[Any, Any]:
    """
    Return a copy of the environment, its names as the system keeps them.

    ``_data`` of ``os.environ`` is a dictionary of bytes, on Windows of texts, which is copied at
    once, while ``os.environ`` decodes each name and value. Read on 3.10 to 3.15. Where a test has
    put something else in its place, that is the environment.
    """
    data = getattr(os.environ, "_data", None)
    return data.copy() if type(data) is dict else dict(os.environ)


# ``signal.getsignal()`` makes a member of an enumeration of each answer, which takes ten times as
# long as the function of ``_signal`` that it asks. Read on 3.10 to 3.15.
_getsignal: Callable[[int], object] = sys.modules["_signal"].getsignal


def signal_handlers() -> list[object]:
    """Return what handles each of `SIGNALS`."""
    return [*map(_getsignal, _NUMBERS)]


def handle_of_signal(loop: asyncio.AbstractEventLoop, number: int) -> asyncio.Handle | None:
    """Return what ``loop.add_signal_handler()`` has kept (``_signal_handlers``, 3.10 to 3.15)."""
    handlers: dict[int, asyncio.Handle] = getattr(loop, "_signal_handlers", {})
    return handlers.get(number)
