"""A proactor over mocks, memory and real files, for asyncio's proactor event loops."""

from __future__ import annotations

import asyncio
import os
import selectors
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE, SelectorKey
from typing import TYPE_CHECKING, Any, final

from asyncio_testselector._files.descriptor import is_virtual
from asyncio_testselector._files.filemock import is_socket
from asyncio_testselector._proactor import endpoints
from asyncio_testselector._proactor.operations import Attempt, Channel, Operation
from asyncio_testselector._selector.selector import TestSelector

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ACCEPTED = 100  # clients accepted for one set_read_ready, as a selector loop does


@final
class TestProactor:
    """
    A proactor that serves mocks and memory sockets beside real files.

    It has the methods of Windows' ``IocpProactor``. In Windows it goes around that one:
    ``asyncio.ProactorEventLoop(TestProactor(asyncio.IocpProactor()))``; elsewhere see
    `TestProactorEventLoop`.

    Mocks are read when `set_read_ready` says so, one call of ``recv`` for each, and a ``send`` that
    raised ``BlockingIOError`` is tried again after `set_write_ready`: as in a selector loop. The
    coroutines ``loop.sock_recv()`` and their kind try at once.

    Args:
        proactor: Serves real files. Without it, a selector inside does.
        selector: The selector inside, of everything else; one of its own by default.

    Raises:
        TypeError: *proactor* is no proactor.

    Example:
        >>> loop = asyncio.proactor_events.BaseProactorEventLoop(TestProactor())
        >>> loop.close()

    .. versionadded:: 1.0.0
    """

    __test__ = False  # pytest: not a test case, whatever its name

    def __init__(self, proactor: Any = None, *, selector: TestSelector | None = None) -> None:
        if proactor is not None and not hasattr(proactor, "set_loop"):
            msg = f"{proactor!r} is no proactor: pass an asyncio.IocpProactor(), or None"
            raise TypeError(msg)
        self._delegate: Any = proactor
        self._selector = TestSelector() if selector is None else selector
        if proactor is not None:
            self._selector.adopt(CompletionSelector(proactor))
        self._channels: dict[tuple[bool, int], Channel] = {}
        # How many clients of a listener may still be accepted without asking the selector.
        self._accepting: dict[int, int] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def __repr__(self) -> str:
        return f"<TestProactor: over {self._delegate or self._selector!r}>"

    def __getattr__(self, name: str) -> Any:
        # accept_pipe, connect_pipe, wait_for_handle and the like are about real handles.
        if name.startswith("__") or self.__dict__.get("_delegate") is None:
            msg = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(self._delegate, name)

    @property
    def selector(self) -> TestSelector:
        """The selector inside, of all that the proactor given does not serve."""
        return self._selector

    def set_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Be the proactor of *loop*."""
        self._loop = loop
        self._selector.meet(loop)
        if self._delegate is not None:
            self._delegate.set_loop(loop)

    def get_map(self) -> Mapping[Any, SelectorKey]:
        """Return the files that something waits for, and their keys."""
        return self._selector.get_map()

    def select(self, timeout: float | None = None) -> list[Any]:
        """
        Wait, and complete what can be completed.

        Args:
            timeout: Seconds; None is as long as it takes.

        Returns:
            Nothing, as every proactor: the futures have the results.
        """
        for key, events in self._selector.select(timeout):
            if key.fd in self._accepting:
                self._accepting[key.fd] = MOST_ACCEPTED
            key.data.ready(events)
        return []

    def recv(self, conn: Any, nbytes: int, flags: int = 0) -> asyncio.Future[bytes]:
        """Read up to *nbytes* from a socket or a pipe."""
        if self._is_foreign(conn):
            completion: asyncio.Future[bytes] = self._delegate.recv(conn, nbytes, flags)
            return completion
        return self._read(conn, partial(endpoints.receive, conn, nbytes, flags), "recv")

    def recv_into(self, conn: Any, buf: Any, flags: int = 0) -> asyncio.Future[int]:
        """Read from a socket or a pipe into *buf*."""
        if self._is_foreign(conn):
            completion: asyncio.Future[int] = self._delegate.recv_into(conn, buf, flags)
            return completion
        return self._read(conn, partial(endpoints.receive_into, conn, buf, flags), "recv_into")

    def recvfrom(self, conn: Any, nbytes: int, flags: int = 0) -> asyncio.Future[Any]:
        """Receive a datagram and the address it came from."""
        if self._is_foreign(conn):
            completion: asyncio.Future[Any] = self._delegate.recvfrom(conn, nbytes, flags)
            return completion
        return self._read(conn, partial(endpoints.receive_from, conn, nbytes), "recvfrom")

    def recvfrom_into(self, conn: Any, buf: Any, nbytes: int = 0) -> asyncio.Future[Any]:
        """Receive a datagram into *buf*; IOCP calls the number of bytes flags, and uses it so."""
        if self._is_foreign(conn):
            completion: asyncio.Future[Any] = self._delegate.recvfrom_into(conn, buf, nbytes)
            return completion
        attempt = partial(endpoints.receive_from_into, conn, buf, nbytes)
        return self._read(conn, attempt, "recvfrom_into")

    def send(self, conn: Any, buf: Any, flags: int = 0) -> asyncio.Future[int]:
        """Write all of *buf* to a socket or a pipe."""
        if self._is_foreign(conn):
            completion: asyncio.Future[int] = self._delegate.send(conn, buf, flags)
            return completion
        return self._write(conn, endpoints.Sending(conn, buf, flags), "send")

    def sendto(self, conn: Any, buf: Any, flags: int = 0, addr: Any = None) -> asyncio.Future[int]:
        """Send a datagram."""
        if self._is_foreign(conn):
            completion: asyncio.Future[int] = self._delegate.sendto(conn, buf, flags, addr)
            return completion
        return self._write(conn, partial(endpoints.send_to, conn, bytes(buf), addr), "sendto")

    def connect(self, conn: Any, address: Any) -> asyncio.Future[None]:
        """Connect a socket."""
        if self._is_foreign(conn):
            completion: asyncio.Future[None] = self._delegate.connect(conn, address)
            return completion
        return self._write(conn, endpoints.Connecting(conn, address), "connect")

    def accept(self, listener: Any) -> asyncio.Future[Any]:
        """Accept a client: a future of its socket and its address."""
        if self._is_foreign(listener):
            completion: asyncio.Future[Any] = self._delegate.accept(listener)
            return completion
        number = listener.fileno()
        # One set_read_ready may stand for several clients: go on until there is none.
        left = self._accepting.get(number, 0)
        self._accepting[number] = max(0, left - 1)
        return self._read(listener, partial(endpoints.accept, listener), "accept", at_once=left > 0)

    def sendfile(self, sock: Any, file: Any, offset: int, count: int) -> asyncio.Future[Any]:
        """
        Send a real file over a real socket.

        Raises:
            SendfileNotAvailableError: It is no real socket; asyncio then reads the file and sends.
        """
        if self._is_foreign(sock):
            completion: asyncio.Future[Any] = self._delegate.sendfile(sock, file, offset, count)
            return completion
        if is_virtual(sock.fileno()) or not hasattr(os, "sendfile"):
            msg = f"the kernel does not know {sock!r}, so it cannot send a file: use fallback=True"
            raise asyncio.SendfileNotAvailableError(msg)
        return self._write(sock, endpoints.SendingFile(sock, file, offset, count), "sendfile")

    def _stop_serving(self, obj: Any) -> None:
        if self._is_foreign(obj):
            self._delegate._stop_serving(obj)
        else:
            self._accepting.pop(obj.fileno(), None)

    def _is_foreign(self, endpoint: Any) -> bool:
        return self._delegate is not None and not is_virtual(endpoint.fileno())

    def _read(
        self, endpoint: Any, attempt: Attempt, name: str, *, at_once: bool = False
    ) -> Operation:
        # A level says by itself when there is something; a mock must not be asked before
        # set_read_ready, except by a coroutine, which a selector loop lets try at once, too.
        by_task = self._in_task(name)
        operation = self._operation(endpoint, attempt, name, by_task=by_task)
        if not (at_once or by_task) and endpoints.is_mock(endpoint):
            return self._wait(endpoint, operation, EVENT_READ)
        return self._start(endpoint, operation, EVENT_READ)

    def _write(self, endpoint: Any, attempt: Attempt, name: str) -> Operation:
        # Transports send from within the task that calls write().
        by_task = self._in_task(name) and name != "send"
        operation = self._operation(endpoint, attempt, name, by_task=by_task)
        return self._start(endpoint, operation, EVENT_WRITE)

    def _in_task(self, name: str) -> bool:
        if self._loop is None:
            msg = (
                f"{name}() of a proactor that belongs to no event loop: "
                "make one with TestProactorEventLoop(proactor)"
            )
            raise RuntimeError(msg)
        return asyncio.current_task(self._loop) is not None

    def _operation(self, endpoint: Any, attempt: Attempt, name: str, *, by_task: bool) -> Operation:
        loop = self._loop
        assert loop is not None
        return Operation(attempt, (name, endpoint), by_task=by_task, loop=loop)

    def _start(self, endpoint: Any, operation: Operation, event: int) -> Operation:
        """Make the attempt, unless others wait to make theirs."""
        number = endpoint.fileno()
        if number < 0:  # closed: the attempt fails as the endpoint does
            operation.try_now()
            return operation
        channel = self._channel(endpoint, number)
        if not channel.waiting(event) and operation.try_now():
            return operation
        return self._wait(endpoint, operation, event)

    def _wait(self, endpoint: Any, operation: Operation, event: int) -> Operation:
        self._channel(endpoint, endpoint.fileno()).add(operation, event)
        return operation

    def _channel(self, endpoint: Any, number: int) -> Channel:
        place = is_virtual(number), int(number)
        channel = self._channels.get(place)
        if channel is None:
            if not place[0] and not is_socket(endpoint):
                os.set_blocking(number, False)
            channel = Channel(number, self._selector, partial(self._channels.pop, place, None))
            self._channels[place] = channel
        return channel

    def close(self) -> None:
        """Close the selector and the proactor inside; what still waits will wait for ever."""
        self._channels.clear()
        self._selector.close()


@final
class CompletionSelector(selectors.BaseSelector):
    """
    A proactor in the place of a selector: it waits, and there is nothing to register.

    Args:
        proactor: Completes its own futures while it waits.
    """

    def __init__(self, proactor: Any) -> None:
        self._proactor = proactor

    def get_map(self) -> Mapping[Any, SelectorKey]:
        """Return nothing."""
        return {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> SelectorKey:
        """Refuse: real files never come here."""
        msg = f"{fileobj!r} is served by {self._proactor!r}"
        raise ValueError(msg)

    def unregister(self, fileobj: Any) -> SelectorKey:
        """Refuse: nothing is registered."""
        msg = f"{fileobj!r} is not registered"
        raise KeyError(msg)

    def select(self, timeout: float | None = None) -> list[Any]:
        """Wait for completions."""
        self._proactor.select(timeout)
        return []

    def close(self) -> None:
        """Close the proactor."""
        self._proactor.close()
