"""
A selector of mocks and real files.

Theory of operation. Real files are registered with the real selector and reported by it, at the
price of a dictionary entry; as long as a loop watches nothing else, ``select()`` is the real one's.
Mocks and memory objects are kept in the `Registry` alone. What is ready of these is among the
*candidates*: what a level announced, and descriptors that `set_ready` counted a *pulse* for.
``select()`` looks at the candidates only, so that its cost does not depend on how many mocks are
idle:

- a pulse is an event that is reported once (`set_read_ready`); two of one kind are reported by two
  calls of ``select()``; one that nobody waits for when it is due is dropped, as a real selector
  says nothing of events it does not watch;
- a level (see `readiness`) is reported as long as it lasts.

Other threads may announce something at any time. They announce first and look second, whether the
selector sleeps; the selector says first that it is going to sleep, and looks second.

More than 300 lines: one class, whose public methods are those of every selector, each with its
documentation; what they keep is in modules of its own beside this one.
"""

from __future__ import annotations

import selectors
import time
from collections.abc import Mapping
from selectors import SelectorKey
from typing import TYPE_CHECKING, Any

from asyncio_testselector._cpython.loops import loop_of
from asyncio_testselector._cpython.sockets import Socket
from asyncio_testselector._files.descriptor import FIRST_VIRTUAL_FD, FileDescriptor, is_virtual
from asyncio_testselector._files.pipes import refuse_pipes, serve_pipes
from asyncio_testselector._selector.pulses import Pulses
from asyncio_testselector._selector.readiness import Candidates, Watch, readiness_of
from asyncio_testselector._selector.registry import ALL, Events, Registry, check_events, merged
from asyncio_testselector._selector.wakeup import LoopWakeup, SocketWakeup

__unittest = __tracebackhide__ = True  # whoever registers a file stands above

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

PLAIN = {int, Socket}
"""What asyncio watches, mostly: it is looked up without further ado."""

SPARES = 31
"""Looks at a real selector in a row that a busy loop can do without, if any."""


