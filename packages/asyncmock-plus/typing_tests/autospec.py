"""What type checkers make of create_autospec; read by them, never run."""

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from asyncmock_plus import MagicMock, create_autospec
from asyncmock_plus.typing import AutospecClass, AutospecFunction, AutospecInstance
from typing_extensions import assert_type

T = TypeVar("T")


class Storage:
    def __init__(self, url: str, *, retries: int = 0) -> None:
        self.url = url

    def names(self, prefix: str) -> list[str]:
        return [prefix]

    async def load(self, key: str) -> bytes:
        return key.encode()

    @property
    def size(self) -> int:
        return 1


class Abstract(ABC):
    @abstractmethod
    def go(self) -> int: ...


class Interface(Protocol):
    name: str


class Repository(Generic[T]):
    def get(self, key: int) -> T:
        raise KeyError(key)


@dataclass
class Point:
    x: int


def function(a: int, b: str = "") -> float:
    return a


async def coroutine_function(key: int) -> str:
    return str(key)


def needs(storage: Storage) -> int:
    return storage.size


# An instance: any attribute can be configured and asserted, and it passes for what it mocks.
storage = create_autospec(Storage, instance=True)
assert_type(storage, AutospecInstance[Storage])
storage.names.return_value = ["a", "b"]
storage.names.side_effect = KeyError
storage.load.return_value = b"data"
storage.size = 3
assert_type(storage.names("a"), Any)
storage.names.assert_called_once_with("a")
storage.load.assert_awaited_once_with("key")
storage.load.await_args_list.clear()
needs(storage)
mock: MagicMock = storage


# Who wants the signatures of the methods, says so where it is handed on.
def fixture() -> Storage:
    return create_autospec(Storage, instance=True)


strict = fixture()
assert_type(strict.names("a"), list[str])
strict.names(1)  # type: ignore[arg-type]

assert_type(create_autospec(Storage, True, instance=True), AutospecInstance[Storage])
assert_type(create_autospec(Storage("url")), AutospecInstance[Storage])
assert_type(create_autospec(Abstract, instance=True), AutospecInstance[Abstract])
assert_type(create_autospec(Interface, instance=True), AutospecInstance[Interface])
assert_type(create_autospec(Repository[int], instance=True), AutospecInstance[Repository[int]])
create_autospec(json).dumps.return_value = "{}"

# Options by position, as unittest.mock takes them.
assert_type(create_autospec(Storage, True, True), AutospecInstance[Storage])
by_position: Storage = create_autospec(Storage, False, True)

# A class: mocks of its instances.
cls = create_autospec(Storage)
assert_type(cls("url", retries=1), AutospecInstance[Storage])
cls("url").names.return_value = ["a"]
cls.return_value.names.assert_called_once_with("a")
point: AutospecClass[[int], Point] = create_autospec(Point)
assert_type(point(1), AutospecInstance[Point])
point("1")  # type: ignore[arg-type]

# A function: its signature, and what a mock has.
mocked = create_autospec(function)
assert_type(mocked(1, b="b"), float)
mocked("a")  # type: ignore[arg-type]
mocked.return_value = 2.0
mocked.side_effect = [1.0, KeyError]
mocked.assert_called_once_with(1, b="b")
assert_type(mocked.call_count, int)
passed: AutospecFunction[[int, str], float] = create_autospec(function)
create_autospec(json.loads)("{}")["key"].strip()
assert_type(create_autospec(strict.names)("a"), list[str])

# A coroutine function: the same, and awaits.
fetch = create_autospec(coroutine_function)
fetch.return_value = "text"
fetch.assert_awaited_once_with(1)
fetch.await_args_list.clear()


async def awaits() -> None:
    assert_type(await fetch(1), str)
    await fetch("1")  # type: ignore[arg-type]


def generic(cls: type[T]) -> T:
    made = create_autospec(cls, instance=True)
    assert_type(made, AutospecInstance[T])
    return made
