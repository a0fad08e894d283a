"""Exceptions of tasks that a cleanup waits for without asking what they raised."""

import asyncio

import pytest
from asyncloop_testcase import TestCase
from checking import verdict_of
from running import passed


async def work() -> None:
    try:
        await asyncio.sleep(60)
    finally:
        raise ConnectionError("lost")


class Stopping(TestCase):
    """Its cleanup stops a task and sees that it has ended, not how."""

    __test__ = False
    keep = True

    async def setUp(self) -> None:
        self.task = asyncio.create_task(work())
        self.addCleanup(self.stop)

    async def test(self) -> None:
        await asyncio.sleep(0)

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])
        if not self.keep:
            del self.task


@pytest.mark.parametrize("keep", [True, False])
def test_exception_that_a_cleanup_only_waited_for_is_lost(keep: bool) -> None:
    class Case(Stopping):
        pass

    Case.keep = keep
    assert "ConnectionError: lost" in verdict_of(Case, "unhandled_exceptions")


def test_exception_that_a_cleanup_has_asked_for_is_not_lost() -> None:
    class Case(Stopping):
        async def stop(self) -> None:
            await super().stop()
            assert isinstance(self.task.exception(), ConnectionError)

    passed(Case)
