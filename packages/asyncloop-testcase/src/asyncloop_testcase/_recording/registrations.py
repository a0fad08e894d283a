"""Who registered what with a selector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from asyncloop_testcase._cpython.handles import handles_of, is_internal
from asyncloop_testcase._cpython.selectors import registered_count
from asyncloop_testcase._reports.sites import site_of_caller

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Mapping, Sequence
    from selectors import SelectorKey

    from asyncloop_testcase._reports.report import Site

__unittest = __tracebackhide__ = True


class Registrations:
    """What was registered before a test, and where the test registered something."""

    # Class attributes are what most tests leave as it is.
    count: int = 0
    before: Sequence[asyncio.Handle] = ()
    # Those of a block around this one, which are taken at the same places.
    _outer: Registrations | None = None
    _sites: dict[asyncio.Handle, Site | None] | None = None

    def begin(self, before: Mapping[int, SelectorKey]) -> None:
        """Remember what is registered already."""
        handles = (handles_of(key.data) for key in before.values())
        self.before = [handle for pair in handles for _, handle in pair]

    def note(self, key: SelectorKey, depth: int) -> None:
        """Note who registers a key, here and around: the caller of so many frames above."""
        self.take(key.data, depth + 1)
        if self._outer is not None:
            self._outer.note(key, depth + 1)

    def take(self, data: Any, depth: int) -> None:
        """Note who registers *data*: the caller of so many frames above."""
        for _, handle in handles_of(data):
            if not is_internal(handle):
                if self._sites is None:
                    self._sites = {}
                self._sites.setdefault(handle, site_of_caller(depth + 1))

    def site_of(self, handle: asyncio.Handle) -> Site | None:
        """Return where it was registered, None if that is not known."""
        return None if self._sites is None else self._sites.get(handle)

    def leave(self, others: Iterable[RegistrationObserver]) -> None:
        """Let those go that may have come after this one."""
        raise NotImplementedError

    def may_be_more(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Tell, by counting, whether the loop has files registered that were not there before."""
        # The test may have put a selector of its own around the one that was there.
        count = registered_count(loop)
        return count > self.count or (bool(self.before) and count > 0)


@final
class RegistrationDict(Registrations, dict[int, "SelectorKey"]):
    """
    The dictionary in which a selector keeps its keys, and which takes notes.

    It stands in for the one that was there, at a fraction of what spies on the selector's methods
    cost: these are called through the class, and an attribute of the same name makes that slow.
    """

    def begin(self, before: Mapping[int, SelectorKey]) -> None:
        """Remember what the dictionary was, and had, that this one stands in for."""
        if type(before) is RegistrationDict:
            self._outer = before
        super().begin(before)

    def follow(self, before: RegistrationDict) -> None:
        """Stand in for what *before* stood in for, as that is no longer needed."""
        if self._outer is before:
            self._outer = before._outer

    def leave(self, others: Iterable[RegistrationObserver]) -> None:
        """Let those go that may have come after this one, to a ``TestSelector`` around."""
        for other in others:
            other.forget(self, self._outer, self._outer)

    def __setitem__(self, fd: int, key: SelectorKey) -> None:
        super().__setitem__(fd, key)
        self.note(key, 1)

    def __call__(self, key: SelectorKey) -> None:
        """Note what a ``TestSelector`` registers that was put around the selector meanwhile."""
        self.note(key, 2)


@final
class RegistrationObserver(Registrations):
    """
    What a ``TestSelector`` of asyncio-testselector calls when something is registered.

    Args:
        selector: Has an attribute ``on_register``.
    """

    def __init__(self, selector: Any) -> None:
        self._selector = selector
        self._previous = selector.on_register
        if type(self._previous) is RegistrationObserver:
            self._outer = self._previous
        selector.on_register = self

    def __call__(self, key: SelectorKey) -> None:
        """Note who calls the selector's method, which calls this."""
        self.note(key, 2)
        if self._previous is not None and self._previous is not self._outer:
            self._previous(key)

    def leave(self, others: Iterable[RegistrationObserver]) -> None:
        """
        Be called no longer, unless somebody else does that.

        Args:
            others: Those that may have come after this one, and call it.
        """
        if self._selector.on_register is self:
            self._selector.on_register = self._previous
        for other in others:
            other.forget(self, self._previous, self._outer)

    def forget(self, gone: Any, previous: Any, outer: Registrations | None) -> None:
        """Call what one that is no longer needed has called, instead of it."""
        if self._previous is gone:
            self._previous = previous
        if self._outer is gone:
            self._outer = outer
