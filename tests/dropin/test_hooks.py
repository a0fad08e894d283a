"""What a subclass of asynctest 0.13's test cases could override, and what it could rely on."""

import asyncio
import functools
import types
import unittest
import unittest.case
import warnings

import pytest

import asynctest
from asynctest import _cpython


def run(case: type[unittest.TestCase], method: str = "test") -> unittest.TestResult:
    result = unittest.TestResult()
    case(method).run(result)
    return result


def passes(case: type[unittest.TestCase], method: str = "test") -> bool:
    result = run(case, method)
    assert result.errors == [], result.errors[0][1]
    assert result.failures == [], result.failures[0][1]
    return result.wasSuccessful()


@pytest.fixture
def no_loop():
    """Leave the test without a current loop, and take away what it leaves."""
    asyncio.set_event_loop(None)
    yield
    asyncio.set_event_loop(None)


def make_policy(original, loop):
    return asynctest.case._Policy(original, loop, False)


class TestPolicy:
    def test_a_suite_with_its_own_run_and_policy_works(self, no_loop):
        events = []

        class Tests(asynctest.TestCase):
            use_default_loop = True

            def _init_loop(self):
                self.loop = type(self).shared
                _cpython.set_policy(make_policy(_cpython.get_policy(), None))
                self.loop = self._patch_loop(self.loop)

            def run(self, result):
                self._init_loop()
                self._outcome = unittest.case._Outcome(result)
                result.startTest(self)
                self.addCleanup(self.clean)
                self.loop.run_until_complete(self.test())
                self.loop.run_until_complete(self.doCleanups())
                self._unset_loop()
                result.stopTest(self)
                result.addSuccess(self)

            async def test(self):
                events.append(asyncio.get_running_loop() is self.loop)

            async def clean(self):
                events.append("clean")

        before = _cpython.get_policy()
        Tests.shared = asyncio.new_event_loop()
        try:
            case = Tests("test")
            case.run(unittest.TestResult())
            assert not Tests.shared.is_closed()
        finally:
            Tests.shared.close()

        assert events == [True, "clean"]
        assert _cpython.get_policy() is before
        assert case.loop is None

    def test_a_policy_gives_its_loop_and_hands_on_the_rest(self, no_loop):
        loop = asyncio.new_event_loop()
        original = _cpython.get_policy()
        policy = make_policy(original, loop)

        assert policy.get_event_loop() is loop
        policy.set_event_loop(None)
        assert policy.loop is None
        other = policy.new_event_loop()
        policy.set_event_loop(other)
        assert policy.get_event_loop() is other is original.get_event_loop()
        policy.reset_watcher()
        loop.close()
        other.close()

    def test_a_policy_can_forbid_to_ask_for_the_loop(self):
        policy = asynctest.case._Policy(_cpython.get_policy(), None, True)

        with pytest.raises(AssertionError, match="forbid_get_event_loop is True"):
            policy.get_event_loop()

    def test_a_policy_set_in_an_override_is_put_back_after_the_test(self):
        before = _cpython.get_policy()

        class Tests(asynctest.TestCase):
            def _init_loop(self):
                super()._init_loop()
                _cpython.set_policy(make_policy(before, self.loop))

            async def test(self):
                assert type(_cpython.get_policy()).__name__ == "_Policy"

        assert passes(Tests)
        assert _cpython.get_policy() is before

    def test_other_private_names_of_the_module_are_not_there(self):
        with pytest.raises(AttributeError, match="no attribute '_Nothing'"):
            asynctest.case._Nothing  # noqa: B018


