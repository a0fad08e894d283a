"""Patches as decorators of classes."""

import asyncio
import unittest

import pytest
from asyncmock_plus import DEFAULT, LIMITED, AsyncMock, patch


class Backend:
    limit = 10
    timeout = 1

    async def load(self):
        pass


def test_test_methods_of_every_kind_run_patched():
    @patch.object(Backend, "limit", 20)
    class Tests:
        def test_function(self):
            return Backend.limit

        async def test_coroutine(self):
            return Backend.limit

        def test_generator(self):
            yield Backend.limit

        async def test_async_generator(self):
            yield Backend.limit

        def helper(self):
            return Backend.limit

    tests = Tests()

    async def all_async():
        return [
            await tests.test_coroutine(),
            *[each async for each in tests.test_async_generator()],
        ]

    assert tests.test_function() == 20
    assert asyncio.run(all_async()) == [20, 20]
    assert list(tests.test_generator()) == [20]
    assert tests.helper() == 10


def test_static_and_class_methods_stay_such():
    @patch.object(Backend, "limit")
    class Tests:
        @staticmethod
        def test_static(limit):
            return limit

        @classmethod
        def test_class(cls, limit):
            return cls, limit

    assert Tests().test_static().__class__.__name__ == "MagicMock"
    assert Tests().test_class()[0] is Tests


def test_inherited_test_methods_are_decorated_in_the_subclass_alone():
    class Base:
        def test(self):
            return Backend.limit

    @patch.object(Backend, "limit", 20)
    class Derived(Base):
        pass

    assert Base().test() == 10
    assert Derived().test() == 20


@pytest.mark.parametrize("limit", [20, DEFAULT])
def test_patches_of_a_base_class_and_of_subclasses_add_up_without_a_leak(limit):
    @patch.object(Backend, "timeout", 2)
    class Base:
        def test(self, *mocks):
            return Backend.timeout, Backend.limit, mocks

    @patch.object(Backend, "limit", limit)
    class Derived(Base):
        pass

    class Plain(Base):
        pass

    assert Base().test() == Plain().test() == (2, 10, ())
    timeout, patched, mocks = Derived().test()
    assert timeout == 2
    assert mocks == (() if limit == 20 else (patched,))


def test_class_and_method_decorators_add_up():
    class Tests(unittest.TestCase):
        @patch.object(Backend, "limit")
        async def runTest(self, limit):
            pass

        @patch.object(Backend, "load")
        def test(self, load, limit):
            return load, limit

    Tests = patch.object(Backend, "limit")(Tests)

    load, limit = Tests().test()
    assert isinstance(load, AsyncMock)
    assert not isinstance(limit, AsyncMock)


def test_each_test_method_gets_a_mock_of_its_own():
    @patch.object(Backend, "limit")
    class Tests:
        def test_one(self, limit):
            return limit

        def test_two(self, limit):
            return limit

    tests = Tests()
    assert len({tests.test_one(), tests.test_two(), tests.test_one()}) == 3


def test_a_nested_class_is_decorated_too():
    class Tests:
        @patch.object(Backend, "limit", 20)
        class test_nested:
            def test(self):
                return Backend.limit

    Tests = patch.object(Backend, "timeout", 2)(Tests)

    assert Tests.test_nested().test() == 20


def test_the_scope_of_a_class_decorator_is_that_of_its_methods():
    @patch.object(Backend, "limit", 20, scope=LIMITED)
    @patch.dict("os.environ", {"LIMIT": "20"}, scope=LIMITED)
    class Tests:
        def test(self):
            yield Backend.limit

    generator = Tests().test()

    assert next(generator) == 20
    assert Backend.limit == 10
    generator.close()


def test_what_is_no_function_is_left_alone():
    @patch.object(Backend, "limit", 20)
    class Tests:
        test_data = [1, 2]

        @property
        def test_property(self):
            return Backend.limit

    assert Tests.test_data == [1, 2]
    assert Tests().test_property == 10


def test_decorated_test_cases_run():
    @patch.object(Backend, "limit")
    class Tests(unittest.IsolatedAsyncioTestCase):
        async def test_coroutine(self, limit):
            await asyncio.sleep(0)
            self.assertIs(Backend.limit, limit)

        def test_function(self, limit):
            self.assertIs(Backend.limit, limit)

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Tests).run(result)

    assert result.testsRun == 2
    assert result.wasSuccessful(), result.errors + result.failures


def test_copies_are_decorators_of_their_own():
    patcher = patch.multiple(Backend, limit=DEFAULT, timeout=2)
    copied = patcher.copy()

    with patcher as mocks, copied as others:
        assert mocks["limit"] is not others["limit"]

    assert (Backend.limit, Backend.timeout) == (10, 1)
