"""
Where the default checks hook in to take notice of what a test does.

Theory of operation. Watches can be nested, can overlap, and can end in any order and in several
threads. So each place is taken in a way that can be left at any time: whoever leaves it while
others have come after hands what was there before on to them.
"""

from __future__ import annotations

import _thread
import asyncio
import linecache
import sys
import traceback
import warnings
from typing import TYPE_CHECKING, Any

from asyncloop_testcase._cpython.handles import is_anything_ready

if TYPE_CHECKING:
    import types
    from collections.abc import Callable

    Coroutine = types.CoroutineType[Any, Any, Any]

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

    - ``default_exception_handler`` of the loop, which is public: it is called where no handler was
      set, or one that was set passes on to it. ``get_exception_handler()`` says what it ever says.
    - ``_fd_to_key``, the dictionary in which all selectors of the standard library keep their keys;
      and ``on_register``, which a ``TestSelector`` of asyncio-testselector takes over from the
      selector that it is put around.
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
    _default_handler: Callable[[dict[str, Any]], None] | None = None
    _thread: int = 0
    _depth: int
    _task: asyncio.Task[Any] | None = None

    def _notice_exception(self, context: dict[str, Any]) -> None:
        """Be told of an exception that nobody asked for, instead of the loop's default handler."""
        raise NotImplementedError

    def _notice_unawaited(self, coro: Coroutine) -> bool:
        """Be told of a coroutine that is deleted before it was awaited; False: not ours."""
        raise NotImplementedError

    def _install(
        self, *, exceptions: bool, registrations: type[dict[int, Any]] | None, depth: int
    ) -> None:
        """
        Take the places of what was there.

        Args:
            exceptions: Whether to be told of exceptions.
            registrations: The type of dictionary that keeps the selector's keys, if it is wanted.
            depth: How many callers of a coroutine function are to be recorded, at least; 0 if
                nothing is to be told of coroutines.
        """
        loop: Any = self.loop
        _active.append(self)
        if exceptions:
            self._default_handler = loop.default_exception_handler
            loop.default_exception_handler = self._notice_exception
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
                selector.on_register = self.registrations
        if depth:
            if warnings._warn_unawaited_coroutine is not _unawaited:  # type: ignore[attr-defined]
                _replace_unawaited()
            self._thread = _thread.get_ident()
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
            if loop._scheduled or (loop._ready and is_anything_ready(loop)):
                return False
            if self._keys is not None:
                return len(loop._selector._fd_to_key) <= len(self._keys)
            return (
                self.registrations is None
                or len(loop._selector.get_map()) <= self.registrations.count
            )
        except (AttributeError, TypeError):  # a closed selector has None for a map
            return False

    def _uninstall(self, depth: int) -> None:
        """
        Put back what was there, but for what somebody else has replaced in turn.

        Args:
            depth: As for `_install`.
        """
        _active.remove(self)
        try:
            if self._default_handler is not None:
                self._leave_handler(self._default_handler)
        finally:
            if self._keys is not None:
                self._leave_keys(self._keys)
            if self._thread:
                self._leave_coroutines(depth)

    def _leave_handler(self, handler: Callable[[dict[str, Any]], None]) -> None:
        loop: Any = self.loop
        if loop.default_exception_handler == self._notice_exception:
            # Without ours, the class's own method shows again, unless there was another.
            del loop.default_exception_handler
            if loop.default_exception_handler != handler:
                loop.default_exception_handler = handler
            return
        for other in _active:
            if other._default_handler == self._notice_exception:
                other._default_handler = handler

    def _leave_keys(self, keys: dict[int, Any]) -> None:
        mine = self.registrations
        if self._selector._fd_to_key is mine:
            if keys != mine:
                keys.clear()
                keys.update(mine)
            self._selector._fd_to_key = keys
            self._leave_selectors(keys if type(keys) is type(mine) else None)
            return
        for other in _active:
            if other._keys is mine:
                other._keys = keys
                other.registrations.follow(mine)

    def _leave_selectors(self, before: dict[int, Any] | None) -> None:
        for selector in {self._selector, getattr(self.loop, "_selector", None)}:
            if getattr(selector, "on_register", None) is not self.registrations:
                continue
            if before is None and selector is self._selector:
                del selector.on_register
            else:
                selector.on_register = before

    def _leave_coroutines(self, depth: int) -> None:
        others = [each for each in _active if each._thread == self._thread]
        for other in others:
            other._depth = min(other._depth, self._depth)
        # What the test itself has set is up to the test.
        if not others and sys.get_coroutine_origin_tracking_depth() == depth:
            sys.set_coroutine_origin_tracking_depth(self._depth)
        if not any(each._thread for each in _active):
            _restore_unawaited()


# Those that are installed, in the order of their beginnings, in all threads.
_active: list[Hooks] = []

# What the interpreter would call for a coroutine, if it did not call `_unawaited`.
_original: Callable[[Any], None] = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]
# The standard library's own has this module; ``warnings`` is one in Python since 3.14.
_STANDARD = ("warnings", "_py_warnings")


def _replace_unawaited() -> None:
    global _original
    _original = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]
    warnings._warn_unawaited_coroutine = _unawaited  # type: ignore[attr-defined]


def _restore_unawaited() -> None:
    # Whoever has replaced ours in turn may put it back later: it passes on then.
    if warnings._warn_unawaited_coroutine is _unawaited:  # type: ignore[attr-defined]
        warnings._warn_unawaited_coroutine = _original  # type: ignore[attr-defined]


def _unawaited(coro: Coroutine) -> None:
    """Tell the watch whose coroutine it is, or warn as the interpreter does without any watch."""
    here = _thread.get_ident()
    watches = [each for each in _active if each._thread]
    watches = [each for each in watches if each._thread == here] or watches
    if len(watches) > 1 and asyncio._get_running_loop() is not None:
        task = asyncio.current_task()
        watches.sort(key=lambda each: each._task is not None and each._task is task)
    if any(each._notice_unawaited(coro) for each in reversed(watches)):
        return
    if _original.__module__ not in _STANDARD:
        _original(coro)
        return
    depth = min((each._depth for each in watches if each._thread == here), default=None)
    origin = coro.cr_origin
    if origin is not None and depth is not None:
        origin = origin[:depth] or None
    # In this frame, as the line to blame is that of the caller.
    warnings.warn(
        _message(coro.__qualname__, origin), category=RuntimeWarning, stacklevel=2, source=coro
    )


def _message(name: str, origin: tuple[tuple[str, int, str], ...] | None) -> str:
    """Return the text of the interpreter's warning, word for word."""
    first = f"coroutine '{name}' was never awaited"
    if origin is None:
        return first
    frames = [
        (file, line, at, linecache.getline(file, line)) for file, line, at in reversed(origin)
    ]
    lines = traceback.format_list(frames)
    head = f"{first}\nCoroutine created at (most recent call last)\n"
    return head + "".join(lines).rstrip("\n")
