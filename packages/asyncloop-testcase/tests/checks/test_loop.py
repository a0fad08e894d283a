"""The checks unused_loop and active_handles."""

import asyncio
import functools

import anyio
import pytest
from asyncloop_testcase import TestCase, check_loop, fail_on, lenient
from checking import verdict_of
from running import failure_of, passed, run


def ring() -> None:
    """Do nothing."""


class TestUnusedLoop:
    def test_synchronous_test_that_does_not_run_the_loop(self) -> None:
        class Case(TestCase):
            def test(self) -> None:
                pass

        assert (
            verdict_of(Case, "unused_loop")
            == """\
unused_loop: the loop did not run during the test
  neither the test method nor tearDown ran the loop"""
        )

    def test_set_up_alone_does_not_count(self) -> None:
        class Case(TestCase):
            async def setUp(self) -> None:
                await asyncio.sleep(0)

            def test(self) -> None:
                pass

        verdict_of(Case, "unused_loop")

    def test_turn_that_the_checks_take_does_not_count(self) -> None:
        called: list[str] = []
        loop = asyncio.new_event_loop()
        with pytest.raises(AssertionError, match="unused_loop"), check_loop(loop):
            loop.call_soon(called.append, "at the end")
        assert called == ["at the end"]
        loop.close()

    def test_test_that_runs_the_loop(self) -> None:
        class Case(TestCase):
            def test(self) -> None:
                self.loop.run_until_complete(asyncio.sleep(0))

        passed(Case)

    def test_run_forever_counts(self) -> None:
        class Case(TestCase):
            def test(self) -> None:
                self.loop.call_soon(self.loop.stop)
                self.loop.run_forever()

        passed(Case)

    def test_tear_down_that_runs_the_loop_counts(self) -> None:
        class Case(TestCase):
            def test(self) -> None:
                pass

            async def tearDown(self) -> None:
                await asyncio.sleep(0)

        passed(Case)

    def test_cleanup_that_runs_the_loop_does_not_count(self) -> None:
        cleaned: list[str] = []

        class Case(TestCase):
            def test(self) -> None:
                self.addCleanup(self.tidy_up)

            async def tidy_up(self) -> None:
                await asyncio.sleep(0)
                cleaned.append("up")

        verdict_of(Case, "unused_loop")
        assert cleaned == ["up"]

    def test_set_up_and_cleanups_do_not_count_either_if_it_is_the_only_check(self) -> None:
        @lenient
        class Case(TestCase):
            async def setUp(self) -> None:
                await asyncio.sleep(0)
                self.addCleanup(asyncio.sleep, 0)

            @fail_on(unused_loop=True)
            def test(self) -> None:
                pass

        verdict_of(Case, "unused_loop")

    def test_cleanup_after_a_tear_down_that_ran_the_loop_changes_nothing(self) -> None:
        class Case(TestCase):
            def test(self) -> None:
                self.addCleanup(asyncio.sleep, 0)

            async def tearDown(self) -> None:
                await asyncio.sleep(0)

        passed(Case)

    def test_cleanups_called_by_the_test_are_part_of_it(self) -> None:
        class Case(TestCase):
            def test(self) -> None:
                self.addCleanup(asyncio.sleep, 0)
                self.doCleanups()

        passed(Case)

    def test_coroutine_test_cannot_fail_it(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                pass

        passed(Case)

    def test_function_that_returns_a_coroutine_cannot_fail_it(self) -> None:
        class Case(TestCase):
            def test(self) -> object:
                return asyncio.sleep(0)

        passed(Case)

    @pytest.mark.parametrize("outcome", ["skip", "fail", "set-up"])
    def test_test_that_did_not_get_to_it_is_not_blamed(self, outcome: str) -> None:
        class Case(TestCase):
            def setUp(self) -> None:
                if outcome == "set-up":
                    self.fail("set-up")

            def test(self) -> None:
                self.skipTest("why") if outcome == "skip" else self.fail("test")

        result = run(Case)
        assert len(result.failures) == (outcome != "skip")
        assert not any("unused_loop" in text for _, text in result.failures)

    def test_loop_is_as_before(self) -> None:
        loop = asyncio.new_event_loop()
        names = list(vars(loop))
        with check_loop(loop, level="strict"):
            assert "call_at" in vars(loop)
            assert "run_forever" in vars(loop)
            loop.run_until_complete(asyncio.sleep(0))
        assert list(vars(loop)) == names
        loop.close()


class TestActiveHandles:
    def test_timer_that_is_left(self) -> None:
        class Case(TestCase):
            @fail_on(active_handles=True)
            async def test(self) -> None:
                asyncio.get_running_loop().call_later(3600, ring)

        verdict = verdict_of(Case, "active_handles")
        assert (
            verdict
            == """\
active_handles: timers are left on the loop
  timer due in 3600 s: test_loop.ring()
    created at File "test_loop.py", in test
      asyncio.get_running_loop().call_later(3600, ring)"""
        )

    def test_partial_and_call_at(self) -> None:
        class Case(TestCase):
            @fail_on(active_handles=True)
            async def test(self) -> None:
                loop = asyncio.get_running_loop()
                loop.call_at(loop.time() + 60, functools.partial(ring))

        assert "test_loop.ring()" in verdict_of(Case, "active_handles")

    def test_timers_that_are_cancelled_or_have_run_are_none(self) -> None:
        class Case(TestCase):
            @fail_on(active_handles=True)
            async def test(self) -> None:
                loop = asyncio.get_running_loop()
                self.timers = [loop.call_later(0, ring), loop.call_later(60, ring)]
                self.timers[1].cancel()
                await asyncio.sleep(0.001)
                async with asyncio.Lock():
                    await asyncio.wait_for(asyncio.sleep(0), 60)

        passed(Case)

    def test_timer_that_is_due_runs_in_the_last_turn(self) -> None:
        class Case(TestCase):
            @fail_on(active_handles=True)
            def test(self) -> None:
                self.loop.run_until_complete(asyncio.sleep(0))
                self.loop.call_later(0, self.addCleanup, ring)

        passed(Case)

    def test_timer_of_a_task_that_is_cancelled_at_last_is_none(self) -> None:
        class Case(TestCase):
            @fail_on(active_handles=True)
            async def test(self) -> None:
                task = asyncio.create_task(asyncio.sleep(60))
                await asyncio.sleep(0)
                task.cancel()

        passed(Case)

    def test_many_timers_are_not_remembered_for_ever(self) -> None:
        class Case(TestCase):
            @fail_on(active_handles=True)
            async def test(self) -> None:
                loop = asyncio.get_running_loop()
                for _ in range(5000):
                    loop.call_later(60, ring).cancel()

        passed(Case)

    def test_timers_of_an_earlier_test_are_not_blamed_on_a_later_one(self) -> None:
        class First(TestCase):
            use_default_loop = True

            async def test(self) -> None:
                asyncio.get_running_loop().call_later(60, ring)

        @fail_on(active_handles=True)
        class Second(First):
            async def test(self) -> None:
                pass

        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            passed(First)
            passed(Second)
        finally:
            asyncio.set_event_loop(None)
            loop.close()


def test_callback_without_a_name_is_named_by_itself() -> None:
    class Ring:
        def __call__(self) -> None:
            """Do nothing."""

        def __repr__(self) -> str:
            return "<the bell>"

    class Case(TestCase):
        @fail_on(active_handles=True)
        async def test(self) -> None:
            asyncio.get_running_loop().call_later(3600, Ring())

    assert "timer due in 3600 s: <the bell>" in verdict_of(Case, "active_handles")


class TestOneLeakIsOneFinding:
    """A timer that only serves a task belongs to the finding of the task."""

    async def sleeps(self) -> None:
        await asyncio.sleep(3600)

    async def waits(self) -> None:
        await asyncio.wait_for(asyncio.Event().wait(), 3600)

    async def gathers(self) -> None:
        await asyncio.gather(asyncio.sleep(3600), asyncio.Event().wait())

    async def has_a_timeout(self) -> None:
        async with asyncio.timeout(3600):
            await asyncio.Event().wait()

    async def is_in_a_cancel_scope(self) -> None:
        with anyio.fail_after(3600):
            await asyncio.Event().wait()

    async def has_a_limit_with_attributes(self) -> None:
        class Limit:
            def __init__(self) -> None:
                self.task = asyncio.current_task()
                self.timer = asyncio.get_running_loop().call_later(3600, self.reached)

            def reached(self) -> None:
                self.task.cancel()

        limit = Limit()
        assert vars(limit)  # from 3.11 on, only who asks makes a dictionary of them
        await asyncio.Event().wait()

    @pytest.mark.parametrize(
        "kind",
        [
            sleeps,
            waits,
            gathers,
            has_a_limit_with_attributes,
            pytest.param(
                has_a_timeout,
                marks=pytest.mark.skipif(
                    not hasattr(asyncio, "timeout"), reason="asyncio.timeout() is new in 3.11"
                ),
            ),
            is_in_a_cancel_scope,
        ],
    )
    def test_timer_of_a_task(self, kind) -> None:
        outer = self

        class Case(TestCase):
            @fail_on(pending_tasks=True, active_handles=True)
            async def test(self) -> None:
                self.task = asyncio.ensure_future(kind(outer))
                await asyncio.sleep(0)
                await asyncio.sleep(0)

        assert "a check failed: pending_tasks" in failure_of(Case)

    def test_with_the_check_of_timers_alone_it_is_a_finding(self) -> None:
        class Case(TestCase):
            @fail_on(active_handles=True)
            async def test(self) -> None:
                self.task = asyncio.ensure_future(asyncio.sleep(3600))
                await asyncio.sleep(0)

        assert "a check failed: active_handles" in failure_of(Case)

    def test_timer_that_does_something_else_is_one_of_its_own(self) -> None:
        class Case(TestCase):
            @fail_on(pending_tasks=True, active_handles=True)
            async def test(self) -> None:
                self.task = asyncio.ensure_future(asyncio.Event().wait())
                self.loop.call_later(3600, print)
                await asyncio.sleep(0)

        assert "2 checks failed: pending_tasks, active_handles" in failure_of(Case)
