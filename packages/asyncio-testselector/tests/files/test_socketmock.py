"""A SocketMock is a connected, silent socket until the test says something else."""

import asyncio
import errno
import socket
import ssl
import unittest.mock
from unittest.mock import call

import pytest
from asyncio_testselector import SocketMock, SSLSocketMock, TestSelector
from capabilities import with_sendmsg
from numbers_of_errors import number


def test_spec_is_the_socket():
    assert isinstance(SocketMock(), socket.socket)
    assert isinstance(SSLSocketMock(), ssl.SSLSocket)
    with pytest.raises(AttributeError):
        SocketMock().no_method_of_sockets()


def test_attributes_are_those_of_a_stream_socket():
    mock = SocketMock()
    assert (mock.family, mock.type, mock.proto) == (socket.AF_INET, socket.SOCK_STREAM, 0)


def test_keywords_replace_attributes():
    mock = SocketMock(type=socket.SOCK_DGRAM, **{"recv.return_value": b"data"})
    assert mock.type == socket.SOCK_DGRAM
    assert mock.recv(10) == b"data"


def test_mock_never_blocks_until_told():
    mock = SocketMock()
    assert mock.gettimeout() == 0
    assert mock.getblocking() is False
    mock.setblocking(True)
    assert mock.gettimeout() is None
    mock.settimeout(1.5)
    assert mock.gettimeout() == 1.5
    assert mock.getblocking() is True


@pytest.mark.parametrize("name", ["recv", "recvfrom", "recv_into", "recvfrom_into", "accept"])
def test_nothing_is_there_to_read(name):
    args = () if name == "accept" else (bytearray(4) if "into" in name else 4,)
    with pytest.raises(BlockingIOError) as caught:
        getattr(SocketMock(), name)(*args)
    assert caught.value.errno == number(errno.EAGAIN)


@pytest.mark.parametrize(
    ("name", "args", "result"),
    [
        ("send", (b"data",), 4),
        ("sendall", (b"data",), None),
        ("sendto", (b"data", ("127.0.0.1", 9)), 4),
        pytest.param("sendmsg", ([b"da", b"ta"],), 4, marks=with_sendmsg),
        ("connect_ex", (("127.0.0.1", 9),), 0),
        ("shutdown", (socket.SHUT_WR,), None),
    ],
)
def test_everything_is_accepted(name, args, result):
    mock = SocketMock()
    assert getattr(mock, name)(*args) == result
    getattr(mock, name).assert_called_once_with(*args)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("recv", (1,)),
        ("recvfrom", (1,)),
        ("accept", ()),
        ("send", (b"x",)),
        ("sendall", (b"x",)),
        ("sendto", (b"x", None)),
        pytest.param("sendmsg", ([b"x"],), marks=with_sendmsg),
        ("connect", (None,)),
        ("shutdown", (0,)),
        ("getsockname", ()),
        ("getpeername", ()),
    ],
)
def test_closed_socket_is_a_bad_descriptor(name, args):
    mock = SocketMock()
    mock.close()
    with pytest.raises(OSError) as caught:
        getattr(mock, name)(*args)
    assert caught.value.errno == number(errno.EBADF)


def test_recv_into_reads_what_recv_gives():
    mock = SocketMock()
    mock.recv.side_effect = [b"abc", b""]
    buffer = bytearray(5)
    assert mock.recv_into(buffer) == 3
    assert buffer == b"abc\0\0"
    assert mock.recv_into(buffer, 2) == 0
    assert mock.recv.call_args_list == [call(5), call(2)]


def test_recvfrom_into_reads_what_recvfrom_gives():
    mock = SocketMock()
    mock.recvfrom.return_value = (b"ab", "sender")
    buffer = bytearray(3)
    assert mock.recvfrom_into(buffer) == (2, "sender")
    assert buffer == b"ab\0"


def test_recv_of_more_than_was_asked_for_is_refused():
    mock = SocketMock()
    mock.recv.return_value = b"too much"
    with pytest.raises(ValueError, match="received 8 bytes where at most 4 were asked for"):
        mock.recv_into(bytearray(4))


