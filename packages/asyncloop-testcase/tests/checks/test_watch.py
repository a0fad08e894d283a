"""The frame of the checks: registering, reporting, restoring."""

import asyncio
import gc
import re
import sys
import threading
import warnings

import healthy
import pytest
from asyncloop_testcase import (
    CannotCheckError,
    Check,
    Finding,
    Site,
    TestCase,
    UncheckedWarning,
    check_loop,
    fail_on,
    lenient,
    register_check,
    strict,
)
from asyncloop_testcase._checks import base, watch
from asyncloop_testcase._checks.fail_on import make_plan
from asyncloop_testcase._checks.garbage import Baseline
from asyncloop_testcase._checks.watch import Watch
from checking import frozen_count, plain, report_of, verdict_of
from healthy import healthy_cases
from running import error_of, failure_of, passed, run


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, type[Check]]:
    monkeypatch.setattr(base, "_said", set())
    known = dict(base.KNOWN)
    yield known
    base.KNOWN.clear()
    base.KNOWN.update(known)
    base._forget_plans()


def ring() -> None:
    """Do nothing."""


async def fetch() -> None:
    """Do nothing."""


class TestReport:
    def test_one_report_lists_all_findings(self) -> None:
        @strict
        class Case(TestCase):
            async def test(self) -> None:
                fetch()
                asyncio.get_running_loop().call_later(3600, ring)

        assert (
            report_of(Case)
            == """\
2 checks failed: unawaited_coroutines, active_handles

unawaited_coroutines: coroutines were never awaited
  coroutine fetch()
    created at File "test_watch.py", in test
      fetch()

active_handles: timers are left on the loop
  timer due in 3600 s: test_watch.ring()
    created at File "test_watch.py", in test
      asyncio.get_running_loop().call_later(3600, ring)

(if that is meant to be, say so with @fail_on(unawaited_coroutines=False, active_handles=False))"""
        )

    def test_it_is_a_failure_of_the_tests_own_kind(self) -> None:
        class OwnError(AssertionError):
            pass

        class Case(TestCase):
            failureException = OwnError

            async def test(self) -> None:
                fetch()

        assert "OwnError: a check failed: unawaited_coroutines" in failure_of(Case)

    def test_frames_of_ours_are_not_shown(self) -> None:
        class Case(TestCase):
            async def test(self) -> None:
                fetch()

        assert "asyncloop_testcase/_" not in failure_of(Case)

    def test_finding_as_text(self) -> None:
        finding = Finding("what", Site("nowhere.py", 3, "function"), ["is open"])
        assert str(finding) == (
            'what\n  created at File "nowhere.py", line 3, in function\n  is open'
        )


