"""What a test puts in front of the checks' own methods stays there, and does no harm."""

import asyncio
import collections
import functools
import gc
import selectors
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asyncloop_testcase import TestCase, UncheckedWarning, check_loop, fail_on
from running import passed, run

ALL_THAT_SPY = {
    "active_handles": True,
    "active_selector_callbacks": True,
    "leaked_threads": True,
    "slow_callbacks": 60,
    "unawaited_coroutines": True,
}


class Foreign(selectors.SelectSelector):
    """A selector that keeps its keys somewhere else."""

    def __init__(self) -> None:
        super().__init__()
        self._fd_to_key = collections.OrderedDict()


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    # A selector of somebody else: one of the standard library gets no spies.
    loop = asyncio.SelectorEventLoop(Foreign())
    yield loop
    loop.close()


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("loop", "call_at"),
        ("selector", "register"),
        ("selector", "modify"),
        (threading.Thread, "start"),
        (asyncio.Handle, "_run"),
    ],
)
def test_method_that_the_test_put_in_front_stays_and_works(
    owner: Any, name: str, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    owner = {"loop": loop, "selector": loop._selector}.get(owner, owner)
    before = getattr(owner, name)

    with check_loop(loop, **ALL_THAT_SPY):
        ours = getattr(owner, name)
        assert ours != before

        def theirs(*args: Any, **kwargs: Any) -> Any:
            calls.append(args)
            return ours(*args, **kwargs)

        setattr(owner, name, theirs)
        loop.run_until_complete(asyncio.sleep(0))
    try:
        assert vars(owner)[name] is theirs
        calls.clear()
        handle = loop.call_at(loop.time(), str)
        loop.add_reader(loop._csock, str)
        loop.add_writer(loop._csock, str)
        loop.remove_reader(loop._csock)
        thread = threading.Thread(target=str)
        thread.start()
        thread.join()
        loop.run_until_complete(asyncio.sleep(0))
        handle.cancel()
        loop.remove_writer(loop._csock)
        assert calls
    finally:
        if isinstance(owner, type):
            setattr(owner, name, before)
        else:
            delattr(owner, name)


def test_hook_that_the_test_put_in_front_stays_and_passes_on(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetch() -> None:
        """Do nothing."""

    passed_on: list[str] = []
    before = sys.get_coroutine_origin_tracking_depth()
    monkeypatch.setattr(
        warnings, "_warn_unawaited_coroutine", lambda coro: passed_on.append(coro.__name__)
    )
    with check_loop(loop, unawaited_coroutines=True):
        loop.run_until_complete(asyncio.sleep(0))
        ours = warnings._warn_unawaited_coroutine

        def theirs(coro: object) -> None:
            ours(coro)

        warnings._warn_unawaited_coroutine = theirs

    assert warnings._warn_unawaited_coroutine is theirs
    try:
        sys.set_coroutine_origin_tracking_depth(1)  # as the checks of a test have it
        fetch()
    finally:
        sys.set_coroutine_origin_tracking_depth(before)
    assert passed_on == ["fetch"]


def test_method_that_the_loop_has_of_its_own_is_put_back(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_at = own = functools.partial(type(loop).call_at, loop)

    with check_loop(loop, active_handles=True):
        assert loop.call_at is not own
        loop.run_until_complete(asyncio.sleep(0))

    assert loop.call_at is own
    del loop.call_at


def test_loop_whose_methods_cannot_be_replaced_is_left_unchecked() -> None:
    class Closed(asyncio.SelectorEventLoop):
        def __setattr__(self, name: str, value: object) -> None:
            if name == "call_at":
                raise AttributeError(name)
            super().__setattr__(name, value)

    class Case(TestCase):
        loop_factory = Closed

        @fail_on(active_handles=True)
        async def test(self) -> None:
            self.loop.call_later(60, str)

    text = r"^the check active_handles .*Closed: its methods cannot be watched \(call_at\)$"
    with pytest.warns(UncheckedWarning, match=text):
        run(Case)
    assert passed(Case)


@pytest.mark.parametrize("first_out", [True, False])
def test_overlapping_blocks_leave_nothing_in_whatever_order_they_end(first_out: bool) -> None:
    def state() -> list[object]:
        return [
            sys.get_coroutine_origin_tracking_depth(),
            warnings._warn_unawaited_coroutine,
            asyncio.Handle._run,
            threading.Thread.start,
            subprocess.Popen.__init__,
            asyncio.BaseTransport.__init__,
            ThreadPoolExecutor.__init__,
            [*gc.callbacks],
            {**vars(asyncio.get_running_loop())}.keys() - {"_asyncgens_shutdown_called"},
        ]

    async def block(begun: asyncio.Event, end: asyncio.Event) -> None:
        async with check_loop(level="strict", slow_callbacks=60, unused_loop=False):
            begun.set()
            await end.wait()

    async def main() -> None:
        before = state()
        begun, ends = asyncio.Event(), [asyncio.Event(), asyncio.Event()]
        tasks = []
        for end in ends:
            begun.clear()
            tasks.append(asyncio.create_task(block(begun, end)))
            await begun.wait()
        order = [0, 1] if first_out else [1, 0]
        for place in order:
            ends[place].set()
            await asyncio.wait([tasks[place]])
        # Each may see the task of the other block; that is not what this is about.
        for task in tasks:
            task.exception()
        assert state() == before

    asyncio.run(main())


def test_blocks_in_threads_leave_nothing() -> None:
    hook = warnings._warn_unawaited_coroutine
    depths, threads = [], []
    begun = [threading.Event() for _ in range(3)]

    def run(mine: threading.Event, other: threading.Event) -> None:
        async def main() -> None:
            async with check_loop():
                mine.set()
                other.wait(60)

        asyncio.run(main())
        depths.append(sys.get_coroutine_origin_tracking_depth())

    for mine, other in zip(begun, begun[1:], strict=False):
        threads.append(threading.Thread(target=run, args=(mine, other)))
        threads[-1].start()
        mine.wait(60)
    threads[0].join()
    begun[2].set()
    threads[1].join()
    assert depths == [0, 0]
    assert warnings._warn_unawaited_coroutine is hook
