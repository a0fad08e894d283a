"""The mock classes: real subclasses of those in ``unittest.mock``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import mock as _std
from unittest.mock import DEFAULT

from asyncmock_plus._mocks.assertions import Assertions
from asyncmock_plus._mocks.awaits import AsyncCalls, AsyncMixin
from asyncmock_plus._mocks.calls import Calls
from asyncmock_plus._mocks.coroutines import (
    AsyncGeneratorSemantics,
    AsyncIteratorSemantics,
    AwaitableFunctionSemantics,
)
from asyncmock_plus._mocks.flattening import flattened
from asyncmock_plus._mocks.magic_methods import MAGICS
from asyncmock_plus._mocks.outcomes import Outcomes
from asyncmock_plus._mocks.plans import know_hooks, simple_kinds
from asyncmock_plus._mocks.watching import Watch, watch
from asyncmock_plus._specs.kinds import STANDARD, Kinds

if TYPE_CHECKING:
    from collections.abc import Generator

__unittest = __tracebackhide__ = True


@flattened
class NonCallableMock(Assertions, Outcomes, _std.NonCallableMock):
    """
    A mock that cannot be called.

    Args:
        spec: An object or a list of names: the mock has these attributes only.
        wraps: An object that attributes are passed on to.
        name: Shown in the repr.
        spec_set: As *spec*, and other attributes cannot be set either.
        unsafe: Allow attributes that look like misspelt assertions.
        is_coroutine: Let the mock pass for a coroutine function. From asynctest.
        copy_arguments: Record copies of mutable arguments, as they are when the call comes.
        record_times: Keep in ``call_times`` and ``await_times`` when calls and awaits came, in the
            time of the loop.
        async_children: Attributes are asynchronous, whatever the mock itself is.
        kwargs: Attributes to configure, those of children by dotted names.
    """

    __module__ = "asyncmock_plus"
    _mock_kinds = STANDARD

    if TYPE_CHECKING:  # of mocks with record_times
        call_times: list[float]
        await_times: list[float]

    def __init__(
        self,
        spec: Any = None,
        wraps: Any = None,
        name: Any = None,
        spec_set: Any = None,
        parent: Any = None,
        _spec_state: Any = None,
        _new_name: Any = "",
        _new_parent: Any = None,
        _spec_as_instance: Any = False,
        _eat_self: Any = None,
        unsafe: Any = False,
        is_coroutine: Any = None,
        *,
        copy_arguments: Any = False,
        record_times: Any = False,
        async_children: Any = False,
        **kwargs: Any,
    ) -> None:
        if is_coroutine:
            self.is_coroutine = True
        self._mock_set_up(
            spec, wraps, name, spec_set, parent, _new_name, _new_parent, _spec_as_instance,
            _eat_self, unsafe,
        )  # fmt: skip
        if copy_arguments or record_times or async_children:
            watch(self, Watch(copy_arguments, record_times, async_children))
        if kwargs:
            self.configure_mock(**kwargs)


@flattened
class Mock(Calls, NonCallableMock, _std.Mock):
    """
    A mock that records its calls and makes its attributes as they are asked for.

    Args:
        spec: An object or a list of names: the mock has these attributes only. Attributes that
            are coroutine functions of the spec are `AsyncMock`.
        side_effect: A function called with the arguments of each call, an exception to raise, or
            an iterable of results.
        return_value: What calls return; by default a mock.
        wraps: An object that calls are passed on to.
        name: Shown in the repr.
        spec_set: As *spec*, and other attributes cannot be set either.
        unsafe: Allow attributes that look like misspelt assertions.
        copy_arguments: Record copies of mutable arguments, as they are when the call comes.
        record_times: Keep in ``call_times`` and ``await_times`` when calls and awaits came, in the
            time of the loop.
        async_children: Attributes are asynchronous, whatever the mock itself is.
        kwargs: Attributes to configure, those of children by dotted names.

    Example:
        >>> fetch = Mock(return_value=3)
        >>> fetch("a", retry=True)
        3
        >>> fetch.assert_called_once_with("a", retry=True)
    """

    __module__ = "asyncmock_plus"

    def __init__(
        self,
        spec: Any = None,
        side_effect: Any = None,
        return_value: Any = DEFAULT,
        wraps: Any = None,
        name: Any = None,
        spec_set: Any = None,
        parent: Any = None,
        _spec_state: Any = None,
        _new_name: Any = "",
        _new_parent: Any = None,
        _spec_as_instance: Any = False,
        _eat_self: Any = None,
        unsafe: Any = False,
        *,
        copy_arguments: Any = False,
        record_times: Any = False,
        async_children: Any = False,
        **kwargs: Any,
    ) -> None:
        if return_value is not DEFAULT:
            self.__dict__["_mock_return_value"] = return_value
        self._mock_set_up(
            spec, wraps, name, spec_set, parent, _new_name, _new_parent, _spec_as_instance,
            _eat_self, unsafe,
        )  # fmt: skip
        if copy_arguments or record_times or async_children:
            watch(self, Watch(copy_arguments, record_times, async_children))
        if kwargs:
            self.configure_mock(**kwargs)
        if side_effect is not None:
            self.side_effect = side_effect


class NonCallableMagicMock(NonCallableMock, _std.NonCallableMagicMock):
    """A `NonCallableMock` with magic methods."""

    __module__ = "asyncmock_plus"
    _mock_default_magics = MAGICS


class MagicMock(Mock, _std.MagicMock):
    """
    A `Mock` with magic methods: ``len()``, items, operators, ``with`` and ``async with``, loops.

    With a spec it has the magic methods of the spec only.

    Example:
        >>> table = MagicMock()
        >>> table["row"].cells = 3
        >>> table["row"].cells, len(table), list(table)
        (3, 0, [])
    """

    __module__ = "asyncmock_plus"
    _mock_default_magics = MAGICS


@flattened
class AsyncMock(AsyncCalls, Mock, _std.AsyncMock):
    """
    A mock of a coroutine function, with the semantics of the standard library.

    Calling it returns a coroutine, whose result is *return_value*, or what *side_effect* gives when
    the coroutine runs. Its attributes are asynchronous as well; see `CoroutineMock`.

    Example:
        >>> import asyncio
        >>> fetch = AsyncMock(side_effect=[1, KeyError("gone")])
        >>> asyncio.run(fetch("a"))
        1
        >>> fetch.assert_awaited_once_with("a")
    """

    __module__ = "asyncmock_plus"
    _mock_default_magics = MAGICS


@flattened
class AsyncGeneratorMock(AsyncGeneratorSemantics, MagicMock):
    """The mock of an async generator function of a spec: ``async for`` iterates its results."""

    __module__ = "asyncmock_plus"


@flattened
class AsyncIteratorMock(AsyncIteratorSemantics, MagicMock):
    """The mock of an async generator: it is iterated by ``async for``, and can be closed."""

    __module__ = "asyncmock_plus"


@flattened
class AwaitableFunctionMock(AwaitableFunctionSemantics, MagicMock):
    """The mock of a plain function that is annotated to return what is awaited or entered."""

    __module__ = "asyncmock_plus"


class AwaitableMock(MagicMock):
    """The result of such a function: awaiting it gives itself."""

    __module__ = "asyncmock_plus"

    def __await__(self) -> Generator[None, None, AwaitableMock]:
        return self
        yield


class PropertyMock(Mock, _std.PropertyMock):
    """
    A mock to be used as a property: set it on a class, or on the type of a mock.

    Example:
        >>> mock = Mock()
        >>> type(mock).size = PropertyMock(return_value=3)
        >>> mock.size
        3
    """

    __module__ = "asyncmock_plus"

    def _get_child_mock(self, /, **kwargs: Any) -> Any:
        return self._mock_kinds.MagicMock(**kwargs)


for _kind in (
    NonCallableMock,
    Mock,
    MagicMock,
    AsyncMock,
    AsyncCalls,
    AsyncGeneratorMock,
    AwaitableFunctionMock,
):
    know_hooks(_kind)
simple_kinds.update((Mock, MagicMock))
for _kind in (
    Mock, NonCallableMagicMock, MagicMock, AsyncMock, AsyncGeneratorMock, AsyncIteratorMock,
    AwaitableFunctionMock, AwaitableMock,
):  # fmt: skip
    setattr(STANDARD, _kind.__name__, _kind)
STANDARD.AsyncResult = AsyncMock
Kinds.AsyncMixin, Kinds.AsyncCalls = AsyncMixin, AsyncCalls
