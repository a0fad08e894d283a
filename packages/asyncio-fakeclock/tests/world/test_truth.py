"""An automatic clock and the real world: no timeout out of thin air, and no needless wait."""

import asyncio
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import pytest
from asyncio_fakeclock import DeadlockError, FakeClock, StalledError
from asyncio_fakeclock._time import pacer as _pacer
from asyncio_fakeclock._world.work import RealWork
from clocked import clocked_loop, run
from scenarios import SCENARIOS

SLOW = {"job_of_a_process_pool", "tcp_peer_in_another_process", "tcp_client_in_another_process"}
CASES = [(name, 2 if name in SLOW else 5) for name in SCENARIOS]


@pytest.mark.parametrize(("name", "runs"), CASES)
def test_time_stands_still_while_something_real_may_answer(name: str, runs: int) -> None:
    # Two hundred runs with longer times: benchmarks/campaign_truth.py.
    for number in range(runs):
        seconds = 0.002 * 4**number if runs > 2 else 0.02

        async def main(clock: FakeClock) -> tuple[Any, float]:
            return await SCENARIOS[name](min(seconds, 0.05)), clock.time()

        answer, now = run(main)
        assert answer == "answer"
        assert now in (0.0, 1.0)  # a signal is sent by a timer at 1 s


@pytest.mark.parametrize("name", ["tcp_peer_in_this_loop", "executor_job"])
def test_after_the_answer_time_moves_again(name: str) -> None:
    async def main(clock: FakeClock) -> float:
        await SCENARIOS[name](0.01)
        await asyncio.sleep(3600)
        return clock.time()

    assert run(main) == 3600.0


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        await asyncio.sleep(10)
        writer.write(data)
    writer.close()


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[Any]:
    loop = asyncio.get_running_loop()
    heard: list[Any] = []
    for number in range(20):
        await asyncio.sleep(1)
        writer.write(b"%d" % number)
        heard.append((int(await reader.read(100)), loop.time()))
    writer.close()
    await writer.wait_closed()
    return heard


def test_connection_within_the_loop_takes_virtual_time_only() -> None:
    async def main(clock: FakeClock) -> list[Any]:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            return await converse(*await asyncio.open_connection("127.0.0.1", port))
        finally:
            server.close()

    assert run(main, stall_timeout=0.5) == [(n, 11.0 * (n + 1)) for n in range(20)]


def test_unix_connection_within_the_loop_takes_virtual_time_only(tmp_path: Any) -> None:
    path = str(tmp_path / "socket")

    async def main(clock: FakeClock) -> list[Any]:
        server = await asyncio.start_unix_server(echo, path)
        try:
            return await converse(*await asyncio.open_unix_connection(path))
        finally:
            server.close()

    assert run(main, stall_timeout=0.5) == [(n, 11.0 * (n + 1)) for n in range(20)]


def test_socketpair_within_the_loop_takes_virtual_time_only() -> None:
    async def main(clock: FakeClock) -> list[Any]:
        one, other = socket.socketpair()
        served = await asyncio.open_connection(sock=other)
        server = asyncio.create_task(echo(*served))
        try:
            return await converse(*await asyncio.open_connection(sock=one))
        finally:
            await server

    assert run(main, stall_timeout=0.5) == [(n, 11.0 * (n + 1)) for n in range(20)]


def test_pair_in_the_hands_of_the_test_alone_takes_virtual_time_only() -> None:
    one, other = socket.socketpair()
    for each in (one, other):
        each.setblocking(False)

    async def main(clock: FakeClock) -> tuple[bytes, float]:
        loop = asyncio.get_running_loop()
        receiving = asyncio.create_task(loop.sock_recv(one, 10))
        await asyncio.sleep(60)
        await loop.sock_sendall(other, b"late")
        return await receiving, clock.time()

    with one, other:
        assert run(main, stall_timeout=0.5) == (b"late", 60.0)


def test_pair_that_a_foreign_thread_may_hold_is_waited_for() -> None:
    one, other = socket.socketpair()
    one.setblocking(False)
    ask = threading.Event()

    def serve() -> None:
        ask.wait()
        time.sleep(0.02)
        other.send(b"answer")

    foreign = threading.Thread(target=serve)
    foreign.start()

    async def main(clock: FakeClock) -> tuple[bytes, float]:
        loop = asyncio.get_running_loop()
        ask.set()
        return await asyncio.wait_for(loop.sock_recv(one, 10), 5), clock.time()

    with one, other:
        assert run(main) == (b"answer", 0.0)
        foreign.join()


