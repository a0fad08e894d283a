"""The decorators fail_on, strict, lenient and ignore_loop."""

import asyncio
import functools
import gc
import unittest
import warnings
import weakref

import pytest
from asyncloop_testcase import (
    Check,
    LeakWarning,
    TestCase,
    check_loop,
    fail_on,
    ignore_loop,
    lenient,
    register_check,
    strict,
)
from asyncloop_testcase._checks.builtin import BUILTIN
from asyncloop_testcase._checks.fail_on import plan_of
from running import failure_of, passed

NAMES = [check.name for check in BUILTIN]
DEFAULT = {
    "unhandled_exceptions",
    "unawaited_coroutines",
    "unused_loop",
    "active_selector_callbacks",
}


def names(case: type, method: str = "test") -> set[str]:
    """Return the names of the checks that apply to a test."""
    return {check.name for check, _ in plan_of(case, getattr(case, method)).checks}


class Plain:
    def test(self) -> None:
        """Do nothing."""


def test_default() -> None:
    assert names(Plain) == DEFAULT


def test_coroutine_test_cannot_fail_unused_loop() -> None:
    class Case:
        async def test(self) -> None:
            """Do nothing."""

    assert names(Case) == DEFAULT - {"unused_loop"}


def test_flags_of_a_module_do_not_make_a_test_a_coroutine() -> None:
    names_of_module: dict[str, type] = {}
    code = """
from __future__ import annotations
class Case:
    def test(self): pass
"""
    exec(code, names_of_module)  # noqa: S102 - the line above

    assert names(names_of_module["Case"]) == DEFAULT


def test_test_without_code_of_its_own_is_asked_what_it_is() -> None:
    class Test:
        def __call__(self) -> None:
            """Do nothing."""

    async def work(name: str) -> None:
        """Do nothing."""

    class Case:
        test = Test()
        test_part = functools.partial(work, "a name")

    assert names(Case) == DEFAULT
    assert names(Case, "test_part") == DEFAULT - {"unused_loop"}


def test_strict_switches_on_all_but_those_by_name() -> None:
    @strict
    class Case(Plain):
        pass

    assert names(Case) == set(NAMES) - {"slow_callbacks"}


def test_lenient_switches_all_off_also_those_by_name() -> None:
    @lenient
    @fail_on(slow_callbacks=1)
    class Case(Plain):
        pass

    assert names(Case) == set()
    assert not plan_of(Case, Case.test)


def test_method_wins_over_class() -> None:
    @fail_on(pending_tasks=True, unused_loop=False)
    class Case:
        @fail_on(pending_tasks=False)
        def test(self) -> None:
            """Do nothing."""

    assert names(Case) == DEFAULT - {"unused_loop"}


def test_class_wins_over_parent_and_inherits_the_rest() -> None:
    @fail_on(pending_tasks=True, active_handles=True)
    class Parent(Plain):
        pass

    class Child(Parent):
        pass

    @fail_on(pending_tasks=False)
    class Grandchild(Child):
        pass

    assert names(Parent) == names(Child) == DEFAULT | {"pending_tasks", "active_handles"}
    assert names(Grandchild) == DEFAULT | {"active_handles"}


def test_inherited_method_keeps_its_own_over_the_class() -> None:
    class Parent:
        @lenient
        def test(self) -> None:
            """Do nothing."""

    @strict
    class Child(Parent):
        pass

    assert names(Child) == set()


def test_first_parent_wins_over_the_second() -> None:
    @fail_on(pending_tasks=True)
    class First(Plain):
        pass

    @lenient
    class Second(Plain):
        pass

    class Case(First, Second):
        pass

    assert names(Case) == {"pending_tasks"}


def test_outer_decorator_wins() -> None:
    class Case:
        @fail_on(pending_tasks=False)
        @strict
        def test(self) -> None:
            """Do nothing."""

        @strict
        @fail_on(pending_tasks=False)
        def test_other(self) -> None:
            """Do nothing."""

    assert "pending_tasks" not in names(Case)
    assert "pending_tasks" in names(Case, "test_other")


def test_decorating_one_class_does_not_change_its_parent() -> None:
    @fail_on(pending_tasks=True)
    class Parent(Plain):
        pass

    fail_on(pending_tasks=False)(type("Child", (Parent,), {}))
    assert "pending_tasks" in names(Parent)


def test_class_can_be_decorated_after_its_first_test() -> None:
    class Parent(Plain):
        pass

    class Child(Parent):
        pass

    assert names(Child) == DEFAULT
    lenient(Parent)
    assert names(Child) == set()


