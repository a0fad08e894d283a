"""What a memory network says of names and services, beside what the C library says."""

from __future__ import annotations

import asyncio
import socket
from http import HTTPStatus
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork
from asyncio_testselector._names import resolution
from asyncio_testselector._names.hosts import Hosts
from kernel_comparison import LINUX

V4, V6 = socket.AF_INET, socket.AF_INET6
STREAM, DGRAM, RAW = socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW
TCP, UDP = socket.IPPROTO_TCP, socket.IPPROTO_UDP
PASSIVE, NUMERICHOST = socket.AI_PASSIVE, socket.AI_NUMERICHOST
V4MAPPED = getattr(socket, "AI_V4MAPPED", 0)
NUMERICSERV = getattr(socket, "AI_NUMERICSERV", 0)

QUESTIONS: list[tuple[Any, ...]] = [
    ("127.0.0.1", 80),
    ("127.0.0.1", "80", 0, STREAM),
    ("127.0.0.1", None, V4, DGRAM),
    ("::1", 80, 0, STREAM),
    ("10.1.2.3", 80, 0, STREAM, TCP, NUMERICHOST),
    ("name", 80, 0, 0, 0, NUMERICHOST),
    ("127.0.0.1", 80, 0, STREAM, UDP),
    (None, 80, V4, STREAM),
    (None, 80, V4, STREAM, 0, PASSIVE),
    (None, 80, V6, STREAM, 0, PASSIVE),
    (None, 80, 0, STREAM, 0, socket.AI_CANONNAME),
    (None, None),
    ("", 80),
    (b"127.0.0.1", b"80", 0, STREAM),
    ("127.0.0.1", "http"),
    ("127.0.0.1", "domain"),
    ("127.0.0.1", "http", 0, DGRAM),
    ("127.0.0.1", "domain", 0, RAW),
    ("127.0.0.1", "http", 0, 0, 0, NUMERICSERV),
    ("127.0.0.1", "no such service", 0, STREAM),
    ("127.0.0.1", "", 0, STREAM),
    ("127.0.0.1", " +80", 0, STREAM),
    ("127.0.0.1", "80 ", 0, STREAM),
    ("127.0.0.1", -1),
    ("127.0.0.1", 70000),
    ("127.0.0.1", 80, V6),
    ("127.0.0.1", 80, V6, 0, 0, V4MAPPED),
    ("::1", 80, V4),
    ("::ffff:127.0.0.1", 80, V4),
    ("localhost", 80, V4, STREAM, 0, socket.AI_CANONNAME),
    ("LOCALHOST", 80, V4),
    ("127.0.0.1", 80, 77),
    ("127.0.0.1", 80, 0, 99),
    ("127.0.0.1", 80, 0, RAW),
    ("127.0.0.1", None, 0, RAW, 17),
    ("127.0.0.1", 80, 0, 0, 99),
    ("127.0.0.1", None, 0, 0, 99),
    ("127.0.0.1", 80, 0, DGRAM, TCP),
    ("127.1", 80),
    ("0", 80, 0, STREAM),
    ("0x7f.1", 80, 0, STREAM),
    ("0x", 80),
    ("010.1.1.1", 80, 0, STREAM),
    ("1.2.3.256", 80),
    ("4294967296", 80),
    ("1.2.3.4.5", 80),
    ("fe80::1%1", 80, 0, STREAM),
    ("2001:db8::1%7", 80, 0, STREAM),
    ("fe80::1%no-such-interface", 80),
    ("::1%lo", 80),
    ("FE80:0::1", 80, 0, STREAM),
    ("a" * 70, 80),
    ("a..b", 80),
    (5, 5),
    ("127.0.0.1", 1.5),
]

ADDRESSES: list[tuple[Any, ...]] = [
    (("127.0.0.1", 80), socket.NI_NUMERICHOST),
    (("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV),
    (("127.0.0.1", 53), socket.NI_NUMERICHOST | socket.NI_DGRAM),
    (("127.0.0.1", 54321), socket.NI_NUMERICHOST),
    (("127.0.0.1", 70000), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV),
    (("::1", 80, 0, 0), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV),
    (("::1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV),
    (("127.0.0.1", 80, 0), socket.NI_NUMERICHOST),
    (("no address", 80), socket.NI_NUMERICHOST),
    (("127.0.0.1",), 0),
    ("127.0.0.1", 0),
    (("127.0.0.1", "80"), 0),
]

HOSTS: list[tuple[str, Any]] = [
    ("gethostbyname", "127.0.0.1"),
    ("gethostbyname", b"127.0.0.1"),
    ("gethostbyname", "127.1"),
    ("gethostbyname", "localhost"),
    ("gethostbyname", ""),
    ("gethostbyname", "<broadcast>"),
    ("gethostbyname", "::1"),
    ("gethostbyname_ex", "127.0.0.1"),
]


def answer(resolve: Any, *question: Any) -> Any:
    try:
        return resolve(*question)
    except Exception as exc:
        return type(exc), exc.args if isinstance(exc, socket.gaierror) else ()


@LINUX
@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_names_resolve_as_the_c_library_resolves_them(question: Any) -> None:
    assert answer(resolution.getaddrinfo, Hosts(), *question) == answer(
        socket.getaddrinfo, *question
    )


def test_port_may_be_of_a_subclass_of_int() -> None:
    found = resolution.getaddrinfo(Hosts(), "127.0.0.1", HTTPStatus.OK, V4, STREAM)

    assert found == socket.getaddrinfo("127.0.0.1", 200, V4, STREAM)


@LINUX
@pytest.mark.parametrize("question", ADDRESSES, ids=str)
def test_addresses_are_named_as_the_c_library_names_them(question: Any) -> None:
    assert answer(resolution.getnameinfo, Hosts(), *question) == answer(
        socket.getnameinfo, *question
    )


@LINUX
@pytest.mark.parametrize(("function", "name"), HOSTS, ids=str)
def test_old_functions_answer_as_the_c_librarys(function: str, name: Any) -> None:
    ours = answer(getattr(resolution, function), Hosts(), name)

    assert ours == answer(getattr(socket, function), name)


def test_old_functions_know_the_hosts_of_the_network() -> None:
    async def main() -> None:
        async with MemoryNetwork(hosts={"db.example": ("10.0.0.5", "fd00::5", "10.0.0.6")}):
            assert socket.gethostbyname_ex("db.example") == (
                "db.example",
                [],
                ["10.0.0.5", "10.0.0.6"],
            )
            assert socket.gethostbyaddr("fd00::5") == ("db.example", [], ["fd00::5"])
            assert socket.getfqdn("10.0.0.6") == "db.example"
            for unknown in ("10.9.9.9", "0.0.0.0"):
                with pytest.raises(socket.herror, match="Unknown host"):
                    socket.gethostbyaddr(unknown)
            assert socket.gethostbyname_ex("") == ("0.0.0.0", [], ["0.0.0.0"])

    asyncio.run(main())


def test_ipv4_host_can_be_had_as_an_ipv6_address() -> None:
    found = resolution.getaddrinfo(
        Hosts({"db": "10.1.1.1"}), "db", 80, V6, STREAM, 0, V4MAPPED or 8
    )

    assert [info[4] for info in found] == [("::ffff:10.1.1.1", 80, 0, 0)]


@pytest.mark.parametrize("name", ["10.0.0.1.2", "with space", "a:b"])
def test_server_on_what_is_no_name_makes_no_host(name: str) -> None:
    hosts = Hosts()

    with pytest.raises(socket.gaierror):
        resolution.getaddrinfo(hosts, name, 80, flags=PASSIVE)
    assert name not in hosts