def test_paused_transport_is_still_an_end_in_the_loop() -> None:
    leave = threading.Event()

    async def main(clock: FakeClock) -> tuple[int, float]:
        one, other = socket.socketpair()
        _, writer = await asyncio.open_connection(sock=one)
        reader, closing = await asyncio.open_connection(sock=other, limit=1000)
        writer.write(bytes(10_000_000))  # until reading is paused, and writing, too
        await asyncio.sleep(60)
        read = 0
        while read < 10_000_000:
            read += len(await reader.read(1_000_000))
        now = clock.time()
        writer.close()
        closing.close()
        return read, now

    # Somebody else is there, who may hold the other end of what is not in the loop.
    foreign = threading.Thread(target=leave.wait)
    foreign.start()
    try:
        assert run(main, stall_timeout=0.5) == (10_000_000, 60.0)
    finally:
        leave.set()
        foreign.join()


def test_datagrams_within_the_loop_take_virtual_time_only() -> None:
    async def main(clock: FakeClock) -> list[Any]:
        loop = asyncio.get_running_loop()
        got: asyncio.Queue[Any] = asyncio.Queue()

        class Server(asyncio.DatagramProtocol):
            def connection_made(self, transport: Any) -> None:
                self.transport = transport

            def datagram_received(self, data: bytes, addr: Any) -> None:
                loop.call_later(10, self.transport.sendto, data, addr)

        class Client(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: Any) -> None:
                got.put_nowait((data, loop.time()))

        server, _ = await loop.create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
        address = server.get_extra_info("sockname")
        client, _ = await loop.create_datagram_endpoint(Client, remote_addr=address)
        client.sendto(b"question")
        try:
            return await asyncio.wait_for(got.get(), 60)
        finally:
            client.close()
            server.close()

    assert run(main, stall_timeout=0.5) == (b"question", 10.0)


def test_pipe_within_the_loop_takes_virtual_time_only() -> None:
    import os

    async def main(clock: FakeClock) -> Any:
        loop = asyncio.get_running_loop()
        receiving, sending = os.pipe()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        source, _ = await loop.connect_read_pipe(lambda: protocol, os.fdopen(receiving, "rb"))
        sink, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(sending, "wb"))
        loop.call_later(10, sink.write, b"answer\n")
        try:
            return await asyncio.wait_for(reader.readline(), 60), clock.time()
        finally:
            sink.close()
            source.close()

    assert run(main, stall_timeout=0.5) == (b"answer\n", 10.0)


def test_busy_loop_reads_its_sockets() -> None:
    async def main(clock: FakeClock) -> list[bytes]:
        loop = asyncio.get_running_loop()
        got: list[bytes] = []
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            loop.add_reader(ours, lambda: got.append(ours.recv(10)))
            theirs.send(b"data")
            for _ in range(10):
                await asyncio.sleep(0)
            loop.remove_reader(ours)
        return got

    assert run(main) == [b"data"]


def test_server_without_clients_does_not_hold_time_back() -> None:
    async def main(clock: FakeClock) -> float:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        await asyncio.sleep(3600)
        server.close()
        return clock.time()

    assert run(main, stall_timeout=0.5) == 3600.0


def test_idle_pool_does_not_hold_time_back() -> None:
    async def main(clock: FakeClock) -> float:
        await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.001) for _ in range(5)))
        await asyncio.sleep(3600)
        return clock.time()

    assert run(main, stall_timeout=0.5) == 3600.0


def test_thread_from_before_the_clock_does_not_hold_time_back() -> None:
    leave = threading.Event()
    foreign = threading.Thread(target=leave.wait)
    foreign.start()

    async def main(clock: FakeClock) -> float:
        await asyncio.sleep(3600)
        return clock.time()

    try:
        assert run(main, stall_timeout=0.5) == 3600.0
    finally:
        leave.set()
        foreign.join()


def test_thread_that_a_foreign_thread_starts_does_not_hold_time_back() -> None:
    leave, start = threading.Event(), threading.Event()
    children: list[threading.Thread] = []

    def spawn() -> None:
        start.wait()
        child = threading.Thread(target=leave.wait)
        child.start()
        children.append(child)

    foreign = threading.Thread(target=spawn)
    foreign.start()

    async def main(clock: FakeClock) -> float:
        start.set()
        foreign.join()
        await asyncio.sleep(3600)
        return clock.time()

    try:
        assert run(main, stall_timeout=0.5) == 3600.0
    finally:
        leave.set()
        children[0].join()


def test_thread_of_a_tool_does_not_hold_time_back() -> None:
    leave = threading.Event()

    async def main(clock: FakeClock) -> float:
        tool = threading.Thread(target=leave.wait, name="pytest_timeout test_x.py::test")
        tool.start()
        await asyncio.sleep(3600)
        leave.set()
        tool.join()
        return clock.time()

    assert run(main, stall_timeout=0.5) == 3600.0


