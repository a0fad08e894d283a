"""
The three checks that asynctest had: its words come first, as suites match them.

They look after ``tearDown``, before the cleanups, and count what asynctest counted.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any

import asyncio_testselector

from asynctest import _cpython
from asynctest._loops import RAN
from asynctest.selector import get_registered_events

if TYPE_CHECKING:
    from collections.abc import Iterator

__unittest = __tracebackhide__ = True


def unused_loop(case: Any) -> None:
    """Fail if the loop did not run in the test method or ``tearDown``."""
    if not getattr(case.loop, RAN, True):
        case.fail(
            "Loop did not run during the test\n"
            "neither the test method nor tearDown ran it: is an await, or the call of the tested "
            "coroutine function, missing?"
        )


def active_handles(case: Any) -> None:
    """Fail if timers are left on the loop."""
    timers = tuple(case._asynctest_live_timers())
    if timers:
        now = case.loop.time()
        lines = [f"due in {timer.when() - now:g} s: {_callback(timer)}" for timer in timers]
        case.fail("\n - ".join([f"Loop contained unfinished work {timers!r}", *lines]))


def note_selector_callbacks(case: Any) -> None:
    """Note which readers and writers there are before the test."""
    case._active_selector_callbacks = _registered(case.loop)


def active_selector_callbacks(case: Any) -> None:
    """Fail if readers or writers were added and not removed, on whatever selector there is now."""
    left = _registered(case.loop) - case._active_selector_callbacks
    lines = [line for key in left for line in _lines(key)]
    if lines:
        first = "some events watched during the tests were not removed:"
        case.fail("\n - ".join([first, *sorted(lines)]))


def _registered(loop: Any) -> set[selectors.SelectorKey]:
    selector = _cpython.selector_of(loop)
    if isinstance(selector, asyncio_testselector.TestProactor):
        selector = selector.selector
    if selector is None:
        msg = f"active_selector_callbacks cannot look into {loop!r}: it has no selector"
        raise RuntimeError(msg)
    return get_registered_events(selector)


def _lines(key: selectors.SelectorKey) -> Iterator[str]:
    for event, name, index in (
        (selectors.EVENT_READ, "add_reader", 0),
        (selectors.EVENT_WRITE, "add_writer", 1),
    ):
        if key.events & event:
            handles = key.data if isinstance(key.data, tuple) else (key.data, key.data)
            yield f"{name}({key.fileobj}, {_callback(handles[index])})"


def _callback(handle: object) -> str:
    """Return the callback as the repr of a handle shows it, with its place."""
    shown = repr(handle)
    return shown.strip("<>").partition(" ")[2] if isinstance(handle, asyncio.Handle) else shown
