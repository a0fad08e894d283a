"""Scopes: when the patches of decorated coroutines and generators are in force."""

import asyncio
import contextlib
import gc
import sys
import types

import pytest
from asyncmock_plus import LIMITED, patch
from asyncmock_plus._patching.layers import covered
from support.scopes import (
    SCOPES,
    Backend,
    coroutine_of,
    finished,
    generator_of,
    limit_outside,
    pause,
)


@SCOPES
class TestCoroutines:
    def test_in_force_from_the_first_step_until_it_returns(self, scope):
        coroutine = coroutine_of(scope)
        assert Backend.limit == 10

        for value in (1, 2, 3):
            assert coroutine.send(None) == value
            assert Backend.limit == limit_outside(scope)

        assert finished(coroutine.send, None) == 20
        assert Backend.limit == 10

    @pytest.mark.parametrize("steps", [0, 1, 3])
    def test_ends_when_it_is_closed(self, scope, steps):
        coroutine = coroutine_of(scope)
        for _ in range(steps):
            coroutine.send(None)

        coroutine.close()

        assert Backend.limit == 10

    @pytest.mark.parametrize("steps", [1, 3])
    def test_ends_when_it_is_collected(self, scope, steps):
        coroutine = coroutine_of(scope)
        for _ in range(steps):
            coroutine.send(None)

        del coroutine
        gc.collect()

        assert Backend.limit == 10

    @pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt, asyncio.CancelledError])
    def test_ends_with_an_error_that_is_thrown_in(self, scope, error):
        coroutine = coroutine_of(scope)
        coroutine.send(None)

        with pytest.raises(error):
            coroutine.throw(error())

        assert Backend.limit == 10

    def test_an_error_that_is_caught_does_not_end_it(self, scope):
        @patch.object(Backend, "limit", 20, scope=scope)
        async def stubborn():
            with contextlib.suppress(KeyError):
                await pause()
            assert Backend.limit == 20
            return await pause()

        coroutine = stubborn()
        coroutine.send(None)
        coroutine.throw(KeyError())
        assert Backend.limit == limit_outside(scope)

        assert finished(coroutine.send, "sent") == "sent"
        assert Backend.limit == 10

    def test_errors_keep_their_context(self, scope):
        @patch.object(Backend, "limit", 20, scope=scope)
        async def failing():
            try:
                await pause()
            except KeyError:
                raise ValueError from None

        coroutine = failing()
        coroutine.send(None)

        with pytest.raises(ValueError) as raised:
            coroutine.throw(KeyError())

        assert isinstance(raised.value.__context__, KeyError)
        assert raised.value.__context__.__context__ is None

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_ends_even_if_the_coroutine_refuses_to(self, scope):
        @patch.object(Backend, "limit", 20, scope=scope)
        async def stubborn():
            while True:
                with contextlib.suppress(GeneratorExit):
                    await pause()

        coroutine = stubborn()
        coroutine.send(None)

        with pytest.raises(RuntimeError, match="ignored GeneratorExit"):
            coroutine.close()
        with contextlib.suppress(RuntimeError):
            coroutine.close()
        del coroutine
        gc.collect()

        assert Backend.limit == 10

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_ends_even_if_the_coroutine_awaits_when_it_is_collected(self, scope):
        @patch.object(Backend, "limit", 20, scope=scope)
        async def slow():
            try:
                await pause()
            finally:
                await pause()

        coroutine = slow()
        coroutine.send(None)

        del coroutine
        gc.collect()

        assert Backend.limit == 10

    def test_the_mock_is_the_same_after_a_suspension(self, scope):
        seen = []

        @patch.object(Backend, "limit", scope=scope)
        async def coroutine(limit):
            for _ in range(3):
                seen.append((limit, Backend.limit))
                await pause()

        call = coroutine()
        for _ in range(3):
            call.send(None)
        call.close()

        assert len({id(mock) for pair in seen for mock in pair}) == 1

    def test_runs_under_asyncio(self, scope):
        @patch.object(Backend, "limit", 20, scope=scope)
        async def coroutine():
            await asyncio.sleep(0)
            assert Backend.limit == 20
            await asyncio.wait_for(asyncio.sleep(0), 1)
            assert Backend.limit == 20
            return await asyncio.gather(asyncio.sleep(0, 1), asyncio.sleep(0, 2))

        assert asyncio.run(coroutine()) == [1, 2]
        assert Backend.limit == 10


