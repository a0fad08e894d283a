"""What a user sees of a traceback: his own lines, and none of the mocks'."""

import asyncio
import traceback

import pytest
from asyncmock_plus import AsyncMock, Mock, ThreadingMock, call, create_autospec


def function(a):
    """Take one argument."""


class Picky:
    def __eq__(self, other):
        raise AssertionError(f"compared with {other!r}")

    __hash__ = None


def called():
    mock = Mock()
    mock(2)
    return mock


def awaited():
    mock = AsyncMock()
    asyncio.run(mock(2))
    return mock


FAILING = {
    "assert_called": lambda: Mock().assert_called(),
    "assert_called_once": lambda: Mock().assert_called_once(),
    "assert_called_with": lambda: Mock().assert_called_with(1),
    "assert_called_once_with": lambda: Mock().assert_called_once_with(1),
    "assert_called_once_with, of one call": lambda: called().assert_called_once_with(1),
    "assert_any_call": lambda: Mock().assert_any_call(1),
    "assert_has_calls": lambda: Mock().assert_has_calls([call(1)]),
    "assert_awaited": lambda: AsyncMock().assert_awaited(),
    "assert_awaited_once": lambda: AsyncMock().assert_awaited_once(),
    "assert_awaited_with": lambda: AsyncMock().assert_awaited_with(1),
    "assert_awaited_once_with": lambda: AsyncMock().assert_awaited_once_with(1),
    "assert_awaited_once_with, of one await": lambda: awaited().assert_awaited_once_with(1),
    "assert_any_await": lambda: AsyncMock().assert_any_await(1),
    "assert_has_awaits": lambda: AsyncMock().assert_has_awaits([call(1)]),
    "assert_not_awaited": lambda: awaited().assert_not_awaited(),
    "wait_until_called": lambda: ThreadingMock(timeout=0).wait_until_called(),
    "call of a spec": lambda: create_autospec(function)(1, 2),
}


@pytest.fixture(params=FAILING)
def failing(request):
    return FAILING[request.param]


def test_pytest_shows_no_line_of_the_mocks(failing):
    with pytest.raises((AssertionError, TypeError)) as caught:
        failing()
    shown = caught.traceback.filter(caught)
    assert [entry.name for entry in shown] == ["test_pytest_shows_no_line_of_the_mocks", "<lambda>"]


def test_unittest_shows_no_line_of_the_mocks(failing):
    with pytest.raises((AssertionError, TypeError)) as caught:
        failing()
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    shown = [frame for frame in frames if "__unittest" not in frame.f_globals]
    assert [frame.f_code.co_filename for frame in shown] == [__file__] * 2


def test_refused_call_is_one_error_and_not_two():
    with pytest.raises(TypeError, match="too many positional arguments") as caught:
        create_autospec(function)(1, 2)
    text = "".join(traceback.format_exception(None, caught.value, caught.value.__traceback__))
    assert text.count("TypeError") == text.count("Traceback") == 1


@pytest.mark.parametrize(
    "compare",
    [
        lambda mock: mock.assert_called_with(Picky()),
        lambda mock: mock.assert_has_calls([call(Picky())]),
    ],
)
def test_error_of_what_is_compared_keeps_its_lines(compare):
    with pytest.raises(AssertionError, match="compared with 2") as caught:
        compare(called())
    assert caught.traceback[-1].name == "__eq__"
