"""What is refused, and that the run goes on."""

import asyncio
import unittest
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asyncloop_testcase import TestCase, lenient
from running import error_of, passed, run


class TestClassLevel:
    @pytest.mark.parametrize("name", ["setUpClass", "tearDownClass"])
    def test_coroutine_function_at_class_level_is_an_error_and_the_run_goes_on(
        self, name: str
    ) -> None:
        async def function(cls: type) -> None:
            """Never called."""

        def test(self: unittest.TestCase) -> None:
            """Pass."""

        bad = lenient(type("Bad", (TestCase,), {name: classmethod(function), "test": test}))
        good = lenient(type("Good", (TestCase,), {"test": test}))
        suite = unittest.TestSuite([bad("test"), good("test")])
        result = unittest.TestResult()

        suite.run(result)

        assert len(result.errors) == 1
        assert f"Bad.{name}() is a coroutine function" in result.errors[0][1]
        assert "use an async def setUp()" in result.errors[0][1]
        assert result.testsRun == (1 if name == "setUpClass" else 2)

    def test_inherited_coroutine_function_is_refused_too(self) -> None:
        class Mixin:
            async def setUpClass(cls) -> None:
                """Never called."""

        class Case(Mixin, TestCase):  # type: ignore[misc]
            pass

        with pytest.raises(TypeError, match=r"Case\.setUpClass\(\) is a coroutine function"):
            Case.setUpClass()

    def test_plain_class_set_up_is_left_alone(self) -> None:
        class Case(TestCase):
            @classmethod
            def setUpClass(cls) -> None:
                cls.value = asyncio.run(asyncio.sleep(0, "value"))

            async def test(self) -> None:
                assert self.value == "value"

        result = unittest.TestResult()
        unittest.TestSuite([Case("test")]).run(result)

        assert result.wasSuccessful(), result.errors

    def test_coroutine_function_as_class_cleanup_is_refused(self) -> None:
        async def tidy() -> None:
            """Never called."""

        class Case(TestCase):
            pass

        with pytest.raises(TypeError, match=r"^addClassCleanup\(\) cannot take the coroutine"):
            Case.addClassCleanup(tidy)
        assert Case._class_cleanups == []  # type: ignore[attr-defined]

    def test_plain_class_cleanup_is_called(self) -> None:
        calls: list[str] = []

        class Case(TestCase):
            pass

        Case.addClassCleanup(calls.append, "tidied")
        Case.doClassCleanups()

        assert calls == ["tidied"]


async def yields(self: object) -> AsyncIterator[None]:
    yield


class TestReturnedValues:
    @pytest.mark.parametrize(
        ("function", "text"),
        [
            (lambda self: 3, r"returned 3, and a test returns None or something to await"),
            (lambda self: (x for x in ""), r"its body did not run: define the test with async def"),
            (yields, r"its body did not run: a test must not yield"),
        ],
        ids=["value", "generator", "asynchronous generator"],
    )
    def test_result_that_is_no_awaitable_is_an_error_of_the_test(
        self, function: Any, text: str
    ) -> None:
        case = lenient(type("Case", (TestCase,), {"test": function}))

        assert text in error_of(case)

    def test_value_of_a_function_is_an_error_after_an_asynchronous_set_up_too(self) -> None:
        @lenient
        class Case(TestCase):
            async def setUp(self) -> None:
                """Do nothing."""

            def test(self) -> int:
                return 3

        assert "returned 3, and a test returns None or something to await" in error_of(Case)

    def test_coroutine_that_nobody_awaited_is_an_error_of_the_test(self) -> None:
        class Case(TestCase):
            async def test(self) -> Any:
                return asyncio.sleep(0)

        assert "that was never awaited: await it in the test" in error_of(Case)

    def test_value_of_a_coroutine_is_deprecated_as_in_unittest(self) -> None:
        class Case(TestCase):
            async def test(self) -> int:
                return 3

        with pytest.warns(DeprecationWarning, match="returned 3: it is deprecated"):
            assert passed(Case)

    def test_run_goes_on_after_a_refused_result(self) -> None:
        class Case(TestCase):
            def test_first(self) -> int:
                return 3

            async def test_second(self) -> None:
                """Pass."""

        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(lenient(Case)).run(result)

        assert result.testsRun == 2
        assert len(result.errors) == 1


class Runs(unittest.TestCase):
    """Runs its tests in its own way."""

    def _callTestMethod(self, method) -> None:
        """Do nothing."""


class Helps:
    """Runs nothing."""

    def setUp(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize(
    "bases",
    [
        (unittest.IsolatedAsyncioTestCase, TestCase),
        (TestCase, unittest.IsolatedAsyncioTestCase),
        (Runs, TestCase),
    ],
)
def test_second_base_that_runs_tests_is_refused_when_the_class_is_made(bases) -> None:
    with pytest.raises(
        TypeError, match=r"^Case has two bases that run its tests, .* leave one out"
    ):
        type("Case", bases, {})


@pytest.mark.parametrize(
    "bases", [(TestCase, Runs), (Helps, TestCase), (TestCase, unittest.TestCase)]
)
def test_other_bases_are_welcome(bases) -> None:
    type("Case", bases, {})


@pytest.mark.parametrize("name", ["test", "test_function"])
def test_warning_of_a_value_names_the_line_of_the_test(name: str) -> None:
    class Case(TestCase):
        async def test(self) -> int:
            return 42

        def test_function(self) -> object:
            self.loop.run_until_complete(asyncio.sleep(0))
            return asyncio.sleep(0, 42)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(Case, name)
    (warned,) = [each for each in caught if each.category is DeprecationWarning]
    assert warned.filename == __file__
    assert warned.lineno == getattr(Case, name).__code__.co_firstlineno


@pytest.mark.parametrize("name", ["asyncSetUpClass", "asyncTearDownClass"])
def test_fixture_that_nobody_would_call_is_refused_when_the_class_is_made(name: str) -> None:
    async def fixture(cls: type) -> None:
        """Do nothing."""

    for value in (fixture, classmethod(fixture)):
        with pytest.raises(TypeError, match=rf"^Case\.{name}\(\) would never be called"):
            type("Case", (TestCase,), {name: value})
