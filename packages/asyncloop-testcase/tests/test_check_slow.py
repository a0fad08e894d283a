"""The check slow_callbacks."""

import asyncio
import threading
import time

import pytest
from asyncloop_testcase import (
    CannotCheckError,
    TestCase,
    UncheckedWarning,
    _check_slow,
    fail_on,
    strict,
)
from checking import plain, verdict_of
from running import passed, run

# Real time is the matter here: the limit is short, what blocks is much longer.
LIMIT = 0.02
LONG = 0.08


def block() -> None:
    time.sleep(LONG)


def without_times(text: str) -> str:
    return plain(text).replace("took 0.08", "took SECONDS").replace("took 0.09", "took SECONDS")


def test_blocking_step_of_a_task_names_the_line() -> None:
    class Case(TestCase):
        @fail_on(slow_callbacks=LIMIT)
        async def test(self) -> None:
            await asyncio.sleep(0)
            block()

    head, _, rest = verdict_of(Case, "slow_callbacks").partition("\n    blocked at")
    assert head.startswith("slow_callbacks: callbacks blocked the loop\n  Task 'Task-")
    assert head.endswith(" s, the limit is 0.02 s")
    assert (
        rest
        == """
      File "test_check_slow.py", in test
        block()
      File "test_check_slow.py", in block
        time.sleep(LONG)"""
    )


def test_blocking_callback() -> None:
    class Case(TestCase):
        @fail_on(slow_callbacks=LIMIT)
        async def test(self) -> None:
            asyncio.get_running_loop().call_soon(block)
            await asyncio.sleep(0.001)

    verdict = verdict_of(Case, "slow_callbacks")
    assert "\n  callback test_check_slow.block() took 0." in verdict
    assert 'File "test_check_slow.py", in block' in verdict


def test_many_short_callbacks_are_not_one_long() -> None:
    class Case(TestCase):
        @fail_on(slow_callbacks=0.5)
        async def test(self) -> None:
            for _ in range(20):
                asyncio.get_running_loop().call_soon(time.sleep, 0.03)
            await asyncio.sleep(0.001)

    passed(Case)


def test_waiting_is_not_blocking() -> None:
    class Case(TestCase):
        @fail_on(slow_callbacks=LIMIT * 2)
        async def test(self) -> None:
            await asyncio.sleep(LIMIT * 3)
            await asyncio.to_thread(time.sleep, LIMIT * 3)

    passed(Case)


def test_strict_does_not_switch_it_on() -> None:
    class Case(TestCase):
        @strict
        async def test(self) -> None:
            time.sleep(0.12)

    passed(Case)


def test_true_stands_for_a_tenth_of_a_second() -> None:
    class Case(TestCase):
        @fail_on(slow_callbacks=True)
        async def test(self) -> None:
            time.sleep(0.15)

    assert "the limit is 0.1 s" in verdict_of(Case, "slow_callbacks")


def test_loops_of_other_threads_are_not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = threading.local()  # on a busy machine, this thread's own callbacks may be slow too
    monkeypatch.setattr(_check_slow, "perf_counter", lambda: getattr(clock, "now", 0.0))

    class Case(TestCase):
        @fail_on(slow_callbacks=LIMIT)
        async def test(self) -> None:
            async def other() -> None:
                clock.now = LONG

            await asyncio.to_thread(asyncio.run, other())

    passed(Case)


def test_everything_is_as_before() -> None:
    original = asyncio.Handle._run
    threads = threading.active_count()

    class Case(TestCase):
        @fail_on(slow_callbacks=LIMIT)
        async def test(self) -> None:
            assert asyncio.Handle._run is not original
            raise ValueError

    run(Case)
    assert asyncio.Handle._run is original
    assert threading.active_count() == threads


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


def test_limit_of_the_class_can_be_switched_off() -> None:
    @fail_on(slow_callbacks=LIMIT)
    class Case(TestCase):
        @fail_on(slow_callbacks=False)
        async def test(self) -> None:
            block()

    passed(Case)
