"""
Real work that answers after a while, each scenario waiting for it under a virtual timeout.

A clock that does not see the work jumps to the timeout. Every scenario takes the real seconds that
the work needs, and returns what it got.
"""

import asyncio
import concurrent.futures
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

SCENARIOS: dict[str, Callable[[float], Awaitable[Any]]] = {}
LIMIT = 5

ANSWERING = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
connection, _ = server.accept()
connection.recv(10)
time.sleep(float(sys.argv[1]))
connection.sendall(b"answer")
"""
CALLING = """
import socket, sys, time
time.sleep(float(sys.argv[1]))
with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as connection:
    connection.sendall(b"answer")
"""


def scenario(function: Callable[[float], Awaitable[Any]]) -> Callable[[float], Awaitable[Any]]:
    SCENARIOS[function.__name__] = function
    return function


def scenario_where(capable: bool) -> Callable[[Any], Any]:
    """Register a scenario where the system and its loop are capable of it."""
    return scenario if capable else lambda function: function


async def limited(awaitable: Awaitable[Any]) -> Any:
    return await asyncio.wait_for(awaitable, LIMIT)


@scenario
async def executor_job(seconds: float) -> Any:
    return await limited(asyncio.to_thread(lambda: time.sleep(seconds) or "answer"))


@scenario
async def job_of_an_own_pool(seconds: float) -> Any:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        job = pool.submit(lambda: time.sleep(seconds) or "answer")
        return await limited(asyncio.wrap_future(job))


@scenario
async def second_job_of_an_idle_pool(seconds: float) -> Any:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        await asyncio.wrap_future(pool.submit(int))
        job = pool.submit(lambda: time.sleep(seconds) or "answer")
        return await limited(asyncio.wrap_future(job))


@scenario
async def job_of_a_process_pool(seconds: float) -> Any:
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        loop = asyncio.get_running_loop()
        await limited(loop.run_in_executor(pool, time.sleep, seconds))
    return "answer"


@scenario
async def thread(seconds: float) -> Any:
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def work() -> None:
        time.sleep(seconds)
        loop.call_soon_threadsafe(future.set_result, "answer")

    threading.Thread(target=work).start()
    return await limited(future)


@scenario
async def thread_of_a_thread(seconds: float) -> Any:
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def work() -> None:
        time.sleep(seconds)
        loop.call_soon_threadsafe(future.set_result, "answer")

    threading.Thread(target=lambda: threading.Thread(target=work).start()).start()
    return await limited(future)


@scenario
async def subprocess_output(seconds: float) -> Any:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        f"import time; time.sleep({seconds}); print('answer')",
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await limited(process.communicate())
    return output.decode().strip()


@scenario
async def subprocess_exit(seconds: float) -> Any:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", f"import time; time.sleep({seconds})"
    )
    return "answer" if await limited(process.wait()) == 0 else "failure"


@scenario
async def getaddrinfo(seconds: float) -> Any:
    original = socket.getaddrinfo

    def slow(*args: Any, **kwargs: Any) -> Any:
        time.sleep(seconds)
        return original(*args, **kwargs)

    socket.getaddrinfo = slow
    try:
        loop = asyncio.get_running_loop()
        await limited(loop.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM))
    finally:
        socket.getaddrinfo = original
    return "answer"


@scenario
async def tcp_peer_in_this_loop(seconds: float) -> Any:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        await asyncio.to_thread(time.sleep, seconds)
        writer.write(b"answer")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        return await ask(server.sockets[0].getsockname()[1])
    finally:
        server.close()


async def ask(port: int) -> str:
    reader, writer = await limited(asyncio.open_connection("127.0.0.1", port))
    writer.write(b"question")
    try:
        return (await limited(reader.read(10))).decode()
    finally:
        writer.close()
        await writer.wait_closed()


@scenario
async def tcp_peer_in_another_thread(seconds: float) -> Any:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(10)
            time.sleep(seconds)
            connection.sendall(b"answer")

    threading.Thread(target=serve).start()
    return await ask(listener.getsockname()[1])


@scenario
async def tcp_peer_in_another_process(seconds: float) -> Any:
    with subprocess.Popen(
        [sys.executable, "-c", ANSWERING, str(seconds)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        return await ask(int(process.stdout.readline()))


@scenario
async def tcp_client_in_another_process(seconds: float) -> Any:
    got: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.set_result((await reader.read(10)).decode())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with subprocess.Popen([sys.executable, "-c", CALLING, str(seconds), str(port)]):
        try:
            return await limited(got)
        finally:
            server.close()


@scenario
async def socketpair_in_another_thread(seconds: float) -> Any:
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with theirs:
            time.sleep(seconds)
            theirs.sendall(b"answer")

    threading.Thread(target=serve).start()
    with ours:
        ours.setblocking(False)
        return (await limited(asyncio.get_running_loop().sock_recv(ours, 10))).decode()


def pipe_from_a_child() -> tuple[Any, int]:
    """Return the end of a pipe that the default loop can read, and a descriptor for a child."""
    if not hasattr(asyncio, "ProactorEventLoop"):
        receiving, sending = os.pipe()
        return os.fdopen(receiving, "rb"), sending
    import msvcrt
    from asyncio import windows_utils

    # Those of os.pipe() know no overlapped operations.
    reading, writing = windows_utils.pipe(overlapped=(True, False))
    return windows_utils.PipeHandle(reading), msvcrt.open_osfhandle(writing, 0)


@scenario
async def pipe_from_another_process(seconds: float) -> Any:
    receiving, sending = pipe_from_a_child()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    process = subprocess.Popen(
        [sys.executable, "-c", f"import time; time.sleep({seconds}); print('answer')"],
        stdout=sending,
    )
    os.close(sending)
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_read_pipe(lambda: protocol, receiving)
    try:
        return (await limited(reader.readline())).decode().strip()
    finally:
        transport.close()
        process.wait()


@scenario_where(hasattr(signal, "SIGUSR1"))
async def signal_of_a_timer(seconds: float) -> Any:
    loop = asyncio.get_running_loop()
    got = loop.create_future()
    loop.add_signal_handler(signal.SIGUSR1, got.set_result, "answer")
    try:
        loop.call_later(1, os.kill, os.getpid(), signal.SIGUSR1)
        return await limited(got)
    finally:
        loop.remove_signal_handler(signal.SIGUSR1)


@scenario
async def datagram_peer_in_another_thread(seconds: float) -> Any:
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.bind(("127.0.0.1", 0))

    def serve() -> None:
        with peer:
            _, address = peer.recvfrom(10)
            time.sleep(seconds)
            peer.sendto(b"answer", address)

    threading.Thread(target=serve).start()
    loop = asyncio.get_running_loop()
    got = loop.create_future()

    class Protocol(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            got.set_result(data.decode())

    transport, _ = await loop.create_datagram_endpoint(Protocol, local_addr=("127.0.0.1", 0))
    transport.sendto(b"question", peer.getsockname())
    try:
        return await limited(got)
    finally:
        transport.close()
