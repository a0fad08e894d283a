"""``CoroutineMock``: the mock of a coroutine function as asynctest 0.13 knew it."""

from __future__ import annotations

from typing import Any
from unittest.mock import DEFAULT

from asyncmock_plus._mocks.attributes import Attributes
from asyncmock_plus._mocks.awaits import is_sleep, record_await, turn
from asyncmock_plus._mocks.calls import FUNCTIONS, Calls, is_function, next_result
from asyncmock_plus._mocks.magic_methods import Items
from asyncmock_plus._specs.children import wants_async
from asyncmock_plus._specs.spec import is_awaitable

__unittest = __tracebackhide__ = True


class Exhausted(StopAsyncIteration, StopIteration):
    """
    The results of a `CoroutineMock` are used up.

    asynctest raised StopIteration when the mock was called, the standard library raises
    StopAsyncIteration when an AsyncMock is awaited: whatever a test expects around
    ``await mock()``, it gets.
    """


class CoroutineSemantics:
    """The outcome is decided when the mock is called, the await is recorded when it ends."""

    _mock_relays = False

    def _execute_mock_call(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        own = self._mock_home[0].delegate is None and self._mock_home[0].plan.outcomes
        effect = self._mock_side_effect if own else self.side_effect
        outcome = DEFAULT
        try:
            if effect is not None:
                runs = type(effect) in FUNCTIONS or is_function(effect)
                outcome = effect(*args, **kwargs) if runs else next_result(self, effect)
            if outcome is DEFAULT:
                outcome = self.return_value
            if outcome is DEFAULT:  # there is none, but a wrapped object
                outcome = self._mock_wraps(*args, **kwargs)
        except StopIteration as error:
            if not callable(self.side_effect):
                # As in asynctest: the call that has no result left fails at once.
                raise Exhausted(*error.args) from None
            # PEP 479: it cannot pass through a coroutine.
            return self._mock_fail(StopAsyncIteration(*error.args), args, kwargs)
        except Exception as error:
            return self._mock_fail(error, args, kwargs)
        return self._mock_await(outcome, args, kwargs)

    async def _mock_await(self: Any, outcome: Any, args: Any, kwargs: Any) -> Any:
        try:
            if is_sleep(self):
                await turn()
            if is_awaitable(outcome):
                result = await outcome
                return self.return_value if result is DEFAULT else result
            return outcome
        finally:
            record_await(self, args, kwargs)

    async def _mock_fail(self: Any, error: Exception, args: Any, kwargs: Any) -> Any:
        try:
            raise error
        finally:
            record_await(self, args, kwargs)

    def _get_child_mock(self: Any, /, **kwargs: Any) -> Any:
        """Return a `MagicMock`, unless the spec says that the attribute is a coroutine function."""
        if self._mock_sealed:
            return Attributes._get_child_mock(self, **kwargs)
        spec, name, kinds = self._mock_spec, kwargs.get("_new_name"), self._mock_kinds
        if name != "()" and spec is not None and spec.is_async(name):
            return kinds.AsyncMock(**kwargs)
        if wants_async(self, name):
            return kinds.AsyncMock(**kwargs)
        if name in ("__aenter__", "__aexit__", "__anext__"):
            return kinds.AsyncMock(**kwargs)
        return kinds.MagicMock(**kwargs)


class AsyncGeneratorSemantics:
    """Results are iterated by ``async for``, whatever iterable they are."""

    _mock_is_open = True

    def _execute_mock_call(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        result = Calls._execute_mock_call(self, *args, **kwargs)
        return result if hasattr(type(result), "__aiter__") else Items(iter(result))

    def _get_child_mock(self: Any, /, **kwargs: Any) -> Any:
        """Return the mock of a generator for the result, else what the function would have."""
        if kwargs.get("_new_name") == "()" and not self._mock_sealed:
            return self._mock_kinds.AsyncIteratorMock(**kwargs)
        return Attributes._get_child_mock(self, **kwargs)


class AwaitableFunctionSemantics:
    """The default result can be awaited, or entered by ``async with``."""

    def _get_child_mock(self: Any, /, **kwargs: Any) -> Any:
        """Return what can be awaited for the result, else what a `MagicMock` has."""
        if kwargs.get("_new_name") == "()" and not self._mock_sealed:
            return self._mock_kinds.AwaitableMock(**kwargs)
        return Attributes._get_child_mock(self, **kwargs)


class AsyncIteratorSemantics:
    """The methods of an asynchronous generator are awaited."""

    def _get_child_mock(self: Any, /, **kwargs: Any) -> Any:
        """Return an asynchronous mock for what is awaited, else a `MagicMock`."""
        name, kinds = kwargs.get("_new_name"), self._mock_kinds
        if self._mock_sealed or name not in _GENERATOR_METHODS:
            return Attributes._get_child_mock(self, **kwargs)
        child = kinds.AsyncMock(**kwargs)
        if name == "aclose":
            child.return_value = None
        elif name == "athrow":
            child.side_effect = _raise
        return child


_GENERATOR_METHODS = frozenset({"aclose", "asend", "athrow"})


def _raise(error: Any, *args: Any) -> None:
    raise error
