"""``mock.awaited``: waiting until somebody awaits a mock."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from collections.abc import Callable

__unittest = __tracebackhide__ = True


@final
class Awaited:
    """
    Whether a mock was awaited: true once it was, and something to wait for.

    From asynctest 0.13; it works with any loop, also with several at the same time, as no future
    is made before somebody waits. *timeout* is ours.

    Example:
        >>> import asyncio
        >>> from asyncmock_plus import CoroutineMock
        >>> async def main():
        ...     mock = CoroutineMock()
        ...     asyncio.get_running_loop().call_soon(asyncio.ensure_future, mock("hello"))
        ...     await mock.awaited.wait(timeout=1)
        ...     return bool(mock.awaited), mock.await_args
        >>> asyncio.run(main())
        (True, call('hello'))

    .. versionadded:: 1.0.0
    """

    def __init__(self, identity: Any) -> None:
        self._identity = identity
        self._waiters: list[asyncio.Future[None]] = []

    def __bool__(self) -> bool:
        return self._count() != 0

    def __repr__(self) -> str:
        return f"<awaited {self._count()} times, {len(self._waiters)} waiting>"

    @property
    def _condition(self) -> Awaited | None:
        """What is waited on: None until somebody has awaited the mock, or waits; from asynctest."""
        return self if self._waiters or self else None

    def _count(self) -> int:
        mock = self._identity()
        return 0 if mock is None else int(mock.await_count)

    async def wait(self, skip: int = 0, *, timeout: float | None = None) -> Any:
        """
        Wait until the mock has been awaited more than *skip* times in all.

        Args:
            skip: How many awaits do not count.
            timeout: Seconds of the loop's clock; None waits for ever.

        Raises:
            AssertionError: The timeout is over; it lists what was awaited so far.
        """
        return await self._wait(lambda mock: mock.await_count > skip, timeout)

    async def wait_next(self, skip: int = 0, *, timeout: float | None = None) -> Any:
        """
        Wait for the next await of the mock, or for the one that comes *skip* awaits later.

        Args:
            skip: How many awaits from now do not count.
            timeout: Seconds of the loop's clock; None waits for ever.

        Raises:
            AssertionError: The timeout is over; it lists what was awaited so far.
        """
        return await self.wait(self._count() + skip, timeout=timeout)

    async def wait_for(
        self, predicate: Callable[[Any], object], *, timeout: float | None = None
    ) -> Any:
        """
        Wait until *predicate* holds; it is called with the mock, now and after each await.

        Args:
            predicate: A function of the mock.
            timeout: Seconds of the loop's clock; None waits for ever.

        Raises:
            AssertionError: The timeout is over; it lists what was awaited so far.
        """
        return await self._wait(predicate, timeout)

    async def _wait(self, predicate: Callable[[Any], object], timeout: float | None) -> Any:
        # The mock has to live as long as somebody waits for it.
        mock = self._identity()
        if mock is None:
            msg = "the mock is gone, so nobody can await it any more: keep a reference to the mock"
            raise RuntimeError(msg)
        result = predicate(mock)
        if result:
            return result
        try:
            return await asyncio.wait_for(self._poll(mock, predicate), timeout)
        except asyncio.TimeoutError:
            name = mock._extract_mock_name()
            msg = f"{name} was not awaited within {timeout!r} s as expected: "
            msg += f"awaited {mock.await_count} times: {list(mock.await_args_list)!r}"
            raise AssertionError(msg) from None

    async def _poll(self, mock: Any, predicate: Callable[[Any], object]) -> Any:
        loop = asyncio.get_running_loop()
        while not (result := predicate(mock)):
            waiter = loop.create_future()
            self._waiters.append(waiter)
            try:
                await waiter
            finally:
                if waiter in self._waiters:
                    self._waiters.remove(waiter)
        return result

    def wake(self) -> None:
        """Let all waiters look again, each in its own loop."""
        waiters, self._waiters = self._waiters, []
        running = _running_loop() if waiters else None
        for waiter in waiters:
            loop = waiter.get_loop()
            if loop is running:
                _set_result(waiter)
            elif not loop.is_closed():
                loop.call_soon_threadsafe(_set_result, waiter)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _set_result(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