class TestLoop:
    def test_init_and_unset_can_be_called_by_hand(self, no_loop):
        case = asynctest.TestCase()
        case._init_loop()
        loop = case.loop
        assert asyncio.get_event_loop() is loop
        assert isinstance(loop._selector, asynctest.TestSelector)
        case._unset_loop()

        assert loop.is_closed()
        assert case.loop is None

    def test_what_was_current_before_is_current_again(self, no_loop):
        before = asyncio.new_event_loop()
        asyncio.set_event_loop(before)
        case = asynctest.TestCase()
        case._init_loop()
        case._unset_loop()

        assert asyncio.get_event_loop() is before
        before.close()

    def test_the_default_loop_is_the_one_that_is_current_when_the_test_runs(self, no_loop):
        seen = []

        class Tests(asynctest.TestCase):
            use_default_loop = True

            def test(self):
                seen.append(self.loop)

        loops = [asyncio.new_event_loop() for _ in range(2)]
        for loop in loops:
            asyncio.set_event_loop(loop)
            assert passes(Tests)
        assert seen == loops
        assert not any(loop.is_closed() for loop in loops)
        assert not any(hasattr(loop, "_asynctest_ran") for loop in loops)
        for loop in loops:
            loop.close()

    def test_a_loop_that_the_test_sets_stays_the_current_one(self, no_loop):
        mine = asyncio.new_event_loop()

        class Tests(asynctest.TestCase):
            def test(self):
                asyncio.set_event_loop(mine)

        assert passes(Tests)
        assert asyncio.get_event_loop() is mine
        Tests("test").debug()
        assert asyncio.get_event_loop() is mine
        mine.close()

    def test_loops_are_made_by_the_function_that_suites_patch(self):
        made = []

        def new_event_loop():
            made.append(asyncio.SelectorEventLoop())
            return made[-1]

        class Tests(asynctest.TestCase):
            async def test(self):
                assert asyncio.get_running_loop() is made[0]

        with unittest.mock.patch("asyncio.new_event_loop", new_event_loop):
            assert passes(Tests)
        assert made[0].is_closed()

    def test_a_task_that_never_ran_gets_its_turn_and_is_not_cancelled(self):
        class Tests(asynctest.TestCase):
            task = None

            async def nothing(self):
                return "done"

            def test_1(self):
                type(self).task = self.loop.create_task(self.nothing())

            async def test_2(self):
                assert await self.task == "done"

        assert passes(Tests, "test_1")
        assert passes(Tests, "test_2")

    def test_a_waiting_task_is_not_cancelled_at_the_end(self):
        tasks = []

        class Tests(asynctest.TestCase):
            async def test(self):
                self.blocker = self.loop.create_future()
                tasks.append(asyncio.ensure_future(self.wait()))

            async def wait(self):
                await self.blocker

        assert passes(Tests)
        assert not tasks[0].done()
        tasks[0]._log_destroy_pending = False
        tasks[0].get_coro().close()

    def test_a_test_may_close_its_loop(self):
        class Tests(asynctest.TestCase):
            def test(self):
                self.loop.close()

        assert passes(Tests)

    def test_async_generators_are_closed(self):
        closed = []

        class Tests(asynctest.TestCase):
            async def generate(self):
                try:
                    yield 1
                finally:
                    closed.append(True)

            async def test(self):
                self.generator = self.generate()
                await self.generator.__anext__()

        assert passes(Tests)
        assert closed == [True]

    def test_ran_of_the_loop_is_told_as_in_asynctest(self):
        class Tests(asynctest.TestCase):
            def setUp(self):
                self.loop.run_until_complete(asyncio.sleep(0))

            def test(self):
                assert self.loop._asynctest_ran is False
                self.loop.run_until_complete(asyncio.sleep(0))
                assert self.loop._asynctest_ran is True

        assert passes(Tests)

    def test_patch_loop_leaves_a_patched_loop_as_it_is(self):
        loop = asyncio.SelectorEventLoop()
        case = asynctest.TestCase()
        assert case._patch_loop(loop) is loop
        selector, run_forever = loop._selector, loop.run_forever
        assert case._patch_loop(loop) is loop
        assert (loop._selector, loop.run_forever) == (selector, run_forever)
        loop.close()


