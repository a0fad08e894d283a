"""What is behind the operations in flight of a proactor loop."""

import gc
import socket
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asyncio_fakeclock._world import operations as _operations
from asyncio_fakeclock._world.operations import Operations
from asyncio_fakeclock._world.sockets import LISTENER, OWN, REAL

Ends = tuple[socket.socket, socket.socket, socket.socket]


@pytest.fixture
def connection() -> Iterator[Ends]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(listener.getsockname()) as client:
            with listener.accept()[0] as server:
                yield listener, client, server


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the collector was asked for its objects by."""
    asked: list[str] = []

    class Collector:
        @staticmethod
        def get_objects() -> list[Any]:
            asked.append("get_objects")
            return gc.get_objects()

    monkeypatch.setattr(_operations, "gc", Collector)
    return asked


def kinds(operations: Operations, *objects: Any, alone: Callable[[], bool]) -> list[str]:
    return [each.kind for each in operations.channels(objects, alone)]


def test_ends_that_are_both_read_are_own(connection: Ends, collector: list[str]) -> None:
    assert kinds(Operations(), *connection, alone=lambda: True) == [LISTENER, OWN, OWN]
    assert collector == []


def test_end_whose_other_one_was_read_before_is_own(connection: Ends) -> None:
    operations, (_, client, server) = Operations(), connection
    kinds(operations, client, server, alone=lambda: False)
    assert kinds(operations, client, alone=lambda: False) == [OWN]


def test_end_whose_other_one_has_been_closed_is_real(connection: Ends) -> None:
    operations, (_, client, server) = Operations(), connection
    kinds(operations, client, server, alone=lambda: False)
    server.close()
    assert kinds(operations, client, alone=lambda: False) == [REAL]


def test_end_whose_other_one_is_elsewhere_is_own_while_nobody_else_runs(
    connection: Ends, collector: list[str]
) -> None:
    operations, (_, client, _) = Operations(), connection
    assert kinds(operations, client, alone=lambda: True) == [OWN]
    assert kinds(operations, client, alone=lambda: False) == [REAL]
    assert kinds(operations, client, alone=lambda: True) == [OWN]
    assert collector == ["get_objects"]


def test_other_objects_are_not_asked_what_they_are(connection: Ends) -> None:
    asked: list[str] = []

    class Secretive:
        @property
        def __class__(self) -> type:
            asked.append("__class__")
            raise RuntimeError

    class Gone:
        pass

    secretive, gone = Secretive(), Gone()
    proxy = weakref.proxy(gone)
    del gone
    _, client, _ = connection
    assert kinds(Operations(), client, alone=lambda: True) == [OWN]
    assert asked == []
    del secretive, proxy


def test_nobody_is_looked_for_while_all_ends_are_known(connection: Ends) -> None:
    asked: list[str] = []
    _, client, server = connection
    kinds(Operations(), client, server, alone=lambda: not asked.append("alone"))
    assert asked == []


def test_sockets_are_not_kept_alive(connection: Ends) -> None:
    operations, (_, client, server) = Operations(), connection
    copy = client.dup()
    kinds(operations, copy, server, alone=lambda: True)
    alive = weakref.ref(copy)
    copy.close()
    del copy
    assert alive() is None


def test_socket_without_weak_references_is_looked_at_anew(
    connection: Ends, collector: list[str]
) -> None:
    operations, (_, client, server) = Operations(), connection
    raw = socket.SocketType(fileno=server.detach())
    try:
        assert kinds(operations, client, raw, alone=lambda: False) == [OWN, OWN]
        assert kinds(operations, client, alone=lambda: False) == [REAL]
    finally:
        raw.close()
