"""return_once: one value, then another."""

import asyncio

import pytest
from asyncmock_plus import AsyncMock, CoroutineMock, Mock, return_once


def test_the_value_once_and_none_ever_after():
    mock = Mock(side_effect=return_once(b"data"))

    assert [mock(), mock(), mock()] == [b"data", None, None]


def test_the_second_value_ever_after():
    mock = Mock(side_effect=return_once(1, then=2))

    assert [mock(), mock(), mock()] == [1, 2, 2]


@pytest.mark.parametrize("error", [BlockingIOError, BlockingIOError()], ids=["type", "instance"])
def test_exceptions_are_raised(error):
    first = Mock(side_effect=return_once(error, then=1))
    then = Mock(side_effect=return_once(1, error))

    with pytest.raises(BlockingIOError):
        first()
    assert first() == then() == 1
    for _ in range(2):
        with pytest.raises(BlockingIOError):
            then()


@pytest.mark.parametrize("kind", [AsyncMock, CoroutineMock])
def test_results_of_coroutines(kind):
    mock = kind(side_effect=return_once(1, then=KeyError))

    assert asyncio.run(mock()) == 1
    for _ in range(2):
        with pytest.raises(KeyError):
            asyncio.run(mock())


def test_a_mutable_value_is_passed_on_as_it_is():
    value = []

    assert Mock(side_effect=return_once(value))() is value
