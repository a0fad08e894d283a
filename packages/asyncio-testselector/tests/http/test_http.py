"""Scripted HTTP peers: what they answer, and what they say of what nobody expected."""

from __future__ import annotations

import asyncio
import errno
import re
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from asyncio_testselector import (
    HttpPeer,
    HttpRequest,
    MemoryNetwork,
    ScriptError,
    TestProactorEventLoop,
    TestSelector,
)
from capabilities import RESOLUTION

CERTIFICATE = Path(__file__).parents[1] / "support" / "certificate.pem"

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "selector": lambda: asyncio.SelectorEventLoop(TestSelector()),
    "proactor": TestProactorEventLoop,
}


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Any:
    """Run a function of a peer and its network on a loop of each kind."""

    def runner(test: Any, **options: Any) -> Any:
        async def main() -> Any:
            async with MemoryNetwork() as network:
                return await test(network.http("api.example", **options), network)

        loop = LOOPS[request.param]()
        try:
            return loop.run_until_complete(asyncio.wait_for(main(), 20))
        finally:
            loop.close()

    return runner


class Client:
    """The plainest of clients: what it is told to send, and what comes back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, port: int = 80, **options: Any) -> Client:
        return cls(*await asyncio.open_connection("api.example", port, **options))

    async def ask(self, line: str, body: bytes = b"", *headers: str) -> tuple[int, bytes]:
        head = [f"{line} HTTP/1.1", "Host: api.example", *headers]
        if body:
            head.append(f"Content-Length: {len(body)}")
        self.writer.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)
        return await self.answer(line)

    async def answer(self, line: str = "GET /") -> tuple[int, bytes]:
        status, self.headers = await self.head()
        if line.startswith("HEAD") or status in (204, 304):
            return status, b""
        if "content-length" in self.headers:
            return status, await self.reader.readexactly(int(self.headers["content-length"]))
        body = b""
        while size := int(await self.reader.readline(), 16):
            body += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)
        return status, body

    async def head(self) -> tuple[int, dict[str, str]]:
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
        pairs = (line.partition(": ") for line in lines[1:])
        return int(lines[0].split()[1]), {name.lower(): value for name, _, value in pairs}

    async def close(self) -> None:
        self.writer.close()
        await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)


async def ask(line: str, body: bytes = b"", *headers: str) -> tuple[int, bytes]:
    """Ask once, on a connection of its own."""
    client = await Client.connect()
    try:
        return await client.ask(line, body, *headers)
    finally:
        await client.close()


# -- answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "status", "body", "headers"),
    [
        ({}, 200, b"", {"content-length": "0"}),
        ({"body": b"x"}, 200, b"x", {"content-length": "1"}),
        ({"body": "ü"}, 200, "ü".encode(), {"content-type": "text/plain; charset=utf-8"}),
        ({"json": {"a": None}}, 200, b'{"a": null}', {"content-type": "application/json"}),
        ({"json": None}, 200, b"null", {"content-type": "application/json"}),
        ({"status": 503, "headers": {"Retry-After": "3"}}, 503, b"", {"retry-after": "3"}),
        ({"status": 204}, 204, b"", {}),
        ({"json": 1, "headers": {"content-type": "x/y"}}, 200, b"1", {"content-type": "x/y"}),
        ({"chunks": [b"a", "b"]}, 200, b"ab", {"transfer-encoding": "chunked"}),
        ({"body": lambda request: request.method}, 200, b"GET", {"content-length": "3"}),
        ({"json": lambda request: request.query}, 200, b'{"q": "1"}', {"content-length": "10"}),
        ({"chunks": lambda request: ["a", request.path]}, 200, b"a/x", {}),
    ],
)
def test_answer_is_as_written(
    run: Any, reply: Any, status: int, body: bytes, headers: dict[str, str]
) -> None:
    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        api.get("/x").reply(**reply)
        client = await Client.connect()
        assert await client.ask("GET /x?q=1") == (status, body)
        assert client.headers.items() >= headers.items()
        await client.close()

    run(test)


def test_answers_are_given_in_their_order_and_as_often_as_said(run: Any) -> None:
    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        api.get("/").reply(status=503, times=2).reply("once", times=1).reply("ever after")
        got = [await ask("GET /") for _ in range(5)]
        assert got[:2] == [(503, b""), (503, b"")]
        assert got[2:] == [(200, b"once"), (200, b"ever after"), (200, b"ever after")]

    run(test)


def test_one_connection_serves_many_requests_also_pipelined(run: Any) -> None:
    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        api.get("/a").reply("a", delay=0.001)
        api.post("/b").reply(json=lambda request: request.json())
        client = await Client.connect()
        client.writer.write(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
        assert [await client.answer() for _ in range(3)] == [(200, b"a")] * 3
        assert await client.ask("POST /b", b"[1, 2]") == (200, b"[1, 2]")
        assert await client.ask("HEAD /a") == (501, b"")
        api.problem()
        await client.close()
        assert [event.kind for event in network.log].count("connect") == 1

    run(test)


def test_connection_ends_where_the_client_says_so(run: Any) -> None:
    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        api.get("/").reply("x")
        client = await Client.connect()
        assert await client.ask("GET /", b"", "Connection: close") == (200, b"x")
        assert await client.reader.read() == b""
        await client.close()

    run(test)


def test_head_has_the_headers_of_the_body_and_no_body(run: Any) -> None:
    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        api.head("/").reply(b"12345")
        client = await Client.connect()
        assert await client.ask("HEAD /") == (200, b"")
        assert client.headers["content-length"] == "5"
        assert await client.ask("HEAD /") == (200, b"")
        await client.close()

    run(test)


def test_client_that_waits_to_be_told_to_continue_is(run: Any) -> None:
    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        api.put("/").reply("stored")
        client = await Client.connect()
        client.writer.write(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n")
        client.writer.write(b"Expect: 100-continue\r\n\r\n")
        assert (await client.head())[0] == 100
        client.writer.write(b"abc")
        assert await client.answer() == (200, b"stored")
        await client.close()
        assert api.requests[0].body == b"abc"

    run(test)


def test_stream_comes_in_pieces_by_the_clock_of_the_loop(run: Any) -> None:
    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        api.get("/").reply(chunks=[b"one", b"two"], every=0.01, delay=0.01)
        client = await Client.connect()
        assert await client.ask("GET /") == (200, b"onetwo")
        await client.close()
        ends = b"one\r\n", b"two\r\n"
        times = [event.time for event in network.log if event.data.endswith(ends)]
        assert times[1] - times[0] >= 0.009 - RESOLUTION

    run(test)


@pytest.mark.parametrize("reply", [{"body": b"x" * 50}, {"chunks": [b"x" * 15] * 3}])
def test_connection_can_be_reset_in_the_body(run: Any, reply: Any) -> None:
    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        api.get("/").reply(**reply, reset_after=20)
        client = await Client.connect()
        client.writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await client.head())[0] == 200
        got = b""
        with pytest.raises(ConnectionResetError):
            while True:
                got += await client.reader.read(1)
        assert got.count(b"x") == 20
        await client.close()

    run(test)


def test_connection_can_be_reset_instead_of_an_answer(run: Any) -> None:
    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        api.get("/").reset(times=1).reply("then")
        with pytest.raises(ConnectionResetError):
            await ask("GET /")
        assert await ask("GET /") == (200, b"then")

    run(test)


def test_peer_can_leave_a_request_without_an_answer(run: Any) -> None:
    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        api.get("/").hang()
        client = await Client.connect()
        answer = asyncio.create_task(client.ask("GET /"))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not answer.done()
        answer.cancel()
        await client.close()
        assert len(api.requests) == 1

    run(test)


def test_answer_under_way_ends_with_the_network() -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            network.http("api.example").get("/").reply("late", delay=1000)
            client = await Client.connect()
            client.writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await client.close()
        loop: Any = asyncio.get_running_loop()
        assert [timer for timer in loop._scheduled if not timer.cancelled()] == []

    asyncio.run(main())


def test_tls_is_on_port_443(run: Any) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        api.get("/").reply(b"x" * 100_000)
        client = await Client.connect(443, ssl=context)
        assert await client.ask("GET /") == (200, b"x" * 100_000)
        await client.close()

    run(test, tls=server)


def test_client_that_refuses_the_certificate_has_its_own_error(run: Any) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(CERTIFICATE)

    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        with pytest.raises(ssl.SSLCertVerificationError):
            await Client.connect(443, ssl=ssl.create_default_context())

    run(test, tls=server)


# -- routes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "right", "wrong"),
    [
        (lambda api: api.get("/a b"), ("GET /a%20b",), ("GET /a",)),
        (lambda api: api.get("/a?q=1"), ("GET /a?x=2&q=1",), ("GET /a?q=2",)),
        (lambda api: api.get("/a", query={"q": ""}), ("GET /a?q=",), ("GET /a",)),
        (lambda api: api.get(re.compile("/u/[0-9]+")), ("GET /u/12",), ("GET /u/12/x",)),
        (lambda api: api.request("*", "/a"), ("OPTIONS /a",), ("OPTIONS /b",)),
        (lambda api: api.delete("/a"), ("DELETE /a",), ("GET /a",)),
        (lambda api: api.patch("/a", body=b"x"), ("PATCH /a", b"x"), ("PATCH /a", b"y")),
        (
            lambda api: api.post("/a", json={"id": mock.ANY}),
            ("POST /a", b'{"id": 3}'),
            ("POST /a", b"{id}"),
        ),
        (
            lambda api: api.get("/a", headers={"Accept": "x/y"}),
            ("GET /a", b"", "ACCEPT: x/y"),
            ("GET /a", b"", "Accept: x/z"),
        ),
    ],
)
def test_route_is_for_some_requests_and_not_for_others(route: Any, right: Any, wrong: Any) -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            api = network.http("api.example")
            this = route(api)
            this.reply("right")
            assert await ask(*right) == (200, b"right")
            assert (await ask(*wrong))[0] == 501
            assert api.problem() is not None
            assert [str(request) for request in this.requests] == [right[0]]

    asyncio.run(main())


def test_first_route_with_an_answer_left_is_taken_then_the_fallback(run: Any) -> None:
    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        api.fallback().reply("anything", status=404)
        api.get("/a").reply("1", times=1)
        api.get(re.compile("/.")).reply(lambda request: request.match[0], times=1)
        assert [await ask("GET /a") for _ in range(3)] == [
            (200, b"1"),
            (200, b"/a"),
            (404, b"anything"),
        ]

    run(test)


def test_peer_of_a_port_is_always_the_same_one(run: Any) -> None:
    async def test(api: HttpPeer, network: MemoryNetwork) -> None:
        assert network.http("api.example") is api
        other = network.http("api.example", 8080)
        assert other is not api
        other.get("/").reply("other")
        client = await Client.connect(8080)
        assert await client.ask("GET /") == (200, b"other")
        await client.close()

    run(test)


def test_request_tells_what_was_asked() -> None:
    request = HttpRequest("POST", "/a%2Fb?x=1&x=2&y=", {"host": "h"}, b'"\xc3\xbc"')

    assert (request.path, request.query) == ("/a/b", {"x": "2", "y": ""})
    assert (request.text, request.json(), str(request)) == ('"ü"', "ü", "POST /a%2Fb?x=1&x=2&y=")


# -- what nobody expected --------------------------------------------------------------------


def unexpected(routes: Any, *requests: Any) -> str:
    """Return what the network says at its end."""

    async def main() -> None:
        async with MemoryNetwork() as network:
            routes(network.http("api.example"))
            for request in requests:
                await ask(*request)

    with pytest.raises(ScriptError) as caught:
        asyncio.run(main())
    return str(caught.value)


def test_unexpected_request_is_told_with_its_place_and_with_what_was_offered() -> None:
    def routes(api: HttpPeer) -> None:
        api.get("/rates").reply("x")
        api.post("/rates", json={"a": 1}).reply("x", times=2)

    text = unexpected(routes, ("POST /rates", b'{"a": 2}'))

    assert re.fullmatch(
        r"api.example:80 was asked for POST /rates, which is unexpected, at .*test_http.py:\d+\n"
        r"  with the body b'\{\"a\": 2\}'\n"
        r"  offered: GET /rates, written at .*test_http.py:\d+\n"
        r"           POST /rates json=\{'a': 1\} \(0 of 2 answers were given\), written at .*",
        text,
    )


@pytest.mark.parametrize(
    ("routes", "offer"),
    [
        (lambda api: None, "offered: nothing"),
        (lambda api: api.get("/x"), r"GET /x \(it has no reply\), written"),
        (lambda api: api.get("/").reply(times=1), r"GET / \(1 of 1 answers were given\), written"),
        (lambda api: api.get(re.compile("/x+")).reply(), "GET //x\\+/, written"),
    ],
)
def test_what_was_offered_says_what_is_left(routes: Any, offer: str) -> None:
    assert re.search(offer, unexpected(routes, ("GET /",), ("GET /",)))


def test_client_gets_the_report_as_its_answer() -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            api = network.http("api.example")
            status, body = await ask("GET /a")
            assert (status, body.decode().rstrip()) == (501, str(api.problem()))

    asyncio.run(main())


def test_unexpected_request_is_told_once() -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            api = network.http("api.example")
            await ask("GET /a")
            with pytest.raises(ScriptError, match="GET /a"):
                api.check()
            api.check()

    asyncio.run(main())


def test_unexpected_request_is_a_remark_on_the_tests_own_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            network.http("api.example")
            assert (await ask("GET /a"))[0] == 200

    with pytest.raises(AssertionError, match="501") as caught:
        asyncio.run(main())

    remark = "\n".join(getattr(caught.value, "__notes__", [])) + capsys.readouterr().err
    assert remark.startswith("api.example:80 was asked for GET /a, which is unexpected")


def test_uninstalling_tells_what_was_unexpected() -> None:
    async def main() -> None:
        network = MemoryNetwork()
        network.install()
        network.http("api.example")
        await ask("GET /a")
        with pytest.raises(ScriptError, match="GET /a, which is unexpected"):
            network.uninstall()

    asyncio.run(main())


def test_what_is_no_http_is_answered_by_400_and_told() -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            api = network.http("api.example")
            client = await Client.connect()
            client.writer.write(b"\x16\x03\x01 hello\r\n\r\n")
            assert (await client.answer())[0] == 400
            assert await client.reader.read() == b""
            await client.close()
            assert "was sent what is no HTTP: illegal request line" in str(api.problem())

    asyncio.run(main())


def test_answer_that_cannot_be_computed_is_told() -> None:
    def routes(api: HttpPeer) -> None:
        api.get("/").reply(json=lambda request: request.query["q"])

    assert "could not compute its answer to GET /: KeyError('q')" in unexpected(routes, ("GET /",))


# -- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("write", "error", "message"),
    [
        (lambda r: r.reply(status=99), ValueError, "^status is 99: give a whole number from 200"),
        (lambda r: r.reply(status="200"), ValueError, "^status is '200'"),
        (lambda r: r.reply(times=0), ValueError, "^times is 0: give a whole number of 1 or more"),
        (lambda r: r.reply(times=True), ValueError, "^times is True"),
        (lambda r: r.reset(times=1.5), ValueError, "^times is 1.5"),
        (lambda r: r.hang(times=-1), ValueError, "^times is -1"),
        (lambda r: r.reply(delay=-1), ValueError, "^delay is -1 s"),
        (lambda r: r.reply(every=float("nan")), ValueError, "^every is nan s"),
        (lambda r: r.reply("x", json=1), ValueError, "^a reply has one body"),
        (lambda r: r.reply("x", status=204), ValueError, "^status is 204, which has no body"),
        (lambda r: r.reply(3), TypeError, "^body=3 is no body"),
        (lambda r: r.reply(chunks="abc"), TypeError, "^chunks='abc' is one chunk"),
        (lambda r: r.reply(chunks=[1]), TypeError, "^chunks=1 is no body"),
        (lambda r: r.reply(json=b"x"), TypeError, "not JSON serializable"),
        (lambda r: r.reply(reset_after=3), ValueError, "^reset_after is 3"),
        (lambda r: r.reply("abc", reset_after=1.5), ValueError, "^reset_after is 1.5"),
        (lambda r: r.reply("abc", reset_after=-1), ValueError, "^reset_after is -1"),
        (lambda r: r.reply(headers={"a": 1}), TypeError, r"^headers have \('a', 1\)"),
        (lambda r: r.reply(headers={"a": "b\n"}), ValueError, "which cannot be sent"),
        (lambda r: r.reply().reply(), ValueError, "^GET /x always gets its last answer"),
    ],
)
def test_answer_that_makes_no_sense_is_refused(write: Any, error: Any, message: str) -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            route = network.http("api.example").get("/x")
            with pytest.raises(error, match=message):
                write(route)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"query": {"page": 2}}, "^query have 'page': 2, which no request has: give a str"),
        ({"query": {"page": None}}, "^query have 'page': None"),
        ({"headers": {"X-Count": 1}}, "^headers have 'X-Count': 1"),
        ({"body": "text"}, "^body is 'text': requests have bytes, encode it"),
    ],
)
def test_route_for_what_no_request_can_be_is_refused(wanted: Any, message: str) -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            api = network.http("api.example")
            with pytest.raises(TypeError, match=message):
                api.get("/x", **wanted)

    asyncio.run(main())


@pytest.mark.parametrize("length", ["2", "7"])
def test_answer_with_the_length_of_another_body_is_told(run: Any, length: str) -> None:
    async def test(api: HttpPeer, _: MemoryNetwork) -> None:
        api.get("/x").reply(lambda _: "abc", headers={"Content-Length": length})
        assert (await ask("GET /x"))[0] == 500
        message = f"Content-Length is {length} and the body has 3 bytes"
        with pytest.raises(ScriptError, match=message):
            api.check()

    run(test)


def test_answer_that_is_cut_off_may_promise_more(run: Any) -> None:
    async def test(api: HttpPeer, _: MemoryNetwork) -> None:
        api.get("/x").reply("abc", headers={"Content-Length": "7"}, reset_after=3)
        client = await Client.connect()
        client.writer.write(b"GET /x HTTP/1.1\r\nHost: api.example\r\n\r\n")
        assert (await client.head())[1]["content-length"] == "7"
        assert await client.reader.readexactly(3) == b"abc"
        with pytest.raises(ConnectionResetError):
            await client.reader.read()
        await client.close()

    run(test)


def test_answer_to_head_may_have_the_length_of_a_body_that_is_not_there(run: Any) -> None:
    async def test(api: HttpPeer, _: MemoryNetwork) -> None:
        api.head("/x").reply(headers={"Content-Length": "1000"})
        client = await Client.connect()
        assert await client.ask("HEAD /x") == (200, b"")
        assert client.headers["content-length"] == "1000"
        await client.close()

    run(test)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (
            lambda api: api.get("/x"),
            r"^there is a route GET /x \(it has no reply\), written at .*:\d+",
        ),
        (lambda api: api.request("get", "/x"), "^there is a route GET /x"),
        (lambda api: api.request("", "/x"), "^method is ''"),
        (lambda api: api.get("x"), "^path is 'x': give one that begins with '/'"),
        (lambda api: api.get(re.compile(b"x")), "^path is re.compile"),
        (lambda api: (api.fallback(), api.fallback()), "has a fallback already"),
    ],
)
def test_route_that_makes_no_sense_is_refused(write: Any, message: str) -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            api = network.http("api.example")
            api.get("/x")
            with pytest.raises(ValueError, match=message):
                write(api)

    asyncio.run(main())


def test_peer_for_a_port_in_use_is_refused() -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            with network.socket() as sock:
                network.add_host("api.example", "10.0.0.1")
                sock.bind(("10.0.0.1", 80))
                with pytest.raises(OSError) as caught:
                    network.http("api.example")
                assert caught.value.errno == errno.EADDRINUSE
            network.http("api.example")

    asyncio.run(main())


@pytest.mark.parametrize(
    ("host", "port", "message"),
    [
        ("http://api.example", None, "^host is 'http://api.example': give the name of a host"),
        ("", None, "^host is ''"),
        ("api.example", 0, "^port is 0: give a number from 1 to 65535"),
        ("api.example", 65536, "^port is 65536"),
    ],
)
def test_place_that_is_none_is_refused(host: str, port: int | None, message: str) -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            with pytest.raises(ValueError, match=message):
                network.http(host, port)

    asyncio.run(main())


def test_other_tls_for_a_peer_is_refused() -> None:
    async def main() -> None:
        async with MemoryNetwork() as network:
            network.http("api.example")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            with pytest.raises(ValueError, match="has another context for TLS"):
                network.http("api.example", 80, tls=context)

    asyncio.run(main())


def test_peer_of_a_network_that_is_not_installed_is_refused() -> None:
    with pytest.raises(RuntimeError, match="install it on a loop first"):
        MemoryNetwork().http("api.example")


def test_without_h11_the_error_names_the_extra() -> None:
    program = """
import asyncio, sys
sys.modules["h11"] = None
from asyncio_testselector import MemoryNetwork

async def main():
    async with MemoryNetwork() as network:
        network.http("api.example")

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=600
    )

    last = done.stderr.strip().splitlines()[-1]
    assert last == "ImportError: HTTP peers need h11: pip install asyncio-testselector[http]"


def test_package_is_imported_without_h11() -> None:
    program = "import sys, asyncio_testselector; assert 'h11' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=600)
