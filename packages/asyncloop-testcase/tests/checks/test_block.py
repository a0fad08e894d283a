"""check_loop, the checks around a block of code."""

import asyncio
import gc
import sys
import time
import unittest
import warnings

import pytest
from asyncloop_testcase import check_loop
from checking import frozen_count, plain
from running import failure_of, passed


async def fetch() -> int:
    return 1


@pytest.fixture
def loop() -> object:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def test_block_on_a_loop_that_does_not_run(loop: asyncio.AbstractEventLoop) -> None:
    with pytest.raises(AssertionError) as caught, check_loop(loop, active_handles=True):
        loop.run_until_complete(fetch())
        loop.call_later(3600, print)
    assert (
        plain(str(caught.value))
        == """\
a check failed: active_handles

active_handles: timers are left on the loop
  timer due in 3600 s: builtins.print()
    created at File "test_block.py", in test_block_on_a_loop_that_does_not_run
      loop.call_later(3600, print)

(if that is meant to be, say so with check_loop(active_handles=False))"""
    )


def test_block_in_a_coroutine() -> None:
    async def main() -> None:
        async with check_loop(pending_tasks=True):
            task = asyncio.create_task(asyncio.sleep(60), name="nap")
        assert task

    with pytest.raises(AssertionError, match="Task 'nap', coroutine sleep"):
        asyncio.run(main())


def test_the_task_that_checks_is_no_leak_nor_is_what_was_there_before() -> None:
    async def main() -> None:
        before = asyncio.create_task(asyncio.sleep(60))
        async with check_loop(level="strict"):
            await fetch()
            asyncio.create_task(fetch())
        before.cancel()

    asyncio.run(main())


def test_levels(loop: asyncio.AbstractEventLoop) -> None:
    def leave() -> None:
        loop.run_until_complete(fetch())
        loop.call_later(3600, print)

    for level in ("default", "lenient"):
        with check_loop(loop, level=level):
            leave()
    with check_loop(loop, level="strict", active_handles=False):
        leave()
    with pytest.raises(AssertionError, match="active_handles"), check_loop(loop, level="strict"):
        leave()


def test_loop_has_to_run_in_the_block(loop: asyncio.AbstractEventLoop) -> None:
    with pytest.raises(AssertionError, match="unused_loop"), check_loop(loop):
        pass


def test_block_that_raises_raises_its_own(loop: asyncio.AbstractEventLoop) -> None:
    with pytest.raises(ValueError, match="mine"), check_loop(loop):
        raise ValueError("mine")

    async def main() -> None:
        async with check_loop():
            fetch()
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine") as caught:
        asyncio.run(main())
    assert "coroutine fetch()" in caught.value.__notes__[0]
    del caught
    gc.collect()


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_everything_is_restored(
    loop: asyncio.AbstractEventLoop, error: type[BaseException]
) -> None:
    hook = warnings._warn_unawaited_coroutine
    names = list(vars(loop))
    with pytest.raises(error), check_loop(loop, level="strict"):
        raise error
    assert warnings._warn_unawaited_coroutine is hook
    assert list(vars(loop)) == names
    assert frozen_count() == 0
    assert sys.get_coroutine_origin_tracking_depth() == 0


def test_cancelled_block_is_cancelled() -> None:
    async def block() -> None:
        async with check_loop():
            await asyncio.sleep(60)

    async def main() -> None:
        task = asyncio.create_task(block())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_block_that_is_cancelled_before_it_begins_restores_everything() -> None:
    before = asyncio.Handle._run

    async def block() -> None:
        async with check_loop(slow_callbacks=60):
            pytest.fail("the block was entered")

    async def main() -> None:
        task = asyncio.create_task(block())
        await asyncio.sleep(0)
        assert asyncio.Handle._run is not before
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.Handle._run is before

    asyncio.run(main())


