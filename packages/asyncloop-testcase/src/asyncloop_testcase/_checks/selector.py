"""
The check for readers and writers that are left on the loop.

Theory of operation. A selector tells what is registered, so that at the end of a test it is enough
to count: most tests leave no more than they found. Where a reader was added is noted by the
dictionary in which the standard library's selectors keep their keys (`RegistrationDict`). Selectors
of others get spies on ``register`` and ``modify``, and loops without a selector (uvloop) have their
own methods watched. A proactor loop has no readers and writers: of that nothing is said unless the
check was asked for by name, and then once. Callbacks of asyncio itself are those of transports,
servers, and calls such as ``loop.sock_recv()``; they are not what was added "with add_reader() or
add_writer()".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncloop_testcase._checks.base import CannotCheckError, Check
from asyncloop_testcase._checks.loop import LoopSpies
from asyncloop_testcase._cpython.handles import handles_of, is_internal
from asyncloop_testcase._cpython.selectors import has_no_readers, registered_count, selector_of
from asyncloop_testcase._recording.recorder import REGISTRATIONS
from asyncloop_testcase._recording.registrations import Registrations
from asyncloop_testcase._recording.spies import Spies
from asyncloop_testcase._reports.owners import owner_of_handle
from asyncloop_testcase._reports.report import Finding, Site
from asyncloop_testcase._reports.sites import site_of_caller
from asyncloop_testcase._reports.words import callback_name, name_of, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from selectors import BaseSelector

__unittest = __tracebackhide__ = True


class ActiveSelectorCallbacks(Check):
    """A reader or writer was added and not removed; as in asynctest 0.13."""

    name = "active_selector_callbacks"
    summary = "readers or writers were added and not removed"
    default = True

    _part = REGISTRATIONS

    # What `start` sets up where the loop's selector keeps no dictionary that could take notes.
    _loop_registrations: LoopRegistrations | None = None
    _spies: Spies | None = None
    _registrations: Registrations | None = None

    def start(self) -> None:
        selector: Any = selector_of(self.loop)
        if selector is None:
            if has_no_readers(self.loop) and self.watch.asked_for(self.name):
                msg = "such a loop has no readers and writers"
                raise CannotCheckError(msg)
            self._loop_registrations = LoopRegistrations(self.watch, self.option)
            self._loop_registrations.start()
            return
        self._registrations = registrations = Registrations()
        registrations.count = registered_count(self.loop)
        if not self.watch.fresh:
            registrations.begin(selector.get_map())
        self._spies = Spies(selector)
        self._register = self._spies.replace("register", self._on_register)
        self._modify = self._spies.replace("modify", self._on_modify)

    def _on_register(self, fileobj: Any, events: int, data: Any = None) -> Any:
        key = self._register.original(fileobj, events, data)
        self._take_note(data)
        return key

    def _on_modify(self, fileobj: Any, events: int, data: Any = None) -> Any:
        key = self._modify.original(fileobj, events, data)
        self._take_note(data)
        return key

    def _take_note(self, data: Any) -> None:
        if self._registrations is not None:
            self._registrations.take(data, 2)

    def finish(self) -> Sequence[Finding]:
        if self._loop_registrations is not None:
            return self._loop_registrations.finish()
        registrations = self._registrations or self.watch.registrations
        selector = selector_of(self.loop)
        if selector is None or registrations is None or not registrations.may_be_more(self.loop):
            return ()
        # The selector itself may be closed.
        return () if selector.get_map() is None else [*_left(selector, registrations)]

    def restore(self) -> None:
        if self._loop_registrations is not None:
            self._loop_registrations.restore()
        if self._spies is not None:
            self._spies.restore()
        self._registrations = None


def _left(selector: BaseSelector, registrations: Registrations) -> Iterator[Finding]:
    for key in selector.get_map().values():
        for kind, handle in handles_of(key.data):
            if handle.cancelled() or is_internal(handle):
                continue
            if not any(handle is old for old in registrations.before):
                what = f"{kind} of {short(key.fileobj)}: {callback_name(handle)}"
                yield Finding(what, registrations.site_of(handle), owner=owner_of_handle(handle))


class LoopRegistrations(LoopSpies):
    """Keeps account of the readers and writers of a loop by watching its methods."""

    methods = ("add_reader", "remove_reader", "add_writer", "remove_writer")

    def __init__(self, watch: Any, option: object) -> None:
        super().__init__(watch, option)
        self._active: dict[tuple[str, int], tuple[object, object, Site | None]] = {}

    def add_reader(self, fd: Any, callback: Any, *args: Any) -> Any:
        """Take notice of a reader that is added."""
        handle = self.originals["add_reader"].original(fd, callback, *args)
        self._active["reader", _number(fd)] = fd, callback, site_of_caller(1)
        return handle

    def add_writer(self, fd: Any, callback: Any, *args: Any) -> Any:
        """Take notice of a writer that is added."""
        handle = self.originals["add_writer"].original(fd, callback, *args)
        self._active["writer", _number(fd)] = fd, callback, site_of_caller(1)
        return handle

    def remove_reader(self, fd: Any) -> Any:
        """Take notice of a reader that is removed."""
        self._active.pop(("reader", _number(fd)), None)
        return self.originals["remove_reader"].original(fd)

    def remove_writer(self, fd: Any) -> Any:
        """Take notice of a writer that is removed."""
        self._active.pop(("writer", _number(fd)), None)
        return self.originals["remove_writer"].original(fd)

    def finish(self) -> Sequence[Finding]:
        return [
            Finding(f"{kind} of {short(fd)}: {name_of(callback)}", site)
            for (kind, _), (fd, callback, site) in self._active.items()
        ]


def _number(fd: Any) -> int:
    return fd if isinstance(fd, int) else int(fd.fileno())
