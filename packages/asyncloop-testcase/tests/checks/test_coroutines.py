"""The checks unawaited_coroutines and active_asyncgens."""

import asyncio
import gc
import inspect
import subprocess
import sys
import threading
import types
import unittest
import warnings
import weakref
from collections.abc import AsyncIterator
from typing import Any
from unittest import mock

import pytest
from asyncloop_testcase import TestCase, check_loop, fail_on, strict, timeout
from checking import verdict_of
from running import passed, run

KEPT: list[object] = []


@pytest.fixture(autouse=True)
def nothing_kept() -> object:
    yield
    KEPT.clear()
    gc.collect()


async def fetch() -> int:
    return 1


async def numbers() -> AsyncIterator[int]:
    for i in range(3):
        yield i


def test_dropped_coroutine() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            fetch()  # dropped

    assert (
        verdict_of(Case, "unawaited_coroutines")
        == """\
unawaited_coroutines: coroutines were never awaited
  coroutine fetch()
    created at File "test_coroutines.py", in test
      fetch()  # dropped"""
    )


@pytest.mark.parametrize("spec", [None, fetch], ids=["plain", "side effect"])
def test_forgotten_mock_is_reported_with_the_line_that_called_it(spec: object) -> None:
    class Case(TestCase):
        async def test(self) -> None:
            mock.AsyncMock(side_effect=spec)()  # dropped

    assert verdict_of(Case, "unawaited_coroutines").endswith(
        """\
    created at File "test_coroutines.py", in test
      mock.AsyncMock(side_effect=spec)()  # dropped"""
    )


@pytest.fixture
def helpers(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A module that makes a coroutine under so many layers of its functions."""
    module = types.ModuleType("helpers")
    module.__file__ = "helpers.py"
    code = """
__unittest = True
async def make(): pass
def call(layers): return call(layers - 1) if layers > 1 else make()
"""
    exec(compile(code, module.__file__, "exec"), vars(module))  # noqa: S102 - the line above
    monkeypatch.setitem(sys.modules, "helpers", module)
    return module


def test_coroutine_made_by_four_layers_of_helpers_is_reported_with_the_line_of_the_test(
    helpers: Any,
) -> None:
    class Case(TestCase):
        async def test(self) -> None:
            helpers.call(4)  # dropped

    assert verdict_of(Case, "unawaited_coroutines").endswith(
        """\
    created at File "test_coroutines.py", in test
      helpers.call(4)  # dropped"""
    )


def test_coroutine_made_by_more_layers_of_helpers_is_reported_without_a_line(helpers: Any) -> None:
    class Case(TestCase):
        async def test(self) -> None:
            helpers.call(5)

    assert verdict_of(Case, "unawaited_coroutines").endswith("  coroutine make()")


def test_coroutine_made_by_the_loop_is_not_blamed_on_the_line_that_ran_the_loop() -> None:
    class Case(TestCase):
        def test(self) -> None:
            self.loop.call_soon(asyncio.sleep, 0)  # a callback is not awaited
            self.loop.run_until_complete(asyncio.sleep(0))

    assert verdict_of(Case, "unawaited_coroutines").endswith("  coroutine sleep()")


EXPECTED_WARNING = """
import asyncio, unittest
from asyncloop_testcase import TestCase

class Tests(TestCase):
    async def test_that_expects_the_warning(self):
        with self.assertWarns(RuntimeWarning):
            asyncio.sleep(0)

    async def test_that_forgets_to_await(self):
        asyncio.sleep(0)

result = unittest.TestResult()
Tests("test_that_expects_the_warning").run(result)
assert result.wasSuccessful(), result
Tests("test_that_forgets_to_await").run(result)
assert len(result.failures) == 1, result
"""


@pytest.mark.parametrize("flag", ["0", "1"])
def test_filters_of_a_block_are_known_with_context_aware_warnings_and_without(flag: str) -> None:
    option = f"context_aware_warnings={flag}"  # Pythons before 3.14 ignore it
    subprocess.run([sys.executable, "-X", option, "-c", EXPECTED_WARNING], check=True)


class Holder:
    """Has an attribute."""

    kept: object = None


KEEPS = {
    "global list": lambda coro: KEPT.append(coro),
    "global object": lambda coro: KEPT.append(vars(Holder()) | {"kept": coro}),
    "class": lambda coro: setattr(Holder, "kept", coro),
    "closure": lambda coro: KEPT.append(lambda: coro),
    "default": lambda coro: KEPT.append(lambda it=coro: it),
    "generator": lambda coro: KEPT.append(each for each in [coro]),
    "argument of a coroutine": lambda coro: KEPT.append(asyncio.wait_for(coro, 1)),
}


@pytest.mark.parametrize("keep", KEEPS.values(), ids=KEEPS)
def test_coroutine_that_somebody_can_await_is_left_alone(keep) -> None:
    made = []

    class Case(TestCase):
        async def test(self) -> None:
            coro = fetch()
            made.append(weakref.ref(coro))
            keep(coro)

    try:
        passed(Case)
        coro = made[0]()
        assert inspect.getcoroutinestate(coro) == "CORO_CREATED"
        assert asyncio.run(coro) == 1
        for each in KEPT:
            if inspect.iscoroutine(each):
                each.close()
    finally:
        KEPT.clear()
        Holder.kept = None


