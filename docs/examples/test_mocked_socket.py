"""A request and its response over a socket that only exists in the test."""

import asyncio

from asyncio_testselector import SocketMock, isfilemock, set_read_ready
from asyncloop_testcase import TestCase


class MockASocket(TestCase):
    async def test_read_and_write_from_socket(self):
        socket_mock = SocketMock()
        packets = [b"some data read", b"some other", b" ...and the last"]

        def recv(max_bytes):
            data, packets[0] = packets[0][:max_bytes], packets[0][max_bytes:]
            if not packets[0]:
                del packets[0]
            if packets:
                set_read_ready(socket_mock, self.loop)  # some more data to read
            return data

        def send(data):
            set_read_ready(socket_mock, self.loop)  # the response arrives
            return len(data)

        socket_mock.recv.side_effect = recv
        socket_mock.send.side_effect = send

        reader, writer = await asyncio.open_connection(sock=socket_mock)
        writer.write(b"a request?")

        self.assertEqual(b"some", await reader.read(4))
        self.assertEqual(b" data read", await reader.read(10))
        self.assertEqual(b"some other ...and the last", await reader.readexactly(26))
        socket_mock.send.assert_called_once_with(b"a request?")

        writer.close()
        await writer.wait_closed()
        socket_mock.close.assert_called_once_with()

    async def test_mocks_can_be_told_from_files(self):
        self.assertTrue(isfilemock(SocketMock()))
        self.assertFalse(isfilemock(object()))
