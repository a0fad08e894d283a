"""Who made what, told by contexts; and the moment before a runner closes its loop."""

import asyncio
import contextvars

from asyncloop_testcase._cpython.runners import CANCELLING, before_cancelling
from asyncloop_testcase._cpython.tasks import context_of_task
from asyncloop_testcase._reports.owners import (
    OWNER,
    Owner,
    owned_by,
    owner_of_handle,
    owner_of_task,
)

SERVER = Owner("server", lasting=True)


def test_context_of_a_waiting_task_is_known() -> None:
    variable = contextvars.ContextVar("variable", default="")

    async def main() -> None:
        variable.set("inherited")
        task = asyncio.create_task(asyncio.sleep(60))
        await asyncio.sleep(0)
        context = context_of_task(task)
        task.cancel()
        assert context is not None
        assert context[variable] == "inherited"

    asyncio.run(main())


def test_owner_is_inherited_by_tasks_and_timers_of_tasks() -> None:
    async def serve() -> asyncio.Task[None]:
        return asyncio.create_task(asyncio.sleep(60))

    async def main() -> None:
        with owned_by(SERVER):
            server = asyncio.create_task(serve())
        own = asyncio.create_task(asyncio.sleep(60))
        connection = await server
        await asyncio.sleep(0)
        timer = asyncio.get_running_loop().call_later(60, print)
        assert owner_of_task(connection) == SERVER
        assert owner_of_task(own) is None
        assert owner_of_handle(timer) is None
        connection.cancel()
        own.cancel()
        timer.cancel()

    asyncio.run(main())
    assert OWNER.get() is None


def test_runner_tells_before_it_cancels_what_is_left() -> None:
    told = []

    def tell(loop: asyncio.AbstractEventLoop) -> None:
        told.append([task.get_name() for task in asyncio.all_tasks(loop)])

    async def main() -> None:
        main.left = asyncio.create_task(asyncio.sleep(60), name="left")  # type: ignore[attr-defined]

    undo = before_cancelling(tell)
    try:
        asyncio.run(main())
    finally:
        undo()
    asyncio.run(main())
    assert told == [["left"]]


def test_seam_that_somebody_replaced_in_turn_is_left_to_them_and_tells_no_more() -> None:
    told: list[object] = []
    original = getattr(asyncio.runners, CANCELLING)
    undo = before_cancelling(told.append)
    ours = getattr(asyncio.runners, CANCELLING)

    def theirs(loop: asyncio.AbstractEventLoop) -> None:
        ours(loop)

    setattr(asyncio.runners, CANCELLING, theirs)
    try:
        undo()
        asyncio.run(asyncio.sleep(0))
        assert getattr(asyncio.runners, CANCELLING) is theirs
    finally:
        setattr(asyncio.runners, CANCELLING, original)
    assert told == []
