# coding: utf-8
import asyncio
import socket
import struct
import types

import asynctest
from asynctest import mock

from . import message, resolver


class Test_Message(asynctest.TestCase):
    def test_answer_is_unpacked(self):
        question = message.pack_question(7, 'example.org')
        packed = message.pack_answer(question, ['192.0.2.1', '192.0.2.2'], ttl=30)

        answer = message.unpack_answer(packed)

        self.assertEqual(answer, (7, 'NOERROR', False, ['192.0.2.1', '192.0.2.2'], 30))

    def test_garbage_is_refused(self):
        for data in b'', b'garbage', b'\0' * 4 + b'\0\1' * 4 + b'\x3f':
            with self.subTest(data=data):
                with self.assertRaisesRegex(message.MalformedMessage, 'not a DNS message'):
                    message.unpack_answer(data)


@asynctest.fail_on(active_selector_callbacks=True, active_handles=True)
class ResolverTestCase(asynctest.TestCase):
    """Gives the resolver a mocked socket for each server."""

    def setUp(self):
        self.sockets = {}
        self.resolver = resolver.Resolver(['192.0.2.53', '192.0.2.54'], self.loop)
        for name in 'udp_socket', 'tcp_socket':
            patcher = mock.patch.object(resolver, name, side_effect=self.sockets.get)
            setattr(self, name, patcher.start())
            self.addCleanup(patcher.stop)

    def udp(self, server, *answers):
        """The server answers each question in turn; None is silence."""
        sock = asynctest.SocketMock()
        sock.type = socket.SOCK_DGRAM
        waiting = []

        def send(question):
            sock.question = question
            for answer in answers:
                if answer is not None:
                    waiting.append(answer(question) if callable(answer) else answer)
            if waiting:
                asynctest.set_read_ready(sock, self.loop)
            return len(question)

        def recv(size):
            if not waiting:
                raise BlockingIOError
            if len(waiting) > 1:
                asynctest.set_read_ready(sock, self.loop)
            data = waiting.pop(0)
            if isinstance(data, Exception):
                raise data
            return data[:size]

        sock.send.side_effect = send
        sock.recv.side_effect = recv
        self.sockets[server] = sock
        return sock


