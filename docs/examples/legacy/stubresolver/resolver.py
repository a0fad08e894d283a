# coding: utf-8
"""The client: questions over UDP, again over TCP when the answer was cut off."""
import asyncio
import itertools
import socket
import struct
import types

from .message import MalformedMessage, pack_question, unpack_answer


class ResolutionError(Exception):
    pass


def udp_socket(server):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.connect((server, 53))
    return sock


def tcp_socket(server):
    sock = socket.create_connection((server, 53))
    sock.setblocking(False)
    return sock


class Resolver:
    """Asks one server at a time, the next one when it does not answer in time."""

    def __init__(self, servers, loop, timeout=5):
        self.servers = list(servers)
        self.timeout = timeout
        self.cache = {}
        self._loop = loop
        self._ids = itertools.count(1)

    @types.coroutine
    def resolve(self, name):
        """Return the addresses of a name."""
        name = name.lower().rstrip('.')
        try:
            expires, addresses = self.cache[name]
            if expires > self._loop.time():
                return addresses
            del self.cache[name]
        except KeyError:
            pass
        last_error = None
        for server in self.servers:
            try:
                answer = yield from self._ask(server, name)
            except (asyncio.TimeoutError, OSError) as error:
                last_error = error
                continue
            if answer.rcode != 'NOERROR':
                raise ResolutionError('{}: {}'.format(name, answer.rcode))
            self.cache[name] = self._loop.time() + answer.ttl, answer.addresses
            return answer.addresses
        raise ResolutionError('{}: no server answered'.format(name)) from last_error

    @types.coroutine
    def _ask(self, server, name):
        question = pack_question(next(self._ids), name)
        answer = yield from asyncio.wait_for(self._ask_udp(server, question), self.timeout)
        if answer.truncated:
            answer = yield from asyncio.wait_for(self._ask_tcp(server, question), self.timeout)
        return answer

    async def _ask_udp(self, server, question):
        sock = udp_socket(server)
        answered = self._loop.create_future()
        self._loop.add_reader(sock, self._read_udp, sock, question, answered)
        try:
            sock.send(question)
            return await answered
        finally:
            self._loop.remove_reader(sock)
            sock.close()

    def _read_udp(self, sock, question, answered):
        try:
            answer = unpack_answer(sock.recv(512))
        except (BlockingIOError, MalformedMessage):
            return  # somebody else's datagram: wait for ours
        except OSError as error:
            answered.set_exception(error)
            return
        if answer.id == struct.unpack_from('!H', question)[0] and not answered.done():
            answered.set_result(answer)

    async def _ask_tcp(self, server, question):
        reader, writer = await asyncio.open_connection(sock=tcp_socket(server))
        try:
            writer.write(struct.pack('!H', len(question)) + question)
            length, = struct.unpack('!H', await reader.readexactly(2))
            return unpack_answer(await reader.readexactly(length))
        finally:
            writer.close()