class TestPhases:
    def test_set_up_may_be_replaced_whole(self):
        events = []

        class Tests(asynctest.TestCase):
            def _setUp(self):
                self._init_loop()
                self.setUp()
                self.loop.run_until_complete(self.prepare())

            async def prepare(self):
                events.append("prepared")

            def setUp(self):
                events.append("setUp")

            async def test(self):
                events.append(asyncio.get_running_loop() is self.loop)

        before = asynctest.case._loops.current_loop()
        assert passes(Tests)
        assert events == ["setUp", "prepared", True]
        assert asynctest.case._loops.current_loop() is before

    def test_tear_down_may_be_replaced_whole(self):
        class Tests(asynctest.TestCase):
            def _tearDown(self):
                self.loop.run_until_complete(asyncio.sleep(0))

            @asynctest.fail_on(unused_loop=True)
            def test(self):
                pass

        assert passes(Tests)

    def test_run_test_method_may_be_replaced_whole(self):
        events = []

        class Tests(asynctest.TestCase):
            def _run_test_method(self, method):
                events.append("before")
                result = method()
                if asyncio.iscoroutine(result):
                    self.loop.run_until_complete(result)
                events.append("after")

            async def test(self):
                events.append("test")

        assert passes(Tests)
        assert events == ["before", "test", "after"]

    @pytest.mark.parametrize("native", [True, False])
    def test_do_cleanups_may_be_a_coroutine_function(self, native):
        events = []

        class Tests(asynctest.TestCase):
            if native:

                async def doCleanups(self):
                    events.append("mine")
                    return await super().doCleanups()
            else:

                @types.coroutine
                def doCleanups(self):
                    events.append("mine")
                    return (yield from super().doCleanups())

            async def clean(self):
                await asyncio.sleep(0)
                events.append("clean")

            def test(self):
                self.addCleanup(self.clean)
                self.addCleanup(events.append, "plain")

        assert passes(Tests)
        assert events == ["mine", "plain", "clean"]

    def test_error_in_an_override_of_do_cleanups_is_one_of_the_test(self):
        class Tests(asynctest.TestCase):
            async def doCleanups(self):
                await super().doCleanups()
                raise LookupError("mine")

            def test(self):
                pass

        [(_, text)] = run(Tests).errors
        assert "LookupError: mine" in text

    def test_error_in_a_cleanup_is_one_of_the_test_whoever_awaits(self):
        class Tests(asynctest.TestCase):
            async def doCleanups(self):
                await super().doCleanups()

            async def clean(self):
                raise LookupError("clean")

            def test(self):
                self.addCleanup(self.clean)

        [(_, text)] = run(Tests).errors
        assert "LookupError: clean" in text

    def test_cleanups_are_true_and_can_be_awaited(self):
        class Tests(asynctest.TestCase):
            async def test(self):
                assert self.doCleanups()
                assert await self.doCleanups() is True

        assert passes(Tests)

    def test_run_can_be_overridden_and_call_super(self):
        events = []

        class Tests(asynctest.TestCase):
            def run(self, result=None):
                events.append("before")
                try:
                    return super().run(result)
                finally:
                    events.append(self.loop)

            async def test(self):
                events.append("test")

        assert passes(Tests)
        assert events == ["before", "test", None]

    def test_plain_functions_that_return_futures_are_not_waited_for(self):
        class Tests(asynctest.TestCase):
            def setUp(self):
                return self.never()

            def tearDown(self):
                return self.never()

            def never(self):
                return self.loop.create_future()

            def test(self):
                self.addCleanup(self.never)
                return self.never()

        assert passes(Tests)

    def test_coroutine_functions_of_a_class_fixture_are_called_and_dropped(self):
        class Tests(asynctest.TestCase):
            @classmethod
            async def setUpClass(cls):
                pass

            def test(self):
                pass

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = unittest.TestResult()
            unittest.TestSuite([Tests("test")]).run(result)
        assert result.wasSuccessful()


class TestClocked:
    def test_time_is_the_int_0_and_what_is_added(self):
        seen = []

        class Tests(asynctest.ClockedTestCase):
            async def test(self):
                seen.append(f"{self.loop.time()}")
                self.loop.call_later(1, lambda: seen.append(f"{self.loop.time()}"))
                await self.advance(2)
                seen.append(f"{self.loop.time()}")
                await self.advance(0.5)
                seen.append(f"{self.loop.time()}")
                await self.advance(1.5)
                seen.append(f"{self.loop.time()}")

        assert passes(Tests)
        assert seen == ["0", "1", "2", "2.5", "4.0"]

    def test_time_of_its_own_may_be_read(self):
        class Tests(asynctest.ClockedTestCase):
            async def test(self):
                await self.advance(3)
                assert self._time == 3

        assert passes(Tests)

    def test_going_back_is_refused_in_the_words_of_asynctest(self):
        class Tests(asynctest.ClockedTestCase):
            async def test(self):
                with self.assertRaisesRegex(ValueError, r"Cannot go back in time \(-1 seconds\)"):
                    await self.advance(-1)
                assert self.loop.time() == 0

        assert passes(Tests)

    def test_advance_can_be_overridden(self):
        class Tests(asynctest.ClockedTestCase):
            async def advance(self, seconds):
                await self.loop.create_task(super().advance(seconds * 10))

            async def test(self):
                await self.advance(1)
                assert self.loop.time() == 10

        assert passes(Tests)

    def test_timers_are_seen_by_the_check(self):
        @asynctest.fail_on(active_handles=True)
        class Tests(asynctest.ClockedTestCase):
            async def test(self):
                self.loop.call_later(3600, print)
                await self.advance(1)

        [(_, text)] = run(Tests).failures
        assert "Loop contained unfinished work" in text
        assert "due in 3599 s" in text

    def test_a_default_loop_has_its_own_time_again(self, no_loop):
        class Tests(asynctest.ClockedTestCase):
            use_default_loop = True

            async def test(self):
                await self.advance(1)
                assert self.loop.time() == 1

        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        for _ in range(2):
            assert passes(Tests)
        assert "time" not in vars(loop)
        loop.close()

    @pytest.mark.parametrize("name", ["_drain_loop", "_next_scheduled"])
    def test_what_the_clock_does_not_call_is_refused_when_the_class_is_made(self, name):
        with pytest.raises(TypeError, match=rf"Tests\.{name}\(\) is never called.*migration"):
            types.new_class(
                "Tests", (asynctest.ClockedTestCase,), {}, lambda body: body.update({name: print})
            )


