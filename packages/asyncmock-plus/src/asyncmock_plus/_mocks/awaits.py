"""
Awaits: mocks of coroutine functions.

`AsyncMixin` has the standard library's semantics: the await is recorded, and the side effect runs,
when the coroutine starts. ``CoroutineMock`` (`asyncmock_plus._mocks.coroutines`) differs in both.
"""

from __future__ import annotations

import asyncio
from types import CoroutineType, FunctionType, coroutine
from typing import TYPE_CHECKING, Any
from unittest.mock import DEFAULT

from asyncmock_plus._cpython import AUTOSPEC_IS_A_COROUTINE, CallList
from asyncmock_plus._mocks.assertions import AwaitAssertions
from asyncmock_plus._mocks.awaited import Awaited
from asyncmock_plus._mocks.calls import OPEN, Calls, is_function, next_result
from asyncmock_plus._mocks.identity import VERSION, dotted_name
from asyncmock_plus._mocks.outcomes import forget_calls
from asyncmock_plus._mocks.records import two
from asyncmock_plus._mocks.stand_ins import FIELDS
from asyncmock_plus._mocks.watching import awaited
from asyncmock_plus._specs.spec import is_async_function

if TYPE_CHECKING:
    from collections.abc import Generator

__unittest = __tracebackhide__ = True


def _awaits(name: str, raw: Any) -> Any:
    def get(self: Any) -> Any:
        if self._mock_delegate is not None:
            return getattr(self._mock_delegate, name)
        return raw(self.__dict__, self._mock_home[0])

    def set_(self: Any, value: Any) -> None:
        if self._mock_delegate is not None:
            setattr(self._mock_delegate, name, value)
        else:
            _await_ledger(self)[name] = value

    return property(get, set_)


def _await_ledger(mock: Any) -> Any:
    """Return the three attributes of the awaits, which are kept up to date from now on."""
    ledger = mock.__dict__.get("_mock_await_ledger")
    if ledger is None:
        me = mock._mock_home[0]
        calls = CallList(two(args, kwargs) for args, kwargs in me.awaits or ())
        ledger = mock.__dict__["_mock_await_ledger"] = {
            "await_count": len(calls),
            "await_args": calls[-1] if calls else None,
            "await_args_list": calls,
        }
        me.awaits = None
    return ledger


def record_await(mock: Any, args: Any, kwargs: Any) -> None:
    """Record an await, and wake those who wait for it."""
    me = mock._mock_home[0]
    fields = mock.__dict__
    if "_mock_watch" in fields:
        args, kwargs = awaited(mock, args, kwargs)
    if me.delegate is not None or "_mock_await_ledger" in fields:
        made = two(args, kwargs)
        mock.await_count += 1
        mock.await_args = made
        mock.await_args_list.append(made)
    elif me.awaits is None:
        me.awaits = [(args, kwargs)]
    else:
        me.awaits.append((args, kwargs))
    if "_mock_awaited" in fields:
        fields["_mock_awaited"].wake()


def _raw_count(fields: Any, me: Any) -> Any:
    ledger = fields.get("_mock_await_ledger")
    return len(me.awaits or ()) if ledger is None else ledger["await_count"]


def _raw_args(fields: Any, me: Any) -> Any:
    ledger = fields.get("_mock_await_ledger")
    if ledger is not None:
        return ledger["await_args"]
    return two(*me.awaits[-1]) if me.awaits else None


def is_sleep(mock: Any) -> bool:
    """Return whether a mock stands in the place of ``asyncio.sleep``."""
    return asyncio.sleep is mock or "_mock_is_sleep" in mock.__dict__


@coroutine
def turn() -> Generator[None, None, None]:
    """Let the loop run everything else once: code that polls would starve it otherwise."""
    yield


def _set_up_async(fields: dict[str, Any]) -> None:
    fields.update(FIELDS, __kwdefaults__={})


class AsyncMixin(AwaitAssertions):
    """What makes a mock a coroutine function."""

    _mock_set_up_kind = staticmethod(_set_up_async)

    if not TYPE_CHECKING:  # the types are those of the standard library
        await_count = _awaits("await_count", _raw_count)
        await_args = _awaits("await_args", _raw_args)
        await_args_list = _awaits(
            "await_args_list", lambda fields, me: _await_ledger(me())["await_args_list"]
        )

    @property
    def awaited(self) -> Awaited:
        """Whether the mock was awaited, and a way to wait for it. From asynctest."""
        awaited = self.__dict__.get("_mock_awaited")
        if awaited is None:
            awaited = self.__dict__["_mock_awaited"] = Awaited(self._mock_home[0])
        return awaited

    async def _execute_mock_call(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        record_await(self, args, kwargs)
        if is_sleep(self):
            await turn()
        own = self._mock_home[0].delegate is None and self._mock_home[0].plan.outcomes
        effect = self._mock_side_effect if own else self.side_effect
        if effect is not None:
            # Here, and not in a function: the caller is as many frames away as it always was.
            if isinstance(effect, FunctionType):
                result = effect(*args, **kwargs)
            else:
                runs = is_function(effect)
                try:
                    result = effect(*args, **kwargs) if runs else next_result(self, effect)
                except StopIteration as error:
                    # PEP 479: it cannot pass through a coroutine.
                    raise StopAsyncIteration(*error.args) from None
            if is_async_function(effect):
                result = await result
            if result is not DEFAULT:
                return result
        result = self._mock_return_value
        if result is not DEFAULT:
            return result if own else self.return_value
        wraps = self._mock_wraps
        if wraps is not None:
            result = wraps(*args, **kwargs)
            return await result if is_async_function(wraps) else result
        return self.return_value

    def _mock_forget_calls(self) -> None:
        forget_calls(self)
        self._mock_home[0].awaits = None
        if self._mock_delegate is not None:
            delegate = self._mock_delegate
            delegate.await_count, delegate.await_args = 0, None
            delegate.await_args_list = CallList()
        else:
            self.__dict__.pop("_mock_await_ledger", None)


class AsyncCalls(AsyncMixin, Calls):
    """The callable side of a mock of a coroutine function."""

    _mock_is_open = True
    # Whether calls by way of an autospecced function are awaited with one frame more.
    _mock_relays = AUTOSPEC_IS_A_COROUTINE

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        me = self._mock_home[0]
        route = me.route
        if route is None or route[0] != VERSION[0]:
            name = dotted_name(me)
            self._mock_record(me, args, kwargs)
            if me.route is not None:
                me.route = (*me.route[:3], OPEN, name)
        else:
            _, check, parents, _, name = route
            if check is not None:
                check(*args, **kwargs)
            entry = ("", None, args, kwargs)
            me.calls.append(entry)
            me.everything.append(entry)
            for append, parent_name, method_name in parents:
                append((parent_name, method_name, args, kwargs))
        if me.delegate is not None and self._mock_relays:
            coroutine = _relayed(self, args, kwargs)
        else:
            coroutine = self._mock_call(*args, **kwargs)
        if type(coroutine) is CoroutineType:
            # The name in the warning about a coroutine that was never awaited.
            coroutine.__name__ = coroutine.__qualname__ = name
        return coroutine


async def _relayed(mock: Any, args: Any, kwargs: Any) -> Any:
    return await mock._mock_call(*args, **kwargs)


AsyncCalls.__call__.__annotations__ = {}  # as of Calls
