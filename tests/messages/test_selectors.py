# ruff: noqa: E501 (the messages are as long as they are)
"""What selectors, mocks and memory sockets say of what cannot be done."""

import asyncio
import selectors

from asyncio_testselector import (
    FileMock,
    SocketMock,
    SSLSocketMock,
    TestProactor,
    TestProactorEventLoop,
    TestSelector,
    fd,
    install,
    memory_socketpair,
    set_read_ready,
)
from asyncio_testselector._proactor.proactor import CompletionSelector

from messages.said import says, warned


def closed_loop():
    loop = asyncio.SelectorEventLoop()
    loop.close()
    return loop


class OtherLoop(asyncio.AbstractEventLoop):
    def __repr__(self):
        return "<OtherLoop>"

    def is_closed(self):
        return False


@says("TypeError: cannot install a TestSelector on 'loop': it is no event loop")
def test_install_on_no_loop():
    install("loop")


@says(
    "RuntimeError: cannot install a TestSelector on <SelectorEventLoop running=False closed=True debug=False>: the event loop is closed"
)
def test_install_on_a_closed_loop():
    install(closed_loop())


@says(
    "TypeError: <OtherLoop> has no selector that could watch mocks: use a selector loop, by loop_factory=asyncio.SelectorEventLoop, or TestProactorEventLoop"
)
def test_install_on_a_loop_without_a_selector():
    install(OtherLoop())


@says("TypeError: cannot make <FileMock name='log' id='...'> ready for 'loop': it is no event loop")
def test_ready_for_no_loop():
    set_read_ready(FileMock(name="log"), "loop")


@says("RuntimeError: Event loop is closed")
def test_ready_for_a_closed_loop():
    set_read_ready(FileMock(name="log"), closed_loop())


@says(
    "TypeError: <OtherLoop> has no selector that could watch mocks: use a selector loop, by loop_factory=asyncio.SelectorEventLoop, or TestProactorEventLoop"
)
def test_ready_for_a_loop_without_a_selector():
    set_read_ready(FileMock(name="log"), OtherLoop())


@says("TypeError: 'poll' is no selector: pass one of the selectors module, or None")
def test_selector_around_no_selector():
    TestSelector("poll")


@says("ValueError: Invalid events: 4, use EVENT_READ, EVENT_WRITE or both with |")
def test_unknown_events():
    TestSelector().register(FileMock(name="log"), 4)


@says(
    """
    KeyError: "<FileMock name='log' id='...'> (FD FD) is already registered"
    """
)
def test_registered_twice():
    selector, mock = TestSelector(), FileMock(name="log")
    selector.register(mock, selectors.EVENT_READ)
    selector.register(mock, selectors.EVENT_READ)


@says(
    """
    KeyError: "<FileMock name='log' id='...'> is not registered"
    """
)
def test_not_registered():
    TestSelector().unregister(FileMock(name="log"))


@says("ValueError: Invalid file object: 'log', use a mock, a socket, a file or a descriptor")
def test_no_file_object():
    TestSelector().register("log", selectors.EVENT_READ)


@says(
    "ValueError: Invalid file descriptor: -1 of <SocketMock name='client' spec='socket' id='...'>, which is closed"
)
def test_closed_mock():
    mock = SocketMock(name="client")
    mock.close()
    TestSelector().register(mock, selectors.EVENT_READ)


@says("ValueError: Invalid file descriptor: -1")
def test_negative_descriptor():
    TestSelector().register(-1, selectors.EVENT_READ)


@says("RuntimeError: Selector is closed")
def test_key_of_a_closed_selector():
    selector = TestSelector()
    selector.close()
    selector.get_key(FileMock(name="log"))


@says("ValueError: I/O operation on closed selector")
def test_closed_selector():
    selector = TestSelector()
    selector.close()
    selector.select(0)


@says("ValueError: 'log' has no file descriptor: pass a mock, a file or a FileDescriptor")
def test_descriptor_of_nothing():
    fd("log")


