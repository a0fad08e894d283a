"""Who is at the other end of a descriptor."""

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asyncio_fakeclock._world import processes
from asyncio_fakeclock._world import sockets as _sockets
from asyncio_fakeclock._world import unix_peers as _unix_peers
from asyncio_fakeclock._world.kernel import System
from asyncio_fakeclock._world.processes import Children
from asyncio_fakeclock._world.sockets import LISTENER, OWN, REAL, Descriptor, channels
from capabilities import with_files, with_unix_sockets


def kinds(*files: Any) -> list[str]:
    fds = [file if isinstance(file, int) else file.fileno() for file in files]
    by_fd = {each.descriptor.fd: each.kind for each in channels(fds)}
    return [by_fd[fd] for fd in fds]


@pytest.fixture
def connection() -> Iterator[tuple[socket.socket, socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(listener.getsockname()) as client:
            with listener.accept()[0] as server:
                yield listener, client, server


def test_connection_with_both_ends_watched_is_own(connection: Any) -> None:
    listener, client, server = connection
    assert kinds(listener, client, server) == [LISTENER, OWN, OWN]


def test_connection_with_one_end_watched_is_real(connection: Any) -> None:
    listener, client, _ = connection
    assert kinds(listener, client) == [LISTENER, REAL]


def test_virtual_descriptors_are_left_out() -> None:
    assert channels([2**31, 2**31 + 5]) == []


def test_closed_descriptor_is_real() -> None:
    sock = socket.socket()
    fd = sock.fileno()
    sock.close()
    assert kinds(fd) == [REAL]


def test_connecting_socket_is_real() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        [channel] = channels([sock.fileno()])
        address = sock.getsockname()
    assert channel.kind == REAL
    assert channel.name == f"connecting socket at {address!r}"


def test_pairs_are_told_apart() -> None:
    one, other = socket.socketpair()
    third, fourth = socket.socketpair()
    with one, other, third, fourth:
        assert kinds(one, other, third) == [OWN, OWN, REAL]


@with_unix_sockets
def test_pair_counts_as_real_where_the_kernel_does_not_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_sockets, "peer_inode", lambda inode: None)
    one, other = socket.socketpair()
    with one, other:
        assert kinds(one, other) == [REAL, REAL]


@with_unix_sockets
def test_named_unix_connection_is_own_without_the_help_of_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sockets, "peer_inode", lambda inode: None)
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
        listener.bind(path)
        listener.listen()
        client.connect(path)
        with listener.accept()[0] as server:
            assert kinds(listener, client, server) == [LISTENER, OWN, OWN]


def test_datagram_socket_that_a_watched_one_is_connected_to_is_own() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        with socket.socket(type=socket.SOCK_DGRAM) as client:
            server.bind(("0.0.0.0", 0))
            client.connect(("127.0.0.1", server.getsockname()[1]))
            assert kinds(server, client) == [OWN, OWN]
            assert kinds(server) == [LISTENER]


@with_files
def test_pipe_with_both_ends_watched_is_own() -> None:
    reading, writing = os.pipe()
    try:
        assert kinds(reading, writing) == [OWN, OWN]
        assert kinds(reading) == [REAL]
    finally:
        os.close(reading)
        os.close(writing)


@with_files
def test_descriptor_used_again_is_another_one() -> None:
    with socket.socket() as sock:
        before = Descriptor.of(sock.fileno())
    with socket.socket() as sock:
        assert Descriptor.of(sock.fileno()) != before


@with_unix_sockets
def test_peer_of_a_pair_is_the_other_end() -> None:
    one, other = socket.socketpair()
    with one, other:
        peer = _unix_peers.peer_inode(os.fstat(one.fileno()).st_ino)
        assert peer == os.fstat(other.fileno()).st_ino


def test_peer_of_what_is_no_socket_is_unknown() -> None:
    assert _unix_peers.peer_inode(0) is None


def test_peer_is_unknown_where_there_is_no_netlink(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_NETLINK", raising=False)
    assert _unix_peers.peer_inode(1) is None


def test_peer_is_unknown_where_netlink_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(System, "socket", refuse)
    assert _unix_peers.peer_inode(1) is None


def test_answer_without_a_peer_is_understood() -> None:
    header = struct.pack("=IHHII", 32 + 8, 20, 0, 1, 0)
    message = struct.pack("=BBBBIII", 1, 1, 1, 0, 7, 0, 0)
    other_attribute = struct.pack("=HHI", 8, 1, 0)

    assert _unix_peers._peer_in(header + message + other_attribute) is None


def test_processes_are_unknown_without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(path: str) -> list[str]:
        raise FileNotFoundError(path)

    children = Children()
    monkeypatch.setattr(System, "listdir", missing)
    children.remember()
    assert children.alive() == []


def test_process_that_has_gone_is_not_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_children", lambda: [2**22 + 1])
    monkeypatch.setattr(System, "has_waitid", False)
    children = Children()
    monkeypatch.setattr(children, "_tells", True)
    assert children.alive() == []


@with_unix_sockets
def test_datagram_socket_with_a_path_is_own_without_the_help_of_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sockets, "peer_inode", lambda inode: None)
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            server.bind(path)
            client.connect(path)
            assert kinds(server, client) == [OWN, OWN]


def test_descriptors_are_unknown_without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(path: str) -> list[str]:
        raise FileNotFoundError(path)

    monkeypatch.setattr(System, "listdir", missing)
    assert _sockets.own_fds() == set()


def test_server_counts_as_real_where_listeners_cannot_be_told(
    connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(socket, "SO_ACCEPTCONN")
    assert kinds(connection[0]) == [REAL]
