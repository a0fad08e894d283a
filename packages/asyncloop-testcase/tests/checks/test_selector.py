"""The check active_selector_callbacks."""

import asyncio
import functools
import selectors
import socket
import unittest
from collections.abc import Callable

import pytest
from asyncloop_testcase import TestCase, _selector, check_loop
from checking import verdict_of
from running import passed


class ReadersCase(TestCase):
    """Has a loop with readers and writers, which the system's default one may lack."""

    loop_factory = asyncio.SelectorEventLoop


@pytest.fixture
def pair() -> object:
    one, other = socket.socketpair()
    one.setblocking(False)
    other.setblocking(False)
    with one, other:
        yield one, other


def ready() -> None:
    """Do nothing."""


def test_reader_that_is_left(pair: tuple[socket.socket, socket.socket]) -> None:
    class Case(ReadersCase):
        async def test(self) -> None:
            asyncio.get_running_loop().add_reader(pair[0].fileno(), ready)

    assert (
        verdict_of(Case, "active_selector_callbacks")
        == f"""\
active_selector_callbacks: readers or writers were added and not removed
  reader of {pair[0].fileno()}: test_selector.ready()
    created at File "test_selector.py", in test
      asyncio.get_running_loop().add_reader(pair[0].fileno(), ready)"""
    )


def test_writer_of_a_socket_that_is_left(pair: tuple[socket.socket, socket.socket]) -> None:
    class Case(ReadersCase):
        def test(self) -> None:
            self.loop.add_writer(pair[0], functools.partial(ready))
            self.loop.run_until_complete(asyncio.sleep(0))

    verdict = verdict_of(Case, "active_selector_callbacks")
    assert "writer of <socket.socket fd=" in verdict
    assert "test_selector.ready()" in verdict
    assert "self.loop.add_writer(pair[0], functools.partial(ready))" in verdict


def test_both_of_one_socket(pair: tuple[socket.socket, socket.socket]) -> None:
    class Case(ReadersCase):
        async def test(self) -> None:
            loop = asyncio.get_running_loop()
            loop.add_reader(pair[0], ready)
            loop.add_writer(pair[0], ready)

    verdict = verdict_of(Case, "active_selector_callbacks")
    assert "loop.add_reader(pair[0], ready)" in verdict
    assert "loop.add_writer(pair[0], ready)" in verdict


def test_those_that_are_removed_are_none(pair: tuple[socket.socket, socket.socket]) -> None:
    class Case(ReadersCase):
        async def test(self) -> None:
            loop = asyncio.get_running_loop()
            loop.add_reader(pair[0], ready)
            loop.add_writer(pair[0], ready)
            loop.remove_reader(pair[0])
            loop.remove_writer(pair[0])

    passed(Case)


def test_those_of_transports_servers_and_socket_calls_are_asyncios(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with check_loop():
            server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0)
            transport, _ = await loop.create_connection(
                asyncio.Protocol, *server.sockets[0].getsockname()
            )
            receiving = asyncio.create_task(loop.sock_recv(pair[0], 1))
            await asyncio.sleep(0.01)
        receiving.cancel()
        transport.abort()
        server.close()
        await asyncio.sleep(0.01)

    asyncio.run(main())


