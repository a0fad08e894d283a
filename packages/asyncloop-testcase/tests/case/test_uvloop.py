"""The same on uvloop, which hides what it is made of."""

import asyncio
import contextlib
import contextvars
import types
import unittest
import warnings
from collections.abc import Iterator
from typing import Any

import faults
import pytest
from asyncloop_testcase import TestCase, exhaust_callbacks, run_forever, run_until_complete
from asyncloop_testcase._case import timeout as timeout_module
from asyncloop_testcase._checks.base import UncheckedWarning
from asyncloop_testcase._checks.fail_on import fail_on, lenient
from running import error_of, failure_of, passed, run

uvloop = pytest.importorskip("uvloop", reason="uvloop is not installed")

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")

pytestmark = pytest.mark.filterwarnings(
    "ignore::asyncloop_testcase._checks.base.UncheckedWarning"  # said once, and tested below
)


class UvTestCase(TestCase):
    loop_factory = uvloop.new_event_loop


@contextlib.contextmanager
def uv_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = uvloop.new_event_loop()
    try:
        yield loop
    finally:
        loop.close()


@pytest.mark.parametrize("mode", faults.MODES)
@pytest.mark.parametrize("outcome", faults.OUTCOMES)
@pytest.mark.parametrize("phase", faults.PHASES)
def test_faults_end_as_functions_do_in_unittest(phase: str, outcome: str, mode: str) -> None:
    log: list[str] = []
    reference = faults.make_case(
        unittest.TestCase, faults.sync_body(phase, outcome, log), "success expected"
    )
    ours = faults.make_case(
        UvTestCase, faults.coroutine_body(phase, outcome, log), "success expected"
    )

    assert faults.observe(ours, mode, log) == faults.observe(reference, mode, log)


def test_loop_is_made_current_and_closed() -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    class Case(UvTestCase):
        def test(self) -> None:
            loops.append(asyncio.get_event_loop())
            self.loop.run_until_complete(asyncio.sleep(0))

    assert passed(Case)
    assert isinstance(loops[0], uvloop.Loop)
    assert loops[0].is_closed()


def test_all_phases_share_one_context() -> None:
    class Case(UvTestCase):
        async def setUp(self) -> None:
            variable.set("setUp")

        async def test(self) -> None:
            assert variable.get() == "setUp"

    assert passed(Case)
    assert variable.get() == "unset"


def test_tasks_and_generators_that_are_left_are_ended() -> None:
    calls: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            calls.append("task")

    async def numbers() -> Any:
        try:
            yield 1
        finally:
            calls.append("generator")

    class Case(UvTestCase):
        async def test(self) -> None:
            self.task = asyncio.ensure_future(work())
            self.numbers = numbers()
            await self.numbers.__anext__()

    assert passed(lenient(Case))
    assert sorted(calls) == ["generator", "task"]


def test_stubborn_task_is_reported() -> None:
    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(1000)
            except asyncio.CancelledError:
                pass

    class Case(UvTestCase):
        cancel_timeout = 0.05

        async def test(self) -> None:
            self.task = asyncio.ensure_future(stubborn())
            await asyncio.sleep(0)

    assert "does it swallow the cancellation?" in error_of(lenient(Case))


def test_hanging_test_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    # A busy machine must not end the test before it hangs.
    clock = types.SimpleNamespace(monotonic=lambda: 10 * len(started))
    monkeypatch.setattr(timeout_module, "time", clock)

    class Case(UvTestCase):
        timeout = 0.05

        async def test(self) -> None:
            started.append("test")
            await asyncio.Event().wait()

    assert "await asyncio.Event().wait()" in failure_of(Case)


def test_hanging_function_is_reported() -> None:
    class Case(UvTestCase):
        timeout = 0.05

        def test(self) -> None:
            self.loop.run_until_complete(asyncio.Event().wait())

    assert "timeout of 0.05 s" in failure_of(lenient(Case))


def test_background_failure_fails_the_test() -> None:
    async def work() -> None:
        raise ZeroDivisionError("in the background")

    class Case(UvTestCase):
        async def test(self) -> None:
            task = asyncio.ensure_future(work())
            await asyncio.sleep(0)
            assert task.done()

    assert "ZeroDivisionError: in the background" in failure_of(Case)


def test_coroutine_that_was_never_awaited_fails_the_test() -> None:
    class Case(UvTestCase):
        async def test(self) -> None:
            asyncio.sleep(0)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert "unawaited_coroutines" in failure_of(Case)


def test_function_that_does_not_use_the_loop_fails() -> None:
    class Case(UvTestCase):
        def test(self) -> None:
            """Use no loop."""

    result = run(Case)

    assert not result.errors


def test_callbacks_are_exhausted_as_far_as_it_goes() -> None:
    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        seen: list[int] = []

        def step(left: int) -> None:
            seen.append(left)
            if left:
                loop.call_soon(step, left - 1)

        loop.call_soon(step, 20)
        await exhaust_callbacks(loop)
        return seen

    with uv_loop() as loop:
        assert loop.run_until_complete(main()) == list(range(20, -1, -1))


def test_decorators_take_the_loop() -> None:
    seen: list[asyncio.AbstractEventLoop] = []

    @run_until_complete(loop=uv_loop)
    async def first() -> None:
        seen.append(asyncio.get_running_loop())

    @run_forever(timeout=0, loop=uv_loop)
    async def second() -> Any:
        return lambda: seen.append(asyncio.get_running_loop())

    first()
    second()

    assert [type(loop) for loop in seen] == [uvloop.Loop, uvloop.Loop]


def test_checks_that_cannot_look_inside_say_so_once() -> None:
    class Loop(uvloop.Loop):  # type: ignore[misc]
        """A kind of its own, of which nothing was said yet."""

    class Case(TestCase):
        loop_factory = Loop

        async def test(self) -> None:
            await asyncio.sleep(0)

    fail_on(slow_callbacks=10)(Case)
    with warnings.catch_warnings(record=True) as first:
        warnings.simplefilter("always")
        assert passed(Case)
    with warnings.catch_warnings(record=True) as second:
        warnings.simplefilter("always")
        assert passed(Case)

    said = [str(each.message) for each in first if each.category is UncheckedWarning]
    assert len(said) == 1
    assert said[0].startswith("the check slow_callbacks cannot work with ")
    assert [each for each in second if each.category is UncheckedWarning] == []
