"""
Magic methods: one shared descriptor for each name, which makes the mock on the first touch.

The standard library puts some 75 objects into the class of each MagicMock. Here all classes share
the descriptors; the mocks of the magic methods are children as all others, and found through the
instance. Python asks the class for magic methods, and so do libraries (``type(cm).__enter__``): the
class leads to its mock by ``_mock_home``.
"""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING, Any
from unittest.mock import DEFAULT, MagicProxy

from asyncmock_plus._cpython import DEFAULT_MAGICS, DELETED, set_magic_result
from asyncmock_plus._mocks.watching import inherit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

__unittest = __tracebackhide__ = True


class Magic(MagicProxy):
    """The magic method of one name, of every mock that has it."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, obj: Any, cls: Any = None) -> Any:
        if obj is None:
            home = getattr(cls, "_mock_home", None)
            obj = home and home[0] and home[0]()
            if obj is None:
                return self
        child = obj._mock_children.get(self.name)
        if child is None or child is DELETED:
            return make(obj, self.name)
        return child


def make(mock: Any, name: str) -> Any:
    """Return the new mock of a magic method, set up with what it answers by default."""
    child = mock._get_child_mock(name=name, _new_name=name, _new_parent=mock)
    if mock._mock_watch is not None:
        inherit(mock, child)
    setattr(mock, name, child)
    effect = _effects.get(name)
    if effect is None:
        set_magic_result(mock, child, name)
    else:
        child.side_effect = effect(mock._mock_home[0], child._mock_home[0])
    return child


# The effects know mock and method by their identities: a reference to the mock would be a cycle.


def _configured(method: Any) -> Any:
    child = method()
    return DEFAULT if child is None else child._mock_return_value


def _equal(me: Any, method: Any) -> Callable[[Any], Any]:
    def __eq__(other: Any) -> Any:  # noqa: N807
        result = _configured(method)
        if result is not DEFAULT:
            return result
        return True if me() is other else NotImplemented

    return __eq__


def _unequal(me: Any, method: Any) -> Callable[[Any], Any]:
    def __ne__(other: Any) -> Any:  # noqa: N807
        if _configured(method) is not DEFAULT:
            return DEFAULT
        return False if me() is other else NotImplemented

    return __ne__


def _iterate(me: Any, method: Any) -> Callable[[], Iterator[Any]]:
    def __iter__() -> Iterator[Any]:  # noqa: N807
        result = _configured(method)
        return iter(() if result is DEFAULT else result)

    return __iter__


def _iterate_async(me: Any, method: Any) -> Callable[[], AsyncIterator[Any]]:
    def __aiter__() -> AsyncIterator[Any]:  # noqa: N807
        result = _configured(method)
        if result is DEFAULT:
            return Items(iter(()))
        if hasattr(type(result), "__aiter__") and not hasattr(type(result), "__iter__"):
            return aiter(result)
        return Items(iter(result))

    return __aiter__


class Items:
    """The asynchronous iterator over the items of an iterable; to its user, a generator."""

    __slots__ = ("ag_await", "ag_frame", "ag_running", "iterator")

    def __init__(self, iterator: Iterator[Any]) -> None:
        self.iterator = iterator
        self.ag_await = self.ag_frame = None
        self.ag_running = False

    def __aiter__(self) -> Items:
        return self

    async def __anext__(self) -> Any:
        for item in self.iterator:
            return item
        raise StopAsyncIteration

    async def asend(self, value: Any) -> Any:
        """Return the next item: nobody in here waits for *value*."""
        return await self.__anext__()

    async def athrow(self, kind: Any, value: Any = None, traceback: Any = None) -> Any:
        """Raise the exception: nobody in here catches it, and it is over then."""
        self.iterator = iter(())
        error = kind if isinstance(kind, BaseException) else kind(*(value or ()))
        raise error.with_traceback(traceback) if traceback is not None else error

    async def aclose(self) -> None:
        """Give no more items."""
        self.iterator = iter(())


# Users read it where something is missing.
Items.__name__ = Items.__qualname__ = "async_generator"


_effects: dict[str, Any] = {
    "__eq__": _equal,
    "__ne__": _unequal,
    "__iter__": _iterate,
    "__aiter__": _iterate_async,
}

# Python finds an interned name in a class by its address, which it does for each new mock.
MAGICS = {intern(name): Magic(name) for name in sorted(DEFAULT_MAGICS)}