def stalling(leave: threading.Event, **options: Any) -> tuple[BaseException | None, float]:
    """Sleep beside a thread that never ends; return the error, and the time after a second try."""
    with clocked_loop(**options) as (loop, clock):
        thread = threading.Thread(target=leave.wait, name="never-ending")

        async def main() -> None:
            thread.start()
            await asyncio.sleep(3600)

        error = None
        try:
            try:
                loop.run_until_complete(main())
            except StalledError as stalled:
                error = stalled
            loop.run_until_complete(asyncio.sleep(10))
            return error, clock.time()
        finally:
            leave.set()
            thread.join()


def test_thread_that_never_ends_is_named_after_the_stall_timeout() -> None:
    error, _ = stalling(threading.Event(), stall_timeout=0.02)

    text = str(error)
    assert text.startswith("time has stood still at 0 s for 0.02 real seconds, since something")
    assert "\n    thread 'never-ending'\n" in text
    assert "clock.ignore(...)" in text
    assert "await asyncio.sleep(3600)" in text


def test_stall_timeout_is_counted_from_where_time_stood_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = iter(range(2, 100))
    monkeypatch.setattr(_pacer.RealTime, "now", staticmethod(lambda: next(seconds)))

    error, _ = stalling(threading.Event(), stall_timeout=5)

    assert isinstance(error, StalledError)
    assert next(seconds) == 8


def test_what_has_stalled_does_not_hold_time_back_any_more() -> None:
    error, now = stalling(threading.Event(), stall_timeout=0.02)

    assert error is not None
    assert now == 10.0


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


def test_socket_with_a_silent_peer_is_named_when_it_stalls() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    async def main(clock: FakeClock) -> None:
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        try:
            await asyncio.wait_for(reader.read(), 5)
        finally:
            writer.close()

    leave = threading.Event()
    foreign = threading.Thread(target=leave.wait)
    foreign.start()
    with listener, pytest.raises(StalledError) as caught:
        run(main, stall_timeout=0.02)
    leave.set()
    foreign.join()

    assert "socket ('127.0.0.1', " in str(caught.value)


@pytest.mark.parametrize("work", ["thread", 1.5, None, True])
def test_only_what_can_answer_can_be_ignored(work: Any) -> None:
    with clocked_loop() as (_, clock), pytest.raises(TypeError, match=r"^cannot ignore .*: pass a"):
        clock.ignore(work)


def test_closed_socket_cannot_be_ignored() -> None:
    sock = socket.socket()
    sock.close()
    with clocked_loop() as (_, clock), pytest.raises(ValueError, match="it is closed"):
        clock.ignore(sock)


def test_external_lets_a_foreign_thread_answer() -> None:
    ask, answers = threading.Event(), []

    def serve() -> None:
        ask.wait()
        time.sleep(0.02)
        loop, future = answers
        loop.call_soon_threadsafe(future.set_result, "answer")

    foreign = threading.Thread(target=serve)
    foreign.start()

    async def main(clock: FakeClock) -> tuple[str, float]:
        loop = asyncio.get_running_loop()
        answers.extend([loop, loop.create_future()])
        with clock.external():
            ask.set()
            return await asyncio.wait_for(answers[1], 5), clock.time()

    assert run(main) == ("answer", 0.0)
    foreign.join()


def test_time_stands_still_for_a_callback_that_has_not_yet_woken_the_loop() -> None:
    async def main(clock: FakeClock) -> tuple[str, float]:
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        queue: Any = loop.time.__self__  # type: ignore[attr-defined]
        poll = queue.poll

        def beside_a_thread(timeout: float) -> list[Any]:
            # One that has added a callback, and will write to the loop's pipe at once.
            if queue.idle():
                loop.call_soon(answer.set_result, "answer")
                return []
            return poll(timeout)

        queue.poll = beside_a_thread
        with clock.external():
            return await asyncio.wait_for(answer, 5), clock.time()

    assert run(main) == ("answer", 0.0)


def test_without_external_a_foreign_answer_comes_too_late() -> None:
    async def main(clock: FakeClock) -> None:
        await asyncio.wait_for(asyncio.Event().wait(), 5)

    with pytest.raises(asyncio.TimeoutError):
        run(main)


def test_external_in_manual_mode_is_no_deadlock() -> None:
    ask, answers = threading.Event(), []

    def serve() -> None:
        ask.wait()
        time.sleep(0.02)
        loop, future = answers
        loop.call_soon_threadsafe(future.set_result, "answer")

    foreign = threading.Thread(target=serve)
    foreign.start()

    async def main(clock: FakeClock) -> str:
        loop = asyncio.get_running_loop()
        answers.extend([loop, loop.create_future()])
        with clock.external():
            ask.set()
            return await answers[1]

    assert run(main, auto=False) == "answer"
    foreign.join()


