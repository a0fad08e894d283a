"""An automatic clock and the real world: no timeout out of thin air, and no needless wait."""

import asyncio
import socket
import threading
import time
from typing import Any

import pytest
from asyncio_fakeclock import DeadlockError, FakeClock
from capabilities import with_readers, with_unix_sockets
from clocked import run
from echo import echo
from scenarios import SCENARIOS

SLOW = {
    "job_of_a_process_pool",
    "pipe_from_another_process",
    "tcp_client_in_another_process",
    "tcp_peer_in_another_process",
}


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


@with_unix_sockets
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


@with_readers
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


@with_readers
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


@with_readers
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
