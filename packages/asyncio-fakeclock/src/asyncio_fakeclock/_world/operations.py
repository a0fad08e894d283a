"""
What is in flight in the completion port of a proactor loop.

A proactor begins operations instead of watching descriptors: each that has begun and not ended may
be ended by whoever is at the other end, so that it counts as what is watched counts elsewhere
(``sockets.py``). Operations on pipes and on handles of processes are real.

Windows does not list the sockets of a process. Where the loop's thread is alone, the collector
does: any other end that Python code has in hand is among its objects.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from asyncio_fakeclock._cpython.loops import fileno_of
from asyncio_fakeclock._world.kernel import System
from asyncio_fakeclock._world.sockets import (
    REAL,
    Channel,
    Descriptor,
    channels_of_sockets,
    of_the_kernel,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["channels_of"]


def channels_of(objects: Iterable[Any], *, alone: bool) -> list[Channel]:
    """
    Return what is behind the operations in flight.

    Args:
        objects: What each of them is on: a socket, a pipe, or 0 for a handle that is waited for.
        alone: Nobody else runs in this process, and it has no children.
    """
    sockets: list[Any] = []
    found: list[Channel] = []
    for each in objects:
        if isinstance(each, System.socket):
            sockets.append(each)
        elif not _is_virtual(each):
            found.append(_of_handle(each))
    more = [each for each in gc.get_objects() if isinstance(each, System.socket)] if alone else ()
    return [*channels_of_sockets(sockets, more), *found]


def _is_virtual(handle: Any) -> bool:
    fd = fileno_of(handle)
    return (fd is None and hasattr(handle, "fileno")) or (
        fd is not None and not of_the_kernel([fd])
    )


def _of_handle(handle: Any) -> Channel:
    fileno = getattr(handle, "fileno", None)
    try:
        fd = fileno() if fileno is not None else -1
    except (OSError, ValueError):
        fd = -1
    name = f"pipe, handle {fd}" if fileno is not None else "end of a process or another handle"
    return Channel(Descriptor(fd, id(handle)), REAL, name)
