"""Datagrams to groups and to everybody; what is expected here is what Linux does."""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork

GROUP, GROUP6 = "224.1.1.7", "ff02::fb"


def member(group: str = GROUP) -> bytes:
    return struct.pack("4s4s", socket.inet_aton(group), socket.inet_aton("0.0.0.0"))


def member6(group: str = GROUP6) -> bytes:
    return struct.pack("16sI", socket.inet_pton(socket.AF_INET6, group), 0)


@pytest.fixture
def network() -> MemoryNetwork:
    return MemoryNetwork(hosts={"one": "10.0.0.1", "two": "10.0.0.2", "six": "fd00::6"})


@pytest.fixture
def sockets(network: MemoryNetwork) -> Iterator[Any]:
    """Give a function that makes datagram sockets on a host."""
    made = []

    def new(host: str = "localhost", port: int | None = None, family: int = socket.AF_INET) -> Any:
        with network.on(host):
            sock = network.socket(family, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if port is not None:
            sock.bind(("", port))
        made.append(sock)
        return sock

    loop = asyncio.SelectorEventLoop()
    network.install(loop)
    yield new
    for sock in made:
        sock.close()
    network.uninstall()
    loop.close()


def received(sock: Any) -> Any:
    try:
        return sock.recvfrom(100)
    except BlockingIOError:
        return None


def code_of(call: Any, *args: Any) -> int | None:
    with pytest.raises(OSError) as caught:
        call(*args)
    return caught.value.errno


def test_group_gets_what_is_sent_to_it(sockets: Any) -> None:
    one, two, other = (sockets(host, 5353) for host in ("one", "two", "six"))
    for sock in (one, two):
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member())
    sender = sockets("two", 9)

    sender.sendto(b"hello", (GROUP, 5353))

    assert received(one) == received(two) == (b"hello", ("10.0.0.2", 9))
    assert received(other) is None


def test_who_left_a_group_gets_nothing(sockets: Any) -> None:
    sock = sockets("one", 5353)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member())
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, member())

    sockets("two").sendto(b"hello", (GROUP, 5353))

    assert received(sock) is None


def test_sockets_that_share_a_port_all_get_what_is_for_their_group(sockets: Any) -> None:
    there = [sockets("one", 5353) for _ in range(2)]
    for sock in there:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member())

    sockets("two").sendto(b"hello", (GROUP, 5353))

    assert [received(sock)[0] for sock in there] == [b"hello"] * 2


def test_own_host_hears_a_group_unless_the_sender_switched_that_off(sockets: Any) -> None:
    sock, sender = sockets("one", 5353), sockets("one")
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member())

    sender.sendto(b"first", (GROUP, 5353))
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    sender.sendto(b"second", (GROUP, 5353))

    assert (received(sock)[0], received(sock)) == (b"first", None)


def test_membership_that_makes_no_sense_is_refused(sockets: Any) -> None:
    sock = sockets()
    join = socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP
    leave = socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP
    assert code_of(sock.setsockopt, *leave, member()) == errno.EADDRNOTAVAIL
    sock.setsockopt(*join, member())
    assert code_of(sock.setsockopt, *join, member()) == errno.EADDRINUSE
    assert code_of(sock.setsockopt, *join, member("10.0.0.1")) in {errno.EINVAL, 10022}
    assert code_of(sock.setsockopt, *join, 5) in {errno.EINVAL, 10022}


def test_group_of_ipv6_gets_what_is_sent_to_it(sockets: Any) -> None:
    sock = sockets("six", 5353, socket.AF_INET6)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member6())

    sockets("six", None, socket.AF_INET6).sendto(b"hello", (GROUP6, 5353))

    assert received(sock)[0] == b"hello"
    assert received(sock) is None


def test_socket_can_be_bound_to_its_group(sockets: Any, network: MemoryNetwork) -> None:
    sock = sockets("one")
    sock.bind((GROUP, 5353))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member())

    sockets("two").sendto(b"hello", (GROUP, 5353))
    sockets("two").sendto(b"not to the group", ("10.0.0.1", 5353))

    assert (received(sock)[0], received(sock)) == (b"hello", None)
    with pytest.raises(ValueError, match="there is no host"):
        network.partition(GROUP)


def test_sender_chooses_its_address_by_its_interface(sockets: Any) -> None:
    sock, sender = sockets("one", 5353), sockets("one", 9)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member())
    for value in (b"\0" * 4, socket.inet_aton("10.0.0.2"), b"\0" * 4 + socket.inet_aton("0.0.0.0")):
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, value)
        sender.sendto(b"hello", (GROUP, 5353))
        assert received(sock)[1][0] == "10.0.0.1"

    sender = sockets("localhost", 9)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    sender.sendto(b"hello", (GROUP, 5353))
    assert received(sock) == (b"hello", ("127.0.0.1", 9))


@pytest.mark.parametrize("address", ["<broadcast>", "255.255.255.255", "10.0.0.255"])
def test_broadcast_has_to_be_allowed(sockets: Any, address: str) -> None:
    there, sender = [sockets(host, 9) for host in ("one", "two", "localhost")], sockets("one")

    assert code_of(sender.sendto, b"x", (address, 9)) == errno.EACCES
    assert code_of(sender.connect, (address, 9)) == errno.EACCES
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sender.sendto(b"hello", (address, 9))

    assert [received(sock)[0] for sock in there] == [b"hello"] * 3


def test_broadcast_of_the_loopback_network_stays_at_home(sockets: Any) -> None:
    here, there = sockets("localhost", 9), sockets("one", 9)
    sender = sockets("localhost")
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)

    sender.sendto(b"hello", ("127.255.255.255", 9))

    assert (received(here)[0], received(there)) == (b"hello", None)


def test_host_may_have_an_address_that_ends_as_a_broadcast_one(
    sockets: Any, network: MemoryNetwork
) -> None:
    network.add_host("odd", "10.0.1.255")
    sock = sockets("odd", 9)

    sockets("one").sendto(b"hello", ("10.0.1.255", 9))

    assert received(sock)[0] == b"hello"


def test_partition_keeps_a_host_from_its_group(sockets: Any, network: MemoryNetwork) -> None:
    sock = sockets("one", 5353)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member())
    network.partition("one")

    sockets("two").sendto(b"hello", (GROUP, 5353))

    assert received(sock) is None


@pytest.mark.parametrize(("fault", "copies"), [("loss", 0), ("duplication", 2)])
def test_group_has_the_faults_of_each_link(
    sockets: Any, network: MemoryNetwork, fault: str, copies: int
) -> None:
    sock = sockets("one", 5353)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member())
    network.set_faults("one", **{fault: 1.0})  # type: ignore[arg-type]

    sockets("two").sendto(b"hello", (GROUP, 5353))

    found = [received(sock) for _ in range(3)]
    assert sum(each is not None for each in found) == copies


def test_message_to_a_group_is_late_by_the_latency(sockets: Any, network: MemoryNetwork) -> None:
    sock = sockets("one", 5353)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member())
    network.set_latency(5)

    sockets("two").sendto(b"hello", (GROUP, 5353))

    assert received(sock) is None
    sock.close()  # what comes then is for nobody
