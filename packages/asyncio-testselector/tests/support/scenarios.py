"""
What asyncio does with sockets and pipes, written once for mocks and for the kernel.

Each scenario is a coroutine function that gets a world (see ``worlds.py``) and asserts. That the
same assertions hold for a mock and for a real socket is the point.
"""

from __future__ import annotations

import asyncio
import errno
import socket

SCENARIOS = []


def scenario(function):
    SCENARIOS.append(function)
    return function


class Recorder(asyncio.Protocol):
    """Writes down what happens to a connection; bytes are joined, as no kernel keeps their cuts."""

    def __init__(self, keep_open=False):
        self.keep_open = keep_open
        self.events = []
        self.lost = asyncio.Event()
        self.changed = asyncio.Event()

    def record(self, event):
        if isinstance(event, bytes) and self.events and isinstance(self.events[-1], bytes):
            event = self.events.pop() + event
        self.events.append(event)
        self.changed.set()

    def connection_made(self, transport):
        self.transport = transport
        self.record("made")

    def data_received(self, data):
        self.record(bytes(data))

    def eof_received(self):
        self.record("eof")
        return self.keep_open

    def pause_writing(self):
        self.record("pause")

    def resume_writing(self):
        self.record("resume")

    def connection_lost(self, exc):
        self.record(type(exc))
        self.lost.set()

    async def until(self, event):
        while event not in self.events:
            self.changed.clear()
            await self.changed.wait()


class DatagramRecorder(Recorder, asyncio.DatagramProtocol):
    def datagram_received(self, data, addr):
        self.events.append((data, addr))
        self.changed.set()


class BufferedRecorder(asyncio.BufferedProtocol):
    def __init__(self):
        self.buffer = bytearray(4)
        self.received = b""
        self.eof = asyncio.Event()

    def get_buffer(self, sizehint):
        return self.buffer

    def buffer_updated(self, nbytes):
        self.received += self.buffer[:nbytes]

    def eof_received(self):
        self.eof.set()


async def connected(world, protocol=None):
    sock, peer = world.pair()
    protocol = protocol or Recorder()
    await world.loop.create_connection(lambda: protocol, sock=sock)
    return protocol, peer


@scenario
async def stream_is_read_until_eof(world):
    sock, peer = world.pair()
    reader, writer = await asyncio.open_connection(sock=sock)
    peer.send(b"some ")
    peer.send(b"data")
    peer.close()

    assert await reader.read() == b"some data"
    assert reader.at_eof()
    writer.close()
    await writer.wait_closed()


@scenario
async def stream_is_written(world):
    sock, peer = world.pair()
    _, writer = await asyncio.open_connection(sock=sock)
    writer.write(b"one ")
    writer.writelines([b"two ", bytearray(b"three "), memoryview(b"four")])
    while writer.transport.get_write_buffer_size():  # without sendmsg() each of them goes alone
        peer.unblock()
        await asyncio.sleep(0)
    await writer.drain()

    assert await peer.read(18) == b"one two three four"
    writer.close()
    await writer.wait_closed()
    assert await peer.at_eof()


@scenario
async def request_is_answered(world):
    sock, peer = world.pair()
    reader, writer = await asyncio.open_connection(sock=sock)
    for number in range(3):
        writer.write(b"request %d\n" % number)
        assert await peer.read(10) == b"request %d\n" % number
        peer.send(b"answer %d\n" % number)
        assert await reader.readline() == b"answer %d\n" % number
    writer.close()
    await writer.wait_closed()


@scenario
async def server_serves_two_clients(world):
    async def echo(reader, writer):
        writer.write(b"ready\n")
        writer.write(await reader.readline())
        writer.close()
        await writer.wait_closed()

    sock, clients = world.listener()
    server = await asyncio.start_server(echo, sock=sock)
    first, second = clients.connect(), clients.connect()
    assert await first.read(6) == await second.read(6) == b"ready\n"
    second.send(b"second\n")
    assert await second.read(7) == b"second\n"
    first.send(b"first\n")
    assert await first.read(6) == b"first\n"
    assert await first.at_eof()
    server.close()
    await server.wait_closed()


@scenario
async def server_closes(world):
    sock, _ = world.listener()
    server = await asyncio.start_server(lambda *_: None, sock=sock)
    assert server.is_serving()
    server.close()
    await asyncio.sleep(0)
    assert not server.is_serving()
    assert sock.fileno() == -1


@scenario
async def datagrams_are_exchanged(world):
    sock, peer = world.datagrams()
    protocol = DatagramRecorder()
    transport, _ = await world.loop.create_datagram_endpoint(lambda: protocol, sock=sock)
    peer.send(b"in")
    await protocol.until((b"in", peer.address))
    transport.sendto(b"out", peer.address)
    assert await peer.read(3) == b"out"
    await asyncio.sleep(0)  # CPython's proactor loses a close() before the end of a sendto()
    await asyncio.sleep(0)
    transport.close()
    await protocol.lost.wait()
    assert protocol.events == ["made", (b"in", peer.address), type(None)]