def test_abandoned_block_restores_everything() -> None:
    hook = warnings._warn_unawaited_coroutine

    async def block() -> None:
        async with check_loop():
            await asyncio.sleep(60)

    coro = block()
    loop = asyncio.new_event_loop()
    task = loop.create_task(coro)
    loop.run_until_complete(asyncio.sleep(0))
    assert warnings._warn_unawaited_coroutine is not hook
    coro.close()
    assert warnings._warn_unawaited_coroutine is hook
    with pytest.raises(RuntimeError, match="cannot reuse"):
        task.cancel()
        loop.run_until_complete(task)
    loop.close()


def test_step_that_is_going_on_is_seen_from_the_block_on() -> None:
    async def main() -> None:
        time.sleep(0.05)
        async with check_loop(slow_callbacks=0.04):
            await asyncio.sleep(0)
        async with check_loop(slow_callbacks=0.02):
            time.sleep(0.05)

    with pytest.raises(AssertionError, match="the limit is 0.02 s"):
        asyncio.run(main())


def test_in_the_test_case_of_the_standard_library() -> None:
    class Case(unittest.IsolatedAsyncioTestCase):
        async def test(self) -> None:
            async with check_loop():
                await fetch()

        async def test_leak(self) -> None:
            async with check_loop(active_handles=True):
                asyncio.get_running_loop().call_later(3600, print)

    passed(Case)
    assert "timers are left on the loop" in failure_of(Case, "test_leak")


def test_one_can_be_used_again_but_not_inside_itself(loop: asyncio.AbstractEventLoop) -> None:
    block = check_loop(loop)
    for _ in range(2):
        with block:
            loop.run_until_complete(fetch())
    with pytest.raises(RuntimeError, match="at work already"), block:
        loop.run_until_complete(fetch())
        with block:
            pass


class TestBadInput:
    def test_unknown_check(self) -> None:
        expected = r"^unknown checks: 'pending' \(did you mean 'pending_tasks'\?\); the known"
        with pytest.raises(TypeError, match=expected):
            check_loop(pending=True)

    def test_bad_option(self) -> None:
        with pytest.raises(ValueError, match="slow_callbacks=-1"):
            check_loop(slow_callbacks=-1)

    def test_unknown_level(self) -> None:
        text = r"^check_loop\(level='severe'\): the levels are 'default', 'strict', 'lenient'$"
        with pytest.raises(ValueError, match=text):
            check_loop(level="severe")

    def test_no_loop(self) -> None:
        with pytest.raises(TypeError, match=r"^check_loop\(\) takes an event loop, not 'loop'$"):
            check_loop("loop")
        with pytest.raises(TypeError, match="needs the loop: `with check_loop"), check_loop():
            pass

    def test_closed_loop(self) -> None:
        loop = asyncio.new_event_loop()
        loop.close()
        with pytest.raises(RuntimeError, match="the loop is closed: <"), check_loop(loop):
            pass

    def test_running_loop(self) -> None:
        async def main() -> None:
            with check_loop(asyncio.get_running_loop()):
                pass

        with pytest.raises(RuntimeError, match=r"is running: .*use `async with check_loop\(\):`$"):
            asyncio.run(main())

    def test_another_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        async def main() -> None:
            async with check_loop(loop):
                pass

        with pytest.raises(RuntimeError, match="is running: leave it out$"):
            asyncio.run(main())


def test_generator_that_the_last_statement_drops_is_closed_in_time() -> None:
    async def numbers():
        yield 1
        yield 2

    async def main() -> None:
        async with check_loop(level="strict"):
            async for _ in numbers():
                break

    asyncio.run(main())


def test_future_that_is_asked_after_the_block_still_has_its_exception_to_be_asked_for() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async def main() -> asyncio.Task[None]:
        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        return task

    async def block() -> None:
        with pytest.raises(AssertionError, match="unhandled_exceptions"):
            async with check_loop():
                task = await main()
        assert task._log_traceback
        async with check_loop():  # which is not to blame, though the task ends there
            del task

    asyncio.run(block())
