"""The check unclosed_transports."""

import asyncio
import os
import re
import socket
import ssl
import sys
from asyncio.sslproto import SSLProtocol

import pytest
from asyncloop_testcase import check_loop
from checking import plain


def findings_of(body, **checks: object) -> str:
    """Return what is reported of a coroutine function, whose results are closed afterwards."""
    return asyncio.run(_findings_of(body, checks or {"unclosed_transports": True}))


async def _findings_of(body, checks) -> str:
    opened = []
    report = ""
    try:
        async with check_loop(level="lenient", **checks):
            await body(opened)
    except AssertionError as error:
        report = str(error)
    for each in opened:
        transport = getattr(each, "transport", each)
        getattr(transport, "abort", each.close)()
    await asyncio.sleep(0.01)
    if not report:
        return ""
    head, verdict, _ = plain(report).split("\n\n")
    assert head == "a check failed: unclosed_transports"
    return verdict


@pytest.fixture
def pair() -> object:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_stream_that_is_left_open(pair: tuple[socket.socket, socket.socket]) -> None:
    async def body(opened) -> None:
        _, writer = await asyncio.open_connection(sock=pair[0])
        opened.append(writer)

    # Where the system's pairs are connections over loopback, their ends have addresses.
    assert (
        re.sub(r"_(Selector|Proactor)(\w+)( from \(.*?\) to \(.*?\))?", r"\2", findings_of(body))
        == """\
unclosed_transports: transports or servers were not closed
  SocketTransport of StreamReaderProtocol
    created at File "test_transports.py", in body
      _, writer = await asyncio.open_connection(sock=pair[0])"""
    )


def test_server_that_is_left_open_and_both_ends_of_a_connection() -> None:
    class Accepted(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted.append(transport)

    async def body(opened) -> None:
        loop = asyncio.get_running_loop()
        closed = await loop.create_server(Accepted, "127.0.0.1", 0)
        port = closed.sockets[0].getsockname()[1]
        transport, _ = await loop.create_connection(asyncio.Protocol, "127.0.0.1", port)
        await asyncio.sleep(0.01)
        closed.close()
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        ports.extend([port, server.sockets[0].getsockname()[1]])
        opened += [transport, server, *accepted]

    accepted, ports = [], []
    text = findings_of(body)
    assert f"Server that listens at ('127.0.0.1', {ports[1]})\n" in text
    assert f"Server that listens at ('127.0.0.1', {ports[0]})" not in text
    assert f"to ('127.0.0.1', {ports[0]}) of Protocol" in text
    assert " of test_server_that_is_left" in text
    assert "transport, _ = await loop.create_connection(" in text
    assert "server = await asyncio.start_server(" in text


def test_datagram_endpoint() -> None:
    async def body(opened) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        opened.append(transport)

    text = findings_of(body)
    assert re.search(r"_(Selector|Proactor)DatagramTransport from \('127.0.0.1', ", text)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="files of os.pipe() are not overlapped here")
def test_pipe() -> None:
    async def body(opened) -> None:
        loop = asyncio.get_running_loop()
        reading, writing = os.pipe()
        transport, _ = await loop.connect_read_pipe(asyncio.Protocol, os.fdopen(reading, "rb"))
        opened += [transport, os.fdopen(writing, "wb")]

    assert "_UnixReadPipeTransport on <_io.BufferedReader name=" in findings_of(body)


def test_those_that_are_closing_or_closed_are_no_leak(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    async def body(opened) -> None:
        _, writer = await asyncio.open_connection(sock=pair[0])
        opened.append(writer)
        writer.write(b"x" * 10_000_000)  # more than goes out at once: stays closing
        writer.close()
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        opened.append(server)
        server.close()

    assert findings_of(body) == ""


def test_transport_of_a_class_of_the_users_own_is_no_leak() -> None:
    class Fake(asyncio.Transport):
        def abort(self) -> None:
            """Do nothing."""

        close = abort

    async def body(opened) -> None:
        opened.append(Fake())

    assert findings_of(body) == ""


def test_transports_that_were_open_before_are_not_blamed_on_the_test(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    async def main() -> None:
        _, writer = await asyncio.open_connection(sock=pair[0])
        async with check_loop(unclosed_transports=True):
            writer.write(b"hello")
        writer.close()
        await writer.wait_closed()

    asyncio.run(main())


def test_pipes_of_a_process_belong_to_the_process() -> None:
    async def body(opened) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-S", "-E", "-c", "import sys; sys.stdin.read()"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        processes.append(process)

    async def main() -> str:
        text = await _findings_of(body, {"unclosed_transports": True})
        processes[0].stdin.close()
        await processes[0].wait()
        return text

    processes = []
    assert asyncio.run(main()) == ""


def test_classes_are_as_before() -> None:
    init, server = asyncio.BaseTransport.__init__, asyncio.base_events.Server.__init__

    async def body(opened) -> None:
        assert asyncio.BaseTransport.__init__ is not init

    assert findings_of(body) == ""
    assert asyncio.BaseTransport.__init__ is init
    assert asyncio.base_events.Server.__init__ is server


def test_tls_transport_counts_once(pair: tuple[socket.socket, socket.socket]) -> None:
    async def body(opened) -> None:
        loop = asyncio.get_running_loop()
        context = ssl.create_default_context()
        protocol = SSLProtocol(loop, asyncio.Protocol(), context, None, server_hostname="x")
        below, _ = await loop.create_connection(lambda: protocol, sock=pair[0])
        tls.append(protocol._app_transport)
        opened.append(below)

    tls = []
    text = findings_of(body)
    tls[0]._closed = True
    assert text.count("Transport") == 1
    assert re.search(r"_SSLProtocolTransport (from .* to .* )?of Protocol", text)
    assert "below, _ = await loop.create_connection(lambda: protocol, sock=pair[0])" in text