def test_coroutine_that_the_code_after_a_block_awaits_is_left_alone() -> None:
    async def main() -> int:
        async with check_loop():
            coro = fetch()
        return await coro

    assert asyncio.run(main()) == 1


def test_coroutine_that_a_class_fixture_awaits_is_left_alone() -> None:
    seen = []

    class Case(TestCase):
        @classmethod
        def tearDownClass(cls) -> None:
            seen.append(asyncio.run(cls.coro))

        async def test(self) -> None:
            type(self).coro = fetch()

    result = unittest.TestResult()
    unittest.TestSuite([Case("test")]).run(result)
    assert result.errors == result.failures == []
    assert seen == [1]


@pytest.mark.parametrize("shape", ["itself", "list", "dictionary", "object", "method"])
def test_coroutine_that_only_the_test_case_has_can_be_awaited_by_nobody(shape: str) -> None:
    class Case(TestCase):
        async def test(self) -> None:
            coro = fetch()
            holder = Holder()
            holder.kept = coro
            shapes = {
                "itself": coro,
                "list": [coro],
                "dictionary": {"one": [coro]},
                "object": holder,
                "method": coro.send,
            }
            self.kept = shapes[shape]

    assert "coro = fetch()" in verdict_of(Case, "unawaited_coroutines")


def test_coroutine_pinned_by_a_traceback() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            try:
                pinned = fetch()
                raise ValueError(pinned.__name__)
            except ValueError as error:
                KEPT.append(error)

    assert "pinned = fetch()" in verdict_of(Case, "unawaited_coroutines")


def test_coroutine_in_a_reference_cycle() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            cycle = [fetch()]
            cycle.append(cycle)

    gc.disable()
    try:
        assert "cycle = [fetch()]" in verdict_of(Case, "unawaited_coroutines")
    finally:
        gc.enable()


def test_coroutine_of_a_synchronous_test_and_of_set_up() -> None:
    class Case(TestCase):
        def setUp(self) -> None:
            fetch()

        @fail_on(unused_loop=False)
        def test(self) -> None:
            fetch()

    assert verdict_of(Case, "unawaited_coroutines").count("coroutine fetch()") == 2


def test_coroutine_made_in_another_thread() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            await asyncio.to_thread(fetch)

    assert "coroutine fetch()" in verdict_of(Case, "unawaited_coroutines")


@pytest.mark.filterwarnings("ignore:coroutine 'fetch' was never awaited")
@pytest.mark.parametrize("pinned", [True, False])
def test_later_test_is_not_blamed(pinned: bool) -> None:
    class First(TestCase):
        async def test(self) -> None:
            coro = fetch()
            if pinned:
                KEPT.append(coro)

    class Second(TestCase):
        async def test(self) -> None:
            KEPT.clear()
            gc.collect()

    assert run(First).wasSuccessful() == pinned
    passed(Second)


def test_test_around_a_block_is_blamed_for_what_the_block_has_left_alive() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            async with check_loop():
                coro = fetch()
            del coro

    assert "coro = fetch()" in verdict_of(Case, "unawaited_coroutines")


@pytest.mark.filterwarnings("ignore:coroutine 'fetch' was never awaited")
def test_coroutine_of_an_unchecked_test_is_not_blamed_on_a_later_one() -> None:
    class First(TestCase):
        @fail_on(unawaited_coroutines=False)
        async def test(self) -> None:
            KEPT.append(fetch())

    class Second(TestCase):
        async def test(self) -> None:
            KEPT.clear()

    passed(First)
    passed(Second)


@pytest.mark.filterwarnings("ignore:coroutine 'fetch' was never awaited")
def test_coroutine_of_an_earlier_test_is_not_blamed_on_one_in_which_a_thread_ends() -> None:
    ending = threading.Event()
    thread = threading.Thread(target=ending.wait)

    class Case(TestCase):
        async def test(self) -> None:
            ending.set()
            thread.join()
            KEPT.clear()

    KEPT.append(fetch())
    thread.start()
    passed(Case)


@pytest.mark.parametrize("switch", [fail_on(), strict])
@pytest.mark.parametrize("phase", ["setUp", "asyncSetUp", "test", "tearDown", "cleanup"])
@pytest.mark.parametrize("pinned", [True, False])
def test_failing_test_says_what_it_forgot_to_await(phase: str, pinned: bool, switch) -> None:
    def forget(self: TestCase) -> None:
        coro = fetch()
        if not pinned:
            del coro
        self.fail("on purpose")

    async def test(self: TestCase) -> None:
        if phase == "cleanup":
            self.addCleanup(forget, self)
        if phase == "test":
            forget(self)

    async def asynchronous(self: TestCase) -> None:
        forget(self)

    phases = {"setUp": forget, "asyncSetUp": asynchronous, "tearDown": forget}
    body = {"test": test, **({phase: phases[phase]} if phase in phases else {})}
    result = run(switch(type("Case", (TestCase,), body)))
    (_, first), (_, second) = result.failures
    assert "AssertionError: on purpose" in first
    assert "unawaited_coroutines (the test failed as well, and this may be the cause)" in second
    assert "coro = fetch()" in second


