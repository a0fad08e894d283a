"""
Everything around a loop that time may have to wait for.

Four sources, gathered: threads and executor jobs (``_work.py``), descriptors that the loop watches
(``_sockets.py``), child processes, and ``external()`` blocks.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, final

from asyncio_fakeclock import _cpython
from asyncio_fakeclock._processes import Child, Children
from asyncio_fakeclock._sockets import LISTENER, REAL, Channel, channels
from asyncio_fakeclock._work import RealWork

__all__ = ["Surroundings"]


@final
class Surroundings:
    """
    What may still answer to one loop.

    Args:
        loop: The loop.
        disturb: Called, from any thread, when there is something new to look at.
    """

    def __init__(self, loop: asyncio.BaseEventLoop, disturb: Callable[[], object]) -> None:
        self._loop = loop
        self._disturb = disturb
        self._externals: list[str] = []
        self._channels: list[Channel] | None = None
        self._watches_any = False
        self._ignored_fds: set[int] = set()
        self._children = Children()
        self.work = RealWork(disturb)
        self._pending: list[tuple[object, str]] = []

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
        """Find out what there is; :meth:`pending` and the rest tell."""
        if self._channels is None:
            fds = self._watched_fds()
            self._channels = [] if fds is None else channels(fds)
            self._watches_any = bool(fds) or fds is None
        found = self.work.pending()
        found += [
            (channel.fd, channel.name)
            for channel in self._channels
            if channel.kind == REAL and channel.fd not in self._ignored_fds
        ]
        if any(channel.kind == LISTENER for channel in self._channels):
            found += self._children.alive()
        found += [(place, place) for place in self._externals]
        self._pending = found

    def _watched_fds(self) -> set[int] | None:
        selector: Any = _cpython.selector_of(self._loop)
        registered = selector.get_map() if hasattr(selector, "get_map") else None
        if not isinstance(registered, Mapping):
            return None
        return {key.fd for key in registered.values()} - {_cpython.wakeup_fd(self._loop)}

    @property
    def are_calm(self) -> bool:
        """Whether not even a look at the selector is needed before time moves."""
        return not (self._pending or self._watches_any or _cpython.has_signal_handlers(self._loop))

    def pending(self) -> list[tuple[object, str]]:
        """Return what may still answer, each with a description."""
        return self._pending

    def forgive(self) -> list[str]:
        """Stop waiting for all that is pending, and return the descriptions."""
        for work, _ in self._pending:
            if isinstance(work, int):
                self._ignored_fds.add(work)
            elif isinstance(work, Child):
                self._children.ignore({work.pid})
            elif not isinstance(work, str):
                self.work.ignore(work)
        return [name for _, name in self._pending]

    def ignore(self, work: object) -> None:
        """Do not count *work*, see :meth:`FakeClock.ignore`."""
        if isinstance(work, threading.Thread | asyncio.Future | concurrent.futures.Future):
            self.work.ignore(work)
        elif isinstance(pid := getattr(work, "pid", None), int):
            self._children.ignore({pid})
        else:
            self._ignored_fds.add(_fd_of(work))

    def hints(self) -> list[str]:
        """Return what else could wake the loop, though nobody has begun to."""
        names = [
            f"  {each.name} is open." for each in self._channels or () if each.kind == LISTENER
        ]
        if _cpython.has_signal_handlers(self._loop):
            names.append("  The loop handles signals.")
        if names:
            names.append(
                "  If somebody outside of this test is to answer, wait in clock.external()."
            )
        return names


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
