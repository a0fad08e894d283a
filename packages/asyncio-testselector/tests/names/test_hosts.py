"""The hosts of a memory network: what their names resolve to, and their addresses name."""

from __future__ import annotations

import socket

import pytest
from asyncio_testselector._names.hosts import Hosts
from asyncio_testselector._names.resolution import getaddrinfo, getnameinfo


def test_name_resolves_to_its_addresses_in_their_order() -> None:
    hosts = Hosts({"dual": ("fd00::1:1", "10.1.1.1"), "next": ()})

    found = getaddrinfo(hosts, "dual", 80, type=socket.SOCK_STREAM)

    assert [info[4] for info in found] == [("fd00::1:1", 80, 0, 0), ("10.1.1.1", 80)]
    assert hosts.addresses("next") == ["10.0.0.1"]


def test_family_that_a_name_has_not_is_an_unknown_name() -> None:
    with pytest.raises(socket.gaierror, match="Name or service not known"):
        getaddrinfo(Hosts(["db"]), "db", 80, socket.AF_INET6)


def test_canonical_name_is_the_name() -> None:
    found = getaddrinfo(Hosts(["db"]), "db", 80, flags=socket.AI_CANONNAME)

    assert [info[3] for info in found] == ["db", "", ""]


def test_server_makes_a_host_of_a_new_name_and_a_client_does_not() -> None:
    hosts = Hosts()
    with pytest.raises(socket.gaierror):
        getaddrinfo(hosts, "db", 80)

    getaddrinfo(hosts, "db", 80, flags=socket.AI_PASSIVE)

    assert getaddrinfo(hosts, "db", 80)[0][4] == ("10.0.0.1", 80)


def test_address_names_its_host() -> None:
    hosts = Hosts({"db": "10.1.1.1"})

    assert getnameinfo(hosts, ("10.1.1.1", 59999)) == ("db", "59999")
    assert getnameinfo(hosts, ("10.1.1.1", 59999), socket.NI_NUMERICHOST) == (
        "10.1.1.1",
        "59999",
    )
    assert getnameinfo(hosts, ("10.9.9.9", 59999)) == ("10.9.9.9", "59999")
    with pytest.raises(socket.gaierror):
        getnameinfo(hosts, ("10.9.9.9", 80), socket.NI_NAMEREQD)


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


@pytest.mark.parametrize("name", ["DB.Example", "db.example.", b"db.example"])
def test_spelling_of_a_name_makes_no_difference(name: str | bytes) -> None:
    hosts = Hosts({"db.example": "10.1.1.1"})

    assert getaddrinfo(hosts, name, 80)[0][4] == ("10.1.1.1", 80)
    with pytest.raises(ValueError, match="there is one"):
        hosts.add("DB.EXAMPLE")


def test_name_in_another_script_is_found_by_its_ascii_form() -> None:
    hosts = Hosts({"b\u00fccher.example": "10.1.1.1"})

    for name in ("b\u00fccher.example", "xn--bcher-kva.example"):
        assert getaddrinfo(hosts, name, 80)[0][4] == ("10.1.1.1", 80)


def test_address_is_found_in_any_notation() -> None:
    hosts = Hosts({"db": "FD00:0::0001"})

    assert hosts.addresses("db") == ["fd00::1"]
    assert getaddrinfo(hosts, "fd00:0:0::1", 80)[0][4] == ("fd00::1", 80, 0, 0)
