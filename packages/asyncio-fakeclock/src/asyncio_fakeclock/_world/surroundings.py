"""
Everything around a loop that time may have to wait for.

Gathered: threads and executor jobs (``work.py``), what the loop watches (``sockets.py``) and what
is under way between its sockets (``transit.py``), child processes (``processes.py``), a timer of
the system that will send a signal, and ``external()`` blocks.

What the user has told the clock to ignore does not hold time back. It may wake the loop, though, so
that a loop which has nothing else to wait for is no deadlock. The same goes for what has stalled,
and was reported. What waits for the loop itself does neither.
"""

from __future__ import annotations

import signal
import weakref
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, final

from asyncio_fakeclock._cpython import loops
from asyncio_fakeclock._cpython.waits import thread_count
from asyncio_fakeclock._world.circle import Circle
from asyncio_fakeclock._world.ignoring import Ignored
from asyncio_fakeclock._world.operations import Operations
from asyncio_fakeclock._world.processes import Child, Children
from asyncio_fakeclock._world.sockets import (
    LISTENER,
    REAL,
    Channel,
    Descriptor,
    channels,
    of_the_kernel,
    own_fds,
)
from asyncio_fakeclock._world.syscalls import is_known
from asyncio_fakeclock._world.transit import Transit
from asyncio_fakeclock._world.work import RealWork

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Pending", "Surroundings"]

Pending = list[tuple[Any, str]]


