"""Where the arguments of calls are released: in the line that lets the mock go."""

import asyncio
import logging
import sys
from collections.abc import Callable

import pytest
from asyncmock_plus import (
    AsyncMock,
    CoroutineMock,
    MagicMock,
    Mock,
    create_autospec,
    patch,
)


class Argument:
    """An object that notes the function in whose frame it is destroyed, as its warnings would."""

    places: list[str] = []

    def __del__(self) -> None:
        caller = sys._getframe(1)
        self.places.append(caller.f_code.co_name)


def plain() -> None:
    mock = Mock()
    mock(Argument())
    del mock


def ledger() -> None:
    mock = MagicMock()
    mock(Argument())
    mock.call_args_list  # noqa: B018
    mock.mock_calls  # noqa: B018
    del mock


def child() -> None:
    mock = MagicMock()
    child = mock.child
    child(Argument())
    del mock
    child.reset_mock  # noqa: B018
    del child


def kept_child() -> None:
    mock = MagicMock()
    child = mock.child
    mock(Argument())
    child()
    del mock


def magic() -> None:
    mock = MagicMock()
    mock[Argument()]
    del mock


def method_of_the_class() -> None:
    mock = MagicMock()
    argument = Argument()
    mock.__len__ = lambda self, argument=argument: 3
    del argument
    del mock


def attribute() -> None:
    mock = Mock()
    mock.attribute = Argument()
    del mock


def awaited() -> None:
    mock = AsyncMock()
    asyncio.run(_await(mock))
    del mock


def coroutine_mock() -> None:
    mock = CoroutineMock()
    asyncio.run(_await(mock))
    del mock


async def _await(mock: AsyncMock) -> None:
    await mock(Argument())


def autospec() -> None:
    function = create_autospec(print)
    function(Argument())
    del function


def autospec_of_class() -> None:
    logger = create_autospec(logging.Logger)
    logger("name").info(Argument())
    del logger


def context_manager() -> None:
    with patch("logging.getLogger"):
        logging.getLogger().addHandler(Argument())


def started() -> None:
    patcher = patch("logging.getLogger")
    patcher.start()
    logging.getLogger().addHandler(Argument())
    patcher.stop()


def all_stopped() -> None:
    patch("logging.getLogger").start()
    logging.getLogger().addHandler(Argument())
    patch.stopall()


WAYS = [
    plain,
    ledger,
    child,
    kept_child,
    magic,
    method_of_the_class,
    attribute,
    awaited,
    coroutine_mock,
    autospec,
    autospec_of_class,
    context_manager,
    started,
    all_stopped,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_destructors_run_in_the_line_that_lets_the_mock_go(way: Callable[[], None]) -> None:
    Argument.places.clear()

    way()

    assert Argument.places == [way.__name__]


def test_destructors_run_outside_of_a_decorated_function() -> None:
    Argument.places.clear()

    @patch("logging.getLogger")
    def decorated(get_logger: MagicMock) -> None:
        logging.getLogger().addHandler(Argument())

    decorated()

    assert Argument.places == ["test_destructors_run_outside_of_a_decorated_function"]
