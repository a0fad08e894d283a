"""
Which virtual descriptors can be read or written right now.

Theory of operation. An object in memory (one end of a socket pair, say) knows at any time what it
is ready for, as the kernel knows it of a real socket. It owns one `Readiness`, which holds its
descriptor and the current mask of ``EVENT_READ | EVENT_WRITE``, and calls `Readiness.set` when
the mask changes. That is all it has to do.

On the other side, `TestSelector.register` looks the descriptor up with `readiness_of`; if it
finds a level, its `Candidates` watch it. When something is *newly* ready the descriptor is put
among them, and the selector reports it from every ``select()`` for as long as the level says so:
level-triggered, O(ready), nothing is polled. One object may be watched by several selectors, from
several threads:

- the mask is set *before* watchers are told, and a selector removes a candidate *before* it reads
  the mask, so that no change is lost in between, without a lock;
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
from typing import TYPE_CHECKING, final

from asyncio_testselector._descriptor import FileDescriptor

if TYPE_CHECKING:
    from collections.abc import Callable


@final
class Candidates(dict[int, None]):
    """
    The descriptors that one selector has to look at, in the order they were announced.

    To announce one is ``candidates[fd] = None``, then `wake` if the selector is *sleeping*. It is
    a dictionary because that happens each time something arrives, and is looked at in each turn of
    a loop.

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

    __slots__ = ("__weakref__", "_watchers", "events", "fd")

    def __init__(self, events: int = 0, fd: FileDescriptor | None = None) -> None:
        self.fd: FileDescriptor = FileDescriptor() if fd is None else fd
        self.events: int = events
        # Replaced, never changed, so that set() may walk over it while another thread watches.
        self._watchers: tuple[Candidates, ...] = ()
        _levels[self.fd] = weakref.KeyedRef(self, forget, self.fd)

    def set(self, events: int) -> None:
        """Replace the mask; watchers hear of it if something is ready that was not before."""
        new = events & ~self.events
        self.events = events
        if new:
            for watcher in self._watchers:
                watcher[self.fd] = None
                if watcher.sleeping:
                    watcher.wake()

    def close(self) -> None:
        """Be ready for nothing, and be found and watched by nobody any more."""
        self.events = 0
        self._watchers = ()
        _levels.pop(self.fd, None)

    def watch(self, watcher: Candidates) -> None:
        """Be among the candidates of *watcher* from now on, whenever something is newly ready."""
        with _watching:
            self._watchers = (*self._watchers, watcher)

    def unwatch(self, watcher: Candidates) -> None:
        """Tell *watcher* nothing any more."""
        with _watching:
            self._watchers = tuple(other for other in self._watchers if other is not watcher)


def forget(reference: weakref.KeyedRef[int, Readiness]) -> None:
    """Take note that a level does not exist any more."""
    _levels.pop(reference.key, None)


def readiness_of(fd: int) -> Readiness | None:
    """Return the level of a virtual descriptor, or None: a mock, which is ready when told so."""
    reference = _levels.get(fd)
    return None if reference is None else reference()
