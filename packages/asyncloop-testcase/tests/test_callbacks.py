"""exhaust_callbacks() runs what is due and nothing else."""

import asyncio
from typing import Any

import pytest
from asyncloop_testcase import TestCase, _callbacks, exhaust_callbacks
from running import error_of


def run(main: Any) -> Any:
    return asyncio.run(main())


def test_chain_of_callbacks_runs_to_its_end() -> None:
    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        seen: list[int] = []

        def step(left: int) -> None:
            seen.append(left)
            if left:
                loop.call_soon(step, left - 1)

        loop.call_soon(step, 20)
        await exhaust_callbacks(loop)
        return seen

    assert run(main) == list(range(20, -1, -1))


def test_tasks_run_until_they_wait() -> None:
    async def main() -> list[str]:
        seen: list[str] = []

        async def work() -> None:
            for _ in range(5):
                await asyncio.sleep(0)
            seen.append("worked")
            await asyncio.Event().wait()

        task = asyncio.ensure_future(work())
        await exhaust_callbacks(asyncio.get_running_loop())
        task.cancel()
        return seen

    assert run(main) == ["worked"]


def test_timers_are_not_waited_for() -> None:
    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        seen: list[str] = []
        loop.call_later(1000, seen.append, "called")
        await exhaust_callbacks(loop)
        return seen

    assert run(main) == []


def test_at_least_one_turn_passes() -> None:
    """What a selector has ready is only seen in the next turn."""

    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        seen: list[str] = []
        asyncio.ensure_future(asyncio.sleep(0)).add_done_callback(lambda _: seen.append("done"))
        await exhaust_callbacks(loop)
        return seen

    assert run(main) == ["done"]


def test_several_may_wait_at_the_same_time() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(exhaust_callbacks(loop) for _ in range(5)))

    run(main)


def test_callbacks_without_an_end_are_an_error_that_names_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_callbacks, "MOST_TURNS", 50)

    async def main() -> None:
        loop = asyncio.get_running_loop()

        def restless() -> None:
            loop.call_soon(restless)

        restless()
        await exhaust_callbacks(loop)

    with pytest.raises(RuntimeError, match=r"without an end: after 50 turns .*restless"):
        run(main)


def test_closed_loop_is_an_error_of_the_test() -> None:
    class Case(TestCase):
        async def test(self) -> None:
            loop = asyncio.new_event_loop()
            loop.close()
            await exhaust_callbacks(loop)

    assert "exhaust_callbacks() cannot run callbacks of a loop that is closed" in error_of(Case)


def test_loop_that_does_not_run_here_is_refused() -> None:
    async def main() -> None:
        loop = asyncio.new_event_loop()
        try:
            await exhaust_callbacks(loop)
        finally:
            loop.close()

    with pytest.raises(RuntimeError, match="does not run here"):
        run(main)


@pytest.mark.parametrize("value", [None, 3, "loop"])
def test_what_is_no_loop_is_refused(value: Any) -> None:
    async def main() -> None:
        await exhaust_callbacks(value)

    with pytest.raises(TypeError, match="takes the running event loop, not"):
        run(main)
