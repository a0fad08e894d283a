"""What goes wrong by chance: the same things for one seed, whatever else happens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import socket
import statistics
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from asyncio_testselector import (
    Exponential,
    MemoryNetwork,
    Normal,
    TestProactorEventLoop,
    TestSelector,
    Uniform,
)
from capabilities import RESOLUTION

LOOPS = {
    "selector": lambda: asyncio.SelectorEventLoop(TestSelector()),
    "proactor": TestProactorEventLoop,
}
LOCAL = ("127.0.0.1", 9)

SEED_11 = [
    1, 1, 2, 3, 5, 5, 4, 6, 6, 7, 13, 11, 11, 14, 15, 16, 17, 18, 19, 22, 21, 23, 23, 24,
    25, 25, 27, 26, 26, 28, 28, 29, 32, 30, 33, 34, 35, 36, 37, 38, 39,
]  # fmt: skip
"""What arrives, on every version and system."""


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Any:
    def runner(main: Any) -> Any:
        loop = LOOPS[request.param]()
        try:
            return loop.run_until_complete(asyncio.wait_for(main, 30))
        finally:
            loop.close()

    return runner


async def datagrams(count: int, *, noise: bool = False, seed: int = 1, **faults: Any) -> list[int]:
    """Send numbers to a host, and return what arrived, in its order."""
    kind = socket.SOCK_DGRAM
    async with MemoryNetwork(seed=seed, hosts=["other", "sink"]) as network:
        network.set_faults(**faults)
        with network.socket(type=kind) as sink, network.socket(type=kind) as source:
            sink.bind(("sink", 5000))
            for number in range(count):
                if noise:
                    source.sendto(b"noise", ("other", 1))
                source.sendto(b"%d" % number, ("sink", 5000))
            await asyncio.sleep(0.06)  # what is to be overtaken waits for less
            got = []
            with contextlib.suppress(BlockingIOError):
                while True:
                    got.append(int(sink.recv(100)))
    return got


# -- datagrams -------------------------------------------------------------------------------


def test_datagrams_are_lost(run: Any) -> None:
    got = run(datagrams(1000, loss=0.2))

    assert 750 < len(got) < 850
    assert got == sorted(got)


def test_datagrams_arrive_twice(run: Any) -> None:
    got = run(datagrams(1000, duplication=0.2))

    assert 1150 < len(got) < 1250
    assert sorted(set(got)) == list(range(1000))


def test_datagrams_are_overtaken(run: Any) -> None:
    got = run(datagrams(1000, reordering=0.2))

    assert sorted(got) == list(range(1000))
    overtaken = sum(one > other for one, other in zip(got, got[1:], strict=False))
    assert 130 < overtaken < 210


def test_datagram_that_nothing_overtakes_arrives_late(run: Any) -> None:
    assert run(datagrams(1, reordering=1.0)) == [0]


@pytest.mark.parametrize(
    ("faults", "arrive"), [({"loss": 1.0}, 0), ({"loss": 0.0}, 9), ({"duplication": 1.0}, 18)]
)
def test_what_is_certain_is_certain(run: Any, faults: Any, arrive: int) -> None:
    assert len(run(datagrams(9, **faults))) == arrive


def test_log_tells_what_became_of_a_datagram() -> None:
    async def main() -> list[str]:
        async with MemoryNetwork(hosts=["sink"]) as network:
            with network.socket(type=socket.SOCK_DGRAM) as sock:
                for faults in ({"loss": 1.0}, {"loss": 0.0, "duplication": 1.0}):
                    network.set_faults(**faults)
                    sock.sendto(b"x", ("sink", 9))
            return [event.kind for event in network.log]

    assert asyncio.run(main()) == ["drop", "duplicate"]


def test_streams_lose_nothing(run: Any) -> None:
    async def main() -> None:
        network = MemoryNetwork()
        network.set_faults(loss=0.5, duplication=0.5, reordering=0.5, jitter=0.0001)
        async with network:
            done = asyncio.Event()

            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                assert await reader.read() == b"".join(b"%d" % n for n in range(200))
                writer.close()
                done.set()

            async with await asyncio.start_server(serve, "sink", 80):
                _, writer = await asyncio.open_connection("sink", 80)
                for number in range(200):
                    writer.write(b"%d" % number)
                writer.write_eof()
                await done.wait()
                writer.close()

    run(main())


# -- time ------------------------------------------------------------------------------------


async def arrivals(count: int, size: int = 1, **options: Any) -> list[float]:
    """Return how long each of some messages took, all sent at once."""
    faults = options.pop("faults", {})
    loop = asyncio.get_running_loop()
    async with MemoryNetwork(**options) as network:
        network.set_faults(**faults)
        listener = network.socket()
        listener.bind(("sink", 80)) if "hosts" in options else listener.bind(LOCAL)
        listener.listen()
        sock = network.socket()
        await loop.sock_connect(sock, listener.getsockname())
        peer, _ = await loop.sock_accept(listener)
        peer.setblocking(False)
        times, began = [], loop.time()
        for _ in range(count):
            sock.send(b"x" * size)
        for _ in range(count):
            assert len(await loop.sock_recv(peer, size)) == size
            times.append(loop.time() - began)
        for each in (peer, sock, listener):
            each.close()
    return times


def test_latency_can_be_drawn(run: Any) -> None:
    times = run(arrivals(1, latency=Uniform(0.01, 0.02)))

    assert times[0] >= 0.0099 - RESOLUTION


def test_jitter_comes_on_top(run: Any) -> None:
    assert (
        run(arrivals(1, latency=0.001, faults={"jitter": Uniform(0.01, 0.02)}))[0]
        >= 0.0109 - 2 * RESOLUTION
    )


def test_bandwidth_is_shared_by_all_of_a_link(run: Any) -> None:
    times = run(arrivals(3, size=1000, faults={"bandwidth": 100_000.0}))

    for number, time in enumerate(times, 1):
        assert time >= number * (0.01 - RESOLUTION) - 1e-6


def test_unlimited_bandwidth_is_infinite(run: Any) -> None:
    times = run(arrivals(1, size=1000, faults={"bandwidth": math.inf}))
    assert len(times) == 1


@pytest.mark.parametrize(
    ("distribution", "mean", "deviation"),
    [
        (Uniform(1.0, 3.0), 2.0, 2 / math.sqrt(12)),
        (Exponential(2.0), 2.0, 2.0),
        (Normal(10.0, 2.0), 10.0, 2.0),
    ],
)
def test_distribution_is_what_it_says(distribution: Any, mean: float, deviation: float) -> None:
    random = Random(5)
    drawn = [distribution.draw(random) for _ in range(20_000)]

    assert distribution.mean == mean
    assert statistics.fmean(drawn) == pytest.approx(mean, rel=0.03)
    assert statistics.pstdev(drawn) == pytest.approx(deviation, rel=0.03)
    assert min(drawn) >= 0
    assert all(span == round(span, 9) for span in drawn)


def test_normal_spans_are_never_negative() -> None:
    random = Random(5)
    assert min(Normal(0.0, 1.0).draw(random) for _ in range(100)) == 0.0


def test_drawn_spans_are_the_same_everywhere() -> None:
    random = Random("7 a b 1")
    drawn = [each.draw(random) for each in (Uniform(0, 1), Exponential(1), Normal(1, 0.1))]

    assert drawn == [0.327197465, 0.489792243, 0.99256706]


# -- the seed --------------------------------------------------------------------------------


def test_seed_is_the_run(run: Any) -> None:
    faults = {"loss": 0.1, "duplication": 0.1, "reordering": 0.1}
    first, again = run(datagrams(200, seed=3, **faults)), run(datagrams(200, seed=3, **faults))
    other = run(datagrams(200, seed=4, **faults))

    assert first == again
    assert first != other


def test_what_happens_on_one_link_does_not_depend_on_another(run: Any) -> None:
    quiet = run(datagrams(100, loss=0.3))

    assert run(datagrams(100, loss=0.3, noise=True)) == quiet


def test_run_of_a_seed_is_the_same_in_another_process_with_other_hashes() -> None:
    program = """