@says(
    "RuntimeError: <FileMethod name='log.read' id='...'> was called more often than its side_effect has items: 2 calls; add an item, or call set_read_ready() less often"
)
def test_exhausted_method_of_a_file():
    mock = FileMock(name="log")
    mock.read.side_effect = [b"x"]
    mock.read(1)
    mock.read(1)


@says(
    "RuntimeError: <FileMethod name='client.recv' id='...'> was called more often than its side_effect has items: 2 calls; add an item, or call set_read_ready() less often"
)
def test_exhausted_method_of_a_socket():
    mock = SocketMock(name="client")
    mock.recv.side_effect = [b"x"]
    mock.recv(1)
    mock.recv(1)


@says(
    "ValueError: <SocketMock name='client' spec='socket' id='...'> received 5 bytes where at most 3 were asked for"
)
def test_mock_that_receives_too_much():
    mock = SocketMock(name="client")
    mock.recv.side_effect = [b"12345"]
    mock.recv_into(bytearray(3))


@says(
    """
    TypeError: Socket cannot be of type SSLSocket: 'client'; asyncio does TLS itself, so pass one of memory_socketpair() and ssl=
    """
)
async def test_mock_of_a_tls_socket_for_a_stream():
    await asyncio.open_connection(sock=SSLSocketMock(name="client"))


@says(
    "ValueError: no socket pair in memory for family 9999 and type <SocketKind.SOCK_STREAM: 1>: there are AF_UNIX, AF_INET and AF_INET6 streams, and AF_UNIX datagrams"
)
def test_pair_of_a_family_without_memory():
    memory_socketpair(9999)


@says("ValueError: capacity is 0 bytes: nothing could ever be sent, use 1 or more")
def test_pair_that_carries_nothing():
    memory_socketpair(capacity=0)


def pair():
    here, there = memory_socketpair()
    there.close()
    return here


@says("ValueError: Timeout value out of range: -1 s is negative")
def test_negative_timeout():
    with pair() as sock:
        sock.settimeout(-1)


@says("ValueError: negative buffersize in recv: -1")
def test_negative_size():
    with pair() as sock:
        sock.recv(-1)


@says("ValueError: buffer too small for requested bytes: 2 bytes for 3")
def test_small_buffer():
    with pair() as sock:
        sock.recv_into(bytearray(2), 3)


@says(
    "ResourceWarning: unclosed <MemorySocket fd=FD, family=1, type=1, proto=0, laddr='', raddr=''>"
)
def test_unclosed_memory_socket():
    return warned(lambda: pair().__del__())


@says("TypeError: 'iocp' is no proactor: pass an asyncio.IocpProactor(), or None")
def test_proactor_of_something_else():
    TestProactor("iocp")


@says("TypeError: 'iocp' is no TestProactor: pass TestProactor('iocp')")
def test_proactor_loop_of_something_else():
    TestProactorEventLoop("iocp")


@says(
    "RuntimeError: recv() of a proactor that belongs to no event loop: make one with TestProactorEventLoop(proactor)"
)
def test_proactor_without_a_loop():
    TestProactor().recv(SocketMock(name="client"), 10)


@says("AttributeError: 'TestProactor' object has no attribute 'accept_pipe'")
def test_method_that_the_proactor_does_not_have():
    TestProactor().accept_pipe


@says("ValueError: 'file' is served by '<IocpProactor>'")
def test_real_file_registered_beside_a_proactor():
    CompletionSelector("<IocpProactor>").register("file", selectors.EVENT_READ)


@says(
    """
    KeyError: "'file' is not registered"
    """
)
def test_real_file_unregistered_beside_a_proactor():
    CompletionSelector("<IocpProactor>").unregister("file")


@says(
    "SendfileNotAvailableError: the kernel does not know <SocketMock name='client' spec='socket' id='...'>, so it cannot send a file: use fallback=True"
)
def test_file_sent_by_a_proactor():
    loop = TestProactorEventLoop()

    async def send():
        with open(__file__, "rb") as file:
            await loop.sock_sendfile(SocketMock(name="client"), file, fallback=False)

    try:
        loop.run_until_complete(send())
    finally:
        loop.close()