class TestRefusals:
    def test_a_test_case_of_unittest_as_well_is_refused(self):
        with pytest.raises(TypeError, match=r"take one of them; see the page Migration"):

            class Tests(unittest.IsolatedAsyncioTestCase, asynctest.TestCase):
                pass

    @pytest.mark.skipif(
        hasattr(unittest.TestCase, "_feedErrorsToResult"), reason="unittest has it still"
    )
    def test_hooks_that_unittest_has_lost_are_refused(self):
        with pytest.raises(TypeError, match=r"_feedErrorsToResult\(\) is never called.*migration"):

            class Tests(asynctest.TestCase):
                def _feedErrorsToResult(self, result, errors):
                    pass

        with pytest.raises(TypeError, match=r"run\(\) calls _feedErrorsToResult\(\).*migration"):

            class Others(asynctest.TestCase):
                def run(self, result=None):
                    self._feedErrorsToResult(result, [])


NAMES = {
    "timeout": 0,
    "cancel_timeout": "never",
    "loop_debug": "no",
    "debug_loop": 1,
    "loop_factory": "factory",
    "clock": None,
    "auto": "matic",
}


class TestNames:
    @pytest.mark.parametrize("base", [asynctest.TestCase, asynctest.ClockedTestCase])
    @pytest.mark.parametrize(("name", "value"), NAMES.items())
    def test_names_of_a_suite_mean_nothing(self, base, name, value):
        class Tests(base):
            def setUp(self):
                setattr(self, name, value)

            async def test(self):
                assert getattr(self, name) == value
                if base is asynctest.ClockedTestCase:
                    await self.advance(1)

        assert passes(Tests)
        assert passes(type("Tests", (Tests,), {name: value}))

    @pytest.mark.parametrize("base", [asynctest.TestCase, asynctest.ClockedTestCase])
    def test_names_that_asynctest_did_not_have_are_not_there(self, base):
        for name in (*NAMES, "asyncSetUp", "asyncTearDown", "openLoop", "closeLoop"):
            assert not hasattr(base, name), name
            assert getattr(base("run"), name, 5) == 5, name

    @pytest.mark.parametrize("name", ["asyncSetUp", "asyncTearDown", "openLoop", "closeLoop"])
    def test_methods_of_a_suite_are_not_called(self, name):
        called = []

        def method(self, *args):
            called.append(name)

        async def test(self):
            pass

        assert passes(type("Tests", (asynctest.TestCase,), {name: method, "test": test}))
        assert called == []

    def test_a_flag_for_debugging_is_no_debug_mode(self):
        class Tests(asynctest.TestCase):
            debug = True

            async def test(self):
                assert self.debug is True
                assert self.loop.get_debug() is False

        assert passes(Tests)

    @pytest.mark.parametrize("name", ["_open", "_close", "_call", "_before", "_loop", "_clock"])
    def test_private_names_of_a_suite_are_its_own(self, name):
        class Tests(asynctest.ClockedTestCase):
            async def test(self):
                setattr(self, name, "mine")
                await self.advance(1)

            def tearDown(self):
                assert getattr(self, name) == "mine"

        assert passes(Tests)
        assert passes(type("Tests", (Tests,), {name: functools.partial(print)}))