class Test_Resolver(ResolverTestCase):
    @types.coroutine
    def test_addresses_of_a_name(self):
        sock = self.udp('192.0.2.53', lambda q: message.pack_answer(q, ['192.0.2.1']))

        addresses = yield from self.resolver.resolve('Example.ORG.')

        self.assertEqual(['192.0.2.1'], addresses)
        self.udp_socket.assert_called_once_with('192.0.2.53')
        sock.send.assert_called_once_with(message.pack_question(1, 'example.org'))
        sock.close.assert_called_once_with()

    async def test_answer_is_kept_for_its_time(self):
        sock = self.udp('192.0.2.53', lambda q: message.pack_answer(q, ['192.0.2.1'], ttl=60))

        for _ in range(3):
            await self.resolver.resolve('example.org')

        self.assertEqual(1, sock.send.call_count)
        expires, _ = self.resolver.cache['example.org']
        self.assertAlmostEqual(self.loop.time() + 60, expires, delta=5)

    async def test_expired_answer_is_asked_for_again(self):
        sockets = [self.udp('192.0.2.53', lambda q: message.pack_answer(q, ['192.0.2.1'], ttl=0))
                   for _ in range(2)]
        self.udp_socket.side_effect = sockets

        await self.resolver.resolve('example.org')
        await self.resolver.resolve('example.org')

        for sock in sockets:
            sock.send.assert_called_once_with(sock.question)

    async def test_datagrams_of_others_are_passed_over(self):
        other = message.pack_answer(message.pack_question(99, 'example.org'), ['192.0.2.9'])
        sock = self.udp('192.0.2.53', b'garbage', other,
                        lambda q: message.pack_answer(q, ['192.0.2.1']))

        self.assertEqual(['192.0.2.1'], (await self.resolver.resolve('example.org')))
        self.assertEqual(3, sock.recv.call_count)

    async def test_name_that_does_not_exist(self):
        self.udp('192.0.2.53', lambda q: message.pack_answer(q, [], rcode=3))

        await self.assertAsyncRaisesRegex(
            resolver.ResolutionError, 'example.org: NXDOMAIN',
            self.resolver.resolve('example.org'))

    async def test_next_server_is_asked_when_one_refuses(self):
        refusing = self.udp('192.0.2.53', ConnectionRefusedError())
        self.udp('192.0.2.54', lambda q: message.pack_answer(q, ['192.0.2.1']))

        self.assertEqual(['192.0.2.1'], (await self.resolver.resolve('example.org')))
        refusing.close.assert_called_once_with()

    async def test_next_server_is_asked_when_one_is_silent(self):
        self.resolver.timeout = .01
        silent = self.udp('192.0.2.53', None)
        self.udp('192.0.2.54', lambda q: message.pack_answer(q, ['192.0.2.1']))

        self.assertEqual(['192.0.2.1'], (await self.resolver.resolve('example.org')))
        silent.close.assert_called_once_with()

    async def test_no_server_answers(self):
        self.udp('192.0.2.53', OSError())
        self.udp('192.0.2.54', OSError())

        with self.assertRaisesRegex(resolver.ResolutionError, 'no server answered'):
            await self.resolver.resolve('example.org')

    async def test_names_are_resolved_side_by_side(self):
        sockets = [self.udp('192.0.2.53', lambda q: message.pack_answer(q, ['192.0.2.1'])),
                   self.udp('192.0.2.53', lambda q: message.pack_answer(q, ['192.0.2.1']))]
        self.udp_socket.side_effect = sockets

        results = await asyncio.gather(
            self.resolver.resolve('example.org'), self.resolver.resolve('example.net'))

        self.assertEqual([['192.0.2.1'], ['192.0.2.1']], results)

    async def test_truncated_answer_is_asked_for_over_tcp(self):
        self.udp('192.0.2.53', lambda q: message.pack_answer(q, [], truncated=True))
        tcp = asynctest.SocketMock()
        tcp.type = socket.SOCK_STREAM
        self.tcp_socket.side_effect = {'192.0.2.53': tcp}.get
        received = bytearray()

        def send(data):
            question = bytes(data)[2:]
            answer = message.pack_answer(question, ['192.0.2.{}'.format(n) for n in range(40)])
            received.extend(struct.pack('!H', len(answer)) + answer)
            asynctest.set_read_ready(tcp, self.loop)
            return len(data)

        def recv(size):
            # the answer comes in pieces
            data = bytes(received[:min(size, 100)])
            del received[:len(data)]
            if received:
                asynctest.set_read_ready(tcp, self.loop)
            return data

        tcp.send.side_effect = send
        tcp.recv.side_effect = recv

        addresses = await self.resolver.resolve('example.org')
        await asynctest.exhaust_callbacks(self.loop)

        self.assertEqual(40, len(addresses))
        tcp.close.assert_called_once_with()


class Test_SocketMock(asynctest.TestCase):
    async def test_reader_is_called_in_the_next_iteration(self):
        sock = asynctest.SocketMock()
        sock.recv.side_effect = asynctest.return_once(b'data', then=BlockingIOError)
        read = []
        self.loop.add_reader(sock, lambda: read.append(sock.recv(512)))

        asynctest.set_read_ready(sock, self.loop)
        self.assertEqual([], read)
        await asynctest.exhaust_callbacks(self.loop)

        self.assertEqual([b'data'], read)
        self.assertRaises(BlockingIOError, sock.recv, 512)
        self.assertTrue(asynctest.isfilemock(sock))
        self.loop.remove_reader(sock)


if __name__ == '__main__':
    asynctest.main()
