"""A test case made of functions."""

import asyncio
import unittest
from typing import Any

import pytest
from asyncloop_testcase import FunctionTestCase, lenient


class TestFunctionTestCase:
    def test_coroutine_functions_run_in_order(self) -> None:
        calls: list[str] = []

        def make(name: str) -> Any:
            async def function() -> None:
                await asyncio.sleep(0)
                calls.append(name)

            return function

        case = FunctionTestCase(make("test"), make("setUp"), make("tearDown"), "description")
        result = case.run()

        assert result is not None
        assert result.wasSuccessful()
        assert calls == ["setUp", "test", "tearDown"]
        assert case.shortDescription() == "description"

    def test_plain_functions_run_as_in_unittest(self) -> None:
        def test() -> None:
            asyncio.get_event_loop().run_until_complete(asyncio.sleep(0))

        result = FunctionTestCase(test).run()

        assert result is not None
        assert result.wasSuccessful()

    def test_failure_is_a_failure(self) -> None:
        async def test() -> None:
            raise AssertionError("on purpose")

        result = FunctionTestCase(test).run()

        assert result is not None
        assert "on purpose" in result.failures[0][1]

    def test_imported_class_is_skipped_by_loaders(self) -> None:
        suite = unittest.defaultTestLoader.loadTestsFromTestCase(FunctionTestCase)
        result = unittest.TestResult()
        suite.run(result)

        assert [reason for _, reason in result.skipped] == [
            "FunctionTestCase is no test itself, it was imported"
        ]

    @pytest.mark.parametrize("name", ["testFunc", "setUp", "tearDown"])
    def test_what_cannot_be_called_is_refused(self, name: str) -> None:
        arguments: Any = {"testFunc": print, name: 3}

        with pytest.raises(TypeError, match=rf"^FunctionTestCase\({name}=3\): {name} must be a"):
            FunctionTestCase(**arguments)

    def test_decorators_of_the_function_count(self) -> None:
        @lenient
        def test() -> None:
            """Use no loop."""

        result = FunctionTestCase(test).run()

        assert result is not None
        assert result.wasSuccessful()
