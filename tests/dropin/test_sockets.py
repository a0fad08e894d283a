"""Mocks of sockets as suites of asynctest 0.13 used them."""

import asyncio
import selectors
import socket
import unittest

import asyncio_testselector
import pytest

import asynctest


def passes(case: type[unittest.TestCase], method: str = "test") -> bool:
    result = unittest.TestResult()
    case(method).run(result)
    assert result.errors == [], result.errors[0][1]
    assert result.failures == [], result.failures[0][1]
    return result.wasSuccessful()


def test_datagrams_go_through_the_configured_send():
    class Tests(asynctest.TestCase):
        async def test(self):
            sock = asynctest.SocketMock()
            sock.type = socket.SOCK_DGRAM
            sock.send.side_effect = len
            transport, _ = await self.loop.create_datagram_endpoint(
                asyncio.DatagramProtocol, sock=sock
            )
            transport.sendto(b"data")
            sock.send.assert_called_once_with(b"data")
            sock.sendto.assert_not_called()
            transport.close()

    assert passes(Tests)


def test_peer_of_datagrams_is_what_the_test_configures():
    sock = asynctest.SocketMock(type=socket.SOCK_DGRAM)
    assert sock.getpeername()
    sock.getpeername.return_value = ("192.0.2.1", 53)
    assert sock.getpeername() == ("192.0.2.1", 53)
    sock.getpeername.side_effect = OSError
    with pytest.raises(OSError):
        sock.getpeername()


def test_one_mock_serves_a_second_transport_while_the_first_one_closes():
    class Tests(asynctest.TestCase):
        async def test(self):
            sock = asynctest.SocketMock()
            number = sock.fileno()
            first, _ = await self.loop.create_connection(asyncio.Protocol, sock=sock)
            first.close()
            second, protocol = await self.loop.create_connection(asyncio.Protocol, sock=sock)
            await asynctest.exhaust_callbacks(self.loop)
            assert sock.fileno() == number
            sock.recv.return_value = b"data"
            asynctest.set_read_ready(sock, self.loop)
            await asynctest.exhaust_callbacks(self.loop)
            sock.recv.assert_called()
            second.close()

    assert passes(Tests)


@pytest.mark.parametrize("kind", ["FileMock", "SocketMock", "SSLSocketMock"])
def test_mocks_are_those_of_the_package_and_of_each_other(kind):
    made = getattr(asynctest, kind)()

    assert isinstance(made, getattr(asyncio_testselector, kind))
    assert isinstance(made, asynctest.FileMock)
    assert asynctest.isfilemock(made)
    number = made.fileno()
    made.close()
    assert made.fileno() == number


class TestSelectors:
    def test_alone_it_lists_what_no_selector_of_the_system_would_take(self, tmp_path):
        selector = asynctest.TestSelector()
        with open(tmp_path / "file", "w") as file:
            key = selector.register(file, selectors.EVENT_READ, "data")
            assert selector.get_map()[file] == selector.get_map()[file.fileno()] == key
            changed = selector.modify(file, selectors.EVENT_WRITE, "other")
            assert selector.get_map()[file] == changed != key
            assert selector.select(0) == selector.select() == []
            assert selector.unregister(file) == changed
            assert file not in selector.get_map()
        selector.close()

    def test_alone_it_takes_a_number_as_well(self):
        selector = asynctest.TestSelector()
        selector.register(1, selectors.EVENT_READ, "data")
        assert selector.modify(1, selectors.EVENT_READ, "other").data == "other"
        with pytest.raises(KeyError):
            selector.modify(2, selectors.EVENT_READ, "other")
        selector.close()

    def test_registered_events_are_those_of_the_real_selector_too(self):
        with selectors.DefaultSelector() as inside, socket.socket() as real:
            selector = asynctest.TestSelector(inside)
            behind_its_back = inside.register(real, selectors.EVENT_READ)
            mock = selector.register(asynctest.FileMock(), selectors.EVENT_READ)
            assert {behind_its_back, mock} <= asynctest.get_registered_events(selector)

    def test_reader_that_a_cleanup_removes_is_too_late(self):
        @asynctest.fail_on(active_selector_callbacks=True)
        class Tests(asynctest.TestCase):
            def test(self):
                mock = asynctest.FileMock()
                self.loop.add_reader(mock, print)
                self.addCleanup(self.loop.remove_reader, mock)

            def test_removed(self):
                mock = asynctest.FileMock()
                self.loop.add_writer(mock, print)
                self.loop.remove_writer(mock)

        result = unittest.TestResult()
        Tests("test").run(result)
        [(_, text)] = result.failures
        assert "some events watched during the tests were not removed:\n - add_reader(" in text
        assert passes(Tests, "test_removed")

    def test_reader_on_a_selector_that_was_replaced_is_found(self):
        @asynctest.fail_on(active_selector_callbacks=True)
        class Tests(asynctest.TestCase):
            def test(self):
                self.loop._selector = asynctest.TestSelector(self.loop._selector)
                self.loop.add_reader(asynctest.FileMock(), print)

        result = unittest.TestResult()
        Tests("test").run(result)
        assert len(result.failures) == 1

    def test_loop_without_a_selector_cannot_be_looked_into(self):
        class Case:
            loop = asyncio.AbstractEventLoop()

        with pytest.raises(RuntimeError, match="it has no selector"):
            asynctest._fail_on._fail_on.before_test_active_selector_callbacks(Case)
