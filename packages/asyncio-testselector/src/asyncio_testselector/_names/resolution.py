"""
What ``getaddrinfo`` and its relatives say in a memory network.

Theory of operation. The answers, their order and their errors are those of glibc's ``getaddrinfo``,
on every system, with the hosts of the network in the place of ``/etc/hosts`` and DNS; the services
are those of the operating system. The tests compare them with Linux'.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from asyncio_testselector._names.addresses import unmapped
from asyncio_testselector._names.numeric import family_of, is_wildcard, numeric

if TYPE_CHECKING:
    from asyncio_testselector._names.hosts import Hosts

AddrInfo = tuple[Any, Any, int, str, Any]

KINDS = (
    (socket.SOCK_STREAM, int(socket.IPPROTO_TCP), "tcp"),
    (socket.SOCK_DGRAM, int(socket.IPPROTO_UDP), "udp"),
    (socket.SOCK_RAW, 0, ""),
)

NONAME, SERVICE, SOCKTYPE = "EAI_NONAME", "EAI_SERVICE", "EAI_SOCKTYPE"
FAMILY, ADDRFAMILY, BADFLAGS = "EAI_FAMILY", "EAI_ADDRFAMILY", "EAI_BADFLAGS"

WORDS = {
    NONAME: "Name or service not known",
    SERVICE: "Servname not supported for ai_socktype",
    SOCKTYPE: "ai_socktype not supported",
    FAMILY: "ai_family not supported",
    BADFLAGS: "Bad value for ai_flags",
    ADDRFAMILY: "Address family for hostname not supported",
}

V4MAPPED = int(getattr(socket, "AI_V4MAPPED", 0))
NUMERICSERV = int(getattr(socket, "AI_NUMERICSERV", 0))


def failure(name: str) -> socket.gaierror:
    """Return the resolver's error of this name, in glibc's words."""
    return socket.gaierror(getattr(socket, name, socket.EAI_NONAME), WORDS[name])


def getaddrinfo(
    hosts: Hosts,
    host: str | bytes | None,
    port: str | bytes | int | None,
    family: int = 0,
    type: int = 0,  # noqa: A002
    proto: int = 0,
    flags: int = 0,
) -> list[AddrInfo]:
    """
    Resolve as `socket.getaddrinfo` does, among the hosts of a network.

    A name asked for with ``AI_PASSIVE``, that is by a server, becomes a host.

    Raises:
        socket.gaierror: Nobody has the name, or nothing fits what is asked for.
    """
    name = host_name(host)
    if name is None and port is None:
        raise failure(NONAME)
    if name is None and flags & socket.AI_CANONNAME:
        raise failure(BADFLAGS)
    if family not in (0, socket.AF_INET, socket.AF_INET6):
        raise failure(FAMILY)
    services = _services(_service(port), type, proto, flags)
    found = [
        (socket.AddressFamily(sockaddr_family), socket.SocketKind(kind), number, "", sockaddr)
        for sockaddr_family, address, scope in _candidates(hosts, name, family, flags)
        for kind, number, port_number in services
        for sockaddr in [_sockaddr(sockaddr_family, address, port_number, scope)]
    ]
    if name and flags & socket.AI_CANONNAME:
        found[0] = (*found[0][:3], name, found[0][4])
    return found


def host_name(host: Any) -> str | None:
    """
    Return a name in ASCII, as the C library is asked for it.

    Raises:
        TypeError: It is none.
        UnicodeError: It cannot be a name of the internet.
    """
    if host is None:
        return None
    if isinstance(host, str):
        host = host.encode("idna")
    elif not isinstance(host, (bytes, bytearray)):
        msg = "getaddrinfo() argument 1 must be string or None"
        raise TypeError(msg)
    return bytes(host).decode("ascii", "surrogateescape")


# -- services ------------------------------------------------------------------------------------


def _service(port: Any) -> str | int | None:
    """Return a port as a number if it is one, otherwise its name; None if nothing is said."""
    if port is None or port in ("", b""):
        return 0 if port is not None else None
    if isinstance(port, int):  # of which CPython refuses subclasses before 3.14
        text = str(int(port))
    elif isinstance(port, (str, bytes)):
        text = port if isinstance(port, str) else port.decode("ascii")
    else:
        msg = "Int or String expected"
        raise OSError(msg)
    digits = text.lstrip(" \t\n\v\f\r").removeprefix("+")
    if digits.isascii() and digits.isdecimal():
        number = int(digits)
        return number & 0xFFFF if number < 2**63 else text
    return text


def _services(service: str | int | None, kind: int, proto: int, flags: int) -> Any:
    """Return type, protocol and port of all that fits."""
    fitting = [
        (each, number or proto, name)
        for each, number, name in KINDS
        if kind in (0, each) and (proto in (0, number) or not number)
        if number or kind == each or not proto
    ]
    if not fitting and not kind:
        # Any protocol can be had over a raw socket, as long as it needs no port.
        fitting = [(socket.SOCK_RAW, proto, "")]
    if not fitting:
        raise failure(SOCKTYPE)
    raw_only = all(not name for *_, name in fitting)
    if service is not None and raw_only:
        raise failure(SERVICE)
    if not isinstance(service, str):
        return [(each, number, service or 0) for each, number, _ in fitting]
    if flags & NUMERICSERV:
        raise failure(NONAME)
    ports = []
    for each, number, name in fitting:
        with suppress(OSError):
            if name:
                ports.append((each, number, socket.getservbyname(service, name)))
    if not ports:
        raise failure(SERVICE)
    return ports


# -- addresses -----------------------------------------------------------------------------------


def _candidates(hosts: Hosts, name: str | None, family: int, flags: int) -> Any:
    """Return family, address and scope of all that the name has."""
    passive = flags & socket.AI_PASSIVE
    if name is None:
        # In this order; glibc has its own reasons.
        own = ["0.0.0.0", "::"] if passive else ["::1", "127.0.0.1"]
        return [(family_of(each), each, 0) for each in own if family in (0, family_of(each))]
    number = numeric(name)
    if number is not None:
        return [_in_family(*number, family, flags)]
    if flags & socket.AI_NUMERICHOST or not name:
        raise failure(NONAME)
    if passive and hosts.addresses(name) is None and valid(name):
        hosts.add(name)
    addresses = hosts.addresses(name) or []
    found = [(family_of(each), each, 0) for each in addresses if family in (0, family_of(each))]
    if not found and family == socket.AF_INET6 and flags & V4MAPPED:
        found = [(family, f"::ffff:{each}", 0) for each in addresses]
    if not found:
        raise failure(NONAME)
    return found


def valid(name: str) -> bool:
    """Tell whether a name can be one, and is no address that has gone wrong."""
    last = name.rstrip(".").rpartition(".")[2]
    return bool(name.isprintable() and " " not in name and ":" not in name) and not last.isdecimal()


def _in_family(address: str, scope: int, family: int, flags: int) -> tuple[int, str, int]:
    """Return a numeric address in the family that is asked for."""
    own = family_of(address)
    assert own is not None
    if family in (0, own):
        return own, address, scope
    if family == socket.AF_INET6 and flags & V4MAPPED:
        return family, f"::ffff:{address}", 0
    inside, *_ = unmapped((address, 0, 0, 0)) if own == socket.AF_INET6 else (address,)
    if inside == address:
        raise failure(ADDRFAMILY)
    return family, inside, 0


def _sockaddr(family: int, address: str, port: int, scope: int) -> Any:
    return (address, port) if family == socket.AF_INET else (address, port, 0, scope)


# -- and back ------------------------------------------------------------------------------------


def getnameinfo(hosts: Hosts, sockaddr: Any, flags: int = 0) -> tuple[str, str]:
    """
    Return the host name and the service of an address, as `socket.getnameinfo` does.

    Raises:
        socket.gaierror: It is no numeric address, or has no name and needs one.
        TypeError: It is no address.
    """
    if not isinstance(sockaddr, tuple):
        msg = "getnameinfo() argument 1 must be a tuple"
        raise TypeError(msg)
    if not 2 <= len(sockaddr) <= 4 or not isinstance(sockaddr[0], str):
        msg = "getnameinfo(): illegal sockaddr argument"
        raise TypeError(msg)
    if not isinstance(sockaddr[1], int):
        msg = f"{type(sockaddr[1]).__name__!r} object cannot be interpreted as an integer"
        raise TypeError(msg)
    address = numeric(sockaddr[0])
    if address is None:
        raise failure(NONAME)
    if family_of(address[0]) == socket.AF_INET and len(sockaddr) != 2:
        msg = "IPv4 sockaddr must be 2 tuple"
        raise OSError(msg)
    owner = None if flags & socket.NI_NUMERICHOST else hosts.owner(address[0])
    if owner is None and flags & socket.NI_NAMEREQD:
        raise failure(NONAME)
    return owner or address[0], _service_name(sockaddr[1] & 0xFFFF, flags)


def _service_name(port: int, flags: int) -> str:
    if not flags & socket.NI_NUMERICSERV:
        with suppress(OSError):
            return socket.getservbyport(port, "udp" if flags & socket.NI_DGRAM else "tcp")
    return str(port)


def gethostbyname(hosts: Hosts, name: Any) -> str:
    """Return the first IPv4 address of a host, as `socket.gethostbyname` does."""
    text = host_name(name)
    if text == "":
        return "0.0.0.0"
    if text == "<broadcast>":
        return "255.255.255.255"
    found = getaddrinfo(hosts, text, None, socket.AF_INET, socket.SOCK_STREAM)
    address: str = found[0][4][0]
    return address


def gethostbyname_ex(hosts: Hosts, name: Any) -> tuple[str, list[str], list[str]]:
    """Return a host's name, no other names, and all its IPv4 addresses."""
    text = host_name(name) or ""
    if text == "":
        return "0.0.0.0", [], ["0.0.0.0"]
    found = getaddrinfo(hosts, text, None, socket.AF_INET, socket.SOCK_STREAM)
    return text, [], [info[4][0] for info in found]


def gethostbyaddr(hosts: Hosts, address: Any) -> tuple[str, list[str], list[str]]:
    """
    Return the name of the host that has an address, no other names, and the address.

    Raises:
        socket.herror: Nobody has it, or it has no name.
    """
    found = getaddrinfo(hosts, address, None, 0, socket.SOCK_STREAM)
    number = found[0][4][0]
    owner = None if is_wildcard(number) else hosts.owner(number)
    if owner is None or owner == number:
        raise socket.herror(1, "Unknown host")
    return owner, [], [number]
