"""What a test puts in front of the checks' own methods stays there, and does no harm."""

import asyncio
import collections
import functools
import selectors
import sys
import threading
import warnings
from collections.abc import Iterator
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
