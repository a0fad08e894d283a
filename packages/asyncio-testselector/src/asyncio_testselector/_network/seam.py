"""
Where a memory network takes over from the operating system, and how it gives everything back.

It is ``socket.socket.__new__``. While a loop with a network runs in the current thread, calling
``socket.socket(...)`` for an internet or Unix socket makes a `NetworkSocket`, which is a
``socket.socket``. So asyncio's own code, and everybody else's that runs on this loop, gets memory
sockets, also under a name imported long before; the class itself stays what it is, and other loops,
threads, subclasses and sockets made from a descriptor are left alone. What a loop would ask the
operating system about names, paths and files is in `_network.loop`.

Somebody else may have put a class of their own in the place of ``socket.socket``, a guard that
refuses all sockets, say, or do so while the network is there. That class is taken over as well:
nothing real is touched, so there is nothing to refuse. A function gets a stand-in; mocks are left
alone. As long as there is a network, the module ``socket`` tells what is put in that place. Whoever
ends first, everybody gets back what was theirs.
"""

from __future__ import annotations

import asyncio
import functools
import socket
import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from asyncio_testselector._cpython.sockets import SOCKETPAIRS, Socket
from asyncio_testselector._files.descriptor import is_virtual
from asyncio_testselector._network.fabric import UNIX, Fabric
from asyncio_testselector._network.socket import FLAGS, NetworkSocket

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

FAMILIES = {-1, int(socket.AF_INET), int(socket.AF_INET6), UNIX}
TYPES = {-1, int(socket.SOCK_STREAM), int(socket.SOCK_DGRAM)}

_module: Any = socket
_fabrics: dict[AbstractEventLoop, Fabric] = {}
_taken: dict[type, Any] = {}  # classes that were taken over, and their own __new__, if any
_raw_new: Any = Socket.__mro__[1].__new__  # of the C class, which ours is put in front of


def _new_socket(cls: type, *args: Any, **kwargs: Any) -> Any:
    """Make a socket: of the running loop's network, or as the class itself makes them."""
    fabric = current_fabric() if cls in _taken else None
    if fabric is None or not _wanted(*args, **kwargs) or sys._getframe(1).f_code in SOCKETPAIRS:
        return _own_new(cls, *args, **kwargs)
    sock = _raw_new(NetworkSocket)
    sock._fabric = fabric
    if not isinstance(sock, cls):  # what a class makes that is of another one, it does not init
        sock.__init__(*args, **kwargs)
    return sock


def _own_new(cls: type, *args: Any, **kwargs: Any) -> Any:
    """Call what would have been called without a network."""
    for base in cls.__mro__:
        own = _taken[base] if base in _taken else vars(base).get("__new__")
        if own is not None:
            new: Any = own.__func__ if isinstance(own, staticmethod) else own
            return new(cls) if new in (_raw_new, object.__new__) else new(cls, *args, **kwargs)
    return _raw_new(cls)  # pragma: no cover - every class has one


def current_fabric() -> Fabric | None:
    """Return the network of the loop that runs in this thread, if both are there."""
    try:
        return _fabrics.get(asyncio.get_running_loop())
    except RuntimeError:
        return None


def _wanted(
    family: Any = -1,
    type: Any = -1,  # noqa: A002
    proto: Any = -1,
    fileno: Any = None,
    **unknown: Any,
) -> bool:
    """Tell whether a network can make such a socket; what is none at all, it refuses as well."""
    if fileno is not None:
        return isinstance(fileno, int) and is_virtual(fileno)
    if not (isinstance(family, int) and isinstance(type, int)):
        return True
    kind = int(type) if type == -1 else int(type) & ~FLAGS
    return int(family) in FAMILIES and kind in TYPES


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
        if type(socket) is ModuleType:
            _module.__class__ = _WatchedModule
        _take_over()
    _fabrics[loop] = fabric


def detach(loop: AbstractEventLoop) -> None:
    """Have sockets made on a loop be real again."""
    if _fabrics.pop(loop, None) is not None and not _fabrics:
        if isinstance(socket, _WatchedModule):
            _module.__class__ = ModuleType
        current: Any = socket.socket
        if isinstance(current, FunctionType):
            _module.__dict__["socket"] = _stand_ins.get(current, current)
        _stand_ins.clear()
        _give_back(_taken.copy())


class _WatchedModule(ModuleType):
    """The module ``socket`` as long as there is a network: it tells what becomes its ``socket``."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == "socket":
            _take_over()


def _stand_in(guard: FunctionType) -> Any:
    """Return a function that makes sockets of a network, and leaves others to *guard*."""

    @functools.wraps(guard)
    def make(*args: Any, **kwargs: Any) -> Any:
        fabric = current_fabric()
        if fabric is None or not _wanted(*args, **kwargs):
            return guard(*args, **kwargs)
        return NetworkSocket(*args, **kwargs, fabric=fabric)

    _stand_ins[make] = guard
    return make


_stand_ins: dict[Any, FunctionType] = {}


def _take_over() -> None:
    """Take over the class that is in the place of ``socket.socket`` now, and no other."""
    current: Any = socket.socket
    if isinstance(current, FunctionType) and current not in _stand_ins:
        _module.__dict__["socket"] = _stand_in(current)
    wanted = {Socket, current} if isinstance(current, type) else {Socket}
    _give_back(set(_taken) - wanted)
    for cls in wanted - set(_taken):
        _taken[cls] = vars(cls).get("__new__")
        type.__setattr__(cls, "__new__", _new_socket)


def _give_back(classes: Any) -> None:
    """Put back what was taken over; what somebody put in front since then stays."""
    for cls in classes:
        own = _taken.pop(cls)
        if vars(cls).get("__new__") is _new_socket:
            if own is None:
                del cls.__new__
            else:
                type.__setattr__(cls, "__new__", own)