@scenario
async def sock_recv_waits(world):
    sock, peer = world.pair()
    task = asyncio.ensure_future(world.loop.sock_recv(sock, 3))
    await asyncio.sleep(0)
    assert not task.done()
    peer.send(b"abc")
    assert await task == b"abc"
    sock.close()


@scenario
async def sock_recv_into_fills_a_buffer(world):
    sock, peer = world.pair()
    buffer = bytearray(5)
    task = asyncio.ensure_future(world.loop.sock_recv_into(sock, buffer))
    await asyncio.sleep(0)
    peer.send(b"abc")
    assert await task == 3
    assert buffer == b"abc\0\0"
    sock.close()


@scenario
async def sock_sendall_sends_all(world):
    sock, peer = world.pair()
    data = bytes(range(256)) * 40_000
    peer.block(100_000)
    task = asyncio.ensure_future(world.loop.sock_sendall(sock, data))
    await asyncio.sleep(0)
    assert not task.done()
    peer.unblock()
    assert await peer.read(len(data)) == data
    assert await task in (None, len(data))  # asyncio's proactors tell how much
    sock.close()


@scenario
async def sock_connect_waits_for_the_connection(world):
    sock, address = world.connectable()
    assert await world.loop.sock_connect(sock, address) is None
    sock.close()


@scenario
async def sock_connect_is_refused(world):
    sock, address = world.connectable(refused=True)
    try:
        await world.loop.sock_connect(sock, address)
    except ConnectionRefusedError as exc:
        assert exc.errno == errno.ECONNREFUSED
    else:
        raise AssertionError("connected")
    finally:
        sock.close()


@scenario
async def sock_accept_waits_for_a_client(world):
    sock, clients = world.listener()
    task = asyncio.ensure_future(world.loop.sock_accept(sock))
    await asyncio.sleep(0)
    peer = clients.connect()
    connection, address = await task
    assert address[0] == "127.0.0.1"
    peer.send(b"hello")
    assert await world.loop.sock_recv(connection, 5) == b"hello"
    connection.close()
    sock.close()


@scenario
async def sock_recvfrom_and_sendto_exchange_datagrams(world):
    if not hasattr(world.loop, "sock_recvfrom"):  # new in 3.11
        return
    sock, peer = world.datagrams()
    task = asyncio.ensure_future(world.loop.sock_recvfrom(sock, 100))
    await asyncio.sleep(0)
    peer.send(b"in")
    assert await task == (b"in", peer.address)
    assert await world.loop.sock_sendto(sock, b"out", peer.address) == 3
    assert await peer.read(3) == b"out"
    sock.close()


@scenario
async def unix_connection_is_a_stream(world):
    sock, peer = world.pair(world.UNIX)
    reader, writer = await asyncio.open_unix_connection(sock=sock)
    peer.send(b"line\n")
    assert await reader.readline() == b"line\n"
    writer.write(b"answer")
    assert await peer.read(6) == b"answer"
    writer.close()
    await writer.wait_closed()


@scenario
async def unix_server_serves(world):
    async def greet(reader, writer):
        writer.write(b"hello")
        writer.close()
        await writer.wait_closed()

    sock, clients = world.listener(world.UNIX)
    server = await asyncio.start_unix_server(greet, sock=sock)
    peer = clients.connect()
    assert await peer.read(5) == b"hello"
    server.close()
    await server.wait_closed()


@scenario
async def read_pipe_is_read_until_eof(world):
    pipe, peer = world.read_pipe()
    protocol = Recorder()
    await world.loop.connect_read_pipe(lambda: protocol, pipe)
    peer.send(b"some ")
    peer.send(b"data")
    peer.close()
    await protocol.lost.wait()
    assert protocol.events == ["made", b"some data", "eof", type(None)]


@scenario
async def write_pipe_waits_for_its_reader(world):
    pipe, peer = world.write_pipe()
    protocol = Recorder()
    transport, _ = await world.loop.connect_write_pipe(lambda: protocol, pipe)
    peer.block(1000)
    data = bytes(range(256)) * 4000
    transport.write(data)
    assert transport.get_write_buffer_size() > 0
    peer.unblock()
    assert await peer.read(len(data)) == data
    await protocol.until("resume")
    transport.close()
    await protocol.lost.wait()
    assert protocol.events == ["made", "pause", "resume", type(None)]