def test_earlier_ones_on_the_same_loop_are_not_blamed_on_a_later_test(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    class Case(TestCase):
        use_default_loop = True

        async def test(self) -> None:
            pass

    class Adding(TestCase):
        use_default_loop = True

        async def test(self) -> None:
            asyncio.get_running_loop().add_writer(pair[1], ready)

    loop = asyncio.SelectorEventLoop()
    asyncio.set_event_loop(loop)
    try:
        loop.add_reader(pair[0], ready)
        passed(Case)
        assert "writer of" in verdict_of(Adding, "active_selector_callbacks")
        assert "reader of" not in verdict_of(Adding, "active_selector_callbacks")
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_selector_is_as_before() -> None:
    loop = asyncio.SelectorEventLoop()
    names = list(vars(loop._selector))
    registry = loop._selector._fd_to_key
    with check_loop(loop):
        assert loop._selector._fd_to_key is not registry
        loop.run_until_complete(asyncio.sleep(0))
    assert list(vars(loop._selector)) == names
    assert loop._selector._fd_to_key is registry
    loop.close()


def test_what_the_block_registered_stays_registered(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    loop = asyncio.SelectorEventLoop()
    with check_loop(loop, active_selector_callbacks=True, level="lenient"):
        before = loop._selector._fd_to_key
        with check_loop(loop, level="lenient"):
            loop.add_reader(pair[0], ready)
        assert loop._selector._fd_to_key is before
        assert loop.remove_reader(pair[0])
        server = loop.run_until_complete(loop.create_server(asyncio.Protocol, "127.0.0.1", 0))
    assert server.sockets[0].fileno() in loop._selector.get_map()
    server.close()
    loop.close()


def test_registry_that_the_test_put_in_front_stays(loop: asyncio.AbstractEventLoop) -> None:
    with check_loop(loop, unused_loop=False):
        ours = loop._selector._fd_to_key
        theirs = loop._selector._fd_to_key = dict(ours)
    assert loop._selector._fd_to_key is theirs


class Wrapper(selectors.BaseSelector):
    """A selector of somebody else, who keeps no registry of his own."""

    def __init__(self) -> None:
        self.inner = selectors.DefaultSelector()

    def register(self, fileobj: object, events: int, data: object = None) -> object:
        return self.inner.register(fileobj, events, data)

    def modify(self, fileobj: object, events: int, data: object = None) -> object:
        return self.inner.modify(fileobj, events, data)

    def unregister(self, fileobj: object) -> object:
        return self.inner.unregister(fileobj)

    def select(self, timeout: float | None = None) -> list[object]:
        return self.inner.select(timeout)

    def get_map(self) -> object:
        return self.inner.get_map()

    def close(self) -> None:
        self.inner.close()


@pytest.fixture
def loop() -> object:
    loop = asyncio.SelectorEventLoop()
    yield loop
    loop.close()


def test_reader_on_a_selector_of_somebody_else(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    loop = asyncio.SelectorEventLoop(Wrapper())
    with pytest.raises(AssertionError) as caught, check_loop(loop):
        loop.add_reader(pair[0], ready)
        loop.add_writer(pair[0], ready)
    assert "loop.add_reader(pair[0], ready)" in str(caught.value)
    assert "loop.add_writer(pair[0], ready)" in str(caught.value)
    assert not {"register", "modify"} & set(vars(loop._selector))
    loop.close()


def test_reader_on_a_selector_of_somebody_else_that_a_test_leaves(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_selector, "_install", None)  # a TestSelector around it would tell

    class Case(TestCase):
        loop_factory = staticmethod(lambda: asyncio.SelectorEventLoop(Wrapper()))

        async def test(self) -> None:
            asyncio.get_running_loop().add_reader(pair[0], ready)

    verdict = verdict_of(Case, "active_selector_callbacks")
    assert verdict.endswith("      asyncio.get_running_loop().add_reader(pair[0], ready)")


class Telling(Wrapper):
    """A selector that tells what is registered, as the one of asyncio-testselector."""

    on_register: Callable[[object], object] | None = None

    def register(self, fileobj: object, events: int, data: object = None) -> object:
        key = super().register(fileobj, events, data)
        if self.on_register is not None:
            self.on_register(key)
        return key


def test_reader_on_a_selector_that_tells_is_reported_with_its_place(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    loop = asyncio.SelectorEventLoop(Telling())
    with pytest.raises(AssertionError) as caught, check_loop(loop):
        assert "register" not in vars(loop._selector)  # there is no need of a spy
        loop.add_reader(pair[0], ready)
    assert "loop.add_reader(pair[0], ready)" in str(caught.value)
    assert loop._selector.on_register is None
    loop.close()


@pytest.mark.parametrize("selector", [selectors.DefaultSelector, Telling])
def test_reader_of_a_block_inside_is_told_with_its_place(
    selector: type[selectors.BaseSelector], pair: tuple[socket.socket, socket.socket]
) -> None:
    loop = asyncio.SelectorEventLoop(selector())
    with (
        pytest.raises(AssertionError, match="loop.add_reader") as outer,
        check_loop(loop, unused_loop=False),
        pytest.raises(AssertionError, match="loop.add_reader") as inner,
        check_loop(loop, unused_loop=False),
    ):
        loop.add_reader(pair[0], ready)
    assert "active_selector_callbacks" in str(outer.value)
    assert str(outer.value) == str(inner.value)
    loop.close()


def test_reader_that_was_there_before_a_selector_was_asked_to_tell_is_no_leak(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    loop = asyncio.SelectorEventLoop(Telling())
    loop.add_reader(pair[0], ready)
    with pytest.raises(AssertionError) as caught, check_loop(loop, unused_loop=False):
        loop.add_reader(pair[1], ready)
    assert str(caught.value).count("reader of") == 1
    loop.close()


def test_whom_a_selector_tells_already_is_told_during_a_test_and_after_it(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    told: list[object] = []
    loop = asyncio.SelectorEventLoop(Telling())
    loop._selector.on_register = told.append
    with check_loop(loop, unused_loop=False):
        loop.add_reader(pair[0], ready)
        loop.remove_reader(pair[0])
    assert len(told) == 1
    assert loop._selector.on_register == told.append
    loop.close()


def test_whom_the_test_has_a_selector_tell_is_told_after_it() -> None:
    told: list[object] = []
    loop = asyncio.SelectorEventLoop(Telling())
    with check_loop(loop, unused_loop=False):
        loop._selector.on_register = told.append
    assert loop._selector.on_register == told.append
    loop.close()


def test_selector_with_methods_of_its_own_keeps_them() -> None:
    loop = asyncio.SelectorEventLoop(Wrapper())
    registered = []
    original = loop._selector.register

    def register(*args: object) -> object:
        registered.append(args)
        return original(*args)

    loop._selector.register = register
    with check_loop(loop):
        loop.run_until_complete(asyncio.sleep(0))
    assert loop._selector.register is register
    loop.close()


def test_closed_loop_has_none(pair: tuple[socket.socket, socket.socket]) -> None:
    class Case(ReadersCase):
        def test(self) -> None:
            self.loop.run_until_complete(asyncio.sleep(0))
            self.loop.add_reader(pair[0], ready)
            self.loop.close()

    passed(Case)


def test_closed_selector_has_none(pair: tuple[socket.socket, socket.socket]) -> None:
    class Case(TestCase):
        use_default_loop = True

        def test(self) -> None:
            self.loop.run_until_complete(asyncio.sleep(0))
            self.selector = self.loop._selector
            self.loop._selector = selectors.SelectSelector()
            self.loop._selector.close()

    loop = asyncio.SelectorEventLoop()
    loop.add_reader(pair[0], ready)
    asyncio.set_event_loop(loop)
    case = Case("test")
    try:
        result = unittest.TestResult()
        case.run(result)
        assert result.wasSuccessful(), result.errors
    finally:
        asyncio.set_event_loop(None)
        loop._selector = case.selector
        loop.close()
