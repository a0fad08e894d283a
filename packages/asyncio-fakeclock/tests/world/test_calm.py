"""What holds nothing back: by name, after a while of calm, and what tests forbid to be called."""

import asyncio
import os
import socket
import threading
import time
from typing import Any

import pytest
from asyncio_fakeclock import FakeClock
from capabilities import with_readers
from clocked import clocked_loop, run
from gate import Gate


def asleep_beside(thread: threading.Thread, gate: Gate, **options: Any) -> float:
    async def main(clock: FakeClock) -> float:
        thread.start()
        await asyncio.sleep(3600)
        gate.set()
        thread.join()
        return clock.time()

    try:
        return float(run(main, stall_timeout=0.5, **options))
    finally:
        gate.set()


@pytest.mark.parametrize("name", ["worker-7", "worker-*", "daemon", __name__, __name__[:-3] + "*"])
def test_thread_is_ignored_by_its_name_its_creator_or_for_being_a_daemon(name: str) -> None:
    gate = Gate()
    thread = threading.Thread(target=gate.wait, name="worker-7", daemon=True)

    assert asleep_beside(thread, gate, ignore=["other", name]) == 3600.0


def test_package_of_the_creator_is_enough() -> None:
    gate = Gate()
    thread = threading.Thread(target=gate.wait)
    namespace = {"__name__": "library.workers.thread"}
    exec("def start(thread):\n    thread.start()", namespace)

    async def main(clock: FakeClock) -> float:
        namespace["start"](thread)  # type: ignore[operator]
        await asyncio.sleep(3600)
        gate.set()
        thread.join()
        return clock.time()

    assert run(main, stall_timeout=0.5, ignore=["library"]) == 3600.0


def test_name_can_be_ignored_in_the_test() -> None:
    gate = Gate()
    thread = threading.Thread(target=gate.wait, name="worker")

    async def main(clock: FakeClock) -> float:
        clock.ignore("worker")
        thread.start()
        await asyncio.sleep(3600)
        gate.set()
        thread.join()
        return clock.time()

    assert run(main, stall_timeout=0.5) == 3600.0


@pytest.mark.parametrize("names", ["worker", 7, [1.5]])
def test_what_cannot_be_ignored_is_refused(names: Any) -> None:
    with pytest.raises(TypeError):
        FakeClock(ignore=names)


def test_after_a_while_of_calm_time_moves_on() -> None:
    gate = Gate()

    assert asleep_beside(threading.Thread(target=gate.wait), gate, settle=0.01) == 3600.0


def test_answer_that_comes_before_the_calm_takes_no_time() -> None:
    async def main(clock: FakeClock) -> Any:
        return await asyncio.wait_for(asyncio.to_thread(time.sleep, 0.02), 0.001), clock.time()

    assert run(main, settle=5) == (None, 0.0)


@pytest.mark.parametrize(
    ("settle", "error"),
    [(-1, ValueError), (11, ValueError), (float("nan"), ValueError), ("1", TypeError)],
)
def test_impossible_calm_is_refused(settle: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="settle must"):
        FakeClock(settle=settle, stall_timeout=10)


def test_calm_of_any_length_is_taken_without_a_limit() -> None:
    assert not FakeClock(settle=1000, stall_timeout=None).installed


@with_readers
@pytest.mark.parametrize("kind", ["socketpair", "pipe"])
def test_pair_of_the_loop_beside_an_idle_thread_holds_nothing_back(kind: str) -> None:
    leave = threading.Event()
    foreign = threading.Thread(target=leave.wait)
    foreign.start()

    async def main(clock: FakeClock) -> float:
        loop = asyncio.get_running_loop()
        ends: Any = socket.socketpair() if kind == "socketpair" else os.pipe()
        loop.add_reader(ends[0], int)
        await asyncio.sleep(3600)
        loop.remove_reader(ends[0])
        for end in ends:
            os.close(end) if kind == "pipe" else end.close()
        return clock.time()

    try:
        assert run(main, stall_timeout=0.5) == 3600.0
    finally:
        leave.set()
        foreign.join()


def test_bound_datagram_socket_holds_nothing_back() -> None:
    async def main(clock: FakeClock) -> float:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        await asyncio.sleep(3600)
        transport.close()
        return clock.time()

    assert run(main, stall_timeout=0.5) == 3600.0


def test_clock_calls_nothing_that_a_test_forbids(monkeypatch: pytest.MonkeyPatch) -> None:
    """As blockbuster, pytest-socket and pyfakefs do."""

    def forbidden(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("called by the clock")

    async def main(clock: FakeClock) -> float:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        release = threading.Event()
        thread = threading.Thread(target=release.wait)
        thread.start()
        with monkeypatch.context() as patches:
            for name in ("listdir", "open", "read", "close", "fstat", "dup", "readlink", "waitid"):
                patches.setattr(os, name, forbidden, raising=False)
            patches.setattr("builtins.open", forbidden)
            patches.setattr(socket, "socket", forbidden)
            patches.setattr(time, "monotonic", forbidden)
            patches.setattr(time, "sleep", forbidden)
            await asyncio.sleep(3600)
        release.set()
        thread.join()
        server.close()
        return clock.time()

    with clocked_loop(auto=True, stall_timeout=2) as (loop, clock):
        assert loop.run_until_complete(main(clock)) == 3600.0
