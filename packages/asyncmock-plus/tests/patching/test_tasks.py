"""Patches of several tasks and calls that run at the same time, and of one target."""

import asyncio
import gc

import pytest
from asyncmock_plus import LIMITED, patch
from asyncmock_plus._patching.layers import covered
from support.scopes import (
    Backend,
)


class TestSeveralTasks:
    def run(self, *coroutines):
        async def main():
            return await asyncio.gather(*coroutines)

        return asyncio.run(main())

    async def look(self, times):
        seen = []
        for _ in range(times):
            seen.append(Backend.limit)
            await asyncio.sleep(0)
        return seen

    def test_limited_patches_of_one_target_do_not_see_each_other(self):
        def task(new, times):
            @patch.object(Backend, "limit", new, scope=LIMITED)
            async def look():
                return await self.look(times)

            return look()

        assert self.run(task(1, 2), self.look(4), task(2, 4), task(3, 1)) == [
            [1] * 2,
            [10] * 4,
            [2] * 4,
            [3],
        ]
        assert Backend.limit == 10

    def test_the_same_function_may_run_in_several_tasks(self):
        @patch.object(Backend, "limit", scope=LIMITED)
        async def look(times, limit):
            return {id(limit)} == {id(each) for each in await self.look(times)}

        assert self.run(look(3), look(1), look(2)) == [True] * 3

    @pytest.mark.parametrize("times", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (2, 1, 3)])
    def test_global_patches_end_in_any_order(self, times):
        @patch.object(Backend, "limit")
        async def task(times, limit):
            await self.look(times)

        self.run(*map(task, times))

        assert Backend.limit == 10

    def test_the_last_global_patch_in_force_wins(self):
        @patch.object(Backend, "limit", 1)
        async def first():
            return await self.look(2)

        @patch.object(Backend, "limit", 2)
        async def second():
            return await self.look(4)

        assert self.run(first(), second(), self.look(5)) == [[1, 2], [2] * 4, [2] * 4 + [10]]

    def test_a_limited_patch_wins_while_it_runs(self):
        @patch.object(Backend, "limit", 1, scope=LIMITED)
        async def limited():
            return await self.look(3)

        @patch.object(Backend, "limit", 2)
        async def everywhere():
            return await self.look(2)

        assert self.run(limited(), everywhere(), self.look(4)) == [[1] * 3, [2] * 2, [2, 2, 10, 10]]
        assert Backend.limit == 10

    def test_a_with_statement_in_a_limited_function_stays_in_force(self):
        @patch.object(Backend, "limit", 1, scope=LIMITED)
        async def limited():
            seen = [Backend.limit]
            with patch.object(Backend, "limit", 2):
                seen += await self.look(2)
            return seen + await self.look(1)

        @patch.object(Backend, "limit", 3)
        async def everywhere():
            return await self.look(4)

        seen = self.run(limited(), everywhere(), self.look(4))

        # The last global patch wins outside, and its own patch within the limited function.
        assert seen[0] == [1, 2, 2, 1]
        assert seen[1] == [3] * 4
        assert Backend.limit == 10

    def test_limited_patches_nest(self):
        @patch.object(Backend, "limit", 2, scope=LIMITED)
        async def inner():
            return await self.look(2)

        @patch.object(Backend, "limit", 1, scope=LIMITED)
        async def outer():
            return [*await self.look(1), *await inner(), *await self.look(1)]

        assert self.run(outer(), self.look(4), outer()) == [[1, 2, 2, 1], [10] * 4, [1, 2, 2, 1]]
        assert Backend.limit == 10

    def test_scopes_can_be_mixed_on_one_function(self):
        class Other:
            limit = 10

        @patch.object(Backend, "limit", 1, scope=LIMITED)
        @patch.object(Other, "limit", 2)
        async def both():
            await asyncio.sleep(0)
            return Backend.limit, Other.limit

        async def look():
            return Backend.limit, Other.limit

        assert self.run(both(), look()) == [(1, 2), (10, 2)]
        assert (Backend.limit, Other.limit) == (10, 10)

    def test_cancelling_one_leaves_the_others_patched(self):
        @patch.object(Backend, "limit", 1)
        async def cancelled():
            await asyncio.sleep(3600)

        @patch.object(Backend, "limit", 2)
        async def survivor(task):
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            return Backend.limit

        async def main():
            return await survivor(asyncio.create_task(cancelled()))

        assert asyncio.run(main()) == 2
        assert Backend.limit == 10


def test_what_the_code_sets_during_a_limited_patch_is_there_when_it_resumes():
    @patch.object(Backend, "limit", 20, scope=LIMITED)
    def generator():
        Backend.limit = 30
        yield
        yield Backend.limit

    steps = generator()
    next(steps)

    assert Backend.limit == 10
    assert next(steps) == 30
    steps.close()
    assert Backend.limit == 10


def test_patch_in_the_innermost_of_three_calls_stays_above_all_of_theirs():
    @patch.object(Backend, "timeout", 2, scope=LIMITED)
    def innermost():
        with patch.object(Backend, "limit", 40):
            for _ in range(2):
                assert (Backend.limit, Backend.timeout) == (40, 2)
                yield

    @patch.object(Backend, "limit", 30, scope=LIMITED)
    def middle():
        steps = innermost()
        for step in steps:
            assert (Backend.limit, Backend.timeout) == (40, 1)
            yield step
            assert (Backend.limit, Backend.timeout) == (40, 1)

    @patch.object(Backend, "limit", 20, scope=LIMITED)
    def outer():
        yield from middle()

    steps = outer()
    for _ in range(2):
        next(steps)
        assert (Backend.limit, Backend.timeout) == (40, 1)
    steps.close()
    gc.collect()

    assert Backend.limit == 10


def test_call_that_is_closed_while_the_patches_of_another_one_are_lifted():
    # As the garbage collector does it, at any allocation.
    closing = []

    class Settings(dict):
        def update(self, *args, **kwargs):
            super().update(*args, **kwargs)
            while closing:
                closing.pop().close()

    settings = Settings(retries=3)

    @patch.dict(settings, retries=5, scope=LIMITED)
    def generator():
        closing.append(other)
        yield settings["retries"]
        yield settings["retries"]

    @patch.object(Backend, "limit", 20, scope=LIMITED)
    def paused():
        yield

    other = paused()
    next(other)

    assert list(generator()) == [5, 5]
    assert (closing, settings, Backend.limit) == ([], {"retries": 3}, 10)
    assert not covered
