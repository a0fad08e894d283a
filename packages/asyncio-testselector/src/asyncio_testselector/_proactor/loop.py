"""asyncio's proactor event loop on every platform, over a `TestProactor`."""

from __future__ import annotations

from asyncio import proactor_events
from typing import final

from asyncio_testselector._cpython.proactors import (
    loop_members,
    start_reading_self,
    stop_reading_self,
)
from asyncio_testselector._proactor.proactor import TestProactor


@final
class TestProactorEventLoop(proactor_events.BaseProactorEventLoop):
    """
    asyncio's own proactor event loop and transports, which Windows uses, on every platform.

    Code that has to work in Windows meets here what it meets there: no ``add_reader()``, reads
    that are under way before anybody asked, other transports. Files are served by a
    `TestProactor`.

    Args:
        proactor: The proactor; a new `TestProactor` by default.

    Raises:
        TypeError: *proactor* is no TestProactor.

    Example:
        >>> import asyncio
        >>> loop = TestProactorEventLoop()
        >>> loop.run_until_complete(asyncio.sleep(0, "slept"))
        'slept'
        >>> loop.close()

    .. versionadded:: 1.0.0
    """

    __test__ = False  # pytest: not a test case, whatever its name

    def __init__(self, proactor: TestProactor | None = None) -> None:
        if proactor is None:
            proactor = TestProactor()
        elif not isinstance(proactor, TestProactor):
            msg = f"{proactor!r} is no TestProactor: pass TestProactor({proactor!r})"
            raise TypeError(msg)
        super().__init__(proactor)

    def run_forever(self) -> None:
        """Run until `stop` is called, and read the loop's wake-ups meanwhile."""
        start_reading_self(self)
        try:
            super().run_forever()
        finally:
            stop_reading_self(self)


for _name, _member in loop_members().items():
    setattr(TestProactorEventLoop, _name, _member)