class TestRegisterCheck:
    def test_check_of_somebody_else(self, registry: object) -> None:
        calls = []

        @register_check
        class Names(Check):
            name = "names"
            summary = "names are left"

            def start(self) -> None:
                calls.append("start")

            def enter_test(self) -> None:
                calls.append("enter_test")

            def leave_test(self) -> None:
                calls.append("leave_test")

            def finish(self):
                calls.append("finish")
                yield Finding("name 'x'")

            def restore(self) -> None:
                calls.append("restore")

        class Case(TestCase):
            def setUp(self) -> None:
                calls.append("setUp")

            @fail_on(names=True)
            async def test(self) -> None:
                calls.append("test")

            @lenient
            async def test_lenient(self) -> None:
                """Do nothing."""

            @strict
            async def test_strict(self) -> None:
                """Do nothing."""

        assert verdict_of(Case, "names") == "names: names are left\n  name 'x'"
        assert calls == [
            "start",
            "setUp",
            "enter_test",
            "test",
            "leave_test",
            "finish",
            "restore",
        ]
        passed(Case, "test_lenient")
        assert "names are left" in failure_of(Case, "test_strict")

    def test_default_and_option(self, registry: object) -> None:
        @register_check
        class Limit(Check):
            name = "limit"
            default = 3

            @classmethod
            def validate(cls, value: object) -> object:
                return value

            def finish(self):
                return [Finding(f"limit {self.option}")]

        class Case(TestCase):
            async def test(self) -> None:
                """Do nothing."""

            @fail_on(limit=5)
            async def test_five(self) -> None:
                """Do nothing."""

            @strict
            async def test_strict(self) -> None:
                """Do nothing."""

        assert "limit 3" in failure_of(Case)
        assert "limit 5" in failure_of(Case, "test_five")
        assert "limit 3" in failure_of(Case, "test_strict")

    def test_zero_is_an_option_only_false_switches_a_check_off(self, registry: object) -> None:
        @register_check
        class Limit(Check):
            name = "limit"
            default = 0

            @classmethod
            def validate(cls, value: object) -> object:
                return value

            def finish(self):
                return [Finding(f"limit {self.option!r}")]

        class Case(TestCase):
            async def test(self) -> None:
                """Do nothing."""

            @strict
            async def test_strict(self) -> None:
                """Do nothing."""

            @fail_on(limit=0)
            async def test_zero(self) -> None:
                """Do nothing."""

            @fail_on(limit=False)
            async def test_off(self) -> None:
                """Do nothing."""

        for method in ("test", "test_strict", "test_zero"):
            assert "limit 0" in failure_of(Case, method)
        assert passed(Case, "test_off")

    def test_strict_counts_checks_registered_later(self, registry: object) -> None:
        @strict
        class Case(TestCase):
            async def test(self) -> None:
                """Do nothing."""

        passed(Case)

        @register_check
        class Late(Check):
            name = "late"

            def finish(self):
                return [Finding("late")]

        assert "late" in failure_of(Case)

    def test_test_that_fails_is_told_what_may_be_the_cause(self, registry: object) -> None:
        @register_check
        class Zombies(Check):
            name = "zombies"
            default = True

            def finish(self):
                return [Finding("a zombie")]

        class Case(TestCase):
            async def test(self) -> None:
                self.fail("on purpose")

        (_, first), (_, second) = run(Case).failures
        assert "AssertionError: on purpose" in first
        assert "a check failed: zombies (the test failed as well" in second

    def test_check_that_looks_for_nothing_finds_nothing(self, registry: object) -> None:
        @register_check
        class Idle(Check):
            name = "idle"
            summary = "never"

        class Case(TestCase):
            @fail_on(idle=True)
            async def test(self) -> None:
                """Do nothing."""

        assert passed(Case)

    def test_check_that_cannot_look_inside_says_so_once(self, registry: object) -> None:
        @register_check
        class Blind(Check):
            name = "blind"

            def start(self) -> None:
                raise CannotCheckError("it is dark")

        class Case(TestCase):
            @fail_on(blind=True)
            async def test(self) -> None:
                """Do nothing."""

        text = r"^the check blind cannot work with \w+EventLoop: it is dark$"
        with pytest.warns(UncheckedWarning, match=text):
            run(Case)
        passed(Case)

    def test_check_that_raises_is_an_error_of_the_test_and_all_is_restored(
        self, registry: object
    ) -> None:
        @register_check
        class Broken(Check):
            name = "broken"
            broken_at = ""

            def start(self) -> None:
                assert self.broken_at != "start", "start is broken"

            def finish(self):
                assert self.broken_at != "finish", "finish is broken"
                return ()

            def restore(self) -> None:
                assert self.broken_at != "restore", "restore is broken"

        class Case(TestCase):
            @fail_on(broken=True)
            async def test(self) -> None:
                """Do nothing."""

        before = state()
        for place in ("start", "finish", "restore"):
            Broken.broken_at = place
            result = run(Case)
            assert f"{place} is broken" in (result.failures + result.errors)[0][1]
            assert state() == before

    @pytest.mark.parametrize("bad", [None, "text", object])
    def test_what_is_no_check_is_refused(self, bad: object) -> None:
        with pytest.raises(TypeError, match=r"^register_check\(\) takes a subclass of Check, not"):
            register_check(bad)

    @pytest.mark.parametrize("bad", [None, "", "two words", 3])
    def test_name_has_to_be_an_identifier(self, bad: object, registry: object) -> None:
        kind = type("Nameless", (Check,), {"name": bad})
        text = f"Nameless.name is {bad!r}: a check needs a name that is an identifier"
        with pytest.raises(TypeError, match=re.escape(text)):
            register_check(kind)

    def test_taken_name_is_refused_and_a_reloaded_module_is_not(self, registry: object) -> None:
        kind = type("Other", (Check,), {"name": "pending_tasks"})
        with pytest.raises(ValueError, match="a check named 'pending_tasks' is registered already"):
            register_check(kind)
        first = type("Mine", (Check,), {"name": "mine"})
        again = type("Mine", (Check,), {"name": "mine"})
        assert register_check(first) is first
        assert register_check(again) is again


