"""
The private names of CPython that asynctest's own hooks need, in this one place.

All were read on CPython 3.10.13, 3.11.7, 3.12.1, 3.13.0, 3.14.10 and 3.15.2. A test asks each of
them, so that a Python that drops one says so by its name.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio import events
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_events: Any = events

# The base class of event loop policies, and how they are asked for and set: all deprecated since
# 3.14 under their public names, and announced to be gone in 3.16.
Policy: Any
get_policy: Any
set_policy: Any
if sys.version_info >= (3, 14):
    Policy = _events._AbstractEventLoopPolicy
    get_policy = _events._get_event_loop_policy
    set_policy = _events._set_event_loop_policy
else:
    Policy = _events.AbstractEventLoopPolicy
    get_policy = asyncio.get_event_loop_policy
    set_policy = asyncio.set_event_loop_policy


def selector_of(loop: Any) -> Any:
    """Return the selector of an event loop, None if it has none."""
    return getattr(loop, "_selector", None)


def set_selector(loop: Any, selector: Any) -> None:
    """Give a selector event loop another selector."""
    loop._selector = selector


def outcome_of(case: Any) -> Any:
    """Return what a test case notes its failures in, None while it does not run."""
    return case._outcome


def cleanups_of(case: Any) -> list[tuple[Any, Any, Any]]:
    """Return the cleanups of a test case that are still to be called: function, args, kwargs."""
    found: list[tuple[Any, Any, Any]] = case._cleanups
    return found


def live_timers(loop: Any) -> Iterator[asyncio.TimerHandle]:
    """Return the timers in the loop's own queue that were not cancelled."""
    return (handle for handle in loop._scheduled if not handle.cancelled())