@final
class Surroundings:
    """
    What may still answer to one loop.

    Args:
        loop: The loop.
        disturb: Called, from any thread, when there is something new to look at.
        ignore: What holds nothing back, from the beginning.

    Attributes:
        pending: What holds time back, each with a description; :meth:`look` finds it.
        ignored: The like, which holds nothing back, but may wake the loop.
        stalled: What was reported, and may wake the loop all the same.
        waiting: What can be shown to wait for the loop itself, or to idle.
        lags: Whether what an own end has sent may arrive a moment later, without a sign of it.
        work: Threads and jobs.
    """

    def __init__(
        self,
        loop: asyncio.BaseEventLoop,
        disturb: Callable[[], object],
        ignore: Iterable[object] = (),
    ) -> None:
        self._loop = loop
        self._disturb = disturb
        self._externals: list[str] = []
        self._channels: list[Channel] | None = None
        self._real: Pending = []
        self._is_clear = True
        self._watches_any = False
        # How many threads there were when the loop's was found to be alone; None if it was not.
        self._alone: int | None = None
        # A proactor has no register(): what it watches is found out each time.
        self._changes_unseen = not hasattr(loops.selector_of(loop), "register")
        self._children = Children(disturb)
        self._transit = Transit()
        self._operations = Operations()
        self._seen: dict[int, Descriptor] = {}
        self._ignored = Ignored()
        for each in ignore:
            self._ignored.add(each)
        self._stalled_work: weakref.WeakSet[Any] = weakref.WeakSet()
        self._stalled_names: set[object] = set()
        self.work = RealWork(disturb, lambda: loops.thread_of(loop), self._children, self._ignored)
        self.lags = False
        self.pending: Pending = []
        self.ignored: Pending = []
        self.stalled: Pending = []
        self.waiting: Pending = []

    def begin(self) -> None:
        """Watch from now on."""
        self._children.remember()
        self.work.watch()

    def end(self) -> None:
        """Watch no longer."""
        self.work.forget()
        self._children.forget()

    def channels_changed(self, fileobj: object = None) -> None:
        """Look at the descriptors anew the next time; *fileobj* has been in the loop's hands."""
        self._channels = None
        fd = fileobj if type(fileobj) is int else loops.fileno_of(fileobj)
        if fd is not None and fd >= 0 and of_the_kernel([fd]):
            self._seen[fd] = Descriptor.of(fd)

    @contextmanager
    def external(self, place: str) -> Iterator[None]:
        """Count somebody whom nobody knows as pending."""
        self._externals.append(place)
        self._disturb()
        try:
            yield
        finally:
            self._externals.remove(place)

    def look(self, *, closely: bool = False) -> None:
        """Find out what there is; *closely*, who waits in the kernel for this loop, too."""
        found = self.work.pending()
        children = self._children.alive()
        self._look_at_channels(children)
        # Most looks find nothing, and what they find is not made anew: the collector would run.
        if found or children or self._real or self._externals or not self._is_clear:
            self._sort([*found, *self._real, *children], closely=closely)
        if self._transit:
            self.pending += [
                (Descriptor.of(fd), f"{self._name_of(fd)}, whose bytes are under way")
                for fd in self._transit.sources()
            ]
        if loops.handles_alarm(self._loop) and signal.getitimer(signal.ITIMER_REAL)[0] > 0:
            self.pending.append((None, "timer of the system (signal.setitimer)"))
        self._is_clear = not (self.pending or self.ignored or self.stalled or self.waiting)

    def _sort(self, found: Pending, *, closely: bool) -> None:
        self.pending, self.ignored, self.stalled, self.waiting = [], [], [], []
        for work, name in dict.fromkeys(found):
            if work in self._ignored:
                self.ignored.append((work, name))
            elif self._has_stalled(work):
                self.stalled.append((work, name))
            else:
                self.pending.append((work, name))
        self.waiting = self._find_waiting(closely=closely)
        self.pending = [each for each in self.pending if each not in self.waiting]
        self.pending += [(None, place) for place in self._externals]

    def _find_waiting(self, *, closely: bool) -> Pending:
        """Return what is pending, but cannot answer before the loop has done something."""
        names = (Descriptor, Child)
        working = [each for each in self.pending if not isinstance(each[0], names)]
        if not (working and self.work.waits()):
            working = []
        if not closely or len(working) == len(self.pending) or not is_known():
            return working
        circle = Circle(work.pid for work, _ in self.pending if isinstance(work, Child))
        if not self.work.waits(circle):
            return working
        return [
            (work, name)
            for work, name in self.pending
            if not isinstance(work, Descriptor) or circle.has_other_end(work.fd)
        ]

    def callers(self) -> Pending:
        """Return the threads that may call this loop, which is another thread's, later on."""
        found = self.work.callers()
        return [] if not found or self.work.waits() else found

    def _has_stalled(self, work: object) -> bool:
        if isinstance(work, Descriptor | Child):
            return work in self._stalled_names
        return work in self._stalled_work

    def _look_at_channels(self, children: object) -> None:
        if self._channels is not None and not self._changes_unseen:
            if self._alone is None:
                if not self._real:
                    return
            elif self._alone == thread_count() and not children:
                return
        self._alone = None
        if self._changes_unseen:
            self._watches_any = True
            self._channels = self._look_at_operations(children)
        else:
            self._channels = self._look_at_descriptors(children)
        self.lags = any(each.lags for each in self._channels)
        self._real = [
            (each.child or each.descriptor, each.name)
            for each in self._channels
            if each.kind == REAL
        ]

    def _look_at_descriptors(self, children: object) -> list[Channel]:
        fds, full = self._watched_fds()
        self._watches_any = bool(fds)
        kernel_fds = of_the_kernel(fds)
        if not kernel_fds:
            self._transit.set_pairs(set())
            return []
        found = self._look_at(kernel_fds, full, children)
        self._transit.set_pairs(
            {
                (min(each.descriptor.fd, each.held), max(each.descriptor.fd, each.held))
                for each in found
                if each.held is not None
            }
        )
        return found

    def _look_at(self, fds: set[int], full: set[int], children: object) -> list[Channel]:
        self._seen = {fd: each for fd, each in self._seen.items() if Descriptor.of(fd) == each}
        more = loops.transport_fds(self._loop) | self._seen.keys()
        found = channels(fds, more, full=full)
        if not any(each.kind == REAL for each in found):
            return found
        if children or not self.work.is_alone():
            return found
        # That nobody else is there may be over with the next line of code.
        self._alone = thread_count() if self.work.is_the_only_one() else -1
        return channels(fds, own_fds(), alone=True, full=full)

    def _look_at_operations(self, children: object) -> list[Channel]:
        return self._operations.channels(
            loops.operations_of(self._loop), lambda: not children and self.work.is_alone()
        )

    def _watched_fds(self) -> tuple[set[int], set[int]]:
        """Return what the loop watches, and what of that it waits to write to."""
        selector: Any = loops.selector_of(self._loop)
        registered = selector.get_map() if hasattr(selector, "get_map") else None
        if not isinstance(registered, Mapping):
            return set(), set()
        wakeup = loops.wakeup_fd(self._loop)
        keys = [key for key in registered.values() if key.fd != wakeup]
        return {key.fd for key in keys}, {key.fd for key in keys if key.events & 2}

    def _name_of(self, fd: int) -> str:
        names = (each.name for each in self._channels or () if each.descriptor.fd == fd)
        return next(names, f"descriptor {fd}")

    @property
    def are_calm(self) -> bool:
        """Whether not even a look at the selector is needed before time moves."""
        return not (
            self.pending
            or self.ignored
            or self.stalled
            or self.waiting
            or self._watches_any
            or loops.has_signal_handlers(self._loop)
        )

    def forgive(self, stalled: Pending) -> None:
        """Let these hold nothing back any more."""
        for work, _ in stalled:
            if isinstance(work, Descriptor | Child):
                self._stalled_names.add(work)
            elif work is not None:
                self._stalled_work.add(work)

    def ignore(self, work: object) -> None:
        """Do not let time stand still for *work*, see :meth:`FakeClock.ignore`."""
        self._ignored.add(work)

    def describe(self, work: object, name: str) -> str:
        """Return more words for what holds time back than a name: its command line, its line."""
        if isinstance(work, Child):
            return work.name()
        if isinstance(work, Descriptor) or work is None:
            return name
        place = self.work.place_of(work)
        return f"{name} {place}" if place else name

    def hints(self) -> list[str]:
        """Return what else could wake the loop, though nobody has begun to."""
        found = [
            f"  {self.describe(work, name)}: it waits, too, and nobody can wake it."
            for work, name in self.waiting
        ]
        listeners = [each for each in self._channels or () if each.kind == LISTENER]
        callable_ = [f"  A {each.name} is open." for each in listeners]
        if loops.has_signal_handlers(self._loop):
            callable_.append("  The loop handles signals.")
        if callable_:
            found += callable_
            found.append("  If somebody outside of this test is to call: wait in clock.external().")
        return found
