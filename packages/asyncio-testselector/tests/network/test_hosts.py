"""What the hosts of a memory network resolve to, beside what the kernel's resolver says."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from asyncio_testselector._network.hosts import Hosts
from kernel_comparison import LINUX

NUMERIC = [
    ("127.0.0.1", 80, 0, 0, 0, 0),
    ("127.0.0.1", "80", 0, socket.SOCK_STREAM, 0, 0),
    ("127.0.0.1", None, socket.AF_INET, socket.SOCK_DGRAM, 0, 0),
    ("::1", 80, 0, socket.SOCK_STREAM, 0, 0),
    ("10.1.2.3", 80, 0, socket.SOCK_STREAM, socket.IPPROTO_TCP, socket.AI_NUMERICHOST),
    ("name", 80, 0, 0, 0, socket.AI_NUMERICHOST),
    ("127.0.0.1", 80, 0, socket.SOCK_STREAM, socket.IPPROTO_UDP, 0),
    (None, 80, socket.AF_INET, socket.SOCK_STREAM, 0, 0),
    (None, 80, socket.AF_INET, socket.SOCK_STREAM, 0, socket.AI_PASSIVE),
    (None, 80, socket.AF_INET6, socket.SOCK_STREAM, 0, socket.AI_PASSIVE),
    (None, None, 0, 0, 0, 0),
    (b"127.0.0.1", b"80", 0, socket.SOCK_STREAM, 0, 0),
    ("127.0.0.1", "http", 0, socket.SOCK_STREAM, 0, 0),
    ("127.0.0.1", "no such service", 0, socket.SOCK_STREAM, 0, 0),
]


def answer(resolve: Any, question: Any) -> Any:
    try:
        return resolve(*question)
    except socket.gaierror as exc:
        return type(exc)


@LINUX
@pytest.mark.parametrize("question", NUMERIC, ids=str)
def test_addresses_resolve_as_the_kernels_resolver_does(question: Any) -> None:
    assert answer(Hosts().getaddrinfo, question) == answer(socket.getaddrinfo, question)


def test_name_resolves_to_its_addresses_in_their_order() -> None:
    hosts = Hosts({"dual": ("fd00::1:1", "10.1.1.1"), "next": ()})

    found = hosts.getaddrinfo("dual", 80, type=socket.SOCK_STREAM)

    assert [info[4] for info in found] == [("fd00::1:1", 80, 0, 0), ("10.1.1.1", 80)]
    assert hosts.addresses("next") == ["10.0.0.1"]


def test_family_that_a_name_has_not_is_an_unknown_name() -> None:
    with pytest.raises(socket.gaierror, match="Name or service not known"):
        Hosts(["db"]).getaddrinfo("db", 80, socket.AF_INET6)


def test_canonical_name_is_the_name() -> None:
    found = Hosts(["db"]).getaddrinfo("db", 80, flags=socket.AI_CANONNAME)

    assert [info[3] for info in found] == ["db", "", ""]


def test_server_makes_a_host_of_a_new_name_and_a_client_does_not() -> None:
    hosts = Hosts()
    with pytest.raises(socket.gaierror):
        hosts.getaddrinfo("db", 80)

    hosts.getaddrinfo("db", 80, flags=socket.AI_PASSIVE)

    assert hosts.getaddrinfo("db", 80)[0][4] == ("10.0.0.1", 80)


def test_address_names_its_host() -> None:
    hosts = Hosts({"db": "10.1.1.1"})

    assert hosts.getnameinfo(("10.1.1.1", 80)) == ("db", "80")
    assert hosts.getnameinfo(("10.1.1.1", 80), socket.NI_NUMERICHOST) == ("10.1.1.1", "80")
    assert hosts.getnameinfo(("10.9.9.9", 80)) == ("10.9.9.9", "80")
    with pytest.raises(socket.gaierror):
        hosts.getnameinfo(("10.9.9.9", 80), socket.NI_NAMEREQD)


def test_free_addresses_pass_over_those_that_were_given() -> None:
    hosts = Hosts({"first": "10.0.0.1", "second": "10.0.0.2"})
    hosts.add("third")

    assert hosts.addresses("third") == ["10.0.0.3"]


def test_host_talks_from_its_own_address_of_the_family() -> None:
    hosts = Hosts({"db": ("fd00::1:1", "10.1.1.1")})

    assert hosts.source("db", socket.AF_INET, "10.9.9.9") == "10.1.1.1"
    assert hosts.source("db", socket.AF_INET6, "fd00::9") == "fd00::1:1"
    assert hosts.source("localhost", socket.AF_INET, "127.0.0.1") == "127.0.0.1"
    assert hosts.owner(hosts.source("localhost", socket.AF_INET, "10.1.1.1")) == "localhost"
