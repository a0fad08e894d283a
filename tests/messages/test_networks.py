# ruff: noqa: E501 (the messages are as long as they are)
"""What a `MemoryNetwork` says."""

import asyncio
import io
import socket

import pytest
from asyncio_testselector import MemoryNetwork, SocketScript

from messages.said import says, warned


@says(
    "RuntimeError: cannot install a MemoryNetwork: no loop is running, so give install() the loop"
)
def test_install_without_a_loop():
    MemoryNetwork().install()


@says(
    "RuntimeError: <MemoryNetwork: 0 open sockets> is installed on <SelectorEventLoop running=True closed=False debug=False> already: uninstall it first"
)
async def test_install_twice():
    with MemoryNetwork() as network:
        network.install()


@says(
    "RuntimeError: <SelectorEventLoop running=True closed=False debug=False> has a memory network already: uninstall that one first"
)
async def test_second_network():
    with MemoryNetwork():
        MemoryNetwork().install()


@says("RuntimeError: <MemoryNetwork: not installed>: install it before you uninstall it")
def test_uninstall_first():
    MemoryNetwork().uninstall()


@says(
    "ResourceWarning: memory network uninstalled with 2 open sockets: [<NetworkSocket fd=FD, family=2, type=1, proto=0, laddr=('0.0.0.0', 0)>, <NetworkSocket fd=FD, family=2, type=1, proto=0, laddr=('0.0.0.0', 0)>]"
)
async def test_sockets_left_open():
    network = MemoryNetwork()
    network.install()
    sockets = [network.socket(), network.socket()]
    text = warned(network.uninstall)
    del sockets
    return text


@says("RuntimeError: <MemoryNetwork: not installed> makes no sockets: install it on a loop first")
def test_socket_of_no_loop():
    MemoryNetwork().socket()


@says("TypeError: play() takes one SocketScript for each connection, not ()")
def test_play_without_scripts():
    MemoryNetwork(hosts=["db"]).play("db", 80)


@says("TypeError: play() takes one SocketScript for each connection, not (b'PING',)")
def test_play_of_something_else():
    MemoryNetwork(hosts=["db"]).play("db", 80, b"PING")


@says(
    "ValueError: there is no host 'dbb' in the network: add_host() it; there are 'localhost', 'db', 'web'"
)
def test_unknown_host():
    MemoryNetwork(hosts=["db", "web"]).partition("dbb")


@says("ValueError: latency is -1 s: give a finite number of 0 or more")
def test_latency_of_a_negative_time():
    MemoryNetwork(latency=-1)


@says("ValueError: capacity is 0: give a whole number of 1 or more")
def test_capacity_of_nothing():
    MemoryNetwork(capacity=0)


@says("ValueError: recv_limit is 0: give a whole number of 1 or more")
def test_receive_limit_of_nothing():
    MemoryNetwork(recv_limit=0)


@says("ValueError: log_size is -1: give a whole number of 0 or more")
def test_log_of_a_negative_size():
    MemoryNetwork(log_size=-1)


@says("ValueError: connect_timeout is -1 s: give a finite number of 0 or more")
def test_connect_timeout_of_a_negative_time():
    MemoryNetwork(connect_timeout=-1)


@says("ValueError: cannot add host 'db': there is one")
def test_host_that_is_there():
    MemoryNetwork(hosts=["db"]).add_host("db")


@says("ValueError: cannot add host '': it has no name")
def test_host_without_a_name():
    MemoryNetwork().add_host("")


@says("ValueError: cannot add host 'db': 'ten' is no IP address")
def test_host_at_no_address():
    MemoryNetwork().add_host("db", "ten")


@says("ValueError: cannot add host 'web': 10.1.1.1 belongs to 'db'")
def test_address_of_another_host():
    network = MemoryNetwork()
    network.add_host("db", "10.1.1.1")
    network.add_host("web", "10.1.1.1")


@says("ValueError: cannot add alias 'web': there is one")
def test_alias_that_is_there():
    MemoryNetwork(hosts=["db", "web"]).add_alias("web", "db")


@says("ValueError: cannot add alias '': it has no name")
def test_alias_without_a_name():
    MemoryNetwork(hosts=["db"]).add_alias("", "db")


@says(
    "ValueError: cannot add alias 'cache': there is no host 'dbb'; there are 'localhost', 'db', 'web'"
)
def test_alias_of_nobody():
    MemoryNetwork(hosts=["db", "web"]).add_alias("cache", "dbb")


@says("gaierror: [Errno N] Name or service not known")
async def test_name_that_cannot_be_resolved():
    with MemoryNetwork():
        await asyncio.open_connection("nowhere.example", 80)


@says("gaierror: [Errno N] Servname not supported for ai_socktype")
async def test_service_that_cannot_be_resolved():
    with MemoryNetwork(hosts=["db"]):
        await asyncio.get_running_loop().getaddrinfo("db", "no-such-service")


@says("ConnectionRefusedError: [Errno N] Connect call failed ('10.0.0.1', 80)")
async def test_refused_connection():
    with MemoryNetwork(hosts=["db"]):
        await asyncio.open_connection("db", 80)


@says("OSError: [Errno N] Connect call failed ('10.9.9.9', 80)")
async def test_unreachable_host():
    with MemoryNetwork():
        await asyncio.open_connection("10.9.9.9", 80)


@says("TimeoutError: [Errno N] Connect call failed ('10.0.0.1', 80)")
async def test_host_that_does_not_answer():
    with MemoryNetwork(hosts=["db"], connect_timeout=0) as network:
        network.partition("db")
        await asyncio.open_connection("db", 80)


@says(
    "OSError: [Errno N] error while attempting to bind on address ('10.0.0.1', 80): address already in use"
)
async def test_address_in_use():
    async with MemoryNetwork(hosts=["db"]):
        async with await asyncio.start_server(print, "db", 80):
            await asyncio.start_server(print, "db", 80)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no Unix sockets")
@says("OSError: [Errno N] Address '/run/app.sock' is already in use")
async def test_path_in_use():
    async with MemoryNetwork():
        async with await asyncio.start_unix_server(print, "/run/app.sock"):
            await asyncio.start_unix_server(print, "/run/app.sock")


@says("TypeError: AF_INET address must be a tuple of host and port, not 'localhost:80'")
async def test_address_that_is_no_pair():
    async with MemoryNetwork() as network:
        with network.socket() as sock:
            sock.bind("localhost:80")


@says(
    "SendfileNotAvailableError: <_io.BytesIO object at 0x...> is no regular file, which alone can be sent as it is: use fallback=True"
)
async def test_file_sent_by_the_kernel():
    async with MemoryNetwork() as network:
        loop = asyncio.get_running_loop()
        with network.socket() as sock:
            await loop.sock_sendfile(sock, io.BytesIO(b"x"), fallback=False)


@says(
    """
    ScriptError: script 'redis', step 1 of 1, expect(b'PING'), written at test_networks.py:N: the client sent something else
      expected: b'PING'
      got:      b'QUIT'
      the first difference is at byte 0
    """
)
async def test_script_that_a_client_does_not_keep_to():
    async with MemoryNetwork(hosts=["db"]) as network:
        with network.play("db", 80, SocketScript("redis").expect(b"PING")):
            reader, writer = await asyncio.open_connection("db", 80)
            writer.write(b"QUIT")
            try:
                await reader.read()
            finally:
                writer.close()
