"""The example of asynctest's tutorial, as it stands there, under the names of this package."""

import asyncio
import gc
import socket
import unittest
import warnings

import asyncio_testselector as asynctest
import pytest


def tutorial(debug):
    class TestMockASocket(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self):
            self.loop = asyncio.get_running_loop()
            self.loop.set_debug(debug)
            asynctest.install(self.loop)

        async def test_read_and_write_from_socket(self):
            socket_mock = asynctest.SocketMock()
            socket_mock.type = socket.SOCK_STREAM

            recv_data = iter(
                (
                    b"some data read",
                    b"some other",
                    b" ...and the last",
                )
            )

            recv_buffer = bytearray()

            def recv_side_effect(max_bytes):
                nonlocal recv_buffer

                if not recv_buffer:
                    try:
                        recv_buffer.extend(next(recv_data))
                        asynctest.set_read_ready(socket_mock, self.loop)
                    except StopIteration:
                        # nothing left
                        pass

                data = recv_buffer[:max_bytes]
                recv_buffer = recv_buffer[max_bytes:]

                if recv_buffer:
                    # Some more data to read
                    asynctest.set_read_ready(socket_mock, self.loop)

                return data

            def send_side_effect(data):
                asynctest.set_read_ready(socket_mock, self.loop)
                return len(data)

            socket_mock.recv.side_effect = recv_side_effect
            socket_mock.send.side_effect = send_side_effect

            reader, writer = await asyncio.open_connection(sock=socket_mock)

            writer.write(b"a request?")
            self.assertEqual(b"some", await reader.read(4))
            self.assertEqual(b" data read", await reader.read(10))
            self.assertEqual(b"some other ...and the last", await reader.read())

    return TestMockASocket("test_read_and_write_from_socket")


@pytest.mark.parametrize("debug", [False, True])
def test_request_and_response_of_the_tutorial(debug):
    result = unittest.TestResult()
    with warnings.catch_warnings():
        # The example never closes its writer, of which CPython warns at the end.
        warnings.simplefilter("ignore", ResourceWarning)
        tutorial(debug).run(result)
        gc.collect()
    assert (result.testsRun, result.errors, result.failures) == (1, [], [])
