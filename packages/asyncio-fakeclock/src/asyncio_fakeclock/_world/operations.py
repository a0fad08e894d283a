"""
What is in flight in the completion port of a proactor loop.

A proactor begins operations instead of watching descriptors: each that has begun and not ended may
be ended by whoever is at the other end, so that it counts as what is watched counts elsewhere
(``sockets.py``). Operations on pipes and on handles of processes are real.

Windows does not list the sockets of a process. What the loop has had in hand is remembered; where
the loop's thread is alone, the collector knows the rest: any other end that Python code has in hand
is among its objects. To ask it takes milliseconds, so that it is asked only while an end is
missing, which holds time back anyway, and what it has told is remembered, too.
"""

from __future__ import annotations

import gc
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any, final

from asyncio_fakeclock._cpython.loops import fileno_of
from asyncio_fakeclock._world.kernel import System, pid_of_handle
from asyncio_fakeclock._world.processes import Child
from asyncio_fakeclock._world.sockets import (
    REAL,
    Channel,
    Descriptor,
    channels_of_sockets,
    of_the_kernel,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Operations"]


@final
class Operations:
    """Knows the other ends of what the operations of one loop are on."""

    __slots__ = ("_elsewhere", "_seen")

    def __init__(self) -> None:
        self._seen = _Sockets()
        self._elsewhere = _Sockets()

    def channels(self, objects: Iterable[Any], is_alone: Callable[[], bool]) -> list[Channel]:
        """
        Return what is behind the operations in flight.

        Args:
            objects: What each of them is on: a socket, a pipe, or the number of a handle.
            is_alone: Says whether nobody else runs in this process, and it has no children.
        """
        sockets: list[Any] = []
        handles: list[Channel] = []
        for each in objects:
            if _is_socket(each):
                sockets.append(each)
            elif not _is_virtual(each):
                handles.append(_of_handle(each))
        return [*self._of_sockets(sockets, is_alone), *handles]

    def _of_sockets(self, sockets: list[Any], is_alone: Callable[[], bool]) -> list[Channel]:
        self._seen.add(sockets)
        seen = self._seen.open()
        found = channels_of_sockets(sockets, seen)
        if not _is_any_real(found) or not is_alone():
            return found
        found = channels_of_sockets(sockets, [*seen, *self._elsewhere.open()])
        if _is_any_real(found):
            everywhere = [each for each in gc.get_objects() if _is_socket(each)]
            self._elsewhere.add(everywhere)
            found = channels_of_sockets(sockets, everywhere)
        return found


@final
class _Sockets:
    """Sockets, as long as others keep them."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        # By identity: a subclass may compare as it likes.
        self._known: dict[int, weakref.ref[Any]] = {}

    def add(self, sockets: Iterable[Any]) -> None:
        for sock in sockets:
            known = self._known.get(id(sock))
            if known is None or known() is not sock:
                with suppress(TypeError):  # of the C class itself: there are no weak references
                    self._known[id(sock)] = weakref.ref(sock)

    def open(self) -> list[Any]:
        """Return those that are not closed."""
        found = [(key, known()) for key, known in self._known.items()]
        found = [
            (key, sock)
            for key, sock in found
            if sock is not None and System.socket.fileno(sock) >= 0
        ]
        if len(found) < len(self._known):
            self._known = {key: self._known[key] for key, _ in found}
        return [sock for _, sock in found]


def _is_socket(thing: Any) -> bool:
    # Of objects of strangers isinstance() would ask __class__, which is code of theirs, and fails
    # for a weak proxy of what is gone.
    return issubclass(type(thing), System.socket)


def _is_any_real(channels: Iterable[Channel]) -> bool:
    return any(each.kind == REAL for each in channels)


def _is_virtual(handle: Any) -> bool:
    fd = fileno_of(handle)
    return (fd is None and hasattr(handle, "fileno")) or (
        fd is not None and not of_the_kernel([fd])
    )


def _of_handle(handle: Any) -> Channel:
    if isinstance(handle, int):
        pid = pid_of_handle(handle)
        if pid is not None:
            return Channel(Descriptor(handle, -1), REAL, f"process {pid}", Child(pid))
        return Channel(Descriptor(handle, -1), REAL, f"handle {handle}, which is waited for")
    fd = fileno_of(handle)
    fd = -1 if fd is None else fd
    return Channel(Descriptor.of(fd), REAL, f"pipe, handle {fd}")