@scenario
async def buffered_protocol_reads_into_its_buffer(world):
    protocol, peer = await connected(world, BufferedRecorder())
    for data in (b"ab", b"cdef", b"g"):
        peer.send(data)
        while not protocol.received.endswith(data):
            await asyncio.sleep(0)
    peer.close()
    await protocol.eof.wait()
    assert protocol.received == b"abcdefg"
    await asyncio.sleep(0)


@scenario
async def writer_is_paused_and_resumed(world):
    protocol, peer = await connected(world)
    data = bytes(range(256)) * 60_000
    peer.block(100_000)
    protocol.transport.write(data)
    assert protocol.events == ["made", "pause"]
    peer.unblock()
    assert await peer.read(len(data)) == data
    await protocol.until("resume")
    protocol.transport.close()
    await protocol.lost.wait()
    assert protocol.events == ["made", "pause", "resume", type(None)]


@scenario
async def buffer_is_flushed_before_closing(world):
    protocol, peer = await connected(world)
    data = bytes(range(256)) * 60_000
    peer.block(100_000)
    protocol.transport.write(data)
    protocol.transport.close()
    peer.unblock()
    assert await peer.read(len(data)) == data
    await protocol.lost.wait()
    assert protocol.events == ["made", "pause", "resume", type(None)]


@scenario
async def reading_is_paused_and_resumed(world):
    protocol, peer = await connected(world)
    protocol.transport.pause_reading()
    assert not protocol.transport.is_reading()
    protocol.transport.resume_reading()
    await asyncio.sleep(0)
    peer.send(b"data")
    await protocol.until(b"data")
    protocol.transport.close()
    await protocol.lost.wait()


@scenario
async def reset_closes_the_connection(world):
    protocol, peer = await connected(world)
    peer.reset()
    await protocol.lost.wait()
    assert protocol.events == ["made", ConnectionResetError]


@scenario
async def reset_fails_the_reader(world):
    sock, peer = world.pair()
    reader, writer = await asyncio.open_connection(sock=sock)
    peer.reset()
    try:
        await reader.read()
    except ConnectionResetError:
        pass
    else:
        raise AssertionError("no error")
    writer.close()
    try:
        await writer.wait_closed()
    except ConnectionResetError:
        pass


@scenario
async def eof_closes_the_connection(world):
    protocol, peer = await connected(world)
    peer.close()
    await protocol.lost.wait()
    assert protocol.events == ["made", "eof", type(None)]


@scenario
async def half_closed_connection_is_still_written(world):
    protocol, peer = await connected(world, Recorder(keep_open=True))
    peer.close()
    await protocol.until("eof")
    protocol.transport.write(b"still here")
    assert await peer.read(10) == b"still here"
    protocol.transport.close()
    await protocol.lost.wait()
    assert protocol.events == ["made", "eof", type(None)]


@scenario
async def write_eof_shuts_down(world):
    protocol, peer = await connected(world)
    protocol.transport.write(b"bye")
    assert protocol.transport.can_write_eof()
    protocol.transport.write_eof()
    assert await peer.read(3) == b"bye"
    assert await peer.at_eof()
    peer.send(b"still here")
    await protocol.until(b"still here")
    protocol.transport.close()
    await protocol.lost.wait()


@scenario
async def abort_drops_the_buffer(world):
    protocol, peer = await connected(world)
    peer.block(100_000)
    protocol.transport.write(bytes(15_000_000))
    protocol.transport.abort()
    await protocol.lost.wait()
    assert protocol.events == ["made", "pause", type(None)]
    assert protocol.transport.get_write_buffer_size() == 0


@scenario
async def second_transport_follows_the_first(world):
    sock, peer = world.pair()
    for number in range(2):
        if number:
            sock, peer = world.again(sock, peer)
        reader, writer = await asyncio.open_connection(sock=sock)
        peer.send(b"line\n")
        assert await reader.readline() == b"line\n"
        writer.close()
        await writer.wait_closed()
        assert sock.fileno() == -1


@scenario
async def socket_in_use_is_refused(world):
    protocol, peer = await connected(world)
    sock = protocol.transport.get_extra_info("socket")
    try:
        world.loop.add_reader(sock, print)
    except NotImplementedError:  # a proactor; a kind of RuntimeError
        pass
    except RuntimeError as exc:
        assert "is used by transport" in str(exc)
    else:
        raise AssertionError("not refused")
    protocol.transport.close()
    await protocol.lost.wait()


@scenario
async def transport_knows_its_socket(world):
    protocol, _ = await connected(world)
    transport = protocol.transport
    assert transport.get_extra_info("socket").type == socket.SOCK_STREAM
    assert transport.get_extra_info("sockname")[0] == "127.0.0.1"
    assert transport.get_extra_info("peername")[0] == "127.0.0.1"
    assert "fd=" in repr(transport)
    transport.close()
    await protocol.lost.wait()
