"""
One call of a decorated function: its patches start, pause and end with it.

Theory of operation. The wrapper of a coroutine function (a generator function, an asynchronous
generator function) is one itself, so that `inspect` and everybody else take it for what it is,
and its frame holds the call's patches in a ``with`` statement. Closing it, cancelling it,
throwing into it or collecting it unwinds that frame like any other. One case is left: a generator
that yields although it was closed is dropped with its ``with`` statement unfinished; then the
finalizer of the call ends the patches.

With ``scope=LIMITED`` the wrapper cannot leave the stepping to ``await``: it drives the coroutine
step by step, and between two steps the patches of the call's context are lifted.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from unittest.mock import DEFAULT

from asyncmock_plus._patching.layers import Context
from asyncmock_plus._patching.scope import LIMITED
from asyncmock_plus._patching.start import Foreign, Started, end_all, start_patch

if TYPE_CHECKING:
    from collections.abc import Sequence


class PatchedCall:
    """
    The patches of one call of a plain function; a context manager of its arguments.

    Args:
        patchings: The patchers of the decorators, the innermost first.
        args: What the function was called with; mocks are appended.
        kwargs: The same; the mocks of ``patch.multiple`` are put into it.
    """

    __slots__ = ("args", "kwargs", "patchings", "started")

    def __init__(
        self, patchings: Sequence[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self.patchings: Sequence[Any] = patchings
        self.args: tuple[Any, ...] = args
        self.kwargs: dict[str, Any] = kwargs
        self.started: Started = []

    def __enter__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        try:
            for patching in self.patchings:
                mock = self.start(patching)
                if patching.attribute_name is not None:
                    self.kwargs.update(mock)
                elif patching.new is DEFAULT:
                    self.args += (mock,)
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self.args, self.kwargs

    def __exit__(self, *exc_info: object) -> bool:
        return end_all(self.started, exc_info)

    def start(self, patching: Any) -> Any:
        """Start one of the patches."""
        return start_patch(patching, self.started)


class SuspendableCall(PatchedCall):
    """
    The patches of one call of a function that can be suspended.

    Attributes:
        context: Those that are lifted meanwhile, None if there is none.
    """

    __slots__ = ("context",)

    def __enter__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        limited = any(getattr(each, "scope", None) is LIMITED for each in self.patchings)
        self.context = Context() if limited else None
        return super().__enter__()

    def __exit__(self, *exc_info: object) -> bool:
        if self.context is not None:
            self.context.suspend()
        return end_all(self.started, exc_info)

    def __del__(self) -> None:
        if self.started:
            self.__exit__(None, None, None)

    def start(self, patching: Any) -> Any:
        """Start one of the patches, as part of the context if it is limited."""
        before = len(self.started)
        mock = start_patch(patching, self.started)
        if self.context is not None and getattr(patching, "scope", None) is LIMITED:
            for started in self.started[before:]:
                layers = started.layers() if isinstance(started, Foreign) else [started]
                for layer in layers:
                    self.context.add(layer)
        return mock


class Steps:
    """
    A coroutine, generator or iterator that is run step by step.

    Args:
        iterator: What is run.
        context: The patches that are in force during the steps only.

    Attributes:
        done: Whether it has returned; the last step returned its result then.
    """

    __slots__ = ("context", "done", "iterator")

    def __init__(self, iterator: Any, context: Context | None) -> None:
        self.iterator: Any = iterator
        self.context = context
        self.done = False

    def send(self, value: Any) -> Any:
        """Go on until the next suspension; return what is yielded there, or the result."""
        if hasattr(self.iterator, "send"):
            return self._step(self.iterator.send, value)
        return self._step(self.iterator.__next__)

    def throw(self, error: BaseException) -> Any:
        """Go on with an error."""
        if not hasattr(self.iterator, "throw"):
            # An iterator that somebody wrote for __await__.
            raise error
        return self._step(self.iterator.throw, error)

    def _step(self, step: Any, *args: Any) -> Any:
        if self.context is not None:
            self.context.resume()
        try:
            return step(*args)
        except StopIteration as stop:
            self.done = True
            return stop.value
        finally:
            if self.context is not None:
                self.context.suspend()
