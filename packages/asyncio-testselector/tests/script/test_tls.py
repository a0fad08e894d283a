"""Scripts over TLS, from the beginning and after a while, as server and as client."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from asyncio_testselector import (
    MemoryNetwork,
    ScriptError,
    SocketScript,
    TestProactorEventLoop,
    TestSelector,
)

CERTIFICATE = Path(__file__).parents[1] / "support" / "certificate.pem"

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "selector": lambda: asyncio.SelectorEventLoop(TestSelector()),
    "proactor": TestProactorEventLoop,
}


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def client_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Any:
    def runner(main: Coroutine[Any, Any, Any]) -> Any:
        loop = LOOPS[request.param]()
        loop.set_exception_handler(lambda loop, context: None)
        try:
            return loop.run_until_complete(asyncio.wait_for(main, 20))
        finally:
            loop.close()

    return runner


async def close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def test_tls_from_the_beginning(run: Any) -> None:
    script = SocketScript("https").start_tls(server_context())
    script.expect_line("PING").reply_line("PONG").expect_eof()

    async def main() -> None:
        reader, writer = await script.open_connection(
            ssl=client_context(), server_hostname="db.example"
        )
        writer.write(b"PING\r\n")
        assert await reader.readline() == b"PONG\r\n"
        await close(writer)

    run(main())
    script.check()


def test_script_that_ends_under_tls_ends_the_stream_cleanly(run: Any) -> None:
    script = SocketScript("https").start_tls(server_context()).reply(b"x" * 100_000)

    async def main() -> None:
        reader, writer = await script.open_connection(ssl=client_context(), server_hostname="")
        assert await reader.read() == b"x" * 100_000
        await close(writer)

    run(main())
    script.check()


def test_large_requests_arrive_whole(run: Any) -> None:
    script = SocketScript("https").start_tls(server_context()).expect(b"x" * 300_000).reply(b"ok")

    async def main() -> None:
        reader, writer = await script.open_connection(ssl=client_context(), server_hostname="")
        writer.write(b"x" * 300_000)
        assert await reader.read() == b"ok"
        await close(writer)

    run(main())
    script.check()


def test_starttls_in_the_middle_over_a_network_with_latency(run: Any) -> None:
    script = SocketScript("smtp").reply_line("220 ready").expect_line("STARTTLS")
    script.reply_line("220 go ahead").start_tls(server_context()).expect_line("QUIT").expect_eof()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with MemoryNetwork(latency=0.001) as network:
            with network.play("mail.example", 25, script):
                reader, writer = await asyncio.open_connection("mail.example", 25)
                assert await reader.readline() == b"220 ready\r\n"
                writer.write(b"STARTTLS\r\n")
                assert await reader.readline() == b"220 go ahead\r\n"
                protocol: Any = writer.transport.get_protocol()
                transport: Any = await loop.start_tls(writer.transport, protocol, client_context())
                transport.write(b"QUIT\r\n")
                transport.close()
                await asyncio.sleep(0.01)

    run(main())
    script.check()


def test_mismatch_under_tls_reaches_the_client_that_waits(run: Any) -> None:
    script = SocketScript("db").start_tls(server_context()).expect_line("PING").reply_line("PONG")

    async def main() -> None:
        reader, writer = await script.open_connection(ssl=client_context(), server_hostname="")
        writer.write(b"QUIT\r\n")
        try:
            with pytest.raises(ScriptError, match="expected: the line b'PING'"):
                await reader.read()
        finally:
            await close(writer)

    run(main())


def test_client_that_speaks_no_tls_fails_the_script() -> None:
    script = SocketScript("db").start_tls(server_context()).reply(b"x")
    with script.socket() as sock:
        sock.send(b"GET / HTTP/1.1\r\n\r\n")

    with pytest.raises(
        ScriptError, match=r"step 1 of 2, start_tls\(\), .*: TLS with the client fail"
    ):
        script.check()


def test_client_that_never_shakes_hands_is_told() -> None:
    script = SocketScript("db").start_tls(server_context()).reply(b"x")
    with script.socket():
        pass

    with pytest.raises(ScriptError, match=r"it stopped at step 1 of 2, start_tls\(\)"):
        script.check()


def test_script_can_be_the_client_of_a_server(run: Any) -> None:
    script = SocketScript("client").start_tls(client_context(), server_hostname="db.example")
    script.reply_line("hello").expect_line("HELLO").expect_eof()

    async def main() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write((await reader.readline()).upper())
            await close(writer)
            done.set()

        done = asyncio.Event()
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: asyncio.StreamReaderProtocol(reader, serve),
            script.socket(),
            ssl=server_context(),
        )
        await done.wait()

    run(main())
    script.check()


# -- bad input -------------------------------------------------------------------------------


def test_start_tls_without_a_context_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^start_tls\(\) takes an ssl.SSLContext, not True"):
        SocketScript().start_tls(True)  # type: ignore[arg-type]


def test_second_start_tls_is_refused() -> None:
    script = SocketScript("db").start_tls(server_context())
    with pytest.raises(ValueError, match=r"^cannot add start_tls\(\) to .*: it has TLS already"):
        script.start_tls(server_context())


def test_client_without_a_name_to_check_is_refused() -> None:
    with pytest.raises(ValueError, match=r"checks the server's name: give server_hostname="):
        SocketScript().start_tls(ssl.create_default_context())