def state() -> list[object]:
    """Return everything that a check may change for a time."""
    return [
        warnings._warn_unawaited_coroutine,
        list(warnings.filters),
        sys.get_coroutine_origin_tracking_depth(),
        frozen_count(),
        gc.isenabled(),
        threading.Thread.start,
        asyncio.Handle._run,
        asyncio.BaseTransport.__init__,
        asyncio.base_events.Server.__init__,
        sys.get_asyncgen_hooks(),
    ]


@pytest.mark.parametrize(
    "error",
    [None, ValueError, KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError],
)
@pytest.mark.parametrize("phase", ["setUp", "test", "tearDown", "cleanup"])
def test_everything_is_restored_on_every_exit(
    error: type[BaseException] | None, phase: str
) -> None:
    before = state()

    def reach(name: str) -> None:
        if name == phase and error is not None:
            raise error

    @strict
    @fail_on(slow_callbacks=5)
    class Case(TestCase):
        def setUp(self) -> None:
            self.addCleanup(reach, "cleanup")
            reach("setUp")

        async def test(self) -> None:
            reach("test")

        def tearDown(self) -> None:
            reach("tearDown")

    try:
        run(Case)
    except (KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError):
        pass
    assert state() == before


def test_loop_that_refuses_to_be_let_alone_is_an_error_of_the_test_and_all_is_restored() -> None:
    class Stubborn(asyncio.SelectorEventLoop):
        def __delattr__(self, name: str) -> None:
            if name == "default_exception_handler":
                raise RuntimeError("the handler stays")
            super().__delattr__(name)

    class Case(TestCase):
        loop_factory = Stubborn

        async def test(self) -> None:
            """Do nothing."""

    before = state()
    assert "RuntimeError: the handler stays" in error_of(Case)
    assert state() == before


def test_test_that_leaves_nothing_is_judged_at_a_glance(monkeypatch: pytest.MonkeyPatch) -> None:
    # A selector that says nothing by itself, as that of asyncio-testselector, is looked at.
    @fail_on(active_selector_callbacks=False)
    class Case(TestCase):
        async def test(self) -> None:
            """Do nothing."""

        async def test_that_leaves_a_timer(self) -> None:
            asyncio.get_running_loop().call_later(3600, ring)

    # The first test of all may fill somebody's caches.
    monkeypatch.setattr(Baseline, "is_clean", lambda line: True)
    looks: list[object] = []
    monkeypatch.setattr(watch, "is_something_due", looks.append)
    passed(Case)
    assert looks == []
    passed(Case, "test_that_leaves_a_timer")
    assert len(looks) == 1


def test_three_hundred_healthy_tests_have_no_report() -> None:
    cases = healthy_cases(300)
    assert len(cases) == 300
    for case in cases:
        passed(case)


def test_healthy_tests_have_no_report_in_check_loop() -> None:
    loop = asyncio.new_event_loop()
    for case in healthy_cases(30):
        if case.test is healthy.closing:
            continue
        test = case("test")
        test.loop = loop
        with check_loop(loop, level="strict", unused_loop=False):
            result = test.test()
            if result is not None:
                loop.run_until_complete(result)
            while test._cleanups:
                function, args, kwargs = test._cleanups.pop()
                result = function(*args, **kwargs)
                if asyncio.iscoroutine(result):
                    loop.run_until_complete(result)
    loop.close()


def test_plain_shortens_places() -> None:
    assert plain('File "/a/b.py", line 3, in X.<locals>.f') == 'File "b.py", in f'


def test_watch_that_has_finished_has_nothing_to_restore() -> None:
    loop = asyncio.new_event_loop()
    before = sys.get_coroutine_origin_tracking_depth()
    watch = Watch()
    watch.start(loop, make_plan([{"unawaited_coroutines": True}]))
    assert watch.finish() is None
    try:
        sys.set_coroutine_origin_tracking_depth(before + 1)
        watch.restore()
        assert sys.get_coroutine_origin_tracking_depth() == before + 1
    finally:
        sys.set_coroutine_origin_tracking_depth(before)
        loop.close()
