"""
Which virtual descriptors can be read or written right now.

Theory of operation. An object in memory (one end of a socket pair, say) knows at any time what it
is ready for, as the kernel knows it of a real socket. It owns one `Readiness`, which holds its
descriptor and the current mask of ``EVENT_READ | EVENT_WRITE``, and calls `Readiness.set` (or
`add` and `remove`) when the mask changes. That is all it has to do.

On the other side, `TestSelector.register` looks the descriptor up with `readiness_of`; if it
finds a level, a `Watch` of it says what is waited for. When that is *newly* ready the watch is put
among the selector's `Candidates`, and the selector reports it from every ``select()`` for as long
as the level says so: level-triggered, O(ready), nothing is polled. One object may be watched by
several selectors, from several threads:

- the mask is set *before* watches are announced, and whoever takes a candidate out reads the mask
  again *after* that, so that no change is lost in between, without a lock;
- a candidate may have become idle: the selector looks at the mask before it reports something;
- a candidate may come from any thread; a selector that sleeps in a real ``select()`` is woken;
- changes of one object (not of its peer) must not run concurrently: the object's own lock, if it
  is used from several threads, has to cover the call of `set`;
- ``set()`` runs no user code and raises nothing.

What this means to others. A ``select(timeout)`` with something ready asks the real selector inside
with ``select(0)``; with nothing ready it hands *timeout* on unchanged. So a clock that sits in
place of the real selector, or around the `TestSelector`, still sees: 0 means busy, ``None`` means
idle. A descriptor is virtual if it is a `FileDescriptor`, or a number from 2**31.

Descriptors are not used twice, and levels are held weakly here: an object that is dropped without
being closed leaves nothing behind.
"""

from __future__ import annotations

import threading
import weakref
from selectors import EVENT_READ
from typing import TYPE_CHECKING, Any, final

from asyncio_testselector._files.descriptor import FileDescriptor
from asyncio_testselector._files.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Callable
    from selectors import SelectorKey


@final
class Candidates(dict["Watch | int", None]):
    """
    What one selector has to look at, in the order it was announced.

    A `Watch` is there for its level, a descriptor for its pulses. To announce one is
    ``candidates[watch] = None``, then `wake` if the selector is *sleeping*. It is a dictionary
    because that happens each time something arrives, and is looked at in each turn of a loop.

    Attributes:
        sleeping: Whether the selector waits in a real ``select()``.
        wakeup: Ends that wait, from any thread; None if there is no such selector.
    """

    __slots__ = ("sleeping", "wakeup")

    def __init__(self) -> None:
        super().__init__()
        self.sleeping: bool = False
        self.wakeup: Callable[[], None] | None = None

    def wake(self) -> None:
        """Have the selector look again."""
        if self.wakeup is not None:
            self.wakeup()


@final
class Watch:
    """
    What one selector waits for at one level.

    Args:
        candidates: Those of the selector; it is among them while there may be something to report.
        level: What is waited for.
        key: What is reported, and the events that are.

    Attributes:
        wanted: The events.
    """

    __slots__ = ("candidates", "key", "level", "wanted")

    def __init__(self, candidates: Candidates, level: Readiness, key: SelectorKey) -> None:
        self.candidates: Candidates = candidates
        self.level: Readiness = level
        self.wanted: int = 0
        level.watch(self)
        self.change(key)

    def change(self, key: SelectorKey) -> None:
        """Wait for other events, or report another key."""
        self.key: SelectorKey = key
        self.wanted = key.events
        if self.level.events & self.wanted:
            self.candidates[self] = None

    def end(self) -> None:
        """Wait for nothing any more."""
        self.wanted = 0
        self.level.unwatch(self)
        self.candidates.pop(self, None)

    def look(self) -> int:
        """Return what is to be reported; if it is nothing, be no candidate any more."""
        events = self.level.events & self.wanted
        if not events:
            self.retract()
        return events

    def retract(self) -> None:
        """Be no candidate any more, unless another thread announces this very moment."""
        self.candidates.pop(self, None)
        if self.level.events & self.wanted:
            self.candidates[self] = None


# A WeakValueDictionary by hand: it is asked at every registration, mostly in vain.
_levels: dict[int, weakref.KeyedRef[int, Readiness]] = {}
_watching = threading.Lock()