def test_recv_into_can_be_configured_itself():
    mock = SocketMock()
    mock.recv_into.side_effect = [2]
    assert mock.recv_into(bytearray(4)) == 2
    with pytest.raises(RuntimeError, match="more often than its side_effect has items"):
        mock.recv_into(bytearray(4))


@with_sendmsg
def test_sendmsg_sends_what_send_takes():
    mock = SocketMock()
    mock.send.side_effect = [3, BlockingIOError]
    assert mock.sendmsg(iter([bytearray(b"ab"), memoryview(b"cd")])) == 3
    mock.send.assert_called_once_with(b"abcd")
    assert mock.sendmsg.call_args == call([b"ab", b"cd"])
    with pytest.raises(BlockingIOError):
        mock.sendmsg([b"ef"])


def test_accept_without_more_clients_would_block():
    mock, client = SocketMock(), SocketMock()
    mock.accept.side_effect = [(client, "address")]
    assert mock.accept() == (client, "address")
    with pytest.raises(BlockingIOError):
        mock.accept()


@pytest.mark.parametrize(
    ("family", "here", "there"),
    [
        (socket.AF_INET, ("127.0.0.1", 50000), ("127.0.0.1", 50001)),
        (socket.AF_INET6, ("::1", 50000, 0, 0), ("::1", 50001, 0, 0)),
        (getattr(socket, "AF_UNIX", None), b"\0asyncio-testselector", ""),
    ],
)
def test_addresses_are_of_the_family(family, here, there):
    mock = SocketMock(family=family)
    assert mock.getsockname() == here
    assert mock.getpeername() == there


def test_addresses_are_remembered():
    mock = SocketMock()
    mock.bind(("127.0.0.1", 80))
    mock.connect(("127.0.0.1", 81))
    assert mock.getsockname() == ("127.0.0.1", 80)
    assert mock.getpeername() == ("127.0.0.1", 81)


@pytest.mark.parametrize("how", ["datagrams", "listening"])
def test_socket_without_a_peer_has_no_peer_name(how):
    mock = SocketMock()
    if how == "datagrams":
        mock.type = socket.SOCK_DGRAM
    else:
        mock.listen(5)
    with pytest.raises(OSError) as caught:
        mock.getpeername()
    assert caught.value.errno == errno.ENOTCONN


def test_options_are_remembered():
    mock = SocketMock()
    assert mock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
    assert mock.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_STREAM
    assert mock.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) == bytes(8)
    mock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    assert mock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


def test_detached_socket_is_closed():
    mock = SocketMock()
    number = mock.fileno()
    assert mock.detach() == number
    assert mock.fileno() == -1


def test_socket_is_open_again_when_asyncio_gets_it_again():
    mock = SocketMock()
    number = mock.fileno()
    mock.close()
    mock.setblocking(False)
    assert mock.fileno() == number


def test_positional_arguments_are_those_of_asynctest():
    mock = SocketMock(ValueError("called"))
    with pytest.raises(ValueError, match="called"):
        mock()
    assert SocketMock(None, 5)() == 5


def test_ssl_socket_mock_is_refused_by_asyncio():
    async def connect():
        await asyncio.open_connection(sock=SSLSocketMock())

    loop = asyncio.SelectorEventLoop(TestSelector())
    try:
        with pytest.raises(TypeError, match=r"SSLSocket"):
            loop.run_until_complete(connect())
    finally:
        loop.close()


def test_asyncio_leaves_the_recorded_buffers_alone():
    """The live buffer of 3.10 and 3.11 is emptied after it was sent."""

    async def main():
        mock = SocketMock()
        mock.send.side_effect = [BlockingIOError, 5]
        _, writer = await asyncio.open_connection(sock=mock)
        writer.write(b"hello")
        loop._selector.set_ready(mock, 2)
        await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()
        return mock.send.call_args_list

    loop = asyncio.SelectorEventLoop(TestSelector())
    try:
        assert loop.run_until_complete(main()) == [call(b"hello"), call(b"hello")]
    finally:
        loop.close()


def test_mock_calls_of_the_standard_library_can_be_awaited_for():
    mock = SocketMock()
    parent = unittest.mock.Mock()
    parent.attach_mock(mock, "sock")
    mock.send(b"x")
    assert parent.mock_calls == [call.sock.send(b"x")]
