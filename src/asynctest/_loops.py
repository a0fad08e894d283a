"""What asynctest did to the loop of a test: a selector for mocks, a note that it ran, its end."""

from __future__ import annotations

from asyncio.selector_events import BaseSelectorEventLoop
from typing import TYPE_CHECKING, Any

import asyncio_testselector
import asyncloop_testcase

from asynctest import _cpython
from asynctest.selector import TestSelector

if TYPE_CHECKING:
    import asyncio

__unittest = __tracebackhide__ = True

# Set on the loop of a test: whether it ran.
RAN = "_asynctest_ran"


def prepared(loop: Any) -> Any:
    """Return the loop with mocks' selector, noting when it runs; one that has them as it is."""
    if not hasattr(loop, RAN):
        note_runs(loop)
        if isinstance(loop, BaseSelectorEventLoop):
            real = _cpython.selector_of(loop)
            if not isinstance(real, asyncio_testselector.TestSelector):
                _cpython.set_selector(loop, TestSelector(real))
    return loop


def current_loop() -> asyncio.AbstractEventLoop | None:
    """Return the thread's current loop, without making one."""
    try:
        with asyncloop_testcase.current_loop() as loop:
            return loop
    except RuntimeError:
        return None


def note_runs(loop: Any) -> None:
    """Have a loop note that it ran."""
    run_forever = loop.run_forever

    def run_and_note() -> None:
        try:
            run_forever()
        finally:
            setattr(loop, RAN, True)

    setattr(loop, RAN, False)
    loop.run_forever = run_and_note


def reset_runs(loop: Any) -> None:
    """Forget that a loop ran, as what ran in the set-up does not count."""
    if hasattr(loop, RAN):
        setattr(loop, RAN, False)


def stop_noting(loop: Any) -> None:
    """Undo `note_runs`."""
    for name in ("run_forever", RAN):
        vars(loop).pop(name, None)


def turn(loop: Any) -> None:
    """Let callbacks that are ready run, as when asynctest ran the cleanups on the loop."""
    if loop is not None and not loop.is_closed():
        loop.call_soon(loop.stop)
        loop.run_forever()


def close(loop: Any) -> None:
    """Close a loop as asynctest did: what is ready gets a turn, and nothing is cancelled."""
    if loop.is_closed() is not True:  # unless the test did it; a mock says something else
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