def test_external_that_nobody_answers_in_stalls_naming_its_line() -> None:
    async def main(clock: FakeClock) -> None:
        with clock.external():
            await asyncio.sleep(5)

    with pytest.raises(StalledError, match=r"external\(\) block at .*test_truth\.py:\d+"):
        run(main, stall_timeout=0.02)


def test_external_is_over_with_its_block() -> None:
    async def main(clock: FakeClock) -> float:
        try:
            with clock.external():
                raise ValueError
        except ValueError:
            pass
        await asyncio.sleep(5)
        return clock.time()

    assert run(main, stall_timeout=0.5) == 5.0


def test_external_without_an_installed_clock_is_refused() -> None:
    with pytest.raises(RuntimeError, match="not installed"):
        FakeClock().external()


def test_manual_clock_waits_for_real_work_without_moving() -> None:
    async def main(clock: FakeClock) -> float:
        await asyncio.to_thread(time.sleep, 0.01)
        return clock.time()

    assert run(main, auto=False) == 0.0


def test_advance_of_a_manual_clock_does_not_wait_for_real_work() -> None:
    leave = threading.Event()

    async def main(clock: FakeClock) -> float:
        job = asyncio.get_running_loop().run_in_executor(None, leave.wait)
        await clock.advance(3600)
        leave.set()
        await job
        return clock.time()

    assert run(main, auto=False) == 3600.0


def test_what_a_timer_sends_to_itself_arrives_before_the_next_timer() -> None:
    one, other = socket.socketpair()
    one.setblocking(False)

    async def main(clock: FakeClock) -> tuple[bytes, float]:
        loop = asyncio.get_running_loop()
        got = loop.create_future()
        loop.add_reader(one, lambda: got.done() or got.set_result(one.recv(10)))
        clock.ignore(one)  # nobody but this loop has the other end
        try:
            loop.call_later(1, other.send, b"now")
            return await asyncio.wait_for(got, 2), clock.time()
        finally:
            loop.remove_reader(one)

    with one, other:
        assert run(main) == (b"now", 1.0)


def test_patches_are_gone_with_the_last_clock() -> None:
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    originals = threading.Thread.start, ThreadPoolExecutor.submit, ProcessPoolExecutor.submit
    with clocked_loop(), clocked_loop():
        assert threading.Thread.start is not originals[0]
    assert originals == (
        threading.Thread.start,
        ThreadPoolExecutor.submit,
        ProcessPoolExecutor.submit,
    )


def test_deadlock_mentions_the_server_that_nobody_calls() -> None:
    async def main(clock: FakeClock) -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        try:
            await asyncio.Event().wait()
        finally:
            server.close()

    with pytest.raises(DeadlockError) as caught:
        run(main)
    assert "server socket at ('127.0.0.1', " in str(caught.value)
    assert "wait in clock.external()" in str(caught.value)


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


def test_job_that_a_foreign_thread_submits_does_not_hold_time_back() -> None:
    leave, start, submitted = threading.Event(), threading.Event(), threading.Event()

    def submit() -> None:
        start.wait()
        pool.submit(leave.wait)
        submitted.set()

    async def main(clock: FakeClock) -> float:
        start.set()
        submitted.wait()
        await asyncio.sleep(3600)
        return clock.time()

    with ThreadPoolExecutor(1) as pool:
        foreign = threading.Thread(target=submit)
        foreign.start()
        try:
            assert run(main, stall_timeout=0.5) == 3600.0
        finally:
            leave.set()
            foreign.join()


class AtOnce(Executor):
    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(function(*args, **kwargs))
        return future


def test_job_that_is_done_at_once_holds_nothing_up() -> None:
    async def main(clock: FakeClock) -> tuple[str, float]:
        answer = await asyncio.get_running_loop().run_in_executor(AtOnce(), "answer".upper)
        await asyncio.sleep(3600)
        return answer, clock.time()

    assert run(main) == ("ANSWER", 3600.0)


def test_job_has_not_ended_while_its_callbacks_run() -> None:
    begun, leave, told = threading.Event(), threading.Event(), threading.Event()

    def tell(future: object) -> None:
        told.set()
        leave.wait()

    work = RealWork(lambda: None)
    work.watch()
    try:
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(begun.wait)
            future.add_done_callback(tell)
            begun.set()
            told.wait()
            assert future.done()
            assert [name for _, name in work.pending()] == ["executor job Event.wait()"]
            leave.set()
        assert work.pending() == []
    finally:
        leave.set()
        work.forget()


def test_patch_of_somebody_else_over_ours_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    with clocked_loop():
        ours = threading.Thread.start

        def start(self: threading.Thread) -> None:
            ours(self)

        monkeypatch.setattr(threading.Thread, "start", start)

    assert threading.Thread.start is start
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    # What it calls is put back by hand here.
    monkeypatch.undo()
    threading.Thread.start = ours.__wrapped__  # type: ignore[method-assign, attr-defined]
