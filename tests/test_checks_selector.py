"""The checks of asyncloop-testcase on loops whose selector serves file mocks."""

import asyncio
import selectors
import socket
import unittest

import pytest
from asyncio_testselector import FileMock, SocketMock, TestSelector, get_registered_events
from asyncloop_testcase import TestCase, check_loop, strict


def ready() -> None:
    """Do nothing."""


def run(case: type[unittest.TestCase]) -> str:
    """Run a test and return its failure, empty if it passed."""
    result = unittest.TestResult()
    case("test").run(result)
    assert result.errors == []
    return "".join(text for _, text in result.failures)


def plain_loop() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop(selectors.DefaultSelector())


def wrapped_loop() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop(TestSelector(selectors.DefaultSelector()))


def loop_of_mocks_alone() -> asyncio.AbstractEventLoop:
    loop = asyncio.SelectorEventLoop()
    loop._selector = TestSelector(loop._selector)
    return loop


FACTORIES = [plain_loop, wrapped_loop, loop_of_mocks_alone]


@pytest.mark.parametrize("factory", FACTORIES)
def test_mock_that_is_left_is_reported_with_its_place(factory) -> None:
    class Case(TestCase):
        loop_factory = staticmethod(factory)

        async def test(self) -> None:
            loop = asyncio.get_running_loop()
            before = set(get_registered_events(loop._selector))
            loop.add_reader(FileMock(), ready)
            loop.add_writer(SocketMock(), ready)
            assert len(set(get_registered_events(loop._selector)) - before) == 2

    failure = run(Case)
    assert "a check failed: active_selector_callbacks" in failure
    assert "reader of <FileMock " in failure
    assert "writer of <SocketMock " in failure
    assert failure.count("test_checks_selector.ready()") == 2
    assert "loop.add_reader(FileMock(), ready)" in failure
    assert "loop.add_writer(SocketMock(), ready)" in failure


@pytest.mark.parametrize("factory", FACTORIES)
def test_mocks_that_are_removed_are_no_leak(factory) -> None:
    @strict
    class Case(TestCase):
        loop_factory = staticmethod(factory)

        async def test(self) -> None:
            loop = asyncio.get_running_loop()
            mock = FileMock()
            loop.add_reader(mock, ready)
            loop.add_writer(mock, ready)
            loop.remove_reader(mock)
            loop.remove_writer(mock)

    assert run(Case) == ""


@pytest.mark.parametrize("factory", FACTORIES[1:])
@pytest.mark.parametrize("closed", [True, False])
def test_stream_over_a_mock(factory, closed: bool) -> None:
    async def open_one() -> asyncio.StreamWriter:
        sock = SocketMock()
        sock.recv.return_value = b""
        _, writer = await asyncio.open_connection(sock=sock)
        if closed:
            writer.close()
            await writer.wait_closed()
        return writer

    async def main() -> str:
        try:
            async with check_loop(level="strict"):
                writer = await open_one()
        except AssertionError as error:
            return str(error)
        finally:
            writer.transport.abort()
            await asyncio.sleep(0)
        return ""

    loop = factory()
    report = loop.run_until_complete(main())
    loop.close()
    if closed:
        assert report == ""
    else:
        assert "a check failed: unclosed_transports" in report
        assert "_, writer = await asyncio.open_connection(sock=sock)" in report


def test_selector_that_the_block_puts_around_the_loops_own() -> None:
    loop = plain_loop()
    mock = FileMock()
    with pytest.raises(AssertionError, match="reader of <FileMock "), check_loop(loop):
        loop._selector = TestSelector(loop._selector)
        loop.add_reader(mock, ready)
        loop.run_until_complete(asyncio.sleep(0))
    loop.remove_reader(mock)
    loop.close()


def test_file_is_reported_with_its_place_though_its_loop_got_a_test_selector_meanwhile() -> None:
    real, other = socket.socketpair()

    class Case(TestCase):
        loop_factory = asyncio.SelectorEventLoop

        async def test(self) -> None:
            loop = asyncio.get_running_loop()
            FileMock()
            assert isinstance(loop._selector, TestSelector)
            loop.add_reader(real, ready)

    with real, other:
        failure = run(Case)

    assert "reader of <socket.socket" in failure
    assert 'test_checks_selector.py", line' in failure
    assert "loop.add_reader(real, ready)" in failure


@pytest.mark.parametrize("order", ["one in the other", "first in, first out"])
def test_nobody_is_told_of_registrations_after_the_blocks(order: str) -> None:
    loop = asyncio.SelectorEventLoop()
    real = loop._selector

    async def main() -> None:
        blocks = [check_loop(), check_loop(), check_loop()]
        await blocks[0].__aenter__()
        await blocks[1].__aenter__()
        mock = FileMock()
        loop.add_reader(mock, ready)
        await blocks[2].__aenter__()
        loop.remove_reader(mock)
        for block in blocks if order == "first in, first out" else reversed(blocks):
            await block.__aexit__(None, None, None)

    loop.run_until_complete(main())

    assert isinstance(loop._selector, TestSelector)
    assert loop._selector.on_register is None
    assert not hasattr(real, "on_register")
    loop.close()
