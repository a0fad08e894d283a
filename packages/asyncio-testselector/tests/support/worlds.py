"""
The same scenario with a mock and with the kernel.

A world hands out sockets (and pipes) for the code under test, each with a peer that plays the
other side. In `MockWorld` the socket is a `SocketMock` that the peer configures; in `KernelWorld`
it is a real one, on a loop that knows nothing of mocks.
"""

from __future__ import annotations

import asyncio
import collections
import errno
import os
import socket
import struct

from asyncio_testselector import (
    FileMock,
    SocketMock,
    memory_socketpair,
    set_read_ready,
    set_write_ready,
)


class MockPeer:
    """Plays the other side by configuring the mock."""

    def __init__(self, mock, loop, read, write):
        self.mock = mock
        self.loop = loop
        self.incoming = collections.deque()
        self.taken = bytearray()
        self.room = None
        self.news = asyncio.Event()
        read.side_effect = self._items()
        write.side_effect = self._take

    def _items(self):
        while True:
            yield self.incoming.popleft() if self.incoming else BlockingIOError()

    def _take(self, data, *args):
        size = len(data) if self.room is None else min(self.room, len(data))
        if not size:
            raise BlockingIOError
        if self.room is not None:
            self.room -= size
        self.taken += data[:size]
        self.news.set()
        return size

    def _arrive(self, item):
        self.incoming.append(item)
        set_read_ready(self.mock, self.loop)

    def send(self, data):
        self._arrive(data)

    def close(self):
        self._arrive(b"")

    def reset(self):
        self._arrive(ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"))

    def block(self, room=0):
        """Take no more than *room* bytes from now on."""
        self.room = room

    def unblock(self):
        self.room = None
        set_write_ready(self.mock, self.loop)

    async def read(self, size):
        while len(self.taken) < size:
            self.news.clear()
            await self.news.wait()
        data = bytes(self.taken[:size])
        del self.taken[:size]
        return data

    async def at_eof(self):
        while not (self.mock.shutdown.called or self.mock.close.called):
            await asyncio.sleep(0)
        return True


class MockDatagramPeer(MockPeer):
    address = ("127.0.0.1", 9)

    def send(self, data):
        self._arrive((data, self.address))


class MockListener:
    def __init__(self, mock, world):
        self.mock = mock
        self.world = world
        self.incoming = collections.deque()
        mock.accept.side_effect = self._items()

    def _items(self):
        while True:
            yield self.incoming.popleft() if self.incoming else BlockingIOError()

    def connect(self):
        sock, peer = self.world.pair(family=self.mock.family)
        self.incoming.append((sock, ("127.0.0.1", 9)))
        set_read_ready(self.mock, self.world.loop)
        return peer


class MockWorld:
    UNIX = getattr(socket, "AF_UNIX", None)

    def __init__(self, loop):
        self.loop = loop

    def pair(self, family=socket.AF_INET):
        mock = SocketMock(family=family)
        return mock, MockPeer(mock, self.loop, mock.recv, mock.send)

    def again(self, sock, peer):
        """Return a pair after the first socket was closed: the same mock."""
        return sock, peer

    def datagrams(self):
        mock = SocketMock(type=socket.SOCK_DGRAM)
        return mock, MockDatagramPeer(mock, self.loop, mock.recvfrom, mock.sendto)

    def listener(self, family=socket.AF_INET):
        mock = SocketMock(family=family)
        return mock, MockListener(mock, self)

    def read_pipe(self):
        mock = FileMock()
        return mock, MockPeer(mock, self.loop, mock.read, mock.write)

    def write_pipe(self):
        return self.read_pipe()

    def connectable(self, refused=False):
        """Return a socket that is not connected, and the address to connect it to."""
        mock = SocketMock()
        mock.connect.side_effect = BlockingIOError(errno.EINPROGRESS, "Operation now in progress")
        mock.getsockopt.return_value = errno.ECONNREFUSED if refused else 0
        self.loop.call_later(0.001, set_write_ready, mock, self.loop)
        return mock, ("127.0.0.1", 9)

    def close(self):
        """Have nothing to close."""


class KernelPeer:
    """Is the other end."""

    def __init__(self, sock, loop):
        sock.setblocking(False)
        self.sock = sock
        self.loop = loop

    def send(self, data):
        self.sock.send(data)

    def close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def block(self, room=0):
        """Leave it to the kernel: its buffers are smaller than what the scenarios send."""

    unblock = block

    async def read(self, size):
        data = bytearray()
        while len(data) < size:
            data += await self.loop.sock_recv(self.sock, size - len(data))
        return bytes(data)

    async def at_eof(self):
        return await self.loop.sock_recv(self.sock, 1) == b""


class KernelDatagramPeer(KernelPeer):
    def __init__(self, sock, loop, target):
        super().__init__(sock, loop)
        self.target = target
        self.address = sock.getsockname()

    def send(self, data):
        self.sock.sendto(data, self.target)


class KernelPipePeer:
    def __init__(self, file, loop):
        os.set_blocking(file.fileno(), False)
        self.file = file

    def send(self, data):
        self.file.write(data)

    def close(self):
        self.file.close()

    def block(self, room=0):
        """Leave it to the kernel."""

    unblock = block

    async def read(self, size):
        data = b""
        while len(data) < size:
            data += self.file.read(size - len(data)) or b""
            await asyncio.sleep(0)
        return data


class KernelListener:
    def __init__(self, sock, world):
        self.sock = sock
        self.world = world

    def connect(self):
        client = self.world.kept(socket.socket(self.sock.family))
        client.connect(self.sock.getsockname())
        return KernelPeer(client, self.world.loop)


class KernelWorld:
    UNIX = getattr(socket, "AF_UNIX", None)

    def __init__(self, loop, folder):
        self.loop = loop
        self.folder = folder
        self.everything = []

    def kept(self, thing):
        self.everything.append(thing)
        return thing

    def pair(self, family=socket.AF_INET):
        if family == self.UNIX:
            sock, other = map(self.kept, socket.socketpair(family))
        else:
            listener, clients = self.listener()
            other = clients.connect().sock
            sock = self.kept(listener.accept()[0])
        sock.setblocking(False)
        return sock, KernelPeer(other, self.loop)

    def again(self, sock, peer):
        return self.pair()

    def datagrams(self):
        sock = self.kept(socket.socket(type=socket.SOCK_DGRAM))
        other = self.kept(socket.socket(type=socket.SOCK_DGRAM))
        sock.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        return sock, KernelDatagramPeer(other, self.loop, sock.getsockname())

    def listener(self, family=socket.AF_INET):
        sock = self.kept(socket.socket(family))
        sock.bind(self.folder + "/s" if family == self.UNIX else ("127.0.0.1", 0))
        sock.listen()
        sock.setblocking(False)
        return sock, KernelListener(sock, self)

    def read_pipe(self):
        here, there = os.pipe()
        return self.kept(open(here, "rb", 0)), KernelPipePeer(self.kept(open(there, "wb", 0)), None)

    def write_pipe(self):
        there, here = os.pipe()
        return self.kept(open(here, "wb", 0)), KernelPipePeer(self.kept(open(there, "rb", 0)), None)

    def connectable(self, refused=False):
        listener, _ = self.listener()
        address = listener.getsockname()
        if refused:
            listener.close()
        sock = self.kept(socket.socket())
        sock.setblocking(False)
        return sock, address

    def close(self):
        for thing in self.everything:
            thing.close()


class MemoryWorld(KernelWorld):
    """Has pairs in memory in the place of the kernel's; nothing else."""

    def pair(self, family=socket.AF_INET):
        sock, other = map(self.kept, memory_socketpair(family))
        return sock, KernelPeer(other, self.loop)
