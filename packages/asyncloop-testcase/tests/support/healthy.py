"""Tests of many kinds that leave nothing behind."""

import asyncio
import contextlib
import gc
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from asyncloop_testcase import TestCase, strict


async def nothing() -> None:
    pass


async def sleep(self: TestCase) -> None:
    await asyncio.sleep(0)


async def timeout(self: TestCase) -> None:
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.sleep(60), 0.001)


async def failed_tasks(self: TestCase) -> None:
    async def fail() -> None:
        raise ValueError("expected")

    results = await asyncio.gather(fail(), fail(), return_exceptions=True)
    assert len(results) == 2
    self.task = asyncio.create_task(fail())
    with self.assertRaises(ValueError):
        await self.task


async def cancelled_tasks(self: TestCase) -> None:
    self.tasks = [asyncio.create_task(asyncio.sleep(60)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in self.tasks:
        task.cancel()
    await asyncio.gather(*self.tasks, return_exceptions=True)


async def queue(self: TestCase) -> None:
    items: asyncio.Queue[int] = asyncio.Queue()
    consumer = asyncio.create_task(items.get())
    await items.put(1)
    assert await consumer == 1


async def locks(self: TestCase) -> None:
    lock, event = asyncio.Lock(), asyncio.Event()

    async def hold() -> None:
        async with lock:
            await event.wait()

    task = asyncio.create_task(hold())
    await asyncio.sleep(0)
    event.set()
    async with lock:
        await task


async def echo(self: TestCase) -> None:
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()
        await writer.wait_closed()
        closed.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello\n")
    assert await reader.read() == b"hello\n"
    writer.close()
    await writer.wait_closed()
    await closed.wait()
    server.close()
    await server.wait_closed()


async def socket_calls(self: TestCase) -> None:
    loop = asyncio.get_running_loop()
    one, other = socket.socketpair()
    with one, other:
        one.setblocking(False)
        other.setblocking(False)
        await loop.sock_sendall(one, b"x")
        assert await loop.sock_recv(other, 1) == b"x"


async def readers(self: TestCase) -> None:
    loop = asyncio.get_running_loop()
    one, other = socket.socketpair()
    with one, other:
        ready = asyncio.Event()
        loop.add_reader(one, ready.set)
        loop.add_writer(one, nothing)
        loop.remove_writer(one)
        other.send(b"x")
        await ready.wait()
        loop.remove_reader(one)


async def threads(self: TestCase) -> None:
    await asyncio.to_thread(time.sleep, 0)
    with ThreadPoolExecutor(2) as pool:
        await asyncio.get_running_loop().run_in_executor(pool, time.sleep, 0)
    thread = threading.Thread(target=time.sleep, args=(0,))
    thread.start()
    thread.join()


async def process(self: TestCase) -> None:
    done = subprocess.run([sys.executable, "-S", "-E", "-c", ""], check=True)
    assert done.returncode == 0


async def asyncio_process(self: TestCase) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-S", "-E", "-c", "", stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out == b""


async def generators(self: TestCase) -> None:
    async def numbers() -> AsyncIterator[int]:
        for i in range(3):
            yield i

    assert [i async for i in numbers()] == [0, 1, 2]
    async for _ in numbers():
        break
    unfinished = numbers()
    await unfinished.__anext__()
    await unfinished.aclose()


async def cycles(self: TestCase) -> None:
    cycle: list[object] = [asyncio.get_running_loop().create_future(), asyncio.Event()]
    cycle.append(cycle)
    self.addCleanup(gc.collect)


async def recorded_warning(self: TestCase) -> None:
    with self.assertWarns(RuntimeWarning):
        nothing()
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        nothing()


async def timers(self: TestCase) -> None:
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    loop.call_later(60, print).cancel()
    loop.call_later(0.0001, done.set_result, None)
    loop.call_soon_threadsafe(nothing().close)
    await done


async def asynchronous_cleanup(self: TestCase) -> None:
    task = asyncio.create_task(asyncio.sleep(60))
    self.addCleanup(asyncio.wait, [task])
    self.addCleanup(task.cancel)


async def stack(self: TestCase) -> None:
    @contextlib.asynccontextmanager
    async def manager() -> AsyncIterator[None]:
        task = asyncio.create_task(asyncio.sleep(60))
        yield
        task.cancel()

    async with contextlib.AsyncExitStack() as exits:
        for _ in range(3):
            await exits.enter_async_context(manager())


def synchronous(self: TestCase) -> None:
    self.loop.run_until_complete(asyncio.sleep(0))
    self.loop.call_soon(self.loop.stop)
    self.loop.run_forever()


def own_loop_too(self: TestCase) -> None:
    asyncio.run(asyncio.sleep(0))
    self.loop.run_until_complete(nothing())


def closing(self: TestCase) -> None:
    self.loop.run_until_complete(nothing())
    self.loop.close()


def returning(self: TestCase) -> Awaitable[None]:
    return nothing()


async def raised_and_caught(self: TestCase) -> None:
    try:
        await asyncio.wait_for(asyncio.get_running_loop().create_future(), 0)
    except asyncio.TimeoutError as error:
        self.error = error


KINDS: list[Callable[[TestCase], object]] = [
    sleep,
    timeout,
    failed_tasks,
    cancelled_tasks,
    queue,
    locks,
    echo,
    socket_calls,
    readers,
    threads,
    generators,
    cycles,
    recorded_warning,
    timers,
    asynchronous_cleanup,
    stack,
    synchronous,
    own_loop_too,
    closing,
    returning,
    raised_and_caught,
]
# These take their time, so there are only some of them.
if hasattr(asyncio, "ProactorEventLoop"):  # whose loop, the default there, has no add_reader()
    KINDS.remove(readers)
SLOW_KINDS = [process, asyncio_process]


def healthy_cases(count: int) -> list[type[TestCase]]:
    """Return *count* test cases, all strict, each with one method, ``test``."""
    slow = [each for each in SLOW_KINDS for _ in range(2)]
    kinds = [*slow, *(KINDS[i % len(KINDS)] for i in range(count - len(slow)))]
    return [strict(type(f"Case{i}", (TestCase,), {"test": kind})) for i, kind in enumerate(kinds)]
