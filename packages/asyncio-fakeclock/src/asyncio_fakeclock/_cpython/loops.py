"""
What a loop keeps to itself, read on CPython 3.10 to 3.15; ``tests/cpython`` says what has changed.

- ``loop._ready``: a deque made once, never replaced. ``loop._stopping``: set by ``stop()``.
- ``loop._scheduled``: timers from before the clock are taken over, and given back.
- ``loop._selector``: what ``_run_once`` asks; the proactor on a proactor loop.
- ``loop._ssock``: the reading end of the pipe that threads wake the loop with.
- ``loop._transports``: the transports of sockets, by descriptor, on a selector loop.
- ``loop._signal_handlers``: by number, not empty while signals are handled by the loop.
- ``loop._thread_id``: the thread that runs it.
- ``IocpProactor._cache``: the operations in flight: future, overlapped, object, callback. The
  object is 0 for a handle that is waited for, which the future has (``_handle``).
- ``ProactorEventLoop._self_reading_future``: the one that threads wake the loop with.
"""

from __future__ import annotations

import signal
from asyncio import TimerHandle
from heapq import heappush
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, BaseEventLoop, Handle
    from collections import deque

    from asyncio_fakeclock._protocols import WithSelect

__all__ = [
    "CANCEL_HOOK",
    "fileno_of",
    "give_timer",
    "handles_alarm",
    "has_signal_handlers",
    "is_busy",
    "operations_of",
    "ready_queue",
    "selector_of",
    "take_timers",
    "thread_of",
    "transport_fds",
    "wakeup_fd",
]

# What TimerHandle.cancel() calls on its loop.
CANCEL_HOOK = "_timer_handle_cancelled"


def ready_queue(loop: Any) -> deque[Handle]:
    """Return the callbacks that are ready."""
    ready: deque[Handle] = loop._ready
    return ready


def is_busy(loop: Any) -> bool:
    """Whether callbacks are ready, or the loop has been told to stop."""
    return bool(loop._ready) or loop._stopping


def take_timers(loop: Any) -> list[TimerHandle]:
    """Take the timers out of the loop, in their order."""
    timers = sorted(loop._scheduled, key=TimerHandle.when)
    loop._scheduled.clear()
    loop._timer_cancelled_count = 0
    return [timer for timer in timers if not timer.cancelled()]


def give_timer(loop: Any, timer: TimerHandle) -> None:
    """Schedule a timer on the loop."""
    heappush(loop._scheduled, timer)


def selector_of(loop: Any) -> WithSelect:
    """Return what the loop asks for events."""
    selector: WithSelect = loop._selector
    return selector


def wakeup_fd(loop: BaseEventLoop) -> int:
    """Return the file descriptor that wakes the loop up, -1 if there is none."""
    wakeup = getattr(loop, "_ssock", None)
    return -1 if wakeup is None else int(wakeup.fileno())


def transport_fds(loop: AbstractEventLoop) -> set[int]:
    """Return the descriptors of the transports, watched or paused (``loop._transports``)."""
    return set(getattr(loop, "_transports", ()))


def has_signal_handlers(loop: AbstractEventLoop) -> bool:
    """Whether the loop handles signals (``add_signal_handler()``)."""
    return bool(getattr(loop, "_signal_handlers", None))


def handles_alarm(loop: AbstractEventLoop) -> bool:
    """Whether the loop handles the signal of the system's timer."""
    handlers = getattr(loop, "_signal_handlers", None)
    return handlers is not None and getattr(signal, "SIGALRM", None) in handlers


def thread_of(loop: Any) -> int | None:
    """Return the identity of the thread that runs the loop."""
    ident: int | None = loop._thread_id
    return ident


def operations_of(loop: Any) -> list[Any]:
    """
    Return what the operations in flight of a proactor loop are on, its own wake-up left out.

    Of a handle that is waited for (``IocpProactor.wait_for_handle()``), this is its number.
    """
    cache = getattr(loop._selector, "_cache", None)
    if not isinstance(cache, dict):
        return []
    own = getattr(loop, "_self_reading_future", None)
    return [
        obj if obj != 0 else getattr(future, "_handle", 0)
        for future, _, obj, _ in list(cache.values())
        if future is not own
    ]


def fileno_of(fileobj: Any) -> int | None:
    """Return the descriptor of what is registered with a selector, None if it has none."""
    try:
        fd = fileobj.fileno()
    except (AttributeError, ValueError, OSError):
        return None
    return fd if type(fd) is int else None
