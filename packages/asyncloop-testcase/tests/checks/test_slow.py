"""The check slow_callbacks."""

import asyncio
import selectors
import threading
import time
from typing import Any

import pytest
from asyncloop_testcase import (
    CannotCheckError,
    TestCase,
    UncheckedWarning,
    fail_on,
    strict,
)
from asyncloop_testcase._checks import slow
from checking import verdict_of
from running import passed, run

LIMIT = 0.02
LONG = 0.08


class Clock:
    """Stands in for the clock of the check, and moves when it is told to."""

    now = 0.0

    def __init__(self) -> None:
        self.checks: list[slow.SlowCallbacks] = []

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Let it be later, as if this callback had taken so long."""
        self.now += seconds

    def block(self) -> None:
        """Let it be later, and wait until the watchdog has looked what goes on here."""
        self.now += LONG
        patience = time.monotonic() + 30
        while not self.checks[-1]._stacks and time.monotonic() < patience:
            threading.Event().wait(0.001)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    start = slow.SlowCallbacks.start

    def remember(check: slow.SlowCallbacks) -> None:
        clock.checks.append(check)
        start(check)

    monkeypatch.setattr(slow, "perf_counter", clock)
    monkeypatch.setattr(slow.SlowCallbacks, "start", remember)
    return clock


def test_blocking_step_of_a_task_names_the_line(clock: Clock) -> None:
    class Case(TestCase):
        @fail_on(slow_callbacks=LIMIT)
        async def test(self) -> None:
            await asyncio.sleep(0)
            clock.block()

    head, _, rest = verdict_of(Case, "slow_callbacks").partition("\n    blocked at")
    assert head.startswith("slow_callbacks: callbacks blocked the loop\n  Task 'Task-")
    assert head.endswith("took 0.08 s, the limit is 0.02 s")
    assert rest.startswith(
        """
      File "test_slow.py", in test
        clock.block()
      File "test_slow.py", in block
"""
    )


def test_blocking_callback(clock: Clock) -> None:
    class Case(TestCase):
        @fail_on(slow_callbacks=LIMIT)
        async def test(self) -> None:
            asyncio.get_running_loop().call_soon(clock.block)
            await asyncio.sleep(0)

    verdict = verdict_of(Case, "slow_callbacks")
    assert "\n  callback test_slow.Clock.block() took 0.08 s" in verdict
    assert 'File "test_slow.py", in block' in verdict


def test_many_short_callbacks_are_not_one_long(clock: Clock) -> None:
    class Case(TestCase):
        @fail_on(slow_callbacks=LIMIT)
        async def test(self) -> None:
            for _ in range(20):
                asyncio.get_running_loop().call_soon(clock.pass_by, LIMIT / 2)
            await asyncio.sleep(0)

    passed(Case)
    assert clock.now > 5 * LIMIT


def test_waiting_is_not_blocking(clock: Clock) -> None:
    class Waiting(selectors.DefaultSelector):
        def select(self, timeout: float | None = None) -> list[tuple[Any, int]]:
            clock.pass_by(LONG)
            return super().select(timeout)

    class Case(TestCase):
        loop_factory = staticmethod(lambda: asyncio.SelectorEventLoop(Waiting()))

        @fail_on(slow_callbacks=LIMIT)
        async def test(self) -> None:
            await asyncio.sleep(0)
            await asyncio.to_thread(int)

    passed(Case)
    assert clock.now > LONG


def test_callback_is_judged_by_real_time() -> None:
    class Case(TestCase):
        @fail_on(slow_callbacks=0.001)
        async def test(self) -> None:
            begun = time.perf_counter()
            while time.perf_counter() < begun + 0.002:
                pass

    assert "the limit is 0.001 s" in verdict_of(Case, "slow_callbacks")


def test_strict_does_not_switch_it_on(clock: Clock) -> None:
    class Case(TestCase):
        @strict
        async def test(self) -> None:
            clock.pass_by(3600)

    passed(Case)
    assert clock.checks == []


def test_true_stands_for_a_tenth_of_a_second(clock: Clock) -> None:
    class Case(TestCase):
        @fail_on(slow_callbacks=True)
        async def test(self) -> None:
            clock.pass_by(0.15)

    assert "the limit is 0.1 s" in verdict_of(Case, "slow_callbacks")


def test_loops_of_other_threads_are_not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = threading.local()  # on a busy machine, this thread's own callbacks may be slow too
    monkeypatch.setattr(slow, "perf_counter", lambda: getattr(clock, "now", 0.0))

    class Case(TestCase):
        @fail_on(slow_callbacks=LIMIT)
        async def test(self) -> None:
            async def other() -> None:
                clock.now = LONG

            await asyncio.to_thread(asyncio.run, other())

    passed(Case)


def test_everything_is_as_before() -> None:
    original = asyncio.Handle._run
    threads = set(threading.enumerate())

    class Case(TestCase):
        @fail_on(slow_callbacks=LIMIT)
        async def test(self) -> None:
            assert asyncio.Handle._run is not original
            raise ValueError

    run(Case)
    assert asyncio.Handle._run is original
    assert set(threading.enumerate()) <= threads


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        ("fast", TypeError, r"fail_on\(slow_callbacks='fast'\): not a number of seconds"),
        (None, TypeError, r"fail_on\(slow_callbacks=None\): not a number of seconds"),
        (0, ValueError, r"fail_on\(slow_callbacks=0\): the seconds have to be more than 0"),
        (-1.5, ValueError, r"fail_on\(slow_callbacks=-1.5\): the seconds have to be more"),
        (float("nan"), ValueError, r"fail_on\(slow_callbacks=nan\)"),
        (float("inf"), ValueError, r"fail_on\(slow_callbacks=inf\)"),
    ],
)
def test_bad_limits_are_refused(value: object, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        fail_on(slow_callbacks=value)


def test_names_of_what_is_raised() -> None:
    assert issubclass(CannotCheckError, Exception)
    assert issubclass(UncheckedWarning, UserWarning)


def test_limit_of_the_class_can_be_switched_off(clock: Clock) -> None:
    @fail_on(slow_callbacks=LIMIT)
    class Case(TestCase):
        @fail_on(slow_callbacks=False)
        async def test(self) -> None:
            clock.pass_by(LONG)

    passed(Case)
