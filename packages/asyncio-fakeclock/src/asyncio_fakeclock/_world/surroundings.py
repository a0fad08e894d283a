"""
Everything around a loop that time may have to wait for.

Four sources, gathered: threads and executor jobs (``work.py``), descriptors that the loop watches
(``sockets.py``), child processes, and ``external()`` blocks.

What the user has told the clock to ignore does not hold time back. It may wake the loop, though, so
that a loop which has nothing else to wait for is no deadlock. What has stalled does neither: it
has been reported.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import weakref
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, final

from asyncio_fakeclock._cpython import loops
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
from asyncio_fakeclock._world.work import RealWork, is_alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Surroundings"]

Pending = list[tuple[Any, str]]


@final
class Surroundings:
    """
    What may still answer to one loop.

    Args:
        loop: The loop.
        disturb: Called, from any thread, when there is something new to look at.

    Attributes:
        pending: What holds time back, each with a description; :meth:`look` finds it.
        ignored: The like, which holds nothing back, but may wake the loop.
        work: Threads and jobs.
    """

    def __init__(self, loop: asyncio.BaseEventLoop, disturb: Callable[[], object]) -> None:
        self._loop = loop
        self._disturb = disturb
        self._externals: list[str] = []
        self._channels: list[Channel] | None = None
        self._watches_any = False
        self._alone = False
        # A proactor has no register(): what it watches is found out each time.
        self._changes_unseen = not hasattr(loops.selector_of(loop), "register")
        self._children = Children()
        # Threads and futures, which may be forgotten; descriptors and processes are names.
        self._ignored_work: weakref.WeakSet[Any] = weakref.WeakSet()
        self._ignored_names: set[object] = set()
        self._stalled_work: weakref.WeakSet[Any] = weakref.WeakSet()
        self._stalled_names: set[object] = set()
        self.work = RealWork(disturb)
        self.pending: Pending = []
        self.ignored: Pending = []

    def begin(self) -> None:
        """Watch from now on."""
        self.work.watch()
        self._children.remember()

    def end(self) -> None:
        """Watch no longer."""
        self.work.forget()

    def channels_changed(self) -> None:
        """Look at the descriptors anew the next time."""
        self._channels = None

    @contextmanager
    def external(self, place: str) -> Iterator[None]:
        """Count somebody whom nobody knows as pending."""
        self._externals.append(place)
        self._disturb()
        try:
            yield
        finally:
            self._externals.remove(place)

    def look(self) -> None:
        """Find out what there is."""
        found = self.work.pending()
        # That nobody else is there may be over with the next line of code.
        if self._channels is None or self._changes_unseen or self._alone:
            fds = self._watched_fds()
            self._watches_any = bool(fds) or self._changes_unseen
            self._channels = self._look_at(fds, alone=not found)
        if self._channels:
            found += [(each.descriptor, each.name) for each in self._channels if each.kind == REAL]
            if any(each.kind == LISTENER for each in self._channels):
                found += self._children.alive()
        if found:
            stalled, ignored = self._stalled_work, self._ignored_work
            found = _without(found, stalled, self._stalled_names)
            self.pending = _without(found, ignored, self._ignored_names)
            self.ignored = [each for each in found if each not in self.pending]
        else:
            self.pending, self.ignored = [], []
        self.pending += [(None, place) for place in self._externals]

    def _look_at(self, fds: set[int], *, alone: bool) -> list[Channel]:
        self._alone = False
        if not of_the_kernel(fds):
            return []
        found = channels(fds, loops.transport_fds(self._loop))
        if any(each.kind == REAL for each in found):
            self._alone = alone and is_alone() and not self._children.alive()
        return channels(fds, own_fds()) if self._alone else found

    def _watched_fds(self) -> set[int]:
        selector: Any = loops.selector_of(self._loop)
        registered = selector.get_map() if hasattr(selector, "get_map") else None
        if not isinstance(registered, Mapping):
            return set()
        return {key.fd for key in registered.values()} - {loops.wakeup_fd(self._loop)}

    @property
    def are_calm(self) -> bool:
        """Whether not even a look at the selector is needed before time moves."""
        return not (
            self.pending
            or self.ignored
            or self._watches_any
            or loops.has_signal_handlers(self._loop)
        )

    def forgive(self, stalled: Pending) -> None:
        """Wait for these no more."""
        for work, _ in stalled:
            if isinstance(work, Descriptor | Child):
                self._stalled_names.add(work)
            elif work is not None:
                self._stalled_work.add(work)

    def ignore(self, work: object) -> None:
        """Do not let time stand still for *work*, see :meth:`FakeClock.ignore`."""
        if isinstance(work, threading.Thread | asyncio.Future | concurrent.futures.Future):
            self._ignored_work.add(work)
        elif isinstance(pid := getattr(work, "pid", None), int):
            self._ignored_names.add(Child(pid))
        else:
            self._ignored_names.add(Descriptor.of(_fd_of(work)))

    def hints(self) -> list[str]:
        """Return what else could wake the loop, though nobody has begun to."""
        listeners = [each for each in self._channels or () if each.kind == LISTENER]
        found = [f"  A {each.name} is open." for each in listeners]
        if loops.has_signal_handlers(self._loop):
            found.append("  The loop handles signals.")
        if found:
            found.append("  If somebody outside of this test is to call: wait in clock.external().")
        return found


def _without(found: Pending, work: weakref.WeakSet[Any], names: set[object]) -> Pending:
    return [each for each in found if each[0] not in names and each[0] not in work]


def _fd_of(work: object) -> int:
    info = getattr(work, "get_extra_info", None)
    if info is not None:
        work = info("socket") or info("pipe")
    fileno = getattr(work, "fileno", None)
    fd = fileno() if fileno is not None else work
    if not isinstance(fd, int) or isinstance(fd, bool):
        msg = (
            f"cannot ignore {work!r}: pass a thread, a future, a process, a socket, a pipe, a "
            "transport or a file descriptor"
        )
        raise TypeError(msg)
    if fd < 0:
        msg = f"cannot ignore {work!r}: it is closed"
        raise ValueError(msg)
    return fd
