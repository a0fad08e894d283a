"""The clock of ``ClockedTestCase``: that of asyncio-fakeclock, with the numbers of asynctest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncio_fakeclock

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable

    class _Base:
        loop: asyncio.AbstractEventLoop

        def _init_loop(self) -> None: ...
        def _unset_loop(self) -> None: ...

else:
    _Base = object

__unittest = __tracebackhide__ = True


class Clock(_Base):
    """
    A part of a test case: time that begins at the int 0, and moves by what is added to it.

    asyncio-fakeclock counts in floats; ``loop.time()`` gives whole numbers as ints, and what was
    added as it was added.
    """

    _asynctest_clock: asyncio_fakeclock.FakeClock | None = None
    _time: Any = 0

    def _init_loop(self) -> None:
        super()._init_loop()
        self._time = 0
        clock = self._asynctest_clock = asyncio_fakeclock.FakeClock(self.loop).install()
        loop: Any = self.loop
        given = vars(loop)["time"]

        def time() -> float:
            now = clock.time()
            exact: float = self._time
            if now == exact:
                return exact
            whole = int(now)
            return whole if whole == now else now

        self._asynctest_given_time = given
        loop.time = time

    def _unset_loop(self) -> None:
        clock = self._asynctest_clock
        loop: Any = self.loop
        if clock is None:
            super()._unset_loop()
            return
        self._asynctest_clock = None
        # What still waits when the loop is closed must neither take real time nor freeze.
        clock.auto = True
        loop.time = self._asynctest_given_time
        try:
            super()._unset_loop()
        finally:
            clock.uninstall()

    async def advance(self, seconds: Any) -> None:
        """
        Move time forward, and run what comes due on the way, each callback at its instant.

        Args:
            seconds: How far, from now.

        Raises:
            ValueError: It is negative.
        """
        if seconds < 0:
            msg = f"Cannot go back in time ({seconds} seconds)"
            raise ValueError(msg)
        clock: Any = self._asynctest_clock
        target = self.loop.time() + seconds
        await clock.advance(seconds)
        if clock.time() == target:
            self._time = target

    def _asynctest_live_timers(self) -> Iterable[asyncio.TimerHandle]:
        return [] if self._asynctest_clock is None else self._asynctest_clock.timers()
