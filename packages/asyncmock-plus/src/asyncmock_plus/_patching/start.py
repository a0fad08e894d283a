"""Starting and stopping patches: ``with``, ``start()``, ``stop()``, ``stopall()``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar

from asyncmock_plus._patching.layers import Layer
from asyncmock_plus._patching.scope import GLOBAL, LIMITED, PatchScope

if TYPE_CHECKING:
    from collections.abc import Sequence

_NO_ERROR = (None, None, None)


class Patcher:
    """
    What all patches have in common: they start, and they stop.

    Attributes:
        attribute_name: The keyword under which a decorated function gets the mock; None for the
            next positional argument.
        new: ``DEFAULT`` if a decorated function gets a mock from this patch.
        scope: When the patch of a decorated coroutine or generator is in force.
    """

    attribute_name: str | None = None
    new: Any = None
    scope: PatchScope = GLOBAL

    # Shared by all patches, as in the standard library: what start() started, for stopall().
    _active_patches: ClassVar[list[Patcher]] = []

    # What `with` or start() has started.
    _entered: Any = ()

    # How many calls of decorated functions are just starting it by ``__enter__``.
    _of_call: int = 0

    def _open(self, started: Started) -> Any:
        """Start the patch, add it to *started*, and return what ``with`` binds."""
        raise NotImplementedError

    @property
    def is_started(self) -> bool:
        """Whether the patch is in force, started by ``with`` or ``start()``."""
        return bool(self._entered)

    def _refuse_limited(self) -> None:
        """Refuse a scope that nothing but a decorated function can have."""
        owner = getattr(self, "owner", None)
        if self._of_call or getattr(owner, "_limits_calls_only", False):
            return
        msg = (
            f"{self!r} has scope=LIMITED, which with and start() cannot keep: only a decorated "
            f"coroutine or generator is seen being suspended. Decorate a function with the patch, "
            f"or leave the scope out"
        )
        raise ValueError(msg)

    def __enter__(self) -> Any:
        """
        Start the patch.

        Raises:
            RuntimeError: It is in force already.
            ValueError: Its scope is `LIMITED`.
        """
        if self._entered:
            msg = f"Patch is already started: {self!r}. Stop it first, or make a copy() of it"
            raise RuntimeError(msg)
        if self.scope is LIMITED:
            self._refuse_limited()
        started: Started = []
        try:
            result = self._open(started)
        except BaseException:
            end_all(started, sys.exc_info())
            raise
        self._entered = started
        return result

    def __exit__(self, *exc_info: object) -> bool | None:
        """Stop the patch; without effect if it is not in force."""
        started: Started = self._entered
        if not started:
            return False
        self._entered = ()
        if len(started) == 1:  # as nearly always
            return started[0].end(*exc_info)
        return end_all(started, exc_info)

    # A subclass that does it in its own way has other methods than these.
    _stock: ClassVar[Any] = (__enter__, __exit__)

    def start(self) -> Any:
        """
        Start the patch until `stop` or ``patch.stopall()`` is called.

        Returns:
            What ``with`` would bind: the mock, or what was given for ``new``.

        Raises:
            RuntimeError: It is in force already.
        """
        result = self.__enter__()
        self._active_patches.append(self)
        return result

    def stop(self) -> Any:
        """Stop the patch; without effect if `start` was not called."""
        try:
            self._active_patches.remove(self)
        except ValueError:
            return None
        entered = self._entered  # noqa: F841 - what it holds dies in the caller's line
        return self.__exit__(None, None, None)


class Foreign:
    """A patch that is not ours, or of a subclass that starts and stops in its own way."""

    __slots__ = ("patcher",)

    def __init__(self, patcher: Any) -> None:
        self.patcher = patcher

    def end(self, *exc_info: Any) -> bool | None:
        """End the patch."""
        swallowed: bool | None = self.patcher.__exit__(*exc_info)
        return swallowed

    def layers(self) -> list[Layer]:
        """Return the layers of the patch, as far as they are known."""
        entered = getattr(self.patcher, "_entered", None)
        return [layer for layer in entered or () if isinstance(layer, Layer)]


Started = list["Layer | Foreign"]


def start_patch(patcher: Any, started: Started) -> Any:
    """
    Start a patch for one call of a decorated function.

    Calls overlap, in tasks, threads or recursion, and a patcher can be started once. So what is
    in force belongs to the call and not to the patcher, unless its class insists.
    """
    kind = type(patcher)
    if isinstance(patcher, Patcher) and (kind.__enter__, kind.__exit__) == kind._stock:
        return patcher._open(started)
    if not isinstance(patcher, Patcher):
        result = patcher.__enter__()
    else:
        patcher._of_call += 1
        try:
            result = patcher.__enter__()
        finally:
            patcher._of_call -= 1
    started.append(Foreign(patcher))
    return result


def end_all(started: Started, exc_info: Sequence[Any] = _NO_ERROR) -> bool:
    """
    End patches in the reverse order of their start, every one of them even if some fail.

    Returns:
        Whether one of them has swallowed the error.
    """
    swallowed = False
    try:
        while started:
            if started.pop().end(*exc_info):
                swallowed = True
                exc_info = _NO_ERROR
    except BaseException:
        end_all(started, sys.exc_info())
        raise
    return swallowed


def stopall() -> None:
    """Stop everything that ``start()`` started, the last one first."""
    active = Patcher._active_patches[::-1]
    entered = [patcher._entered for patcher in active]  # noqa: F841 - as in stop()
    for patcher in active:
        patcher.stop()
