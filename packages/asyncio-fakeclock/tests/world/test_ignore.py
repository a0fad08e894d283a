"""What the clock has been told not to wait for."""

import asyncio
import socket
import subprocess
import sys
import threading
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock
from asyncio_fakeclock._time import pacer as _pacer
from clocked import clocked_loop, run
from echo import echo


def test_ignored_thread_does_not_hold_time_back() -> None:
    leave = threading.Event()

    async def main(clock: FakeClock) -> float:
        thread = threading.Thread(target=leave.wait)
        clock.ignore(thread)
        thread.start()
        await asyncio.sleep(3600)
        leave.set()
        thread.join()
        return clock.time()

    assert run(main, stall_timeout=0.5) == 3600.0


def test_ignored_thread_does_not_hold_time_back_after_another_one_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave, leave_ignored = threading.Event(), threading.Event()
    ignored = threading.Thread(target=leave_ignored.wait)
    other = threading.Thread(target=leave.wait)

    def end_the_other() -> float:
        if asked.append(None) or len(asked) > 1:
            leave.set()
            other.join()
        return len(asked)

    asked: list[None] = []
    monkeypatch.setattr(_pacer.RealTime, "now", staticmethod(end_the_other))

    async def main(clock: FakeClock) -> float:
        clock.ignore(ignored)
        ignored.start()
        other.start()
        await asyncio.sleep(3600)
        return clock.time()

    try:
        assert run(main, stall_timeout=5) == 3600.0
    finally:
        leave.set()
        leave_ignored.set()
        ignored.join()


@pytest.mark.parametrize("auto", [False, True])
def test_ignored_job_that_a_task_waits_for_is_no_deadlock(
    auto: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave = threading.Event()
    asked: list[None] = []

    def let_go() -> float:
        if asked.append(None) or len(asked) > 1:
            leave.set()
        return 0.0

    monkeypatch.setattr(_pacer.RealTime, "now", staticmethod(let_go))

    async def main(clock: FakeClock) -> bool:
        job = asyncio.get_running_loop().run_in_executor(None, leave.wait)
        clock.ignore(job)
        try:
            return await job
        finally:
            leave.set()

    assert run(main, auto=auto)


def test_ignored_socket_does_not_hold_time_back() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    async def main(clock: FakeClock) -> float:
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        clock.ignore(writer.transport)
        await asyncio.sleep(3600)
        writer.close()
        return clock.time()

    with listener:
        assert run(main, stall_timeout=0.5) == 3600.0


def test_ignored_job_does_not_hold_time_back() -> None:
    leave = threading.Event()

    async def main(clock: FakeClock) -> float:
        job = asyncio.get_running_loop().run_in_executor(None, leave.wait)
        clock.ignore(job)
        await asyncio.sleep(3600)
        leave.set()
        await job
        return clock.time()

    assert run(main, stall_timeout=0.5) == 3600.0


@pytest.mark.parametrize("work", [1.5, None, True])
def test_only_what_can_answer_can_be_ignored(work: Any) -> None:
    with clocked_loop() as (_, clock), pytest.raises(TypeError, match=r"^cannot ignore .*: pass a"):
        clock.ignore(work)


def test_closed_socket_cannot_be_ignored() -> None:
    sock = socket.socket()
    sock.close()
    with clocked_loop() as (_, clock), pytest.raises(ValueError, match="it is closed"):
        clock.ignore(sock)


def test_ignored_process_does_not_hold_time_back() -> None:
    async def main(clock: FakeClock) -> float:
        clock.ignore(child)
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        await asyncio.sleep(3600)
        server.close()
        return clock.time()

    with clocked_loop(auto=True, stall_timeout=0.5) as (loop, clock):
        # As far as the clock knows, it may call the server.
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        try:
            assert loop.run_until_complete(main(clock)) == 3600.0
        finally:
            child.communicate(b"\n")
