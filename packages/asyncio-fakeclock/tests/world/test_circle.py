"""Children and threads that wait in the kernel for the loop hold no time back."""

import asyncio
import http.server
import os
import socket
import subprocess
import sys
import threading
from typing import Any

import pytest
from asyncio_fakeclock import DeadlockError, FakeClock
from asyncio_fakeclock._world import syscalls
from asyncio_fakeclock._world.circle import Circle
from asyncio_fakeclock._world.kernel import text_of
from capabilities import with_unix_sockets
from clocked import run

PIPE = asyncio.subprocess.PIPE

pytestmark = pytest.mark.skipif(
    not syscalls.is_known() or not text_of("/proc/self/syscall"),
    reason="the system does not tell what a task is blocked in",
)


async def child_of(code: str, **streams: Any) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-c", code, **streams)


def test_child_that_reads_its_standard_input_waits_for_the_loop() -> None:
    async def main(clock: FakeClock) -> Any:
        child = await child_of("print(input())", stdin=PIPE, stdout=PIPE)
        await asyncio.sleep(3600)
        answer, _ = await child.communicate(b"hello\n")
        return answer.split(), child.returncode, clock.time()

    assert run(main, stall_timeout=60) == ([b"hello"], 0, 3600.0)


def test_answer_of_a_child_that_waits_takes_no_time() -> None:
    async def main(clock: FakeClock) -> Any:
        child = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
        assert child.stdin is not None
        assert child.stdout is not None
        answers = []
        for _ in range(50):
            await asyncio.sleep(10)
            child.stdin.write(b"x\n")
            answers.append(await asyncio.wait_for(child.stdout.readline(), 0.001))
        child.stdin.close()
        return set(answers), await child.wait(), clock.time()

    assert run(main, stall_timeout=60) == ({b"x\n"}, 0, 500.0)


def test_child_that_writes_into_a_full_pipe_waits_for_the_loop() -> None:
    async def main(clock: FakeClock) -> Any:
        child = await child_of("print('x' * 5_000_000)", stdout=PIPE, limit=1024)
        assert child.stdout is not None
        await asyncio.sleep(3600)
        return len(await child.stdout.read()), await child.wait(), clock.time()

    assert run(main, stall_timeout=60) == (5_000_001, 0, 3600.0)


def test_child_of_a_child_is_waited_for() -> None:
    code = "import time; time.sleep(0.3); print('late')"

    async def main(clock: FakeClock) -> Any:
        command = f'"{sys.executable}" -c "{code}"; cat'
        child = await asyncio.create_subprocess_shell(command, stdin=PIPE, stdout=PIPE)
        assert child.stdin is not None
        assert child.stdout is not None
        line = await asyncio.wait_for(child.stdout.readline(), 0.001)
        await asyncio.sleep(3600)
        child.stdin.close()
        return line.split(), await child.wait(), clock.time()

    assert run(main, stall_timeout=60) == ([b"late"], 0, 3600.0)


def test_child_that_sleeps_for_a_while_is_waited_for() -> None:
    async def main(clock: FakeClock) -> Any:
        code = "import time; time.sleep(0.3); print('late')"
        child = await child_of(code, stdin=PIPE, stdout=PIPE)
        answer, _ = await asyncio.wait_for(child.communicate(), 0.001)
        return answer.split(), clock.time()

    assert run(main, stall_timeout=60) == ([b"late"], 0.0)


def test_child_that_has_a_time_limit_is_waited_for() -> None:
    async def main(clock: FakeClock) -> Any:
        code = "import select, sys; print(select.select([sys.stdin], [], [], 0.3)[0])"
        child = await child_of(code, stdin=PIPE, stdout=PIPE)
        assert child.stdout is not None
        answer = await asyncio.wait_for(child.stdout.read(), 0.001)
        await child.wait()
        return answer.split(), clock.time()

    assert run(main, stall_timeout=60) == ([b"[]"], 0.0)


def test_child_that_runs_a_loop_of_its_own_waits_for_ours() -> None:
    code = """
import asyncio, sys

async def main():
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    print((await reader.readline()).decode())

asyncio.run(main())
"""

    async def main(clock: FakeClock) -> Any:
        child = await child_of(code, stdin=PIPE, stdout=PIPE)
        await asyncio.sleep(3600)
        answer, _ = await child.communicate(b"hello\n")
        return answer.split(), clock.time()

    assert run(main, stall_timeout=60) == ([b"hello"], 3600.0)


@pytest.mark.parametrize(
    "wait",
    ["select.select([sys.stdin], [], [])", "p = select.poll(); p.register(0); p.poll()"],
)
def test_child_that_polls_without_a_limit_waits_for_the_loop(wait: str) -> None:
    async def main(clock: FakeClock) -> Any:
        code = f"import select, sys; {wait}; print(input())"
        child = await child_of(code, stdin=PIPE, stdout=PIPE)
        await asyncio.sleep(3600)
        answer, _ = await child.communicate(b"hello\n")
        return answer.split(), clock.time()

    assert run(main, stall_timeout=60) == ([b"hello"], 3600.0)


def test_client_in_a_child_waits_for_the_server_in_the_loop() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        await asyncio.sleep(100)
        writer.write(b"answer\n")
        writer.close()

    async def main(clock: FakeClock) -> Any:
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        code = (
            f"import socket; s = socket.create_connection(('127.0.0.1', {port}));"
            "s.sendall(b'ask\\n'); print(s.recv(100).decode())"
        )
        child = await child_of(code, stdout=PIPE)
        answer, _ = await child.communicate()
        server.close()
        return answer.split(), clock.time()

    assert run(main, stall_timeout=60) == ([b"answer"], 100.0)


