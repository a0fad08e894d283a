"""Child processes, whatever they answer by, on systems that list them and on others."""

import asyncio
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from subprocess import PIPE
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock, StalledError
from asyncio_fakeclock._cpython import children
from asyncio_fakeclock._world import processes
from asyncio_fakeclock._world.kernel import System, listed, text_of
from capabilities import with_commands
from clocked import run

NAP = [sys.executable, "-c", "import time; time.sleep(0.1)"]


@pytest.fixture(params=["children are listed", "children are not listed"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "children are not listed":

        def missing(path: str) -> list[str]:
            raise FileNotFoundError(path)

        monkeypatch.setattr(System, "listdir", missing)
    elif listed("/proc/self/task") is None:
        pytest.skip("there is no /proc here")


async def naps_until(is_over: Any) -> int:
    naps = 0
    while not is_over():
        await asyncio.sleep(0.1)
        naps += 1
    return naps


@pytest.mark.usefixtures("system")
def test_polling_for_the_end_of_a_process_takes_one_nap() -> None:
    async def main(clock: FakeClock) -> int:
        child = subprocess.Popen(NAP)
        return await naps_until(lambda: child.poll() is not None)

    assert run(main) <= 2


@pytest.mark.skipif(not hasattr(signal, "SIGCHLD"), reason="there is no SIGCHLD here")
@pytest.mark.usefixtures("system")
def test_signal_of_the_end_of_a_process_takes_no_time() -> None:
    async def main(clock: FakeClock) -> float:
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        loop.add_signal_handler(signal.SIGCHLD, ended.set)
        child = subprocess.Popen(NAP)
        try:
            await asyncio.wait_for(ended.wait(), 0.001)
        finally:
            loop.remove_signal_handler(signal.SIGCHLD)
            child.wait()
        return clock.time()

    assert run(main) == 0.0


@pytest.mark.usefixtures("system")
def test_polling_for_the_end_of_a_process_of_multiprocessing_takes_one_nap() -> None:
    async def main(clock: FakeClock) -> int:
        child = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(0.1,))
        child.start()
        naps = await naps_until(lambda: not child.is_alive())
        child.join()
        return naps

    assert run(main) <= 2


@pytest.mark.skipif(not listed("/proc/self/task"), reason="this system does not list children")
def test_helper_is_known_for_one_as_soon_as_it_has_a_command_line_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between fork() and exec() a child has the command line of its parent."""
    is_forked_only = True

    def text_of_a_moment_ago(path: str) -> str:
        is_command = is_forked_only and path.endswith("/cmdline")
        return text_of("/proc/self/cmdline" if is_command else path)

    monkeypatch.setattr(processes, "text_of", text_of_a_moment_ago)
    children = processes.Children()
    children.remember()
    try:
        says_hello = "print('hello', flush=True); input()"
        program = [sys.executable, "-c", says_hello, "multiprocessing.resource_tracker"]
        with subprocess.Popen(program, stdin=PIPE, stdout=PIPE) as helper:
            assert [child.pid for child, _ in children.alive()] == [helper.pid]

            # The kernel has closed what exec() closes before it knows the command line.
            assert helper.stdout is not None
            helper.stdout.readline()
            is_forked_only = False
            assert children.alive() == []
            helper.communicate(b"\n")
    finally:
        children.forget()


def test_idle_processes_of_a_pool_hold_nothing_back() -> None:
    async def main(clock: FakeClock) -> float:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            await asyncio.get_running_loop().run_in_executor(pool, int)
            await asyncio.sleep(3600)
        return clock.time()

    assert run(main) == 3600.0


@pytest.mark.parametrize("pipes", [{}, {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}])
def test_process_of_asyncio_that_is_ignored_holds_nothing_back(pipes: dict[str, Any]) -> None:
    async def main(clock: FakeClock) -> float:
        program = [sys.executable, "-c", "import time; time.sleep(100)"]
        child = await asyncio.create_subprocess_exec(*program, **pipes)
        clock.ignore(child)
        try:
            await asyncio.sleep(3600)
        finally:
            child.kill()
            await child.communicate()
        return clock.time()

    assert run(main, stall_timeout=2) == 3600.0


@with_commands
def test_program_that_is_ignored_by_its_name_holds_nothing_back() -> None:
    async def main(clock: FakeClock) -> float:
        child = subprocess.Popen(["sleep", "100"])
        try:
            await asyncio.sleep(3600)
        finally:
            child.kill()
            child.wait()
        return clock.time()

    assert run(main, stall_timeout=2, ignore=["slee*"]) == 3600.0


@with_commands
def test_process_that_stalls_is_named_by_its_command_line() -> None:
    async def main(clock: FakeClock) -> None:
        child = await asyncio.create_subprocess_exec("sleep", "1234")
        try:
            await asyncio.sleep(3600)
        finally:
            child.kill()
            await child.wait()

    with pytest.raises(StalledError, match=r"\n    process \d+ \(sleep 1234\)\n  Let it end"):
        run(main, stall_timeout=0.05)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no setitimer() here")
def test_timer_of_the_system_takes_no_time() -> None:
    async def main(clock: FakeClock) -> float:
        loop = asyncio.get_running_loop()
        rung = asyncio.Event()
        loop.add_signal_handler(signal.SIGALRM, rung.set)
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        try:
            await asyncio.wait_for(rung.wait(), 0.001)
        finally:
            loop.remove_signal_handler(signal.SIGALRM)
        return clock.time()

    assert run(main) == 0.0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no setitimer() here")
def test_timer_of_somebody_else_holds_nothing_back() -> None:
    async def main(clock: FakeClock) -> float:
        await asyncio.sleep(3600)
        return clock.time()

    before = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 100)
    try:
        assert run(main, stall_timeout=0.5) == 3600.0
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_child_runs_until_it_is_reaped_where_the_system_tells_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "waitid", raising=False)
    monkeypatch.delattr(select, "kqueue", raising=False)
    monkeypatch.setattr(children, "_winapi", None)
    started = children.Started(lambda: None)
    started.watch()
    try:
        with subprocess.Popen([sys.executable, "-c", ""]) as child:
            assert started.running() == {child.pid}
            child.wait()
            assert started.running() == set()
    finally:
        started.forget()