def test_parentheses_are_optional() -> None:
    @strict()
    class Strict(Plain):
        pass

    @lenient()
    class Lenient(Plain):
        pass

    assert len(names(Strict)) == len(NAMES) - 1
    assert names(Lenient) == set()


def test_the_decorated_thing_is_the_same_and_stays_a_coroutine_function() -> None:
    async def test() -> None:
        """Do nothing."""

    assert fail_on(pending_tasks=True)(test) is test
    assert strict(test) is test
    assert fail_on(pending_tasks=True)(Plain) is Plain
    del Plain._asyncloop_fail_on


def test_usable_on_test_classes_of_other_kinds() -> None:
    @strict
    class Isolated(unittest.IsolatedAsyncioTestCase):
        @fail_on(pending_tasks=False)
        async def test(self) -> None:
            asyncio.create_task(asyncio.sleep(0))

    passed(Isolated)
    assert "pending_tasks" not in names(Isolated)


def test_plan_is_remembered() -> None:
    assert plan_of(Plain, Plain.test) is plan_of(Plain, Plain().test)


def test_function_that_is_not_of_the_class_is_not_kept_alive() -> None:
    @fail_on(pending_tasks=True)
    def test() -> None:
        """Do nothing."""

    reference = weakref.ref(test)
    assert "pending_tasks" in {check.name for check, _ in plan_of(Plain, test).checks}
    del test
    gc.collect()

    assert reference() is None


def test_test_that_cannot_be_hashed_has_a_plan_each_time() -> None:
    class Test:
        __name__ = "test"
        __hash__ = None

        def __call__(self) -> None:
            """Do nothing."""

    class Case:
        test = Test()

    assert names(Case) == DEFAULT
    assert names(Case) == DEFAULT


def test_ignore_loop_is_deprecated_and_works() -> None:
    with pytest.warns(DeprecationWarning, match=r"use fail_on\(unused_loop=False\)") as caught:

        @ignore_loop
        class Case(TestCase):
            def test(self) -> None:
                """Do nothing."""

    assert caught[0].filename == __file__
    passed(Case)


def test_decorators_apply_to_tests_that_run() -> None:
    @strict
    class Strict(TestCase):
        async def test(self) -> None:
            asyncio.get_running_loop().call_later(60, print)

        @lenient
        async def test_lenient(self) -> None:
            await self.test()

    assert "active_handles" in failure_of(Strict)
    passed(Strict, "test_lenient")


class TestBadInput:
    def test_unknown_checks_are_listed_with_the_known(self) -> None:
        with pytest.raises(TypeError) as caught:
            fail_on(unused_lop=True, pending_tasks=True, other=False)
        known = ", ".join(sorted(NAMES))
        assert str(caught.value) == (
            "unknown checks: 'unused_lop', 'other' (did you mean 'unused_loop'?); "
            f"the known ones are {known}"
        )

    @pytest.mark.parametrize("value", [None, 1, "yes", []])
    def test_checks_without_options_take_a_bool(self, value: object) -> None:
        with pytest.raises(TypeError) as caught:
            fail_on(pending_tasks=value)
        assert str(caught.value) == (
            f"fail_on(pending_tasks={value!r}): the check pending_tasks takes True or False"
        )

    @pytest.mark.parametrize("decorate", [strict, lenient, fail_on(), fail_on(pending_tasks=True)])
    def test_only_classes_and_functions_are_decorated(self, decorate) -> None:
        with pytest.raises(TypeError, match=r"^'text' is neither a class nor a function"):
            decorate("text")


def test_decorator_that_comes_after_the_first_run_counts() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            pass

    assert names(Case) == DEFAULT - {"unused_loop"}
    lenient(Case.test)
    assert names(Case) == set()


