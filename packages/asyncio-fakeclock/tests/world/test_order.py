"""
The order of looks before time moves: work may end between any two of them, and is never missed.

The pacer is stopped between its steps: the work ends there, and is over when the pacer goes on.
"""

import _thread
import asyncio
import concurrent.futures
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock
from asyncio_fakeclock._cpython import loops
from asyncio_fakeclock._time import pacer as _pacer
from clocked import run
from gate import Gate

Answer = Callable[[], None]
KINDS: dict[str, Callable[[Any, Any], tuple[Answer, Callable[[], None]]]] = {}


def kind(function: Any) -> Any:
    """Register what starts work: it returns how to let it answer and end, and how to tidy up."""
    KINDS[function.__name__] = function
    return function


def answering(loop: Any, got: Any) -> None:
    loop.call_soon_threadsafe(lambda: got.done() or got.set_result("answer"))


@kind
def thread(loop: Any, got: Any) -> tuple[Answer, Callable[[], None]]:
    gate = Gate()

    def work() -> None:
        gate.wait()
        answering(loop, got)

    worker = threading.Thread(target=work)
    worker.start()

    def end() -> None:
        gate.set()
        worker.join()

    return end, lambda: None


@kind
def raw_thread(loop: Any, got: Any) -> tuple[Answer, Callable[[], None]]:
    gate = Gate()
    over = threading.Event()

    def work() -> None:
        gate.wait()
        answering(loop, got)
        over.set()

    _thread.start_new_thread(work, ())

    def end() -> None:
        gate.set()
        over.wait()

    return end, lambda: None


@kind
def job(loop: Any, got: Any) -> tuple[Answer, Callable[[], None]]:
    gate = Gate()
    future = loop.run_in_executor(None, gate.wait)
    future.add_done_callback(lambda _: got.done() or got.set_result("answer"))

    def end() -> None:
        gate.set()
        while not loop._ready:  # its thread calls call_soon_threadsafe() last
            threading.Event().wait(0.001)

    return end, lambda: None


@kind
def job_of_an_own_pool(loop: Any, got: Any) -> tuple[Answer, Callable[[], None]]:
    gate = Gate()
    pool = concurrent.futures.ThreadPoolExecutor(1)
    pool.submit(gate.wait).add_done_callback(lambda _: answering(loop, got))

    def end() -> None:
        gate.set()
        pool.shutdown()

    return end, lambda: None


@kind
def thread_that_writes_to_a_socket(loop: Any, got: Any) -> tuple[Answer, Callable[[], None]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    received = loop.create_task(loop.sock_recv(ours, 1))
    received.add_done_callback(lambda _: got.done() or got.set_result("answer"))
    gate = Gate()

    def work() -> None:
        gate.wait()
        theirs.send(b".")

    worker = threading.Thread(target=work)
    worker.start()

    def end() -> None:
        gate.set()
        worker.join()

    def tidy_up() -> None:
        received.cancel()
        for each in (ours, theirs):
            each.close()

    return end, tidy_up


@kind
def child_whose_end_is_a_signal(loop: Any, got: Any) -> tuple[Answer, Callable[[], None]]:
    loop.add_signal_handler(signal.SIGCHLD, lambda: got.done() or got.set_result("answer"))
    # With a limit: it cannot be shown to wait for the loop.
    code = "import select, sys; select.select([sys.stdin], [], [], 600)"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    assert child.stdin is not None

    def end() -> None:
        assert child.stdin is not None
        child.stdin.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    def tidy_up() -> None:
        loop.remove_signal_handler(signal.SIGCHLD)
        child.wait()

    return end, tidy_up


# Each look, by who makes it; the work ends before or after it.
LOOKS = ["look", "poll", "is_busy"]
STEPS = [(name, when, turn) for name in LOOKS for when in ("before", "after") for turn in (1, 2, 3)]


@pytest.mark.parametrize("work", KINDS)
@pytest.mark.parametrize(("name", "when", "turn"), STEPS)
def test_work_that_ends_between_two_looks_is_not_missed(
    work: str, name: str, when: str, turn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = {"child_whose_end_is_a_signal": "waitid"}.get(work)
    if missing is not None and not hasattr(os, missing):
        pytest.skip(f"os.{missing} does not exist here")

    async def main(clock: FakeClock) -> Any:
        loop = asyncio.get_running_loop()
        got = loop.create_future()
        end, tidy_up = KINDS[work](loop, got)
        pacer: Any = clock._pacer
        count = 0

        def stopping(original: Any) -> Any:
            def look(*args: Any, **options: Any) -> Any:
                nonlocal count
                count += 1
                here = count == turn
                if here and when == "before":
                    end()
                result = original(*args, **options)
                if here and when == "after":
                    end()
                return result

            return look

        if name == "is_busy":
            monkeypatch.setattr(_pacer.loops, "is_busy", stopping(loops.is_busy))
        else:
            target = pacer.surroundings if name == "look" else pacer.queue
            monkeypatch.setattr(target, name, stopping(getattr(target, name)))
        loop.call_later(5, lambda: got.done() or got.set_result("timeout"))
        try:
            return await got
        finally:
            monkeypatch.undo()
            if count < turn:
                end()
            tidy_up()

    assert run(main, stall_timeout=None) == "answer"


def test_callback_that_came_after_the_loop_had_looked_is_seen_though_all_is_calm() -> None:
    """The thread has ended, and left nothing but a callback among the ready ones."""

    async def main(clock: FakeClock) -> Any:
        loop = asyncio.get_running_loop()
        got = loop.create_future()
        pacer: Any = clock._pacer
        original = pacer.surroundings.look

        def look(**options: Any) -> None:
            original(**options)
            if not got.done() and pacer.queue.idle():
                loop.call_soon(got.set_result, "answer")

        pacer.surroundings.look = look
        pacer.queue.quiet = False
        return await asyncio.wait_for(got, 5)

    assert run(main) == "answer"