def test_set_up_that_calls_an_asynchronous_one_without_await_is_told() -> None:
    class Base(TestCase):
        async def setUp(self) -> None:
            self.ready = True

    class Case(Base):
        ready = False

        def setUp(self) -> None:
            super().setUp()

        async def test(self) -> None:
            assert self.ready

    (_, text) = run(Case).failures[1]
    assert "setUp()" in text
    assert "super().setUp()" in text


def test_test_that_hangs_says_what_it_forgot_to_await() -> None:
    class Case(TestCase):
        @timeout(0.05)
        async def test(self) -> None:
            fetch()
            await asyncio.Event().wait()

    assert "coroutine fetch()" in run(Case).failures[1][1]


def test_test_that_is_skipped_says_what_it_forgot_to_await() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            fetch()
            self.skipTest("on purpose")

    result = run(Case)
    assert len(result.skipped) == 1
    assert "coroutine fetch()" in result.failures[0][1]
    assert "the test failed as well" not in result.failures[0][1]


def test_debug_says_what_was_forgotten() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            fetch()
            self.fail("on purpose")

    with pytest.raises(AssertionError, match="on purpose") as caught:
        Case("test").debug()
    assert "coroutine fetch()" in caught.value.__notes__[0]


def test_error_of_the_test_has_a_note_for_runners_that_write_it_down_later() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            fetch()
            self.fail("on purpose")

    class Result(unittest.TestResult):
        def addFailure(self, test: object, error: Any) -> None:
            self.failures.append((test, error[1]))

    result = Result()
    Case("test").run(result)
    assert "coroutine fetch()" in result.failures[0][1].__notes__[0]


def test_later_test_does_not_hear_of_what_a_failed_one_has_forgotten() -> None:
    class First(TestCase):
        async def test(self) -> None:
            pinned = fetch()
            raise ValueError(f"first {pinned.__name__}")

    class Second(TestCase):
        async def test(self) -> None:
            gc.collect()

    assert len(run(First).errors) == 1
    passed(Second)


def test_warnings_recorded_by_the_test_are_its_own() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            with self.assertWarnsRegex(RuntimeWarning, "coroutine 'fetch' was never awaited"):
                fetch()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fetch()

    passed(Case)


def test_coroutines_that_are_awaited_closed_or_due_are_none() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            await fetch()
            fetch().close()
            self.done = fetch()
            await self.done
            self.task = asyncio.create_task(fetch())  # has not begun, and will

    passed(Case)


def test_coroutine_of_a_task_that_was_made_in_the_last_turn_is_none() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with check_loop(unawaited_coroutines=True):
            loop.call_soon(lambda: loop.create_task(fetch()))

    asyncio.run(main())


def test_hook_and_origin_depth_are_restored() -> None:
    hook = warnings._warn_unawaited_coroutine
    depth = sys.get_coroutine_origin_tracking_depth()

    class Case(TestCase):
        async def test(self) -> None:
            assert warnings._warn_unawaited_coroutine is not hook
            raise ValueError

    run(Case)
    assert warnings._warn_unawaited_coroutine is hook
    assert sys.get_coroutine_origin_tracking_depth() == depth


def test_deeper_origins_of_the_user_stay() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            assert sys.get_coroutine_origin_tracking_depth() == 7

    sys.set_coroutine_origin_tracking_depth(7)
    try:
        passed(Case)
        assert sys.get_coroutine_origin_tracking_depth() == 7
    finally:
        sys.set_coroutine_origin_tracking_depth(0)


def test_open_async_generator() -> None:
    class Case(TestCase):
        @fail_on(active_asyncgens=True)
        async def test(self) -> None:
            self.numbers = numbers()
            async for _ in self.numbers:
                break

    assert (
        verdict_of(Case, "active_asyncgens")
        == """\
active_asyncgens: async generators were not closed
  async generator numbers()
    stopped at
      File "test_coroutines.py", in numbers
        yield i"""
    )


def test_async_generators_that_are_exhausted_closed_unused_or_dropped_are_closed() -> None:
    class Case(TestCase):
        @strict
        async def test(self) -> None:
            self.exhausted = numbers()
            assert [i async for i in self.exhausted] == [0, 1, 2]
            self.closed = numbers()
            async for _ in self.closed:
                break
            await self.closed.aclose()
            self.unused = numbers()
            async for _ in numbers():
                break

    passed(Case)


def test_async_generator_in_garbage_is_closed_by_the_loop() -> None:
    closed = []

    async def cyclic() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            closed.append(True)

    class Case(TestCase):
        @strict
        async def test(self) -> None:
            generator = cyclic()
            await generator.__anext__()
            cycle = [generator]
            cycle.append(cycle)

    gc.disable()
    try:
        passed(Case)
    finally:
        gc.enable()
    assert closed == [True]