class TestSelector(selectors.BaseSelector):
    """
    A selector that watches mocks beside real files.

    Mocks and memory objects cost no system call. Real files go to the selector inside. It is put
    into a loop by `install`, by ``asyncio.SelectorEventLoop(TestSelector())``, or by
    ``loop._selector = TestSelector(loop._selector)``.

    Args:
        selector: What watches real files. Without it, a ``selectors.DefaultSelector()`` is made
            for the first of them; until then ``select()`` never waits.

    Attributes:
        default_selector: What makes the selector for real files where none was given: a subclass
            may have another one.
        on_register: Called with the key of each file that is registered or modified, by whoever
            watches a test; None for nobody. Taken over from the real selector, if that has it.

    Raises:
        TypeError: *selector* is no selector.

    Example:
        >>> from asyncio_testselector import FileMock
        >>> with TestSelector() as selector:
        ...     key = selector.register(FileMock(), selectors.EVENT_READ, "any data")
        ...     selector.set_ready(key.fileobj, selectors.EVENT_READ)
        ...     selector.select() == [(key, selectors.EVENT_READ)], selector.select()
        (True, [])

    .. versionadded:: 1.0.0
       The class is asynctest 0.13's.
    """

    __test__ = False  # pytest: not a test case, whatever its name

    default_selector: Callable[[], selectors.BaseSelector] = selectors.DefaultSelector

    def __init__(self, selector: selectors.BaseSelector | None = None) -> None:
        if not hasattr(selector, "register") and selector is not None:
            msg = f"{selector!r} is no selector: pass one of the selectors module, or None"
            raise TypeError(msg)
        self.on_register: Callable[[SelectorKey], object] | None
        self.on_register = getattr(selector, "on_register", None)
        self._selector = selector
        self._direct: selectors.BaseSelector | None = None  # the real one, to be asked alone
        self._registry = Registry()
        self._mocks = self._registry.mocks
        self._files = self._registry.files
        self._candidates = Candidates()
        self._watches: dict[int, Watch] = {}  # of the mocks that have a level
        self._pulses = Pulses(self._candidates)
        self._file_pulses = Pulses()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._socket_wakeup: SocketWakeup | None = None
        self._closed = False
        self._spares = self._spared = 0  # looks spared in a row, and how many are left
        if selector is not None:
            self._take_over(selector.get_map())

    def adopt(self, selector: selectors.BaseSelector) -> None:
        """
        Serve the files of a real selector, too, from now on.

        Args:
            selector: What the argument of the class may be.

        Raises:
            RuntimeError: There is a real selector already.
        """
        if self._selector is not None:
            msg = f"{self!r} has a real selector: make another TestSelector for {selector!r}"
            raise RuntimeError(msg)
        self._selector = selector
        self._take_over(selector.get_map())

    def _take_over(self, known: object) -> None:
        """Learn what was registered with the real selector before."""
        if isinstance(known, Mapping):
            for key in known.values():
                self._registry.files[key.fd] = key
                self._meet_loop(key)
            self._files_changed()

    def _meet_loop(self, key: SelectorKey) -> None:
        if self._loop is None and (loop := loop_of(key)) is not None:
            self.meet(loop)

    def meet(self, loop: asyncio.AbstractEventLoop) -> None:
        """Learn which loop registers files: it is woken by its own means, and served pipes."""
        self._loop = loop
        self._candidates.wakeup = LoopWakeup(loop)
        serve_pipes(loop)
        self._files_changed()

    def __repr__(self) -> str:
        state = "closed" if self._closed else repr(self._registry)[1:-1]
        return f"<TestSelector: {state}, over {self._selector!r}>"

    def register(self, fileobj: Any, events: int, data: Any = None) -> SelectorKey:
        """
        Watch a mock or a real file.

        Args:
            fileobj: A mock, a memory object, a file or a descriptor.
            events: ``EVENT_READ``, ``EVENT_WRITE`` or both.
            data: Anything; it is in the key.

        Raises:
            ValueError: The events or the file are invalid, or the selector is closed.
            KeyError: The file is registered already.
            OSError: The real selector refused the real file.
        """
        if type(fileobj) is FileDescriptor and events in ALL and not self._closed:
            mocks = self._mocks  # the same as below, for what asyncio passes
            if fileobj not in mocks:
                self._direct = None
                mocks[fileobj] = key = SelectorKey(fileobj, fileobj, events, data)
                level = readiness_of(fileobj)
                if level is not None:
                    self._watches[fileobj] = Watch(self._candidates, level, key)
                if self.on_register is not None:
                    self.on_register(key)
                return key
        real = self._selector
        if type(fileobj) in PLAIN and real is not None and not self._closed:
            plain: Any = fileobj
            files, number = self._files, plain if type(plain) is int else plain.fileno()
            if 0 <= number < FIRST_VIRTUAL_FD and number not in files:
                files[number] = key = real.register(fileobj, events, data)
                if self._loop is None:
                    self._meet_loop(key)
                if self._direct is None or len(files) <= 2:
                    self._files_changed()
                if self.on_register is not None:
                    self.on_register(key)
                return key
        check_events(events)
        number = self._registry.lookup(fileobj)
        self._check_open()
        keys = self._registry.keys_of(number)
        if number in keys:
            msg = f"{fileobj!r} (FD {int(number)}) is already registered"
            raise KeyError(msg)
        if keys is self._mocks:
            self._direct = None
            key = SelectorKey(fileobj, number, events, data)
            keys[number] = key
            level = readiness_of(number)
            if level is not None:
                self._watches[number] = Watch(self._candidates, level, key)
        else:
            key = self._real().register(fileobj, events, data)
            keys[key.fd] = key
            self._meet_loop(key)
            self._files_changed()
        if self.on_register is not None:
            self.on_register(key)
        return key

    def _real(self) -> selectors.BaseSelector:
        if self._selector is None:
            self._selector = self.default_selector()
        return self._selector

    def unregister(self, fileobj: Any) -> SelectorKey:
        """
        Watch it no longer.

        Raises:
            KeyError: The file is not registered.
            ValueError: It is no file, or is closed and was not registered.
        """
        kind = type(fileobj)
        number = fileobj if kind is int else fileobj.fileno() if kind is Socket else -1
        if (known := self._files.get(number)) is not None:
            self._ask_real("unregister", known, fileobj)
            del self._files[number]
            if self._direct is None or len(self._files) <= 1:
                self._files_changed()
            return known
        keys, key = self._registry.find(fileobj)
        if keys is self._mocks:
            watch = self._watches.pop(key.fd, None)
            if watch is not None:
                watch.end()
        else:
            self._ask_real("unregister", key, fileobj)
        del keys[key.fd]
        if keys is not self._mocks or not keys:
            self._files_changed()
        return key

    def _ask_real(self, method: str, key: SelectorKey, *args: Any) -> Any:
        """Call the real selector; if it fails and forgets the file, forget it, too."""
        real = self._real()
        try:
            return getattr(real, method)(*args)
        except BaseException:
            known: object = real.get_map()
            if isinstance(known, Mapping) and key.fd not in known:
                self._registry.files.pop(key.fd, None)
            raise

    def modify(self, fileobj: Any, events: int, data: Any = None) -> SelectorKey:
        """
        Change the events or the data of a registered file.

        Unlike the selectors of the standard library, a refused call changes nothing.

        Raises:
            KeyError: The file is not registered.
            ValueError: The events are invalid.
        """
        check_events(events)
        try:
            keys, key = self._registry.find(fileobj)
        except KeyError:
            keys = self._registry.keys_of(number := self._registry.lookup(fileobj))
            if keys is self._mocks or self._selector is None:
                raise
            # Somebody may have registered it behind our back: the real selector knows.
            key = SelectorKey(fileobj, number, 0, None)
        if keys is self._mocks:
            if events != key.events or data != key.data:
                key = SelectorKey(key.fileobj, key.fd, events, data)
                keys[key.fd] = key
                watch = self._watches.get(key.fd)
                if watch is not None:
                    watch.change(key)
        else:
            key = self._ask_real("modify", key, fileobj, events, data)
            keys[key.fd] = key
        if self.on_register is not None:
            self.on_register(key)
        return key

    def get_key(self, fileobj: Any) -> SelectorKey:
        """
        Return the key of a registered file.

        Raises:
            KeyError: The file is not registered.
            RuntimeError: The selector is closed.
        """
        if self._closed:
            msg = "Selector is closed"
            raise RuntimeError(msg)
        return self._registry.find(fileobj)[1]

    def get_map(self) -> Mapping[Any, SelectorKey]:
        """Return the live mapping of files to keys; None once closed, as every selector."""
        return None if self._closed else self._registry  # type: ignore[return-value]

    def select(self, timeout: float | None = None) -> Events:
        """
        Return what is ready: mocks first, in the order they became ready, then real files.

        Args:
            timeout: Seconds to wait for something; None is as long as it takes, 0 or less not at
                all. Without a real selector nothing is waited for, as in asynctest 0.13.

        Raises:
            ValueError: The selector is closed.
        """
        direct = self._direct
        if direct is not None:
            return direct.select(timeout)
        ready = self._ready_mocks() if self._candidates else []
        busy = ready or (timeout is not None and timeout <= 0)
        if busy and self._spared and not self._file_pulses:
            self._spared -= 1
            return ready
        self._check_open()
        real = self._selector
        if real is None:
            return ready
        pulsed = self._file_pulses.due(self._registry.files) if self._file_pulses else None
        if not (busy or pulsed):
            return self._wait(real, timeout)
        self._spared = self._spares
        events = ask(real, 0 if ready or pulsed else timeout)
        if self._socket_wakeup is not None:
            events = self._socket_wakeup.removed_from(events)
        if pulsed:
            events = merged(pulsed, events)
        return ready + events if ready else events

    def _wait(self, real: selectors.BaseSelector, timeout: float | None) -> Events:
        """Wait for real files, or for an announcement by another thread."""
        candidates = self._candidates
        if candidates.wakeup is None and self._mocks:
            candidates.wakeup = self._socket_wakeup = SocketWakeup(real)
        candidates.sleeping = True
        try:  # unless something was announced since the look at the candidates
            events = ask(real, 0 if candidates or self._file_pulses else timeout)
        finally:
            candidates.sleeping = False
        if candidates or self._file_pulses or self._socket_wakeup is not None:
            return self._with_news(events)
        return events

    def _with_news(self, events: Events) -> Events:
        """Return the events of real files with what was announced while they were waited for."""
        if self._socket_wakeup is not None:
            events = self._socket_wakeup.removed_from(events)
        if self._file_pulses:
            events = merged(self._file_pulses.due(self._registry.files), events)
        return self._ready_mocks() + events if self._candidates else events

    def _files_changed(self) -> None:
        """
        Find out when the real selector is to be asked.

        Alone, if there is nothing else: announcements for files, by other threads, end that.

        Not in each turn of a busy loop, if all it watches is the loop's own wake-up socket: there
        is nothing to be found but that somebody wants a loop to wake up that is awake, and the news
        of a signal, which can wait for a few turns. Only selectors of the standard library are
        spared: others may count.
        """
        alone = len(self._registry.files) <= 1 and self._loop is not None
        plain = type(self._selector).__module__ == "selectors"
        self._spares = self._spared = SPARES if alone and plain else 0
        if self._spares or self._loop is None or self._socket_wakeup is not None:
            self._direct = None
            return
        self._direct = self._selector
        if self._mocks or self._candidates or self._file_pulses:
            self._direct = None

    def _ready_mocks(self) -> Events:
        candidates: list[Any] = [*self._candidates]
        if self._pulses:
            return self._pulsed_mocks(candidates)
        ready: Events = []
        for watch in candidates:  # no number: as long as one is there, there are pulses
            events = watch.level.events & watch.wanted
            if events:
                ready.append((watch.key, events))
            else:
                watch.retract()
        return ready

    def _pulsed_mocks(self, candidates: list[Watch | int]) -> Events:
        """Return what mocks are ready for by their levels and their pulses, each mock once."""
        ready: dict[int, tuple[SelectorKey, int]] = {}
        for candidate in candidates:
            number = candidate if isinstance(candidate, int) else candidate.key.fd
            key = self._mocks.get(number)
            if key is None:
                self._pulses.drop(number)
            elif number not in ready:
                watch = self._watches.get(number)
                events = 0 if watch is None else watch.look()
                if number in self._pulses:
                    events |= self._pulses.take(key)
                if events:
                    ready[number] = key, events
        return [*ready.values()]

    def set_ready(self, fileobj: Any, events: int) -> None:
        """
        Report events once, as if they had happened: what `set_read_ready` does, without a loop.

        Args:
            fileobj: A mock or a file. What is not registered at the next ``select()``, or not
                for these events, is ignored.
            events: ``EVENT_READ``, ``EVENT_WRITE`` or both.

        Raises:
            ValueError: The events are invalid.
        """
        check_events(events)
        try:
            number = self._registry.lookup(fileobj)
        except ValueError:  # closed, and not registered: no selector would report it
            return
        (self._pulses if is_virtual(number) else self._file_pulses).add(number, events)
        direct, self._direct = self._direct, None
        if self._candidates.sleeping or direct is not None:
            self._candidates.wake()

    def _check_open(self) -> None:
        if self._closed:
            msg = "I/O operation on closed selector"
            raise ValueError(msg)

    def close(self) -> None:
        """Forget all mocks, close the real selector."""
        if self._closed:
            return
        self._closed = True
        self._direct = None
        self._spared = 0
        for watch in self._watches.values():
            watch.end()
        for kept in (self._watches, self._mocks, self._registry.files, self._candidates):
            kept.clear()
        if self._selector is not None:
            self._selector.close()
        self._candidates.wakeup = None
        if self._loop is not None:
            refuse_pipes(self._loop)
            self._loop = None
        if self._socket_wakeup is not None:
            self._socket_wakeup.close()
            self._socket_wakeup = None


def ask(real: selectors.BaseSelector, timeout: float | None) -> Events:
    """Return what a real selector says; in Windows it fails when it has no files to wait for."""
    try:
        return real.select(timeout)
    except OSError:
        if timeout is None or real.get_map():
            raise
        time.sleep(max(timeout, 0))
        return []
