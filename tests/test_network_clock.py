"""Memory networks under virtual time: everything arrives at its own instant."""

from __future__ import annotations

import asyncio
import time
import unittest
from collections.abc import Coroutine
from typing import Any

import pytest
from asyncio_fakeclock import ClockedTestCase, DeadlockError, FakeClock, new_event_loop
from asyncio_testselector import MemoryNetwork


def run(main: Coroutine[Any, Any, Any]) -> Any:
    loop = new_event_loop(auto=True)
    try:
        return loop.run_until_complete(main)
    finally:
        loop.run_until_complete(cancel_the_others())
        loop.close()


async def cancel_the_others() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(line.upper())
    writer.close()


async def close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()


def test_connection_and_answer_take_a_round_trip_each() -> None:
    async def main() -> list[float]:
        loop, times = asyncio.get_running_loop(), []
        async with MemoryNetwork(latency=0.25):
            async with await asyncio.start_server(shout, "db", 80):
                reader, writer = await asyncio.open_connection("db", 80)
                times.append(loop.time())
                writer.write(b"x\n")
                await reader.readline()
                times.append(loop.time())
                await close(writer)
        return times

    assert run(main()) == [0.5, 1.0]


def test_refusal_takes_a_round_trip() -> None:
    async def main() -> float:
        async with MemoryNetwork(latency=0.25, hosts=["db"]):
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("db", 80)
            return asyncio.get_running_loop().time()

    assert run(main()) == 0.5


def test_nobody_answers_for_as_long_as_the_kernel_would_try() -> None:
    async def main() -> float:
        network = MemoryNetwork(hosts=["db"])
        network.partition("db")
        async with network:
            with pytest.raises(TimeoutError):
                await asyncio.open_connection("db", 80)
            return asyncio.get_running_loop().time()

    assert run(main()) == 127


def test_latency_of_hosts_and_links_is_the_most_special_one() -> None:
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        network = MemoryNetwork(hosts=["db", "web", "app"], latency=0.5)
        network.set_latency(2.0, "db")
        network.set_latency(0.0, "db", "web")
        times = []
        async with network, await asyncio.start_server(shout, None, 80):
            for host, target in (("web", "db"), ("app", "db"), ("app", "web")):
                with network.on(host):
                    start = loop.time()
                    _, writer = await asyncio.open_connection(target, 80)
                    times.append(loop.time() - start)
                    await close(writer)
        return times

    assert run(main()) == [0.0, 4.0, 1.0]


def test_bytes_arrive_in_order_though_the_latency_shrinks() -> None:
    async def main() -> tuple[bytes, float]:
        async with MemoryNetwork(latency=1.0) as network:
            got = asyncio.get_running_loop().create_future()

            async def store(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                got.set_result(await reader.read())
                writer.close()

            async with await asyncio.start_server(store, "db", 80):
                _, writer = await asyncio.open_connection("db", 80)
                writer.write(b"first ")
                network.set_latency(0.0)
                writer.write(b"second")
                await close(writer)
                return await got, asyncio.get_running_loop().time()

    assert run(main()) == (b"first second", 3.0)


def test_partition_keeps_what_is_under_way_until_it_heals() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        async with MemoryNetwork(latency=0.5) as network:
            async with await asyncio.start_server(shout, "db", 80):
                reader, writer = await asyncio.open_connection("db", 80)
                writer.write(b"x\n")
                network.partition("db")
                loop.call_later(60, network.heal)
                assert await reader.readline() == b"X\n"
                await close(writer)
                return loop.time()

    assert run(main()) == 62.0


def test_happy_eyeballs_waits_its_delay_for_an_address_that_is_silent() -> None:
    async def main() -> tuple[str, float]:
        network = MemoryNetwork(hosts={"six": "fd00::1:1", "four": "10.1.1.1"})
        network.add_alias("dual.example", "six", "four")
        network.partition("six")
        async with network, await asyncio.start_server(shout, "four", 80):
            _, writer = await asyncio.open_connection("dual.example", 80, happy_eyeballs_delay=0.25)
            address = writer.get_extra_info("peername")[0]
            await close(writer)
            return address, asyncio.get_running_loop().time()

    assert run(main()) == ("10.1.1.1", 0.25)


def test_thousand_exchanges_of_200_virtual_seconds_cost_little() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        async with MemoryNetwork(latency=0.1):
            async with await asyncio.start_server(shout, "db", 80):
                reader, writer = await asyncio.open_connection("db", 80)
                start = loop.time()
                for _ in range(1000):
                    writer.write(b"x\n")
                    await reader.readline()
                passed = loop.time() - start
                await close(writer)
        return passed

    before = time.process_time()
    assert round(run(main()), 6) == 200.0
    assert time.process_time() - before < 5  # a fortieth; the benchmark says what it is


def test_client_that_nobody_answers_is_a_deadlock_at_once() -> None:
    async def main() -> None:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await reader.read()
            finally:
                writer.close()

        async with MemoryNetwork():
            async with await asyncio.start_server(silent, "db", 80):
                reader, writer = await asyncio.open_connection("db", 80)
                try:
                    await reader.readline()
                finally:
                    writer.transport.abort()

    with pytest.raises(DeadlockError):
        run(main())


def test_connection_given_up_leaves_the_backlog() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with MemoryNetwork(hosts=["db"], latency=0.25) as network:
            with network.socket() as listener, network.socket() as kept:
                listener.bind(("db", 80))
                listener.listen(0)
                for sock in (listener, kept):
                    sock.setblocking(False)
                for _ in range(3):
                    with network.socket() as sock:
                        sock.setblocking(False)
                        with pytest.raises(asyncio.TimeoutError):
                            await asyncio.wait_for(loop.sock_connect(sock, ("db", 80)), 0.3)
                await loop.sock_connect(kept, ("db", 80))
                conn, _ = await loop.sock_accept(listener)
                conn.close()

    run(main())


def test_manual_clock_moves_what_is_on_the_wire() -> None:
    async def main() -> None:
        async with FakeClock() as clock, MemoryNetwork(latency=2.0):
            async with await asyncio.start_server(shout, "db", 80):
                connecting = asyncio.ensure_future(asyncio.open_connection("db", 80))
                await clock.advance(3.999)
                assert not connecting.done()
                await clock.advance(0.001)
                _, writer = await connecting
                await close(writer)

    asyncio.run(main())


def test_clocked_test_case_has_a_network() -> None:
    class Tests(ClockedTestCase):
        auto = True

        async def test_client(self) -> None:
            async with MemoryNetwork(latency=1):
                async with await asyncio.start_server(shout, "db", 80):
                    reader, writer = await asyncio.open_connection("db", 80)
                    writer.write(b"x\n")
                    self.assertEqual(await reader.readline(), b"X\n")
                    await close(writer)
            self.assertGreaterEqual(self.loop.time(), 4)

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Tests).run(result)

    assert (result.testsRun, result.errors, result.failures) == (1, [], [])
