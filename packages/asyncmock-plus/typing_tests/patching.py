"""What type checkers make of patch; read by them, never run."""

import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

from asyncmock_plus import (
    DEFAULT,
    GLOBAL,
    LIMITED,
    AsyncMock,
    CoroutineMock,
    MagicMock,
    Patch,
    PatchScope,
    mock_open,
    patch,
    return_once,
)
from typing_extensions import assert_type


class Backend:
    limit = 10

    async def load(self, key: str) -> bytes:
        return key.encode()


# A patch binds the mock, or what was given.
with patch("json.dumps") as dumps:
    assert_type(dumps, MagicMock | AsyncMock)
with patch("json.dumps", 1) as number:
    assert_type(number, int)
with patch("json.dumps", new_callable=CoroutineMock, return_value=1) as made:
    assert_type(made, CoroutineMock)
with patch.object(Backend, "load", scope=LIMITED) as load:
    assert_type(load, MagicMock | AsyncMock)
with patch.object(Backend, "limit", "20") as limit:
    assert_type(limit, str)
with patch.multiple(json, dumps=DEFAULT) as mocks:
    assert_type(mocks, dict[str, Any])
assert_type(patch("json.dumps", 1).start(), int)


# A patch with a new value keeps the signature, whatever kind of function it decorates.
@patch.object(Backend, "limit", 20)
def function(a: int, *, b: str) -> float:
    return a


@patch.object(Backend, "limit", 20, scope=LIMITED)
async def coroutine_function(a: int) -> float:
    return a


@patch("json.dumps", None)
def generator_function(a: int) -> Iterator[int]:
    yield a


@patch.dict("os.environ", {"A": "1"}, scope=GLOBAL)
async def async_generator_function(a: int) -> AsyncIterator[int]:
    yield a


assert_type(function(1, b="b"), float)
coroutine: Callable[[int], Coroutine[Any, Any, float]] = coroutine_function
assert_type(generator_function(1), Iterator[int])
assert_type(async_generator_function(1), AsyncIterator[int])
function("a", b="b")  # type: ignore[arg-type]
function(1)  # type: ignore[call-arg]


# A patch that passes a mock keeps the result; a last argument cannot be taken away.
@patch("json.dumps")
async def with_mock(a: int, dumps: MagicMock) -> float:
    return a


mocked: Callable[[int], Coroutine[Any, Any, float]] = with_mock


@patch.object(Backend, "limit")
class Tests:
    def test(self, limit: MagicMock) -> None: ...


@patch.dict({}, a=1)
class MoreTests:
    def test(self) -> int:
        return 1


assert_type(Tests(), Tests)
assert_type(MoreTests().test(), int)


def keeps(value: int) -> str:
    with patch("json.dumps"), patch.dict({}):
        return str(value)


scope: PatchScope = GLOBAL
patch("json.dumps", scope="LIMITED")  # type: ignore[call-overload]

ours = Patch(async_mock=CoroutineMock)
with ours("json.dumps", 1) as one:
    assert_type(one, int)

opened: Any = mock_open(read_data=b"bytes")
mock_open(read_data=1)  # type: ignore[arg-type]
next(return_once(1, then=KeyError))
opened = mock_open(read_data={"one.txt": "1", "two.bin": b"2"})
