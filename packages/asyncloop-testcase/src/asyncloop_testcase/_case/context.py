"""Tasks whose steps run in a given context itself, not in a copy of it."""

from __future__ import annotations

import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    import contextvars
    from collections.abc import Generator
    from types import TracebackType

__unittest = __tracebackhide__ = True


class ContextCoroutine(Coroutine[Any, Any, Any]):
    """
    A coroutine each step of which runs in one given context.

    On 3.10 a task always runs in a copy of the context that is current when it is made, and what
    the coroutine sets would be lost with the copy. The steps enter the given context inside it.
    """

    def __init__(self, coro: Coroutine[Any, Any, Any], context: contextvars.Context) -> None:
        self._coro = coro
        self._run = context.run

    def __getattr__(self, name: str) -> Any:  # cr_frame, cr_await, __qualname__: for reports
        return getattr(self._coro, name)

    def send(self, value: Any, /) -> Any:
        return self._run(self._coro.send, value)

    def throw(
        self,
        typ: Any,
        val: BaseException | object = None,
        tb: TracebackType | None = None,
        /,
    ) -> Any:
        error = typ if val is None and tb is None else val
        if isinstance(error, BaseException):
            return self._run(self._coro.throw, error)
        return self._run(self._coro.throw, typ)

    def close(self) -> None:
        self._run(self._coro.close)

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._coro.__await__()


if sys.version_info >= (3, 11):

    def create_task(
        loop: asyncio.AbstractEventLoop,
        coro: Coroutine[Any, Any, Any],
        context: contextvars.Context,
    ) -> asyncio.Task[Any]:
        """Make a task whose every step runs in *context* itself, not in a copy."""
        return loop.create_task(coro, context=context)

else:

    def create_task(
        loop: asyncio.AbstractEventLoop,
        coro: Coroutine[Any, Any, Any],
        context: contextvars.Context,
    ) -> asyncio.Task[Any]:
        """Make a task whose every step runs in *context* itself, not in a copy."""
        return loop.create_task(ContextCoroutine(coro, context))