@SCOPES
class TestGenerators:
    def test_values_are_sent_and_returned(self, scope):
        generator = generator_of(scope)

        assert [next(generator), generator.send("a"), generator.send("b")] == [0, 1, 2]
        assert Backend.limit == limit_outside(scope)
        assert finished(generator.send, "c") == ["a", "b", "c"]
        assert Backend.limit == 10

    def test_exhausting_it_ends_the_patch(self, scope):
        assert list(generator_of(scope)) == [0, 1, 2]
        assert Backend.limit == 10

    @pytest.mark.parametrize("end", ["close", "collect", "throw"])
    def test_every_other_end_ends_the_patch(self, scope, end):
        generator = generator_of(scope)
        next(generator)

        if end == "close":
            generator.close()
        elif end == "throw":
            with pytest.raises(KeyError):
                generator.throw(KeyError())
        else:
            del generator
            gc.collect()

        assert Backend.limit == 10

    def test_what_it_returns_when_closed_is_not_lost(self, scope):
        def plain():
            try:
                yield
            except GeneratorExit:
                return "closed"

        results = []
        for function in (plain, patch.object(Backend, "limit", 20, scope=scope)(plain)):
            generator = function()
            next(generator)
            results.append(generator.close())  # since Python 3.13, what it returns

        assert results[0] == results[1]

    def test_it_may_yield_when_generator_exit_is_thrown_in(self, scope):
        @patch.object(Backend, "limit", 20, scope=scope)
        def stubborn():
            try:
                yield 1
            except GeneratorExit:
                yield Backend.limit

        generator = stubborn()
        next(generator)

        assert generator.throw(GeneratorExit()) == 20
        generator.close()
        assert Backend.limit == 10

    def test_ends_with_a_generator_that_refuses_to(self, scope, monkeypatch):
        # That of some versions of pytest keeps the generator alive.
        monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: None)

        @patch.object(Backend, "limit", 20, scope=scope)
        def stubborn():
            while True:
                with contextlib.suppress(GeneratorExit):
                    yield

        generator = stubborn()
        next(generator)
        with pytest.raises(RuntimeError, match="ignored GeneratorExit"):
            generator.close()
        assert Backend.limit == limit_outside(scope)
        del generator
        gc.collect()

        assert Backend.limit == 10
        assert not covered

    def test_yield_from_passes_everything_on(self, scope):
        def outer():
            return (yield from generator_of(scope))

        generator = outer()
        next(generator)

        assert [generator.send(1), generator.send(2)] == [1, 2]
        assert finished(generator.send, 3) == [1, 2, 3]

    def test_generator_based_coroutines_can_be_awaited(self, scope):
        @patch.object(Backend, "limit", 20, scope=scope)
        @types.coroutine
        def old_style():
            yield from asyncio.sleep(0).__await__()
            return Backend.limit

        async def main():
            return await old_style()

        assert asyncio.run(main()) == 20
        assert Backend.limit == 10


def async_generator_of(scope):
    @patch.object(Backend, "limit", 20, scope=scope)
    async def generator():
        sent = []
        try:
            while len(sent) < 3:
                await asyncio.sleep(0)
                assert Backend.limit == 20
                sent.append((yield sent))
        finally:
            assert Backend.limit == 20
            await asyncio.sleep(0)
            assert Backend.limit == 20

    return generator()