class Readiness:
    """
    What one virtual descriptor is ready for: the level of a level-triggered object.

    Args:
        events: The first mask of ``selectors.EVENT_READ`` and ``EVENT_WRITE``; 0 is neither.
        fd: The descriptor, if it shall not be the next virtual one.

    Attributes:
        fd: The new `FileDescriptor` of the object; its ``fileno()`` returns it.
        events: The current mask. Change it with `set`.

    Example:
        >>> import selectors
        >>> from asyncio_testselector import TestSelector
        >>> level, selector = Readiness(), TestSelector()
        >>> key = selector.register(level.fd, selectors.EVENT_READ)
        >>> selector.select(0)
        []
        >>> level.set(selectors.EVENT_READ)
        >>> selector.select(0) == selector.select(0) == [(key, selectors.EVENT_READ)]
        True
    """

    __slots__ = ("__weakref__", "_others", "_signal", "_watches", "events", "fd")

    def __init__(self, events: int = 0, fd: FileDescriptor | None = None) -> None:
        self.fd: FileDescriptor = FileDescriptor() if fd is None else fd
        self.events: int = events
        # Replaced, never changed, so that set() may walk over it while another thread watches.
        self._watches: tuple[Watch, ...] = ()
        self._signal: Any = getattr(self, "_signal", None)
        self._others: list[FileDescriptor] = []  # by which it is found as well
        _levels[self.fd] = weakref.KeyedRef(self, forget, self.fd)

    def set(self, events: int) -> None:
        """Replace the mask."""
        before = self.events
        if events & ~before:
            self.add(events & ~before)
        if before & ~events:
            self.remove(before & ~events)

    def add(self, events: int) -> None:
        """Be ready for something new; who waits for it hears of it."""
        self.events |= events
        for watch in self._watches:
            if events & watch.wanted:
                candidates = watch.candidates
                candidates[watch] = None
                if candidates.sleeping:
                    candidates.wake()

    def remove(self, events: int) -> None:
        """Be ready for something no longer; who waited for it has nothing to look at any more."""
        left = self.events = self.events & ~events
        for watch in self._watches:
            if not left & watch.wanted:
                watch.candidates.pop(watch, None)
                if self.events & watch.wanted:  # another thread, just now
                    watch.candidates[watch] = None

    def close(self) -> None:
        """Be ready for nothing, and be found and watched by nobody any more."""
        self.events = 0
        self._watches = ()
        for number in (self.fd, *self._others):
            self.drop(number)
        if self._signal is not None:
            self._signal.close()

    def another(self) -> FileDescriptor:
        """Be found by one more descriptor, and return it."""
        number = self.new_descriptor()
        self._others.append(number)
        _levels[number] = weakref.KeyedRef(self, forget, number)
        return number

    def polled(self) -> FileDescriptor:
        """
        Return a descriptor of the kernel for whoever polls without a loop.

        It is readable if the level is so at this moment: whoever polls asks for it each time, and
        while it waits in the thread of a loop, nothing can change.
        """
        if self._signal is None:
            self._signal = Signal()
            self._others.append(number := FileDescriptor(self._signal.fd))
            _levels[number] = weakref.KeyedRef(self, forget, number)
        self._signal.set(bool(self.events & EVENT_READ))
        return next(each for each in self._others if each == self._signal.fd)

    def new_descriptor(self) -> FileDescriptor:
        """Return a descriptor for `another`."""
        return FileDescriptor()

    def drop(self, number: FileDescriptor) -> None:
        """Be found by a descriptor no longer."""
        _levels.pop(number, None)

    def watch(self, watch: Watch) -> None:
        """Announce *watch* from now on, whenever something is newly ready that it waits for."""
        with _watching:
            self._watches = (*self._watches, watch)

    def unwatch(self, watch: Watch) -> None:
        """Announce *watch* no more."""
        with _watching:
            self._watches = tuple(other for other in self._watches if other is not watch)


def forget(reference: weakref.KeyedRef[int, Readiness]) -> None:
    """Take note that a level does not exist any more."""
    _levels.pop(reference.key, None)


def readiness_of(fd: int) -> Readiness | None:
    """Return the level of a virtual descriptor, or None: a mock, which is ready when told so."""
    reference = _levels.get(fd)
    return None if reference is None else reference()
