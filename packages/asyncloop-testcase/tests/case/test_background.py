"""What fails in the background ends a test that waits."""

import asyncio

import pytest
from asyncloop_testcase import TestCase, fail_on, lenient, timeout
from running import error_of, failure_of, passed, run


async def fail() -> None:
    raise KeyError("in the background")


class Waiting(TestCase):
    __test__ = False  # it is for the tests below
    timeout = 60

    def begin(self) -> None:
        self.loop.call_soon(lambda: {}["in the background"])

    async def test(self) -> None:
        self.begin()
        await asyncio.Event().wait()


def test_callback_that_fails_ends_the_wait_with_its_error() -> None:
    text = error_of(Waiting)

    assert "KeyError: 'in the background'" in text
    assert "while the test waited" in text or not hasattr(BaseException, "add_note")


def test_task_that_nobody_has_ends_the_wait() -> None:
    class Case(Waiting):
        def begin(self) -> None:
            self.loop.create_task(fail())

    assert "KeyError: 'in the background'" in error_of(Case)


def test_wait_of_the_set_up_ends_too_and_is_tidied_up() -> None:
    seen = []

    class Case(Waiting):
        async def setUp(self) -> None:
            self.addCleanup(seen.append, "cleanup")
            await self.test()

    assert "KeyError" in error_of(Case)
    assert seen == ["cleanup"]


def test_test_that_is_about_to_end_is_not_cancelled() -> None:
    ended = []

    class Case(TestCase):
        async def test(self) -> None:
            self.loop.call_soon(lambda: 1 / 0)
            for _ in range(5):
                await asyncio.sleep(0)
            ended.append(True)

    assert "a check failed: unhandled_exceptions" in failure_of(Case)
    assert ended == [True]


def test_clean_up_is_not_cancelled() -> None:
    ended = []

    class Case(TestCase):
        async def test(self) -> None:
            """Do nothing."""

        async def tearDown(self) -> None:
            self.loop.call_soon(lambda: 1 / 0)
            await asyncio.sleep(0.01)
            ended.append(True)

    assert "unhandled_exceptions" in failure_of(Case)
    assert ended == [True]


@pytest.mark.parametrize(
    "switch", [lenient, fail_on(unhandled_exceptions=False), fail_on(unhandled_exceptions="warn")]
)
@pytest.mark.filterwarnings("ignore::asyncloop_testcase.LeakWarning")
def test_without_the_check_the_test_goes_on(switch) -> None:
    class Case(TestCase):
        async def test(self) -> None:
            self.loop.call_soon(lambda: 1 / 0)
            await asyncio.sleep(0.01)

    passed(switch(Case))


def test_what_is_ignored_by_its_creator_ends_no_wait() -> None:
    @fail_on(ignore=__name__)
    class Case(TestCase):
        async def test(self) -> None:
            self.loop.create_task(fail())
            await asyncio.sleep(0.01)

    passed(Case)


def test_test_that_swallows_its_cancellation_fails_all_the_same() -> None:
    class Case(TestCase):
        @timeout(60)
        async def test(self) -> None:
            self.loop.call_soon(lambda: 1 / 0)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                pass

    assert "ZeroDivisionError" in error_of(Case)


def test_handler_of_the_test_is_asked_instead() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            told = asyncio.Event()
            self.loop.set_exception_handler(lambda loop, context: told.set())
            self.loop.call_soon(lambda: 1 / 0)
            await told.wait()

    passed(Case)


def test_there_is_one_finding() -> None:
    result = run(Waiting)
    assert (len(result.errors), result.failures) == (1, [])