class TestStrictAdds:
    """@strict takes nothing away that was asked for by name."""

    @staticmethod
    def options_of(case: type[TestCase]) -> dict[str, object]:
        return {check.name: option for check, option in plan_of(case, case.test).checks}

    def test_above_the_name(self) -> None:
        @strict
        @fail_on(slow_callbacks=0.1)
        class Case(TestCase):
            async def test(self) -> None:
                """Do nothing."""

        assert self.options_of(Case)["slow_callbacks"] == 0.1

    def test_on_a_subclass(self) -> None:
        @fail_on(slow_callbacks=0.1, pending_tasks=False)
        class Base(TestCase):
            async def test(self) -> None:
                """Do nothing."""

        @strict
        class Case(Base):
            pass

        assert self.options_of(Case)["slow_callbacks"] == 0.1
        assert self.options_of(Case)["pending_tasks"] is True

    def test_on_a_method(self) -> None:
        @fail_on(slow_callbacks=0.1)
        class Case(TestCase):
            @strict
            async def test(self) -> None:
                """Do nothing."""

        assert self.options_of(Case)["slow_callbacks"] == 0.1

    def test_lenient_takes_all_away(self) -> None:
        @lenient
        @fail_on(slow_callbacks=0.1)
        class Case(TestCase):
            async def test(self) -> None:
                """Do nothing."""

        assert self.options_of(Case) == {}


def leak(case: TestCase) -> None:
    case.leaked = asyncio.get_running_loop().create_task(asyncio.sleep(3600), name="leaked")


class TestWarn:
    @pytest.mark.parametrize(
        "switch",
        [
            fail_on(pending_tasks="warn"),
            lambda case: strict(fail_on(warn=True)(case)),
            lambda case: fail_on(warn=True)(strict(case)),
        ],
    )
    def test_finding_is_a_warning_with_the_same_text(self, switch) -> None:
        class Failing(TestCase):
            @fail_on(pending_tasks=True)
            async def test(self) -> None:
                leak(self)

        @switch
        class Case(TestCase):
            async def test(self) -> None:
                leak(self)

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            passed(Case)
        (warned,) = caught
        assert warned.category is LeakWarning
        assert warned.filename == __file__
        text = str(warned.message)
        assert text.splitlines()[0] == "a check failed: pending_tasks"
        assert "Task 'leaked', coroutine sleep()" in text
        assert "Task 'leaked', coroutine sleep()" in failure_of(Failing)

    def test_other_checks_fail_the_test_as_ever(self) -> None:
        class Case(TestCase):
            @fail_on(pending_tasks="warn")
            async def test(self) -> None:
                asyncio.get_running_loop().call_soon(lambda: 1 / 0)

        assert "a check failed: unhandled_exceptions" in failure_of(Case)

    def test_method_can_take_it_back(self) -> None:
        @fail_on(pending_tasks="warn", warn=True)
        class Case(TestCase):
            @fail_on(pending_tasks=True, warn=False)
            async def test(self) -> None:
                leak(self)

        assert "pending_tasks" in failure_of(Case)

    def test_block_warns(self) -> None:
        async def main() -> None:
            async with check_loop(pending_tasks="warn"):
                main.task = asyncio.create_task(asyncio.sleep(0, 3600))
                main.sleep = asyncio.create_task(asyncio.sleep(3600))

        with pytest.warns(LeakWarning, match="pending_tasks"):
            asyncio.run(main())

    @pytest.mark.parametrize(
        "options", [{"warn": 1}, {"ignore": 1}, {"ignore": [1]}, {"pending_tasks": "wran"}]
    )
    def test_wrong_value_is_refused(self, options: dict[str, object]) -> None:
        with pytest.raises(TypeError, match=r"^fail_on\((warn|ignore|pending_tasks)="):
            fail_on(**options)


class TestIgnore:
    @pytest.mark.parametrize("of", ["module", "function", "package"])
    def test_what_a_named_creator_made_does_not_count(self, of: str) -> None:
        module = leak.__module__
        names = {"module": module, "function": f"{module}.leak", "package": module.split(".")[0]}

        class Case(TestCase):
            @fail_on(pending_tasks=True, ignore=names[of])
            async def test(self) -> None:
                leak(self)

        passed(Case)

    @pytest.mark.parametrize("name", ["lea", "other.leak", "tes"])
    def test_others_count(self, name: str) -> None:
        class Case(TestCase):
            @fail_on(pending_tasks=True, ignore=[name, f"{leak.__module__}.lea"])
            async def test(self) -> None:
                leak(self)

        assert "pending_tasks" in failure_of(Case)

    def test_names_of_class_and_method_add_up(self) -> None:
        @fail_on(ignore=leak.__module__)
        class Case(TestCase):
            @fail_on(pending_tasks=True, ignore="other")
            async def test(self) -> None:
                leak(self)

        passed(Case)


def test_check_of_somebody_else_takes_no_name_of_an_option() -> None:
    class Warn(Check):
        name = "warn"

    with pytest.raises(TypeError, match="has another use for"):
        register_check(Warn)