@SCOPES
class TestAsyncGenerators:
    def test_values_are_sent(self, scope):
        async def main():
            generator = async_generator_of(scope)
            assert await generator.__anext__() == []
            assert Backend.limit == limit_outside(scope)
            assert await generator.asend("a") == ["a"]
            assert await generator.asend("b") == ["a", "b"]
            with pytest.raises(StopAsyncIteration):
                await generator.asend("c")
            assert Backend.limit == 10

        asyncio.run(main())

    def test_iterating_it_ends_the_patch(self, scope):
        async def main():
            return [len(sent) async for sent in async_generator_of(scope)]

        assert asyncio.run(main()) == [0, 1, 2]
        assert Backend.limit == 10

    @pytest.mark.parametrize("end", ["aclose", "athrow", "collect"])
    def test_every_other_end_ends_the_patch(self, scope, end):
        async def main():
            generator = async_generator_of(scope)
            await generator.__anext__()
            if end == "aclose":
                await generator.aclose()
            elif end == "athrow":
                with pytest.raises(KeyError):
                    await generator.athrow(KeyError())
            else:
                del generator
                gc.collect()
                for _ in range(10):  # the loop closes it in a task of its own
                    await asyncio.sleep(0)
            assert Backend.limit == 10

        asyncio.run(main())
        assert Backend.limit == 10

    def test_an_error_that_is_caught_does_not_end_it(self, scope):
        @patch.object(Backend, "limit", 20, scope=scope)
        async def stubborn():
            try:
                yield 1
            except KeyError:
                yield Backend.limit

        async def main():
            generator = stubborn()
            await generator.__anext__()
            assert await generator.athrow(KeyError()) == 20
            assert Backend.limit == limit_outside(scope)
            await generator.aclose()

        asyncio.run(main())
        assert Backend.limit == 10

    def test_the_loop_closes_it_at_its_end(self, scope):
        async def main():
            asyncio.get_running_loop().set_exception_handler(lambda _, told: errors.append(told))
            generators.append(async_generator_of(scope))
            await generators[0].__anext__()

        errors, generators = [], []
        asyncio.run(main())

        assert errors == []
        assert Backend.limit == 10

    def test_it_is_known_to_the_loop_once(self, scope):
        async def main():
            loop = asyncio.get_running_loop()
            generator = async_generator_of(scope)
            await generator.__anext__()
            known = set(loop._asyncgens)
            await generator.aclose()
            return known == {generator}

        assert asyncio.run(main())

    def test_cancelling_the_task_ends_the_patch(self, scope):
        async def consume():
            async for _ in async_generator_of(scope):
                await asyncio.sleep(3600)

        async def main():
            task = asyncio.create_task(consume())
            for _ in range(4):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(main())
        assert Backend.limit == 10


def test_plain_functions_know_no_suspension():
    @patch.object(Backend, "limit", 20, scope=LIMITED)
    def plain():
        return (Backend.limit for _ in range(1))

    assert next(plain()) == 10


def test_subclasses_that_start_in_their_own_way_can_be_limited():
    events = []
    kind = type(patch.object(Backend, "limit"))

    class Recording(kind):
        def __enter__(self):
            events.append("enter")
            return super().__enter__()

        def __exit__(self, *exc_info):
            events.append("exit")
            return super().__exit__(*exc_info)

    patcher = Recording(
        lambda: Backend, "limit", 20, None, False, None, None, None, {}, scope=LIMITED
    )

    @patcher
    def generator():
        yield Backend.limit
        yield Backend.limit

    steps = generator()
    assert (next(steps), Backend.limit, next(steps), Backend.limit) == (20, 10, 20, 10)
    assert list(steps) == []
    assert events == ["enter", "exit"]
    assert Backend.limit == 10


@types.coroutine
def old_coroutine():
    yield Backend.limit
    return Backend.limit


def test_a_function_that_returns_an_old_coroutine_can_be_decorated():
    patcher = patch.object(Backend, "limit", 20, scope=LIMITED)
    steps = patcher.decorate_async_callable(lambda: old_coroutine())()

    assert steps.send(None) == 20
    assert Backend.limit == 10
    assert finished(steps.send, None) == 20


def test_an_awaitable_that_takes_no_errors_ends_with_the_error():
    class Iterated:
        def __await__(self):
            return iter([1, 2])

    patcher = patch.object(Backend, "limit", 20, scope=LIMITED)
    steps = patcher.decorate_async_callable(Iterated)()
    assert steps.send(None) == 1

    with pytest.raises(KeyError, match="thrown"):
        steps.throw(KeyError("thrown"))
    assert Backend.limit == 10


class Ender:
    """A patcher of somebody else, which does something at the end."""

    attribute_name = None
    new = 1

    def __init__(self, end):
        self.end = end

    def __enter__(self):
        return None

    def __exit__(self, *exc_info):
        return self.end(*exc_info)


def test_a_patcher_of_somebody_else_may_swallow_the_error():
    ended = []

    @patch.object(Backend, "limit", 20)
    def fail():
        raise KeyError

    fail.patchings.insert(0, Ender(lambda *exc_info: ended.append(exc_info[0])))
    fail.patchings.append(Ender(lambda *exc_info: True))

    assert fail() is None
    assert ended == [None]
    assert Backend.limit == 10


def test_patches_end_when_that_of_somebody_else_fails_to():
    def fail_to_end(*exc_info):
        raise ValueError("broken")

    @patch.object(Backend, "limit", 20)
    def function():
        pass

    function.patchings.append(Ender(fail_to_end))

    with pytest.raises(ValueError, match="broken"):
        function()
    assert Backend.limit == 10
