"""Loops that are served with the first mock or memory socket of their thread."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from asyncio_testselector import FileMock, TestSelector, install_when_needed, memory_socketpair


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.SelectorEventLoop()
    yield loop
    loop.close()


def is_served(loop: Any) -> bool:
    return isinstance(loop._selector, TestSelector)


def test_loop_is_left_alone_until_there_is_a_mock(loop: asyncio.AbstractEventLoop) -> None:
    install_when_needed(loop)

    assert not is_served(loop)
    FileMock()
    assert is_served(loop)


def test_loop_is_served_with_the_first_memory_socket(loop: asyncio.AbstractEventLoop) -> None:
    install_when_needed(loop)

    one, other = memory_socketpair()

    assert is_served(loop)
    one.close()
    other.close()


def test_descriptor_of_a_mock_can_be_watched_before_the_loop_runs(
    loop: asyncio.AbstractEventLoop,
) -> None:
    install_when_needed(loop)
    number = FileMock().fileno()

    loop.add_reader(number, print)

    assert loop.remove_reader(number)


def test_all_open_loops_of_the_thread_are_served(loop: asyncio.AbstractEventLoop) -> None:
    other, closed = asyncio.SelectorEventLoop(), asyncio.SelectorEventLoop()
    install_when_needed(loop)
    install_when_needed(closed)
    closed.close()
    install_when_needed(other)

    FileMock()

    assert is_served(loop)
    assert is_served(other)
    assert not is_served(closed)
    other.close()


def test_mock_of_another_thread_changes_nothing(loop: asyncio.AbstractEventLoop) -> None:
    install_when_needed(loop)

    thread = threading.Thread(target=FileMock)
    thread.start()
    thread.join()

    assert not is_served(loop)
    FileMock()
    assert is_served(loop)


def test_loop_that_was_served_meanwhile_keeps_its_selector(
    loop: asyncio.AbstractEventLoop,
) -> None:
    install_when_needed(loop)
    mine: Any = TestSelector(loop._selector)  # type: ignore[attr-defined]
    loop._selector = mine  # type: ignore[attr-defined]

    FileMock()

    assert loop._selector is mine  # type: ignore[attr-defined]


def test_loop_is_not_kept_alive() -> None:
    loop = asyncio.SelectorEventLoop()
    install_when_needed(loop)
    freed = weakref.ref(loop)

    loop.close()
    del loop
    gc.collect()

    assert freed() is None


def test_no_event_loop_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot install a TestSelector on 3: it is no event loop"):
        install_when_needed(3)  # type: ignore[arg-type]


def test_selector_takes_over_who_is_to_be_told_of_registrations(
    loop: asyncio.AbstractEventLoop,
) -> None:
    told: list[Any] = []
    loop._selector.on_register = told.append  # type: ignore[attr-defined]
    install_when_needed(loop)
    mock = FileMock()

    loop.add_reader(mock, print)

    assert [key.fileobj for key in told] == [mock]
    loop.remove_reader(mock)
