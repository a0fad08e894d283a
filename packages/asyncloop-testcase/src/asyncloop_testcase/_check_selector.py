"""
The check for readers and writers that are left on the loop.

Theory of operation. A selector tells what is registered, so that at the end of a test it is enough
to count: most tests leave no more than they found. Where a reader was added is recorded by a spy
on the selector's ``register`` and ``modify``; the selector is a small object, and a new attribute
costs much less on it than on the loop. Loops without a selector (uvloop) have their own methods
watched instead. Callbacks of asyncio itself are those of transports, servers, and calls such as
``loop.sock_recv()``; they are not what was added "with add_reader() or add_writer()".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncloop_testcase import _cpython
from asyncloop_testcase._check_loop import LoopSpies
from asyncloop_testcase._checks import Check
from asyncloop_testcase._report import Finding, Site
from asyncloop_testcase._sites import site_of_caller
from asyncloop_testcase._words import callback_name, name_of, short

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator, Sequence
    from selectors import BaseSelector

__unittest = True


class ActiveSelectorCallbacks(Check):
    """A reader or writer was added and not removed; as in asynctest 0.13."""

    name = "active_selector_callbacks"
    summary = "readers or writers were added and not removed"
    default = True

    _ledger: Ledger | None = None
    _sites: dict[asyncio.Handle, Site | None] | None = None
    # On a new loop there is nothing but the loop's own pipe to itself.
    _before: Sequence[asyncio.Handle] = ()

    def start(self) -> None:
        selector: Any = _cpython.selector_of(self.loop)
        if selector is None:
            self._ledger = Ledger(self.watch, self.option)
            self._ledger.start()
            return
        self._selector = selector
        self._count = _cpython.registered_count(selector)
        if not self.watch.fresh:
            self._before = _handles(selector)
        self._register = selector.register
        self._modify = selector.modify
        self._spies: tuple[Any, ...] = self._on_register, self._on_modify
        selector.register, selector.modify = self._spies

    def _on_register(self, fileobj: Any, events: int, data: Any = None) -> Any:
        key = self._register(fileobj, events, data)
        self._record(data)
        return key

    def _on_modify(self, fileobj: Any, events: int, data: Any = None) -> Any:
        key = self._modify(fileobj, events, data)
        self._record(data)
        return key

    def _record(self, data: Any) -> None:
        for _, handle in _cpython.handles_of(data):
            if not _cpython.is_internal(handle):
                if self._sites is None:
                    self._sites = {}
                self._sites.setdefault(handle, site_of_caller(2))

    def finish(self) -> Sequence[Finding]:
        if self._ledger is not None:
            return self._ledger.finish()
        # The test may have put a selector of its own around the one that was there.
        selector = _cpython.selector_of(self.loop)
        if selector is None:
            return ()  # the loop is closed
        if not self._before and _cpython.registered_count(selector) <= self._count:
            return ()
        if selector.get_map() is None:
            return ()
        return [*self._findings(selector)]

    def _findings(self, selector: BaseSelector) -> Iterator[Finding]:
        for key in selector.get_map().values():
            for kind, handle in _cpython.handles_of(key.data):
                if handle.cancelled() or _cpython.is_internal(handle):
                    continue
                if not any(handle is old for old in self._before):
                    site = None if self._sites is None else self._sites.get(handle)
                    yield Finding(f"{kind} of {short(key.fileobj)}: {callback_name(handle)}", site)

    def restore(self) -> None:
        if self._ledger is not None:
            self._ledger.restore()
            return
        selector = self._selector
        register, modify = self._spies
        # One that somebody has replaced in turn does no harm if they put it back later.
        if selector.register is register:
            _put_back(selector, "register", self._register)
        if selector.modify is modify:
            _put_back(selector, "modify", self._modify)
        self._before = ()
        self._sites = None
        self._spies = ()


def _put_back(selector: BaseSelector, name: str, original: object) -> None:
    """Delete our attribute; if the object had one of its own before, set it."""
    delattr(selector, name)
    if getattr(selector, name) != original:
        setattr(selector, name, original)


def _handles(selector: BaseSelector) -> list[asyncio.Handle]:
    keys = selector.get_map().values()
    return [handle for key in keys for _, handle in _cpython.handles_of(key.data)]


class Ledger(LoopSpies):
    """Keeps account of the readers and writers of a loop by watching its methods."""

    methods = ("add_reader", "remove_reader", "add_writer", "remove_writer")

    def __init__(self, watch: Any, option: object) -> None:
        super().__init__(watch, option)
        self._active: dict[tuple[str, int], tuple[object, object, Site | None]] = {}

    def add_reader(self, fd: Any, callback: Any, *args: Any) -> Any:
        """Take notice of a reader that is added."""
        handle = self.originals["add_reader"](fd, callback, *args)
        self._active["reader", _number(fd)] = fd, callback, site_of_caller(1)
        return handle

    def add_writer(self, fd: Any, callback: Any, *args: Any) -> Any:
        """Take notice of a writer that is added."""
        handle = self.originals["add_writer"](fd, callback, *args)
        self._active["writer", _number(fd)] = fd, callback, site_of_caller(1)
        return handle

    def remove_reader(self, fd: Any) -> Any:
        """Take notice of a reader that is removed."""
        self._active.pop(("reader", _number(fd)), None)
        return self.originals["remove_reader"](fd)

    def remove_writer(self, fd: Any) -> Any:
        """Take notice of a writer that is removed."""
        self._active.pop(("writer", _number(fd)), None)
        return self.originals["remove_writer"](fd)

    def finish(self) -> Sequence[Finding]:
        return [
            Finding(f"{kind} of {short(fd)}: {name_of(callback)}", site)
            for (kind, _), (fd, callback, site) in self._active.items()
        ]


def _number(fd: Any) -> int:
    return fd if isinstance(fd, int) else int(fd.fileno())
