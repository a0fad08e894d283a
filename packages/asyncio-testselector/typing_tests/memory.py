"""What type checkers know of sockets in memory, scripts and networks."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from typing import Any

from asyncio_testselector import (
    Exponential,
    HttpPeer,
    HttpRequest,
    HttpRoute,
    MemoryNetwork,
    MemorySocket,
    NetworkSocket,
    Normal,
    ProcessRun,
    ProcessScript,
    SocketScript,
    Uniform,
    WireEvent,
    WireLog,
    memory_socketpair,
    memory_stream_pair,
)
from typing_extensions import assert_type

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def sockets() -> None:
    assert_type(memory_socketpair(), tuple[MemorySocket, MemorySocket])
    here, _ = memory_socketpair(socket.AF_INET, capacity=10, addresses=(("a", 1), ("b", 2)))
    plain: socket.socket = here
    assert_type(here.recv(10), bytes)
    assert_type(here.send(b"x"), int)
    assert_type(plain.fileno(), int)


async def streams() -> None:
    pair = await memory_stream_pair(limit=10)
    assert_type(pair, tuple[Stream, Stream])


async def scripts() -> None:
    script = SocketScript("redis", timeout=None)
    script = script.expect(b"x").expect(re.compile(b"x")).reply(b"a", b"b").delay(1).block_writes(2)
    assert_type(script.eof().expect_eof().reset(), SocketScript)
    assert_type(script.socket(), MemorySocket)
    part = (
        SocketScript(reusable=True, keep_open=True, newline=b"\n").expect_line("x").reply_line("y")
    )
    part = part.expect_json({"a": 1}).reply_json([None]).expect_line(re.compile("x"))
    part = (
        part.reply(lambda match: [match[0], b"x"]).reply_line(lambda match: match[1]).expect_json()
    )
    assert_type(script.any_number(part).in_any_order(part, part), SocketScript)
    assert_type(script.start_tls(ssl.create_default_context()), SocketScript)
    assert_type(await script.open_connection(limit=10), Stream)
    with script as same:
        assert_type(same, SocketScript)


async def networks() -> None:
    async with MemoryNetwork(latency=0.1, hosts={"a": "10.0.0.1"}, recv_limit=1) as network:
        assert_type(network, MemoryNetwork)
        assert_type(network.socket(), NetworkSocket)
        assert_type(network.play("db", 80, SocketScript()), NetworkSocket)
        assert_type(network.reset("a"), int)
        assert_type(SocketScript.from_log(network.log, connection=1, delays=True), SocketScript)
        assert_type(network.log, WireLog)
        assert_type(network.log[0], WireEvent)
        assert_type(network.log[0].time, float)
        assert_type(network.socket().accept(), tuple[NetworkSocket, Any])
        with network.on("a"):
            network.partition("a", "localhost")
        network.heal()
        network.set_latency(Uniform(0.1, 0.2), "a", "localhost")
        network.set_faults("a", jitter=Exponential(0.1), loss=0.1, bandwidth=1e6)
        network.flaky("a", every=3)
        network.flaky("a", "localhost", probability=0.1, error="reset")
    MemoryNetwork(seed=3, latency=Normal(0.1, 0.01))


async def http() -> None:
    async with MemoryNetwork() as network:
        api = network.http("api.example", 8080)
        assert_type(api, HttpPeer)
        route = api.get("/a", query={"q": "1"}).reply("x", status=503, times=2).reply(json=[1])
        assert_type(route, HttpRoute)
        api.post(re.compile("/x"), json={"a": 1}).reply(lambda request: request.path, delay=1)
        api.put("/x").reply(chunks=lambda request: [request.body], every=0.5, reset_after=3)
        api.fallback().reset(times=1).hang()
        assert_type(api.requests, list[HttpRequest])
        assert_type(api.requests[0].query, dict[str, str])


async def processes() -> None:
    script = ProcessScript("git", re.compile("x"), b"y", ..., times=None, timeout=3, error=None)
    script = script.stdout(b"a", b"b").expect_stdin(b"x").stdout(lambda got: got).stderr(b"x")
    script = script.delay(1).expect_stdin_line("x").expect_stdin_eof().stdout_line("x", b"y")
    assert_type(script.on_signal(15, exits=0, delay=1).exit(0), ProcessScript)
    assert_type(ProcessScript.shell("ls", times=2).forever(), ProcessScript)
    assert_type(script.runs, list[ProcessRun])
    assert_type(script.runs[0].returncode, int | None)
    with script as same:
        assert_type(same, ProcessScript)
