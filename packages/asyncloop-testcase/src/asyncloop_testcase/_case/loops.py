"""Making a test's event loop, and closing it without waiting for anybody who refuses to end."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import inspect
import sys
import threading
import time
import traceback
import types
from typing import TYPE_CHECKING, Any, cast

from asyncloop_testcase._cpython.current import current_loop
from asyncloop_testcase._cpython.loops import (
    default_executor,
    may_have_asyncgens,
    ready_count,
    workers_of,
)
from asyncloop_testcase._cpython.tasks import forget_pending
from asyncloop_testcase._reports.tasks import describe_task, describe_tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor

__unittest = __tracebackhide__ = True

TURNS_TO_END = 5
# A job cannot be cancelled, so it gets more time, in seconds; the loop turns in between.
LEAST_FOR_THREADS = 5.0
TURN_FOR_THREADS = 0.001


class LostExceptionError(RuntimeError):
    """A task raised something while its loop was closed; the cause is what it raised."""


def make_loop(case: object) -> asyncio.AbstractEventLoop:
    """
    Return the loop that ``loop_factory`` of a test case makes.

    Raises:
        TypeError: It made something else than a loop.
        RuntimeError: It made a loop that is closed or running.
    """
    factory = find_factory(case)
    loop = factory()
    if not isinstance(loop, asyncio.AbstractEventLoop):
        if inspect.iscoroutine(loop):
            loop.close()
        msg = (
            f"loop_factory returned {loop!r}, which is not an event loop: it must be a plain "
            "callable that returns a new one, such as asyncio.SelectorEventLoop"
        )
        raise TypeError(msg)
    if loop.is_closed() or loop.is_running():
        state = "closed" if loop.is_closed() else "running"
        msg = (
            f"loop_factory returned a loop that is {state}: {loop!r}; it has to return a new "
            "loop for each test (use_default_loop = True shares one)"
        )
        raise RuntimeError(msg)
    return loop


def find_factory(case: object) -> Callable[[], object]:
    """
    Return the ``loop_factory`` of a test case as a callable without arguments.

    A function that is stored as it is in the class body would be called with the test case as
    its first argument. One that has no use for it gets none.
    """
    factory = inspect.getattr_static(case, "loop_factory")
    if isinstance(factory, types.FunctionType):
        if _needs_argument(factory):
            return types.MethodType(factory, case)
        return factory
    if isinstance(factory, (classmethod, property, staticmethod)):
        factory = getattr(case, "loop_factory")  # noqa: B009 - the type of *case* has it
    if not callable(factory):
        msg = f"loop_factory must be a callable that returns a new event loop, not {factory!r}"
        raise TypeError(msg)
    return cast("Callable[[], object]", factory)


def _needs_argument(function: types.FunctionType) -> bool:
    parameters = inspect.signature(function).parameters.values()
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(p.kind in positional and p.default is p.empty for p in parameters)


def default_loop() -> asyncio.AbstractEventLoop:
    """
    Return the current loop of the thread; make one, for all later tests too, if there is none.

    A loop made here stays current and is closed when the interpreter exits.
    """
    loop, _ = current_loop()
    if loop is None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        atexit.register(loop.close)
    return loop


def close_loop(loop: asyncio.AbstractEventLoop, seconds: float) -> None:
    """
    Cancel what still runs on *loop*, shut down its async generators and executor, close it.

    Args:
        loop: The loop, which may be closed already.
        seconds: Real time that cancelled tasks get in all to end.

    Raises:
        RuntimeError: A task, an async generator or a job of the executor did not end.
        LostExceptionError: A task raised something else than CancelledError.

    The loop is closed all the same.
    """
    if loop.is_closed():
        return
    try:
        stubborn, lost = cancel_tasks(loop, seconds)
        if may_have_asyncgens(loop):
            closing = loop.create_task(loop.shutdown_asyncgens())
            stubborn += run_until_done(loop, [closing], seconds)
        threads = shut_down_executor(loop, max(seconds, LEAST_FOR_THREADS))
        report = describe_tasks(stubborn) if stubborn else ""
        run_ready(loop)
    finally:
        loop.close()
    if stubborn:
        for task in stubborn:
            forget_pending(task)
        msg = (
            f"cancelled when the loop was closed, but not ended after {seconds:g} s; does it "
            f"swallow the cancellation?\n{report}"
        )
        raise RuntimeError(msg)
    if threads:
        msg = (
            "jobs of the loop's executor do not end: let them end in the test, and wait for that"
            f"\n{threads}"
        )
        raise RuntimeError(msg)
    if lost:
        task = lost[0]
        msg = f"a task raised an exception when it was cancelled at the end:\n{describe_task(task)}"
        raise LostExceptionError(msg) from task.exception()


def run_ready(loop: asyncio.AbstractEventLoop) -> None:
    """Run what is due, a few turns of it: a transport that is closing closes its file there."""
    for _ in range(TURNS_TO_END):
        if ready_count(loop) == 0:
            break
        loop.call_soon(loop.stop)
        loop.run_forever()


def cancel_tasks(
    loop: asyncio.AbstractEventLoop, seconds: float
) -> tuple[list[asyncio.Task[Any]], list[asyncio.Task[Any]]]:
    """
    Cancel every task of *loop*.

    Returns:
        The tasks that did not end in time, even if they ended when they were cancelled again, and
        those that raised something, of which nobody but the loop's default handler was told.
    """
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    late = run_until_done(loop, tasks, seconds)
    for task in late:
        task.cancel()
    run_until_done(loop, late, 0)
    failed = [task for task in tasks if _has_failed(task)]
    for task in failed:
        loop.call_exception_handler(
            {
                "message": "exception in a task that was cancelled when the loop was closed",
                "exception": task.exception(),
                "task": task,
            }
        )
    return late, failed if loop.get_exception_handler() is None else []


def _has_failed(task: asyncio.Task[Any]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None


def shut_down_executor(loop: asyncio.AbstractEventLoop, seconds: float) -> str:
    """
    Wait until the jobs of the default executor have ended, while *loop* runs on for them.

    ``loop.shutdown_default_executor()`` would wait for ever, or five minutes since Python 3.12.

    Returns:
        Where the threads are that have not ended in time, or an empty string.
    """
    executor = default_executor(loop)
    if executor is None:
        if not hasattr(loop, "_default_executor"):  # uvloop hides it
            loop.run_until_complete(loop.shutdown_default_executor())
        return ""
    waiter = threading.Thread(target=executor.shutdown, daemon=True)
    waiter.start()
    deadline = time.monotonic() + seconds
    while waiter.is_alive() and time.monotonic() < deadline:
        loop.call_soon(loop.stop)
        loop.run_forever()
        waiter.join(TURN_FOR_THREADS)
    return _describe_workers(executor) if waiter.is_alive() else ""


def _describe_workers(executor: Executor) -> str:
    frames = sys._current_frames()
    lines = []
    for thread in workers_of(executor):
        if thread.ident in frames:  # pragma: no branch - or it has ended meanwhile
            lines.append(f"Thread {thread.name!r}")
            lines += traceback.format_stack(frames[thread.ident])
    return "\n".join(line.rstrip("\n") for line in lines)


def run_until_done(
    loop: asyncio.AbstractEventLoop, tasks: Iterable[asyncio.Task[Any]], seconds: float
) -> list[asyncio.Task[Any]]:
    """
    Run *loop* until *tasks* are done, for at most *seconds* of real time.

    A few turns are enough for nearly all, so the thread that bounds the time is rarely made. It
    is a thread because the loop's own clock may be a virtual one that stands still.

    Returns:
        The tasks that are not done.
    """
    pending = {task for task in tasks if not task.done()}
    for _ in range(TURNS_TO_END):
        if not pending:
            return []
        loop.call_soon(loop.stop)
        loop.run_forever()
        pending = {task for task in pending if not task.done()}
    if pending and seconds > 0:
        with _stopped_after(loop, seconds):
            pending = _run_while(loop, pending)
    return list(pending)


def _run_while(
    loop: asyncio.AbstractEventLoop, pending: set[asyncio.Task[Any]]
) -> set[asyncio.Task[Any]]:
    left = set(pending)

    def ended(task: asyncio.Task[Any]) -> None:
        left.discard(task)
        if not left:
            loop.stop()

    for task in pending:
        task.add_done_callback(ended)
    loop.run_forever()
    for task in pending:
        task.remove_done_callback(ended)
    return left


@contextlib.contextmanager
def _stopped_after(loop: asyncio.AbstractEventLoop, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, loop.call_soon_threadsafe, (loop.stop,))
    timer.daemon = True
    timer.name = "asyncloop-testcase limit"  # a fake clock does not wait for threads of this name
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
