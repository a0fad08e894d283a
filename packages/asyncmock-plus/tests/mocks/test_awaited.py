"""mock.awaited: waiting until somebody awaits a mock."""

import asyncio
import gc

import asyncmock_plus as mock
import pytest


def run(coroutine):
    return asyncio.run(coroutine)


class TestAwaited:
    def test_it_is_true_once_the_mock_was_awaited(self) -> None:
        instance = mock.CoroutineMock()
        assert not instance.awaited
        run(instance())
        assert instance.awaited  # noqa: PGH005
        instance.reset_mock()
        assert not instance.awaited

    def test_wait_returns_when_it_is_awaited(self) -> None:
        async def main():
            instance = mock.CoroutineMock()
            waiter = asyncio.ensure_future(instance.awaited.wait())
            await asyncio.sleep(0)
            assert not waiter.done()
            await instance()
            await asyncio.wait_for(waiter, 1)
            await instance.awaited.wait()

        run(main())

    def test_skip_leaves_out_awaits(self) -> None:
        async def main():
            instance = mock.CoroutineMock()
            waiter = asyncio.ensure_future(instance.awaited.wait(skip=1))
            for done in (False, True):
                await instance()
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                assert waiter.done() is done
            await waiter

        run(main())

    def test_wait_next_does_not_count_what_was(self) -> None:
        async def main():
            instance = mock.CoroutineMock()
            await instance()
            waiter = asyncio.ensure_future(instance.awaited.wait_next())
            await asyncio.sleep(0)
            assert not waiter.done()
            await instance()
            await waiter

        run(main())

    def test_wait_for_asks_the_predicate(self) -> None:
        async def main():
            instance = mock.CoroutineMock()
            waiter = asyncio.ensure_future(
                instance.awaited.wait_for(lambda m: mock.call("b") in m.await_args_list)
            )
            await instance("a")
            await asyncio.sleep(0)
            assert not waiter.done()
            await instance("b")
            assert await waiter

        run(main())

    def test_timeout_says_what_was_awaited(self) -> None:
        async def main():
            instance = mock.CoroutineMock(name="fetch")
            await instance(1)
            await instance.awaited.wait(skip=1, timeout=0.01)

        with pytest.raises(AssertionError) as caught:
            run(main())
        assert str(caught.value) == (
            "fetch was not awaited within 0.01 s as expected: awaited 1 times: [call(1)]"
        )

    def test_waiters_in_other_loops_are_woken(self) -> None:
        instance = mock.CoroutineMock()
        loop = asyncio.new_event_loop()
        try:
            waiter = loop.create_task(instance.awaited.wait())
            loop.run_until_complete(asyncio.sleep(0))
            run(instance())
            loop.run_until_complete(asyncio.wait_for(waiter, 1))
        finally:
            loop.close()

    def test_cancelled_waiter_is_forgotten(self) -> None:
        async def main():
            instance = mock.CoroutineMock()
            waiter = asyncio.ensure_future(instance.awaited.wait())
            await asyncio.sleep(0)
            waiter.cancel()
            await asyncio.gather(waiter, return_exceptions=True)
            return repr(instance.awaited)

        assert run(main()) == "<awaited 0 times, 0 waiting>"

    def test_async_mocks_and_autospecced_functions_have_it(self) -> None:
        async def fetch(key): ...

        function = mock.create_autospec(fetch)
        run(function(1))
        assert function.awaited  # noqa: PGH005
        assert not mock.AsyncMock().awaited


def test_await_passes_over_who_waited_in_a_loop_that_is_closed() -> None:
    instance = mock.CoroutineMock()
    loop = asyncio.new_event_loop()
    task = loop.create_task(instance.awaited.wait())
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()

    run(instance())
    assert instance.await_count == 1
    task.get_coro().close()
    task._log_destroy_pending = False


def test_await_passes_over_who_has_just_given_up_waiting() -> None:
    async def main():
        instance = mock.CoroutineMock()
        task = asyncio.create_task(instance.awaited.wait())
        await asyncio.sleep(0)
        task.cancel()
        await instance()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert repr(instance.awaited) == "<awaited 1 times, 0 waiting>"

    run(main())


def test_nobody_can_wait_for_a_mock_that_is_gone() -> None:
    awaited = mock.CoroutineMock().awaited
    gc.collect()

    with pytest.raises(RuntimeError, match="the mock is gone.*keep a reference to the mock"):
        run(awaited.wait())


def test_nothing_is_waited_on_before_the_first_await() -> None:
    async def main():
        fetch = mock.CoroutineMock()
        coroutine = fetch()
        assert fetch.awaited._condition is None
        await coroutine
        assert fetch.awaited._condition is not None

        other = mock.CoroutineMock()
        waiter = asyncio.ensure_future(other.awaited.wait())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert other.awaited._condition is not None
        waiter.cancel()

    asyncio.run(main())