def test_thread_that_waits_for_such_a_child_waits_too() -> None:
    async def main(clock: FakeClock) -> Any:
        child = subprocess.Popen(["cat"], stdin=PIPE)
        assert child.stdin is not None
        waiting = asyncio.ensure_future(asyncio.to_thread(child.wait))
        await asyncio.sleep(3600)
        child.stdin.close()
        return await waiting, clock.time()

    assert run(main, stall_timeout=60) == (0, 3600.0)


def test_server_in_a_thread_waits_for_the_next_request_of_the_loop() -> None:
    async def main(clock: FakeClock) -> Any:
        listener = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                while data := connection.recv(100):
                    connection.sendall(data)

        thread = threading.Thread(target=serve)
        thread.start()
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        answers = []
        for _ in range(20):
            writer.write(b"hello")
            answers.append(await asyncio.wait_for(reader.readexactly(5), 0.001))
            await asyncio.sleep(60)
        writer.close()
        await writer.wait_closed()
        thread.join()
        listener.close()
        return set(answers), clock.time()

    assert run(main, stall_timeout=60) == ({b"hello"}, 1200.0)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args: Any) -> None:
        pass


def test_idle_http_server_in_a_thread_holds_nothing_back() -> None:
    async def main(clock: FakeClock) -> float:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        reader, writer = await asyncio.open_connection(*server.server_address[:2])
        for _ in range(3):
            writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            await asyncio.wait_for(reader.readuntil(b"ok"), 0.001)
            await asyncio.sleep(60)
        writer.close()
        await writer.wait_closed()
        server.shutdown()
        server.server_close()
        thread.join()
        return clock.time()

    assert run(main, stall_timeout=60) == 180.0


@with_unix_sockets
def test_thread_that_reads_a_socket_pair_of_the_loop_waits_for_it() -> None:
    async def main(clock: FakeClock) -> Any:
        ours, theirs = socket.socketpair()

        def serve() -> None:
            theirs.sendall(theirs.recv(10))

        thread = threading.Thread(target=serve)
        thread.start()
        reader, writer = await asyncio.open_connection(sock=ours)
        await asyncio.sleep(60)
        writer.write(b"hello")
        answer = await asyncio.wait_for(reader.readexactly(5), 0.001)
        thread.join()
        theirs.close()
        writer.close()
        await writer.wait_closed()
        return answer, clock.time()

    assert run(main, stall_timeout=60) == (b"hello", 60.0)


def test_thread_that_reads_what_the_outer_world_writes_is_waited_for() -> None:
    async def main(clock: FakeClock) -> Any:
        reading, writing = os.pipe()
        # The writing end is a child's alone, which answers by itself.
        code = f"import os, time; time.sleep(0.3); os.write({writing}, b'x')"
        child = subprocess.Popen([sys.executable, "-c", code], pass_fds=[writing])
        os.close(writing)
        answer = await asyncio.wait_for(asyncio.to_thread(os.read, reading, 1), 0.001)
        await asyncio.to_thread(child.wait)
        os.close(reading)
        return answer, clock.time()

    assert run(main, stall_timeout=60) == (b"x", 0.0)


def test_connection_that_nobody_accepts_holds_nothing_back() -> None:
    async def main(clock: FakeClock) -> float:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(reader.read(1), 10)
            writer.close()
            await writer.wait_closed()
        return clock.time()

    assert run(main, stall_timeout=60) == 10.0


def test_loop_and_child_that_wait_for_each_other_are_a_deadlock() -> None:
    async def main(clock: FakeClock) -> None:
        child = await child_of("input()", stdin=PIPE, stdout=PIPE)
        assert child.stdout is not None
        try:
            await child.stdout.read()
        finally:
            child.kill()
            await child.wait()

    with pytest.raises(DeadlockError, match=r"process .* it waits, too"):
        run(main, stall_timeout=60)


def test_call_of_a_task_that_is_not_there_is_none() -> None:
    assert syscalls.call_of("self", 2**22 + 1) is None


def test_terminal_of_nobody_is_not_in_the_circle() -> None:
    reading = os.open("/dev/null", os.O_RDONLY)
    try:
        assert not Circle().has_other_end(reading)
    finally:
        os.close(reading)


def test_pipe_whose_writing_end_is_elsewhere_is_not_in_the_circle() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    try:
        assert not Circle().has_other_end(reading)
    finally:
        os.close(reading)


def test_pipe_with_both_ends_is_in_the_circle() -> None:
    reading, writing = os.pipe()
    try:
        assert Circle().has_other_end(reading)
    finally:
        os.close(reading)
        os.close(writing)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no pseudo terminals here")
def test_terminal_with_both_ends_in_the_loop_holds_nothing_back() -> None:
    async def main(clock: FakeClock) -> Any:
        loop = asyncio.get_running_loop()
        master, slave = os.openpty()
        got = loop.create_future()
        loop.add_reader(master, lambda: got.done() or got.set_result(os.read(master, 10)))
        await asyncio.sleep(60)
        os.write(slave, b"hello")
        answer = await asyncio.wait_for(got, 0.001)
        loop.remove_reader(master)
        os.close(master)
        os.close(slave)
        return answer, clock.time()

    assert run(main, stall_timeout=60) == (b"hello", 60.0)


def test_loop_in_a_thread_that_the_main_thread_calls_later_is_no_deadlock() -> None:
    from asyncio_fakeclock import new_event_loop

    loop = new_event_loop()
    turned = threading.Event()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    loop.call_soon_threadsafe(turned.set)
    turned.wait()
    answers = [
        asyncio.run_coroutine_threadsafe(asyncio.sleep(60, number), loop).result()
        for number in range(20)
    ]
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
    assert answers == list(range(20))