import asyncio, json, sys
sys.path[:0] = sys.argv[1:]
from test_faults import datagrams
faults = {"loss": 0.2, "duplication": 0.2, "reordering": 0.2}
print(json.dumps(asyncio.run(datagrams(40, seed=11, **faults))))
"""
    folder = Path(__file__).parent
    folders = [str(folder), str(folder.parent / "support")]
    done = subprocess.run(
        [sys.executable, "-c", program, *folders], capture_output=True, text=True, timeout=600
    )

    assert json.loads(done.stdout) == SEED_11, done.stderr


def test_seed_is_a_remark_on_the_error_of_a_test(capsys: pytest.CaptureFixture[str]) -> None:
    async def main() -> None:
        async with MemoryNetwork(seed=42) as network:
            network.set_faults(loss=0.5)
            with network.socket(type=socket.SOCK_DGRAM) as sock:
                sock.sendto(b"x", LOCAL)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(main())

    remark = "\n".join(getattr(caught.value, "__notes__", [])) + capsys.readouterr().err
    assert remark.strip().endswith("can be had again with seed=42")


def test_seed_is_logged_for_reports_where_the_network_is_a_fixture(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        async with MemoryNetwork(seed=42) as network:
            network.flaky("localhost", probability=0.5)

    asyncio.run(main())

    ((logger, level, text),) = caplog.record_tuples
    assert (logger, level) == ("asyncio_testselector", logging.INFO)
    assert text.endswith("seed=42")


def test_network_without_chance_says_nothing_of_a_seed(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with MemoryNetwork(seed=42, latency=0.001) as network:
            network.set_faults(bandwidth=1e9)
            network.flaky("localhost", every=2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(main())

    assert not getattr(caught.value, "__notes__", [])
    assert caplog.record_tuples == []


# -- flaky hosts -----------------------------------------------------------------------------


async def connect(host: str) -> str:
    """Return how a connection fares."""
    try:
        reader, writer = await asyncio.open_connection(host, 80)
        writer.write(b"x")
        try:
            return (await reader.read()).decode()
        finally:
            writer.close()
    except OSError as exc:
        return type(exc).__name__


async def fates(count: int, **flaw: Any) -> list[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(await reader.read(1))
        except ConnectionResetError:
            pass
        writer.close()

    async with MemoryNetwork(connect_timeout=0.001, hosts=["web"]) as network:
        async with await asyncio.start_server(serve, "web", 80):
            network.flaky("web", **flaw)
            fared = [await connect("web") for _ in range(count)]
            network.heal()
            fared.append(await connect("web"))
            await asyncio.sleep(0)
        return fared


@pytest.mark.parametrize(
    ("error", "name"),
    [
        ("refuse", "ConnectionRefusedError"),
        ("reset", "ConnectionResetError"),
        ("drop", "TimeoutError"),
    ],
)
def test_each_third_connection_fails(run: Any, error: str, name: str) -> None:
    assert run(fates(6, every=3, error=error)) == ["x", "x", name, "x", "x", name, "x"]


def test_connections_fail_by_chance(run: Any) -> None:
    fared = run(fates(200, probability=0.25))

    assert 30 < fared.count("ConnectionRefusedError") < 70
    assert fared == run(fates(200, probability=0.25))


def test_host_may_be_flaky_for_one_other_host_only(run: Any) -> None:
    async def main() -> None:
        async with MemoryNetwork(hosts=["web", "a", "b"]) as network:
            network.flaky("web", "a", every=1)
            network.flaky("b", every=1)
            fared = []
            for host in ("a", "b"):
                with network.on(host), network.socket() as sock, network.socket() as listener:
                    network.on("web")
                    listener.bind(("web", 80))
                    listener.listen()
                    try:
                        await asyncio.get_running_loop().sock_connect(sock, ("web", 80))
                        fared.append("connected")
                    except ConnectionRefusedError:
                        fared.append("refused")
            assert fared == ["refused", "connected"]
            network.heal("web", "a")
            network.heal("b")

    run(main())


# -- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", ["1", 1.0, None, True])
def test_seed_that_is_no_whole_number_is_refused(seed: Any) -> None:
    with pytest.raises(TypeError, match="^seed is .*: give a whole number"):
        MemoryNetwork(seed=seed)


@pytest.mark.parametrize("name", ["loss", "duplication", "reordering"])
@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), "0.5", True])
def test_probability_that_is_none_is_refused_and_changes_nothing(name: str, value: Any) -> None:
    network = MemoryNetwork()
    with pytest.raises(ValueError, match=f"^{name} is .*: give a probability from 0 to 1"):
        network.set_faults(**{"jitter": 5.0, "bandwidth": 1.0, name: value})

    link = network._fabric.topology.link("a", "b")
    assert (link.jitter, link.bandwidth) == (0.0, math.inf)


@pytest.mark.parametrize(
    ("faults", "error", "message"),
    [
        ({"jitter": -1}, ValueError, "^jitter is -1 s"),
        ({"jitter": "1"}, TypeError, "^jitter is '1': give seconds, or Uniform"),
        ({"bandwidth": 0}, ValueError, "^bandwidth is 0: give bytes a second"),
        ({"bandwidth": float("nan")}, ValueError, "^bandwidth is nan"),
        ({"host": "nobody", "loss": 0.1}, ValueError, "^there is no host 'nobody'"),
        ({"other": "localhost", "loss": 0.1}, ValueError, "^other is 'localhost' and there is no"),
    ],
)
def test_fault_that_makes_no_sense_is_refused(faults: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        MemoryNetwork().set_faults(**faults)


@pytest.mark.parametrize(
    ("flaw", "message"),
    [
        ({}, "^every is None and probability is None: give one of the two"),
        ({"every": 2, "probability": 0.5}, "give one of the two"),
        ({"every": 0}, "^every is 0"),
        ({"every": True}, "^every is True"),
        ({"probability": 2}, "^probability is 2: give a probability from 0 to 1"),
        ({"every": 2, "error": "explode"}, "^error is 'explode': give one of 'refuse'"),
        ({"every": 2, "host": "nobody"}, "^there is no host 'nobody'"),
    ],
)
def test_flakiness_that_makes_no_sense_is_refused(flaw: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MemoryNetwork().flaky(**{"host": "localhost", **flaw})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Uniform(2, 1), "^low is 2 s and high is 1 s"),
        (lambda: Uniform(-1, 1), "^low is -1 s"),
        (lambda: Exponential(-1), "^mean is -1 s"),
        (lambda: Normal(1, float("inf")), "^deviation is inf s"),
        (lambda: MemoryNetwork(latency=-1), "^latency is -1 s"),
    ],
)
def test_time_span_that_makes_no_sense_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_latency_that_is_no_time_is_refused() -> None:
    with pytest.raises(TypeError, match="^latency is 'slow': give seconds"):
        MemoryNetwork(latency="slow")  # type: ignore[arg-type]
