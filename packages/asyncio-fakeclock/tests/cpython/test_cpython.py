"""
What the clock reads of CPython's private names.

When one of these fails on a new version of Python, the room ``_cpython`` has to learn
what has changed.
"""

import asyncio
import inspect
from asyncio import base_events
from collections import deque
from typing import Any

import pytest
from asyncio_fakeclock._cpython import handles, loops, tasks, timers
from capabilities import with_signals


@pytest.fixture
def loop() -> Any:
    loop = asyncio.SelectorEventLoop()
    yield loop
    loop.close()


def test_handles_have_the_slots_that_are_filled_in() -> None:
    slots = {*asyncio.Handle.__slots__, *asyncio.TimerHandle.__slots__} - {"__weakref__"}

    assert slots == handles.HANDLE_SLOTS, "TimerHandle has other slots: see call_at()"


def test_handle_filled_in_is_as_one_that_was_made(
    loop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = asyncio.TimerHandle(1.0, print, (), loop)
    queue = _queue(loop)
    monkeypatch.setattr(asyncio.TimerHandle, "__init__", None)  # without its constructor

    filled = queue.call_at(1.0, print)

    for name in handles.HANDLE_SLOTS - {"_context", "_scheduled"}:
        assert getattr(filled, name) == getattr(made, name), f"TimerHandle.{name} differs"
    assert type(filled) is asyncio.TimerHandle
    assert filled.get_context() is not None if hasattr(filled, "get_context") else True
    assert filled._scheduled


def _queue(loop: Any) -> timers.LoopTimers:
    from asyncio_fakeclock._schedule.instants import Grid

    owner: Any = None
    return timers.LoopTimers(loop, owner, Grid(1e-9), 0.0, max_turns=10, max_jumps=10)


def test_ready_callbacks_are_in_one_deque(loop: Any) -> None:
    ready = loop._ready
    assert type(ready) is deque, "loop._ready is no deque any more"
    loop.call_soon(loop.stop)
    assert len(ready) == 1
    loop.run_forever()
    assert loop._ready is ready, "loop._ready is replaced while the loop runs"


def test_stop_is_noted_in_stopping(loop: Any) -> None:
    loop.stop()
    assert loop._stopping is True
    loop.run_forever()
    assert loop._stopping is False


def test_timers_are_in_scheduled(loop: Any) -> None:
    handle = loop.call_later(1, print)
    assert loop._scheduled == [handle]
    assert handle._scheduled
    handle.cancel()
    assert loop._timer_cancelled_count == 1


def test_loop_without_timers_asks_its_selector_for_ever_and_a_busy_one_for_nothing(
    loop: Any,
) -> None:
    asked = []

    def select(timeout: float | None) -> list[Any]:
        asked.append(timeout)
        loop.call_soon(loop.stop)
        return []

    loop._selector.select = select
    loop.run_forever()
    del loop._selector.select

    assert asked == [None], "BaseEventLoop._run_once no longer waits for ever when it is idle"


def test_stopping_loop_asks_its_selector_for_nothing(loop: Any) -> None:
    asked = []
    loop._selector.select = lambda timeout: asked.append(timeout) or []
    loop.stop()
    loop.run_forever()
    del loop._selector.select

    assert asked == [0]


def test_cancel_tells_the_loop_before_it_marks_the_handle(loop: Any) -> None:
    told = []
    loop._timer_handle_cancelled = lambda handle: told.append(handle.cancelled())
    loop.call_later(1, print).cancel()

    assert told == [False]


def test_call_later_and_timeouts_go_by_way_of_call_at(loop: Any) -> None:
    asked = []
    original = loop.call_at
    loop.call_at = lambda when, *args, **kwargs: (
        asked.append(when) or original(when, *args, **kwargs)
    )

    async def main() -> None:
        await asyncio.wait_for(asyncio.sleep(0.001), 10)
        if hasattr(asyncio, "timeout"):
            async with asyncio.timeout(10):
                pass

    loop.run_until_complete(main())

    assert len(asked) == (3 if hasattr(asyncio, "timeout") else 2)


def test_loop_takes_its_time_from_its_own_method() -> None:
    source = inspect.getsource(base_events.BaseEventLoop._run_once)

    assert "self.time()" in source
    assert "monotonic" not in source


def test_wakeup_fd_is_registered(loop: Any) -> None:
    fds = {key.fd for key in loop._selector.get_map().values()}

    assert fds == {loops.wakeup_fd(loop)}


def test_loop_without_a_wakeup_pipe_has_no_wakeup_fd() -> None:
    loop: Any = object()

    assert loops.wakeup_fd(loop) == -1


@with_signals
def test_signal_handlers_are_seen(loop: Any) -> None:
    import signal

    assert not loops.has_signal_handlers(loop)
    loop.add_signal_handler(signal.SIGUSR1, print)
    assert loops.has_signal_handlers(loop)
    loop.remove_signal_handler(signal.SIGUSR1)
    assert not loops.has_signal_handlers(loop)


def test_task_tells_what_it_waits_for(loop: Any) -> None:
    async def main() -> None:
        sleeper = asyncio.ensure_future(asyncio.Event().wait())
        gathered = asyncio.gather(sleeper)
        waiting = asyncio.ensure_future(_awaits(gathered))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert tasks.waits_for(waiting) == [gathered]
        assert tasks.waits_for(gathered) == [sleeper]
        waiting.cancel()
        await asyncio.wait([waiting])

    loop.run_until_complete(main())


async def _awaits(future: Any) -> None:
    await future


def test_unknown_handles_are_made_by_their_constructor(
    loop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handles, "KNOWN_LAYOUT", False)

    handle = _queue(loop).call_at(1.0, print)

    assert repr(handle) == "<TimerHandle when=1.0 print()>"
