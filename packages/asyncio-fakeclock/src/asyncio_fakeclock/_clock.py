"""
The clock: what a test holds in its hands.

The queue of timers (``_cpython/timers.py``) asks its owner whenever it cannot go on by itself. The
owner is ``Pacer`` (``_time/pacer.py``), which knows the targets of pending ``advance()`` calls,
what is real and in flight, and when nothing can ever happen again. This module is the public face
of both: it validates, installs, and takes everything back. Half of its lines are documentation.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
from typing import TYPE_CHECKING, SupportsFloat, final

from asyncio_fakeclock._schedule.instants import Grid, checked_instant, checked_seconds
from asyncio_fakeclock._time.installation import checked_loop, override, running_loop
from asyncio_fakeclock._time.monotonic import Monotonic
from asyncio_fakeclock._time.options import Options, checked_rate
from asyncio_fakeclock._time.overrides import Overrides
from asyncio_fakeclock._time.pacer import Pacer
from asyncio_fakeclock._time.wall import WallClock
from asyncio_fakeclock._timeline.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from datetime import datetime
    from types import TracebackType

__all__ = ["FakeClock"]

__unittest = __tracebackhide__ = True

_clocks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, weakref.ref[FakeClock]] = (
    weakref.WeakKeyDictionary()
)


@final
class FakeClock:
    """
    Virtual time for one event loop.

    While it is installed, ``loop.time()`` stands still until the test moves it with
    :meth:`advance`, or, with ``auto=True``, until the loop is idle: then the clock jumps to the
    next timer. Every callback runs at its own instant: ``loop.time() == handle.when()``, in order,
    first scheduled first. The clocks of the system (``time.time()``, ``time.monotonic()``) are left
    alone unless they are asked for.

    An automatic clock stands still, too, while something real may answer: a job of an executor, a
    thread or a subprocess started under the clock, a socket whose other end is not in this loop.

    Args:
        loop: The loop; by default the one that runs when the clock is installed.
        auto: Whether an idle loop jumps to the next timer by itself. It can be changed any time.
        start: The first instant, in seconds.
        resolution: Instants below 4e15 resolutions (4e6 s) are rounded to it, in seconds, so that
            ten steps of 0.1 s are exactly 1 s. A power of ten.
        stall_timeout: Real seconds that time stands still for something real, until
            :exc:`StalledError` says what it is. None waits for ever.
        settle: Real seconds of calm after which time moves on, though something real might still
            answer. None never does that.
        max_turns: Turns that the loop may be busy at one instant, until :exc:`LivelockError`.
            None never gives up.
        max_jumps: Instants that an automatic clock may go through while nothing but its own timers
            happens, until :exc:`LivelockError`. None never gives up.
        wall_clock: Whether ``time.time()`` and ``datetime.now()`` move along, and from when: True
            for the present time, a datetime with a time zone, or seconds since the epoch. It needs
            the extra ``asyncio-fakeclock[wall]``.
        monotonic: Whether ``time.monotonic()``, ``time.perf_counter()`` and their ``_ns`` forms
            move along, for code of the test and on its threads.
        ignore: What holds nothing back, as for :meth:`ignore`.
        pace: Virtual seconds in a real one: time goes with real time from the beginning on, as in
            a block of :meth:`pace`. None lets it stand still, or jump.
        trace: Whether to record what runs at which instant, for :meth:`timeline`.

    Raises:
        TypeError: *loop* is not an event loop of asyncio, or a number is not one.
        ValueError: a number is out of its range.

    Example:
        >>> async def main():
        ...     async with FakeClock() as clock:
        ...         sleeper = asyncio.create_task(asyncio.sleep(3600, "awake"))
        ...         await clock.advance(3600)
        ...         return sleeper.result(), clock.time()
        >>> asyncio.run(main())
        ('awake', 3600.0)

    .. versionadded:: 1.0.0
    """

    __slots__ = (
        "__weakref__",
        "_auto",
        "_given",
        "_grid",
        "_loop",
        "_monotonic",
        "_moves_monotonic",
        "_now",
        "_options",
        "_overrides",
        "_pacer",
        "_timeline",
        "_wall",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        auto: bool = False,
        start: float = 0.0,
        resolution: float = 1e-9,
        stall_timeout: float | None = 10.0,
        settle: float | None = None,
        max_turns: int | None = 500_000,
        max_jumps: int | None = 200_000,
        wall_clock: bool | datetime | float = False,
        monotonic: bool = False,
        ignore: Iterable[object] = (),
        pace: float | None = None,
        trace: bool = False,
    ) -> None:
        if loop is not None:
            checked_loop(loop)
        self._given = loop
        self._loop = loop
        self._auto = bool(auto)
        self._grid = Grid(resolution)
        self._now = checked_instant(start, "start")
        self._options = Options.checked(
            stall_timeout=stall_timeout,
            settle=settle,
            max_turns=max_turns,
            max_jumps=max_jumps,
            ignore=ignore,
            pace=pace,
        )
        off = wall_clock is False or wall_clock is None
        self._wall = None if off else WallClock(wall_clock, self._now)
        if not isinstance(monotonic, bool):
            msg = f"monotonic must be True or False, not {monotonic!r}"
            raise TypeError(msg)
        self._moves_monotonic = monotonic
        self._monotonic: Monotonic | None = None
        self._timeline = Timeline() if trace else None
        self._pacer: Pacer | None = None
        self._overrides = Overrides()

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop whose time this is, None until it is known."""
        return self._loop

    @property
    def installed(self) -> bool:
        """Whether the loop's time is this clock's."""
        return self._pacer is not None

    @property
    def auto(self) -> bool:
        """Whether an idle loop jumps to the next timer by itself; it can be set in a test."""
        return self._auto

    @auto.setter
    def auto(self, value: bool) -> None:
        self._auto = bool(value)
        if self._pacer is not None:
            self._pacer.set_auto(self._auto)

    def install(self, loop: asyncio.AbstractEventLoop | None = None, /) -> FakeClock:
        """
        Give the loop this clock's time; timers that it has already keep the time they had left.

        Args:
            loop: The loop for this time, if the clock was made without one; by default the one that
                runs.

        Returns:
            The clock.

        Raises:
            RuntimeError: no loop was given and none is running; the loop is closed, or has a fake
                clock already; the clock is installed already.
            TypeError: the loop cannot be clocked, such as uvloop's.

        Example:
            >>> loop = asyncio.new_event_loop()
            >>> clock = FakeClock(loop, start=100).install()
            >>> loop.time()
            100.0
            >>> clock.uninstall()
            >>> loop.close()
        """
        loop = self._installable_loop(loop)
        pacer = Pacer(
            loop,
            self._grid,
            self._now,
            self._options,
            wall=self._wall,
            timeline=self._timeline,
        )
        self._take_system_time(pacer)
        self._loop = loop
        self._pacer = pacer
        pacer.set_auto(self._auto)
        pacer.queue.take_over(loop)
        override(self._overrides, loop, pacer, self._closing(loop.close))
        pacer.begin()
        _clocks[loop] = weakref.ref(self)
        return self

    def uninstall(self) -> None:
        """
        Give the loop its own time again; pending timers keep the time they have left.

        It is no error to do it twice. Pending :meth:`advance` calls fail with RuntimeError. A loop
        that is closed does it by itself.
        """
        pacer, loop = self._pacer, self._loop
        if pacer is None or loop is None:
            return
        self._pacer = None
        self._now = pacer.queue.now
        self._overrides.restore()
        _clocks.pop(loop, None)
        pacer.end()
        if self._monotonic is not None:
            self._monotonic.stop()
            self._monotonic = None
        if self._wall is not None:
            self._wall.stop()
        if not loop.is_closed():
            pacer.queue.give_back(loop)

    def time(self) -> float:
        """Return the virtual time, in seconds: what ``loop.time()`` returns meanwhile."""
        return self._now if self._pacer is None else self._pacer.queue.now

    def next_timer(self) -> float | None:
        """
        Return the instant of the next timer, in seconds; None if there is none.

        Example:
            >>> async def main():
            ...     async with FakeClock() as clock:
            ...         asyncio.get_running_loop().call_later(5, print)
            ...         return clock.next_timer()
            >>> asyncio.run(main())
            5.0
        """
        return None if self._pacer is None else self._pacer.queue.next_timer()

    def timers(self) -> list[asyncio.TimerHandle]:
        """
        Return the timers to come that were not cancelled, the next one first.

        Example:
            >>> async def main():
            ...     async with FakeClock() as clock:
            ...         asyncio.get_running_loop().call_later(5, print)
            ...         return [timer.when() for timer in clock.timers()]
            >>> asyncio.run(main())
            [5.0]
        """
        return [] if self._pacer is None else self._pacer.queue.timers()

    async def advance(self, seconds: SupportsFloat) -> None:
        """
        Move time forward by *seconds*, running what comes due on the way, each at its instant.

        It returns when everything that was due until then has run, and everything that this made
        ready. Concurrent calls are targets of their own: 5 s and 3 s from now are 5 s and 3 s from
        now. A call that is cancelled leaves the time where it is by then.

        Args:
            seconds: How far, from now. 0 runs what is ready and due.

        Raises:
            TypeError: *seconds* is not a number.
            ValueError: it is negative, nan or infinite.
            RuntimeError: the clock is not installed, or the running loop is another one.
            LivelockError: the loop is busy for ever at one instant.
        """
        value = seconds if type(seconds) is float and 0 <= seconds < 1e300 else None
        pacer = self._pacer_here()
        if value is None:
            value = checked_seconds(seconds)
        queue = pacer.queue
        target = self._grid.rounded(queue.now + value, queue.now)
        if queue.idle_until(target) and not pacer.has_targets:
            queue.move(target)
        else:
            await pacer.reach(target)

    async def advance_to(self, when: SupportsFloat) -> None:
        """
        Move time forward to the instant *when*, as :meth:`advance` does.

        Args:
            when: The instant, in seconds of this clock.

        Raises:
            TypeError: *when* is not a number.
            ValueError: it is in the past, nan or infinite.
            RuntimeError: as for :meth:`advance`.
        """
        pacer = self._pacer_here()
        target = checked_instant(when, "when")
        now = pacer.queue.now
        if target < now:
            msg = f"cannot go back to {when!r} s: it is {now!r} s, and a fake clock never runs back"
            raise ValueError(msg)
        await pacer.reach(self._grid.rounded(target, now))

    def external(self) -> AbstractContextManager[None]:
        """
        Return a block during which somebody the clock does not know of may answer.

        Time stands still in it, even if the loop is idle, and an idle loop is no deadlock: for a
        client in another process, a thread that was there before the clock.

        Raises:
            RuntimeError: the clock is not installed.
        """
        return self._installed_pacer().external()

    def pace(self, rate: float = 1.0) -> AbstractContextManager[None]:
        """
        Return a block during which virtual time goes with real time.

        For what measures real time on the other side: a port that is polled until a child listens,
        a client in another thread, a watcher of files. Each timer still runs at its own instant.

        Args:
            rate: Virtual seconds in a real one.

        Raises:
            TypeError: *rate* is not a number.
            ValueError: it is not positive.
            RuntimeError: the clock is not installed.
        """
        return self._installed_pacer().pace(checked_rate(rate))

    def ignore(self, work: object) -> None:
        """
        Do not let time stand still for *work*.

        Args:
            work: A thread, a future of an executor, a process, a socket, a pipe, a transport, or a
                file descriptor: anything that lives on during the test, and answers only when
                asked. Or a name, which may be a pattern: of a thread, of the module that started
                it or a package which that is in, of a program; ``"daemon"`` for all daemon threads.

        Raises:
            TypeError: *work* is something else.
            RuntimeError: the clock is not installed.
        """
        self._installed_pacer().surroundings.ignore(work)

    @property
    def traced(self) -> bool:
        """Whether there is a :meth:`timeline`."""
        return self._timeline is not None

    def timeline(self) -> Timeline:
        """
        Return what ran when, recorded so far.

        Raises:
            RuntimeError: the clock was made without ``trace=True``.
        """
        if self._timeline is None:
            msg = "there is no timeline: make the clock with FakeClock(trace=True)"
            raise RuntimeError(msg)
        return self._timeline

    def __enter__(self) -> FakeClock:
        return self.install()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.uninstall()

    async def __aenter__(self) -> FakeClock:
        return self.install()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.uninstall()

    def __repr__(self) -> str:
        mode = "automatic" if self._auto else "manual"
        state = mode if self.installed else f"{mode}, not installed"
        return f"<FakeClock at {self.time()!r} s, {state}>"

    def _installable_loop(self, wanted: asyncio.AbstractEventLoop | None) -> asyncio.BaseEventLoop:
        if self._pacer is not None:
            msg = f"{self!r} is installed already: leave it, or make another one for another loop"
            raise RuntimeError(msg)
        loop = self._given or wanted or running_loop()
        base = checked_loop(loop)
        if loop.is_closed():
            msg = f"cannot install a clock on {loop!r}: it is closed"
            raise RuntimeError(msg)
        other = _clocks.get(loop, lambda: None)()
        if other is not None:
            msg = f"{loop!r} has a clock already, {other!r}: use that one, or uninstall it first"
            raise RuntimeError(msg)
        return base

    def _take_system_time(self, pacer: Pacer) -> None:
        """Take what is the clock's of the system's time, or nothing at all."""
        if self._wall is not None:
            self._wall.check()
        if self._moves_monotonic:
            is_of_the_test = pacer.surroundings.work.is_of_the_test
            monotonic = Monotonic(pacer.queue.time, is_of_the_test)
            monotonic.start()
            self._monotonic = monotonic
        if self._wall is not None:
            try:
                self._wall.start(self._now)
            except BaseException:
                if self._monotonic is not None:
                    self._monotonic.stop()
                    self._monotonic = None
                raise

    def _closing(self, close: Callable[[], None]) -> Callable[[], None]:
        def uninstall_and_close() -> None:
            loop = self._loop
            if loop is not None and not loop.is_running():
                self.uninstall()
            close()

        return uninstall_and_close

    def _installed_pacer(self) -> Pacer:
        if self._pacer is None:
            msg = f"{self!r} is not installed: use it as a context manager, or call install()"
            raise RuntimeError(msg)
        return self._pacer

    def _pacer_here(self) -> Pacer:
        pacer = self._installed_pacer()
        running = asyncio.get_running_loop()
        if running is not self._loop:
            msg = (
                f"cannot move the time of {self._loop!r} from another loop, {running!r} in thread "
                f"{threading.current_thread().name!r}"
            )
            raise RuntimeError(msg)
        return pacer


def clock_of(loop: asyncio.AbstractEventLoop) -> FakeClock | None:
    """Return the clock that is installed on *loop*, if there is one."""
    return _clocks.get(loop, lambda: None)()
