"""
Lines as they stand in test suites in the wild; read by type checkers, never run.

The sentences of many suites, in words of our own. None of them may need a "type: ignore".
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import socket
import subprocess
import unittest
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import asyncmock_plus as mock
from asyncmock_plus import (
    ANY,
    DEFAULT,
    AsyncMock,
    CoroutineMock,
    MagicMock,
    Mock,
    NonCallableMagicMock,
    PropertyMock,
    call,
    create_autospec,
    mock_open,
    patch,
    seal,
    sentinel,
)
from asyncmock_plus.typing import AutospecInstance


class Session:
    async def get(self, url: str, *, timeout: float = 10) -> bytes:
        return url.encode()

    async def commit(self) -> None: ...

    def add(self, row: object) -> None: ...

    @property
    def closed(self) -> bool:
        return False

    async def rows(self) -> AsyncIterator[int]:
        yield 1


class Service:
    def __init__(self, session: Session, clock: Callable[[], float]) -> None:
        self.session = session
        self.clock = clock

    async def fetch(self, name: str) -> str:
        return (await self.session.get(name)).decode()


# Fixtures.
def session() -> AsyncMock:
    return AsyncMock(spec=Session)


def strict_session() -> Mock:
    return mock.Mock(spec_set=Session)


def specified() -> AutospecInstance[Session]:
    return create_autospec(Session, instance=True, spec_set=True)


def patched_environment() -> Iterator[None]:
    with patch.dict(os.environ, {"TOKEN": "secret"}, clear=True):
        yield


def patched_now() -> Iterator[MagicMock | AsyncMock]:
    with patch("app.clock.now", autospec=True) as now:
        now.return_value = dt.datetime(2026, 11, 30)
        yield now


def client() -> MagicMock:
    made = MagicMock(name="client", **{"get.return_value.status_code": 200})
    made.post.side_effect = [TimeoutError, ConnectionResetError("gone"), DEFAULT]
    made.__enter__.return_value = made
    made.__aenter__.return_value = made
    made.headers = {"Accept": "text/plain"}
    type(made).closed = PropertyMock(return_value=False)
    return made


async def test_fetch() -> None:
    http = session()
    http.get.return_value = b"text"
    http.get.side_effect = lambda url, timeout=10: url.encode()
    service = Service(http, clock=Mock(return_value=1.5))

    assert await service.fetch("a") == "text"

    http.get.assert_awaited_once_with("a", timeout=ANY)
    http.get.assert_has_awaits([call("a"), call("b")], any_order=True)
    assert http.get.await_args.kwargs["timeout"] == 10
    assert http.get.await_count == len(http.get.await_args_list)
    http.commit.assert_not_awaited()
    http.add.assert_called_once()
    await http.get.awaited.wait_next(timeout=1)


async def test_streams() -> None:
    reader, writer = AsyncMock(spec=asyncio.StreamReader), MagicMock(spec=asyncio.StreamWriter)
    reader.readline.side_effect = [b"one\n", b""]
    writer.drain = AsyncMock()
    with patch("asyncio.open_connection", return_value=(reader, writer)) as connect:
        connect.assert_called_once_with("localhost", 80)
    with patch.object(asyncio, "sleep", new=AsyncMock()) as sleep:
        sleep.assert_has_calls([call(1), call(2)])
    sent = [args.args[0] for args in writer.write.call_args_list]
    assert b"".join(sent) == b"hello"


async def test_iteration() -> None:
    cursor = MagicMock()
    cursor.__aiter__.return_value = [1, 2, 3]
    cursor.__len__.return_value = 3
    cursor.__getitem__.side_effect = {"a": 1}.__getitem__
    assert [row async for row in cursor] == [1, 2, 3]
    assert cursor["a"] == 1
    async with cursor.transaction() as transaction:
        transaction.commit()


@patch("app.mail.send")
@patch.object(Session, "closed", new_callable=PropertyMock)
def test_decorated(closed: PropertyMock, send: MagicMock) -> None:
    closed.return_value = True
    send.assert_called_once_with(to="ada@example.org", subject=ANY)
    first, second = send.call_args_list
    args, kwargs = first
    assert (args, kwargs["to"]) == ((), "ada@example.org")
    assert second == call(to="bob@example.org")


@patch("app.config.LIMIT", 3)
@patch.dict("sys.modules", {"heavy": MagicMock()})
def test_constants() -> None: ...


class SuiteTests(unittest.IsolatedAsyncioTestCase):
    patcher: mock._patch[Any]

    def setUp(self) -> None:
        self.patcher = patch("app.database.connect", autospec=True)
        self.connect = self.patcher.start()
        self.addCleanup(self.patcher.stop)
        self.store: MagicMock = create_autospec(Session, instance=True)
        self.store.rows.return_value = [1, 2]
        self.stack = ExitStack()
        self.run_command = self.stack.enter_context(patch("subprocess.run"))

    def test_command(self) -> None:
        self.run_command.return_value = Mock(returncode=0, stdout="ok")
        self.run_command.side_effect = subprocess.CalledProcessError(1, ["ls"])
        self.assertEqual(self.run_command.call_args, call(["ls"], check=True))
        self.assertEqual(self.run_command.call_args[0][0], ["ls"])
        self.assertEqual(self.run_command.mock_calls, [call(["ls"], check=True)])

    @patch("builtins.open", new_callable=mock_open, read_data="line\n")
    def test_file(self, opened: MagicMock) -> None:
        opened.assert_called_once_with(Path("file"), encoding="utf-8")
        opened().write.assert_called_with("text")

    @patch.multiple("app.jobs", start=DEFAULT, stop=DEFAULT)
    def test_several(self, start: MagicMock, stop: MagicMock) -> None:
        parent = Mock()
        parent.attach_mock(start, "start")
        parent.attach_mock(stop, "stop")
        self.assertEqual(parent.mock_calls, [call.start(1), call.stop(force=True)])
        parent.reset_mock(return_value=True, side_effect=True)


def test_specified() -> None:
    store = specified()
    store.get.return_value = b"data"
    store.get.side_effect = [b"one", OSError()]
    store.closed = True
    store.add.assert_called_once_with(sentinel.row)
    service = Service(store, lambda: 1.0)
    cast(AsyncMock, service.session.get).assert_awaited_with("a")
    wrapped = MagicMock(wraps=Session())
    wrapped.get.assert_not_called()
    seal(wrapped)


def test_sockets() -> None:
    sock = create_autospec(socket.socket, instance=True)
    sock.recv.side_effect = [b"data", b""]
    sock.getsockname.return_value = ("127.0.0.1", 80)
    connection = NonCallableMagicMock(spec=socket.socket)
    connection.fileno.return_value = 3
    loads = create_autospec(json.loads, return_value={"a": 1})
    loads("{}")
    loads.assert_called_once_with("{}")


def test_calls() -> None:
    last: mock._Call = call(1)
    calls: mock._CallList = Mock().mock_calls
    assert last in calls
    assert isinstance(AsyncMock(), mock.AsyncMockMixin)
    name: mock._SentinelObject = sentinel.name
    assert repr(name)


class Recorder(MagicMock):
    """A class of one's own."""

    def _get_child_mock(self, **kwargs: Any) -> Mock:
        return Mock(**kwargs)


class AwaitedRecorder(mock.AsyncMockMixin, Mock): ...


async def test_classic() -> None:
    fetch = CoroutineMock(side_effect=mock.return_once(b"data", then=ConnectionResetError))
    assert await fetch() == b"data"
    await fetch.awaited.wait(skip=0)
    recorder = Recorder()
    recorder.child.assert_not_called()
