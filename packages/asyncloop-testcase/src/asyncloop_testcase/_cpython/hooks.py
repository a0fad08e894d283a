"""Where the default checks hook in to take notice of what a test does."""

from __future__ import annotations

import _thread
import sys
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__unittest = __tracebackhide__ = True

# How many threads there are beside the main one. ``threading.active_count()`` does not know those
# that were started without that module, and takes a lock. Read on 3.10 to 3.15.
thread_count: Callable[[], int] = _thread._count


if sys.version_info >= (3, 14) and sys.flags.context_aware_warnings:
    # Free-threaded builds have this flag by default. Then ``warnings.catch_warnings()`` keeps the
    # filters of its block in a context variable. Read on 3.14 and 3.15.
    warning_filters: Callable[[], object] = warnings._get_filters  # type: ignore[attr-defined]
else:

    def warning_filters() -> object:
        """Return the list of warning filters that hold here: each block has its own."""
        return warnings.filters


class Hooks:
    """
    Where the default checks put themselves in between, to take notice of what a test does.

    - ``BaseEventLoop._exception_handler``, which can be read in less time than it can be asked for.
    - ``_fd_to_key``, the dictionary in which all selectors of the standard library keep their keys.
    - ``warnings._warn_unawaited_coroutine``, which the interpreter looks up at each call, for a
      coroutine that is deleted before it was awaited.

    They were read on 3.10 to 3.15. This is done for each test, so there is one method that opens
    all of them and one that closes them: calls of functions are a good part of the time.

    Attributes:
        loop: The loop of the test.
        registrations: What the selector keeps its keys in, or what it tells of them; None if it
            does neither.
    """

    loop: asyncio.AbstractEventLoop
    # Class attributes are what most tests leave as it is.
    registrations: Any = None
    _keys: dict[int, Any] | None = None
    _selector: Any
    _handles = False
    _handler: Any
    _hook: Callable[[Any], None] | None = None
    _depth: int

    def _install(
        self,
        on_exception: Callable[..., None] | None,
        registrations: type[dict[int, Any]] | None,
        on_unawaited: Callable[[Any], None] | None,
        depth: int,
    ) -> None:
        """
        Take the places of what was there; None leaves it as it is.

        Args:
            on_exception: The exception handler, unless the loop has one of the user's.
            registrations: The type of dictionary that keeps the selector's keys.
            on_unawaited: The hook for coroutines.
            depth: How many callers of a coroutine function are to be recorded, at least.
        """
        loop: Any = self.loop
        if on_exception is not None:
            try:
                handler = self._handler = loop._exception_handler
            except AttributeError:
                handler = self._handler = loop.get_exception_handler()
            if handler is None or isinstance(getattr(handler, "__self__", None), Hooks):
                loop.set_exception_handler(on_exception)
                self._handles = True
        if registrations is not None:
            selector: Any = None
            keys: Any = None
            try:
                selector = self._selector = loop._selector
                keys = selector._fd_to_key
            except AttributeError:
                pass  # a loop of others, without a selector or with one that tells nothing
            if type(keys) is dict or type(keys) is registrations:
                self._keys = keys
                self.registrations = selector._fd_to_key = registrations(keys)
        if on_unawaited is not None:
            self._hook = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]
            warnings._warn_unawaited_coroutine = on_unawaited  # type: ignore[attr-defined]
            self._depth = before = sys.get_coroutine_origin_tracking_depth()
            if before < depth:
                sys.set_coroutine_origin_tracking_depth(depth)

    def _is_quiet(self) -> bool:
        """
        Tell at a glance that nothing is left to do and no file more is registered than before.

        False means: perhaps. ``_ready``, ``_scheduled``, 3.10 to 3.15.
        """
        loop: Any = self.loop
        try:
            if loop._ready or loop._scheduled:
                return False
            if self._keys is not None:
                return len(loop._selector._fd_to_key) <= len(self._keys)
            return (
                self.registrations is None
                or len(loop._selector.get_map()) <= self.registrations.count
            )
        except (AttributeError, TypeError):  # a closed selector has None for a map
            return False

    def _uninstall(
        self, on_exception: Callable[..., None], on_unawaited: Callable[[Any], None]
    ) -> bool:
        """
        Put back what was there, but for what somebody else has replaced in turn.

        Returns:
            False if that is the hook for coroutines.
        """
        restored = True
        if self._hook is not None:
            restored = warnings._warn_unawaited_coroutine == on_unawaited  # type: ignore[attr-defined]
            if restored:
                warnings._warn_unawaited_coroutine = self._hook  # type: ignore[attr-defined]
            sys.set_coroutine_origin_tracking_depth(self._depth)
        keys = self._keys
        if keys is not None and self._selector._fd_to_key is self.registrations:
            if keys != self.registrations:
                keys.clear()
                keys.update(self.registrations)
            self._selector._fd_to_key = keys
        if self._handles and self.loop.get_exception_handler() == on_exception:
            self.loop.set_exception_handler(self._handler)
        return restored
