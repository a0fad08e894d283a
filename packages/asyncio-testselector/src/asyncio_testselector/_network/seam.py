"""
Where a memory network takes over from the operating system, and how it gives everything back.

It is ``socket.socket.__new__``. While a loop with a network runs in the current thread, calling
``socket.socket(...)`` for an internet or Unix socket makes a `NetworkSocket`, which is a
``socket.socket``. So asyncio's own code, and everybody else's that runs on this loop, gets memory
sockets, also under a name imported long before; the class itself stays what it is, and other loops,
threads, subclasses and sockets made from a descriptor are left alone. What a loop would ask the
operating system about names, paths and files is in `_network.loop`.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from asyncio_testselector._network.fabric import UNIX, Fabric
from asyncio_testselector._network.socket import FLAGS, NetworkSocket

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

FAMILIES = {-1, int(socket.AF_INET), int(socket.AF_INET6), UNIX}
TYPES = {-1, int(socket.SOCK_STREAM), int(socket.SOCK_DGRAM)}

_patched: Any = socket.socket
_fabrics: dict[AbstractEventLoop, Fabric] = {}
_raw_new: Any = socket.socket.__mro__[1].__new__  # of the C class, which ours is put in front of


def _new_socket(cls: type, *args: Any, **kwargs: Any) -> Any:
    """Make a socket: of the running loop's network, or of the operating system."""
    fabric = _current_fabric() if cls is socket.socket else None
    if fabric is None or not _wanted(*args, **kwargs):
        return _raw_new(cls)
    sock = _raw_new(NetworkSocket)
    sock._fabric = fabric
    return sock


def _current_fabric() -> Fabric | None:
    try:
        return _fabrics.get(asyncio.get_running_loop())
    except RuntimeError:
        return None


def _wanted(family: int = -1, type: int = -1, proto: int = -1, fileno: Any = None) -> bool:  # noqa: A002
    kind = int(type) if type == -1 else int(type) & ~FLAGS
    return fileno is None and int(family) in FAMILIES and kind in TYPES


def attach(loop: AbstractEventLoop, fabric: Fabric) -> None:
    """
    Have sockets made on a loop be those of a network.

    Raises:
        RuntimeError: The loop has a network already.
    """
    if loop in _fabrics:
        msg = f"{loop!r} has a memory network already: uninstall that one first"
        raise RuntimeError(msg)
    if not _fabrics:
        _patched.__new__ = _new_socket
    _fabrics[loop] = fabric


def detach(loop: AbstractEventLoop) -> None:
    """Have sockets made on a loop be real again."""
    _fabrics.pop(loop, None)
    if not _fabrics and vars(socket.socket).get("__new__") is _new_socket:
        del _patched.__new__
